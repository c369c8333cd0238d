package imserver.packet;

/**
 * Which addresses a page may show to users: those of the web, or relative to the page. Other
 * schemes run scripts ({@code javascript:}), contain pages of their own ({@code data:}) or start
 * programs. Browsers (WHATWG URL) drop control characters and take a backslash for a slash; so
 * neither is allowed.
 */
public final class WebAddress {

  private WebAddress() {}

  /**
   * Whether {@code address} is one of an image: http or https, or relative, also of the form {@code
   * //host/path}, which has the scheme of the page.
   */
  public static boolean isOfImage(String address) {
    if (address.chars().anyMatch(c -> c == '\\' || Character.isISOControl(c))) {
      return false;
    }
    String trimmed = address.strip();
    int end = endOfFirstPart(trimmed);
    if (end == trimmed.length() || trimmed.charAt(end) != ':') {
      return !trimmed.startsWith("//") || hasHost(trimmed, 0);
    }
    String scheme = trimmed.substring(0, end);
    return (scheme.equalsIgnoreCase("http") || scheme.equalsIgnoreCase("https"))
        && hasHost(trimmed, end + 1);
  }

  /**
   * Whether {@code address} is one of a link: as of an image, but not {@code //host/path}, which a
   * front end that looks at the first character takes for a path of its own site.
   */
  public static boolean isOfLink(String address) {
    return isOfImage(address) && !address.strip().startsWith("//");
  }

  /** Where a scheme would end: at the first character that ends it or that no scheme has. */
  private static int endOfFirstPart(String address) {
    int i = 0;
    while (i < address.length() && ":/?#".indexOf(address.charAt(i)) < 0) {
      i++;
    }
    return i;
  }

  /** Whether {@code //} and a host follow. */
  private static boolean hasHost(String address, int from) {
    return address.startsWith("//", from)
        && from + 2 < address.length()
        && "/?#:@".indexOf(address.charAt(from + 2)) < 0;
  }
}
