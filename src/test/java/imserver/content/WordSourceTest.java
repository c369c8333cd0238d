package imserver.content;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@DisplayName("The words of a file or address")
class WordSourceTest {

  @TempDir private Path folder;

  @Test
  @DisplayName("are read by lists, without comments and blanks, and again when they have changed")
  void file() throws IOException {
    Path file = folder.resolve("words.txt");
    Files.writeString(
        file,
        "\uFEFFone\r\n# a comment\n\n two words \n[mask]\n傻帽\n[ Report ]\nthree\n[refuse]\nfour\n");
    WordSource source = new WordSource(file.toString());
    assertThat(source.read())
        .isEqualTo(
            Map.of(
                WordAction.REFUSE, List.of("one", "two words", "four"),
                WordAction.MASK, List.of("傻帽"),
                WordAction.REPORT, List.of("three")));
    assertThat(source.read()).isNull();
    Files.writeString(file, "");
    assertThat(source.read()).isEmpty();
  }

  @ParameterizedTest(name = "[{index}] {0}")
  @CsvSource({
    "[delete], 'line 2: there are the lists refuse, mask and report, not delete'",
    "★, line 2 has no letter or digit",
    "abcdefghijklmnopqrstuvwxyzabcdefghijklmnopqrstuvwxyzabcdefghijklm, line 2 has more than 64 letters"
  })
  @DisplayName(
      "that cannot be used are refused, with the line, and read again as soon as they can:")
  void unusable(String line, String sentence) throws IOException {
    Path file = Files.writeString(folder.resolve("words.txt"), "one\n" + line);
    WordSource source = new WordSource(file.toString());
    assertThatThrownBy(source::read)
        .isInstanceOf(IOException.class)
        .hasMessage(file + ": " + sentence);
    assertThatThrownBy(source::read).isInstanceOf(IOException.class);
    Files.writeString(file, "one");
    assertThat(source.read()).containsOnlyKeys(WordAction.REFUSE);
  }

  @Test
  @DisplayName("come by HTTP too, and what is no answer is a failure")
  void address() throws IOException {
    HttpServer server =
        HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    int[] status = {200};
    server.createContext(
        "/words",
        exchange -> {
          byte[] body = "法轮".getBytes(StandardCharsets.UTF_8);
          exchange.getResponseHeaders().add("Content-Type", "text/plain; charset=utf-8");
          exchange.sendResponseHeaders(status[0], body.length);
          exchange.getResponseBody().write(body);
          exchange.close();
        });
    server.start();
    try {
      WordSource source =
          new WordSource("http://127.0.0.1:" + server.getAddress().getPort() + "/words");
      assertThat(source.read()).isEqualTo(Map.of(WordAction.REFUSE, List.of("法轮")));
      status[0] = 500;
      assertThatThrownBy(source::read).isInstanceOf(IOException.class);
    } finally {
      server.stop(0);
    }
  }
}
