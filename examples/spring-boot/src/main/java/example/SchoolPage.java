package example;

import org.springframework.beans.factory.annotation.Value;
import org.springframework.stereotype.Controller;
import org.springframework.ui.Model;
import org.springframework.web.bind.annotation.GetMapping;

/** The page with the chat: {@code templates/school.html}. */
@Controller
class SchoolPage {

  @GetMapping("/")
  String page(@Value("${imserver.url}") String imserver, Model model) {
    model.addAttribute("script", imserver + "im-chat.js");
    return "school";
  }
}
