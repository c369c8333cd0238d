package imserver.packet;

import java.util.List;

/** Files to be sent in tests. */
public final class TestFiles {

  /** A picture with a preview. */
  public static final Attachment PICTURE =
      new Attachment(12, "a.jpg", "image/jpeg", 1234, 640, 480, null, null, true);

  /** A recording. */
  public static final Attachment VOICE =
      new Attachment(13, "v.webm", "audio/webm", 99, null, null, 5200, "0a9z", false);

  /** A file of no kind in particular. */
  public static final Attachment LIST =
      new Attachment(14, "names \"1\".txt", "text/plain", 5, null, null, null, null, false);

  private TestFiles() {}

  /** With addresses. */
  public static List<MessageFile> linked(Attachment... attachments) {
    return List.of(attachments).stream()
        .map(
            file ->
                new MessageFile(
                    file, "/f/" + file.fileId(), file.hasPreview() ? "/p/" + file.fileId() : null))
        .toList();
  }
}
