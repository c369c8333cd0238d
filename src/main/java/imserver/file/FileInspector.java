package imserver.file;

import java.io.DataInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.time.Duration;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * Looks at what was uploaded: finds its type, takes the metadata out of an image, and makes a
 * preview of it. An image that cannot be decoded, or is too large for that, is a file like any
 * other, without its metadata all the same; one in which no picture is found ends where its
 * metadata would begin. One image is decoded at a time. Safe for use by several threads.
 */
final class FileInspector {

  /** For one image; it takes a second or two. */
  private static final Duration DECODING = Duration.ofSeconds(20);

  /** Bytes of an image that is its own preview, where it is no larger than one. */
  private static final long SMALL = 128 * 1024;

  private final FileStore store;
  private final ReentrantLock decoding = new ReentrantLock(true);

  FileInspector(FileStore store) {
    this.store = store;
  }

  /**
   * Looks at a file. When it returns its content, with the preview if there is one, is durable.
   *
   * @param from where its bytes are; gone or of no use afterwards
   * @param size of them; of what is there from an attempt before, as it was then
   */
  Inspection inspect(long fileId, FileVariant from, long size, NewFile file) {
    if (from == FileVariant.INCOMING) {
      store.sync(fileId, from, size); // all of it: what has lost its end would be a whole otherwise
    }
    String type = MediaTypes.of(head(fileId, from), file.name(), file.isRecording());
    long length = size;
    if (type.startsWith("image/")) {
      FileVariant other = from == FileVariant.CONTENT ? FileVariant.INCOMING : FileVariant.CONTENT;
      StoreOutput clean = new StoreOutput(store, fileId, other);
      ImageShape shape = ImageCleaner.copy(type, () -> new StoreInput(store, fileId, from), clean);
      if (shape != null) {
        long kept = clean.finish();
        settle(fileId, other);
        return image(fileId, shape, kept);
      }
      type = MediaTypes.UNKNOWN;
      long end = read(fileId, from, MetadataSearch::find);
      if (end != MetadataSearch.NONE) {
        copy(fileId, from, other, end);
        settle(fileId, other);
        return new Inspection(type, end, null, null, false);
      }
      store.delete(fileId, other);
      // It may have been cut here before, by an attempt that a scanner kept from being the last.
      length = read(fileId, from, in -> in.transferTo(OutputStream.nullOutputStream()));
    }
    settle(fileId, from);
    return new Inspection(type, length, null, null, false);
  }

  private void settle(long fileId, FileVariant from) {
    if (from != FileVariant.CONTENT) {
      store.move(fileId, from, FileVariant.CONTENT);
    } else {
      store.delete(fileId, FileVariant.INCOMING);
    }
  }

  private void copy(long fileId, FileVariant from, FileVariant to, long length) {
    StoreOutput out = new StoreOutput(store, fileId, to);
    read(
        fileId,
        from,
        in -> {
          ImageCleaner.copy(new DataInputStream(in), out, length);
          return out.finish();
        });
  }

  private byte[] head(long fileId, FileVariant variant) {
    return read(fileId, variant, in -> in.readNBytes(MediaTypes.LOOKED_AT));
  }

  private interface Reading<R> {
    R of(InputStream in) throws IOException;
  }

  private <R> R read(long fileId, FileVariant variant, Reading<R> reading) {
    try (InputStream in = new StoreInput(store, fileId, variant)) {
      return reading.of(in);
    } catch (IOException e) {
      throw new IllegalStateException("what the store throws is no IOException", e);
    }
  }

  private Inspection image(long fileId, ImageShape shape, long size) {
    Inspection asFile = new Inspection(MediaTypes.UNKNOWN, size, null, null, false);
    if (!ImagePreview.isSmallEnough(shape)) {
      return asFile;
    }
    boolean hasPreview = false;
    if (shape.isDecodable()) {
      byte[] preview = preview(fileId, shape);
      if (preview == null) {
        return asFile;
      }
      hasPreview = size > SMALL || Math.max(shape.width(), shape.height()) > ImagePreview.SIDE;
      if (hasPreview) {
        store.append(fileId, FileVariant.PREVIEW, 0, preview, preview.length);
        store.sync(fileId, FileVariant.PREVIEW, preview.length);
      }
    }
    return new Inspection(shape.type(), size, shape.shownWidth(), shape.shownHeight(), hasPreview);
  }

  private byte @Nullable [] preview(long fileId, ImageShape shape) {
    decoding.lock();
    try (StoreImageInput in =
        new StoreImageInput(
            store, fileId, FileVariant.CONTENT, System.nanoTime() + DECODING.toNanos())) {
      return ImagePreview.of(shape, in);
    } catch (IOException e) {
      return null;
    } finally {
      decoding.unlock();
    }
  }
}
