package imserver.file;

import imserver.packet.Attachment;
import org.jspecify.annotations.Nullable;

/**
 * The row of a file.
 *
 * @param announced bytes, as its owner has announced or sent them
 * @param received so many of a resumable upload are stored
 * @param clientFileId the owner's name for it; null for none
 * @param file what is said of it; of one that is not complete the name alone
 */
public record StoredFile(
    long ownerId,
    long announced,
    long received,
    boolean isComplete,
    @Nullable String clientFileId,
    Attachment file) {}
