package imserver.packet;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A file of a message, with the addresses by which it can be had for an hour or two.
 *
 * @param attachment what it is
 * @param url of the file: absolute, or a path from the root of the server
 * @param previewUrl of the smaller image; null where there is none
 */
public record MessageFile(Attachment attachment, String url, @Nullable String previewUrl) {

  /**
   * A message as version 1 and the original's paths have it, which know text alone: its text, and a
   * line for each of its files.
   */
  public static String text(String content, List<MessageFile> files) {
    StringBuilder text = new StringBuilder(content);
    for (MessageFile file : files) {
      text.append(text.isEmpty() ? "" : "\n").append(file.line());
    }
    return text.toString();
  }

  /** The same in a list of conversations: only what kinds of files there are. */
  public static String shortText(String content, List<MessageFile> files) {
    StringBuilder text = new StringBuilder(content);
    files.forEach(file -> text.append(file.attachment().kind()));
    return text.toString();
  }

  private String line() {
    String kind = attachment.kind();
    String name = attachment.isNamed() ? " " + attachment.name() : "";
    return kind + name + " " + url;
  }
}
