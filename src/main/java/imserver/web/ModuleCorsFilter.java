package imserver.web;

import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpFilter;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;

/**
 * Lets pages of every origin import the scripts: browsers fetch modules by the rules of CORS. The
 * scripts hold no secrets; what they ask of the server is another matter, on which {@code
 * IMSERVER_ALLOWED_ORIGINS} decides.
 */
public class ModuleCorsFilter extends HttpFilter {

  private static final long serialVersionUID = 1L;

  /** For the container. */
  public ModuleCorsFilter() {}

  @Override
  protected void doFilter(
      HttpServletRequest request, HttpServletResponse response, FilterChain chain)
      throws IOException, ServletException {
    response.setHeader("Access-Control-Allow-Origin", "*");
    chain.doFilter(request, response);
  }
}
