package imserver.web;

import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpFilter;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;

/**
 * Answers {@code OPTIONS}, by which health checks and scanners ask, of the socket and the static
 * files: containers name methods that are not served. What is under {@code /api} and {@code
 * /message} JAX-RS knows itself.
 */
public class OptionsFilter extends HttpFilter {

  private static final long serialVersionUID = 1L;

  /** For the container. */
  public OptionsFilter() {}

  @Override
  protected void doFilter(
      HttpServletRequest request, HttpServletResponse response, FilterChain chain)
      throws IOException, ServletException {
    String path = request.getRequestURI().substring(request.getContextPath().length());
    if (!request.getMethod().equals("OPTIONS")
        || isUnder("/api", path)
        || isUnder("/message", path)) {
      chain.doFilter(request, response);
      return;
    }
    response.setHeader("Allow", isUnder("/imserver", path) ? "GET, OPTIONS" : "GET, HEAD, OPTIONS");
    response.setStatus(HttpServletResponse.SC_NO_CONTENT);
  }

  private static boolean isUnder(String folder, String path) {
    return path.equals(folder) || path.startsWith(folder + "/");
  }
}
