package imserver.message;

import org.jspecify.annotations.Nullable;

/**
 * What a message of the system has beside its text.
 *
 * @param title storable text of at most {@value #MAX_TITLE} code points, null for none
 * @param url the link, at most {@value #MAX_URL} characters, null for none
 */
public record NoticeDetails(@Nullable String title, @Nullable String url) {

  /** The longest title, in code points: what a row holds. */
  public static final int MAX_TITLE = 255;

  /** The longest address, in characters: what a row holds. */
  public static final int MAX_URL = 2048;
}
