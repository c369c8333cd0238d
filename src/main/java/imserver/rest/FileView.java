package imserver.rest;

import imserver.packet.Attachment;
import imserver.packet.MessageFile;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A file; what it has not is absent.
 *
 * @param fileId below 2^53
 * @param name as its sender called it, without a path
 * @param type the media type, found from its bytes
 * @param size bytes
 * @param width pixels, of an image as it is shown
 * @param height as {@code width}
 * @param duration milliseconds, of a recording, as its sender says
 * @param waveform a sketch of a recording, as its sender says
 * @param url where it can be had for an hour or two
 * @param previewUrl the same of a smaller image
 */
public record FileView(
    long fileId,
    String name,
    String type,
    long size,
    @Nullable Integer width,
    @Nullable Integer height,
    @Nullable Integer duration,
    @Nullable String waveform,
    String url,
    @Nullable String previewUrl) {

  static FileView of(MessageFile file) {
    Attachment attachment = file.attachment();
    return new FileView(
        attachment.fileId(),
        attachment.name(),
        attachment.type(),
        attachment.size(),
        attachment.width(),
        attachment.height(),
        attachment.duration(),
        attachment.waveform(),
        file.url(),
        file.previewUrl());
  }

  /** Null for none. */
  static @Nullable List<FileView> of(List<MessageFile> files) {
    return files.isEmpty() ? null : files.stream().map(FileView::of).toList();
  }
}
