package imserver.file;

import imserver.packet.Attachment;

/**
 * A file that is complete.
 *
 * @param ownerId who has uploaded it
 * @param attachment what it is
 */
public record OwnedFile(long ownerId, Attachment attachment) {}
