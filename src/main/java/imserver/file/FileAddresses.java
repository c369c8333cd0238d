package imserver.file;

import imserver.packet.Attachment;
import imserver.packet.MessageFile;
import jakarta.enterprise.context.ApplicationScoped;

/** Addresses of files. */
@ApplicationScoped
public class FileAddresses {

  /** For the container. */
  public FileAddresses() {}

  /** The same as a report keeps it, for a moderator. */
  public MessageFile linkSealed(Attachment attachment) {
    return link(attachment);
  }

  /** A file with its addresses. */
  public MessageFile link(Attachment attachment) {
    String root = "/teaching/api/files/" + attachment.fileId();
    return new MessageFile(
        attachment, root + "/content", attachment.hasPreview() ? root + "/preview" : null);
  }
}
