package imserver.rest;

import imserver.file.FileAddresses;
import imserver.packet.Attachment;
import org.jspecify.annotations.Nullable;

/**
 * A file, as who may see it sees it.
 *
 * @param fileId below 2^53
 * @param name as its sender called it
 * @param type found from its bytes
 * @param size bytes
 * @param width pixels, of an image as it is shown; else absent
 * @param height as {@code width}
 * @param duration milliseconds of a recording; else absent
 * @param waveform a sketch of a recording; else absent
 * @param url where it is downloaded, for one to two hours from now
 * @param previewUrl where a smaller image of it is; absent where there is none
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

  static FileView of(Attachment file, FileAddresses addresses) {
    return new FileView(
        file.fileId(),
        file.name(),
        file.type(),
        file.size(),
        file.width(),
        file.height(),
        file.duration(),
        file.waveform(),
        addresses.file(file),
        addresses.preview(file));
  }
}
