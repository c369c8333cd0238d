package imserver.rest;

import imserver.conversation.ConversationListPage.Bookmark;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * A {@link Bookmark} as a text that clients send back as it is. It guards nothing: a client that
 * makes one up gets its own user's conversations, in another order.
 */
final class Cursor {

  private static final int MAX_LENGTH = 4096;

  private static final Pattern TEXT =
      Pattern.compile("(\\d{1,16})\\.(\\d{1,16})\\.((?:\\d{1,19}(?:,\\d{1,19}){0,99})?)");

  private Cursor() {}

  static @Nullable String textOf(@Nullable Bookmark bookmark) {
    if (bookmark == null) {
      return null;
    }
    String shown = bookmark.shown().stream().map(String::valueOf).collect(Collectors.joining(","));
    String text = bookmark.asOf() + "." + bookmark.before() + "." + shown;
    return Base64.getUrlEncoder()
        .withoutPadding()
        .encodeToString(text.getBytes(StandardCharsets.US_ASCII));
  }

  static @Nullable Bookmark parse(@Nullable String cursor) {
    if (cursor == null) {
      return null;
    }
    Matcher parts = TEXT.matcher(decoded(cursor));
    if (!parts.matches()) {
      throw invalid();
    }
    try {
      List<Long> shown =
          Arrays.stream(parts.group(3).split(",", -1))
              .filter(id -> !id.isEmpty())
              .map(Long::valueOf)
              .toList();
      return new Bookmark(Long.parseLong(parts.group(1)), Long.parseLong(parts.group(2)), shown);
    } catch (NumberFormatException e) { // 19 digits can be above 2^63
      throw invalid();
    }
  }

  private static String decoded(String cursor) {
    if (cursor.length() > MAX_LENGTH) {
      throw invalid();
    }
    try {
      return new String(Base64.getUrlDecoder().decode(cursor), StandardCharsets.US_ASCII);
    } catch (IllegalArgumentException e) {
      throw invalid();
    }
  }

  private static Problem invalid() {
    return Problem.badRequest("cursor must be one that this server gave");
  }
}
