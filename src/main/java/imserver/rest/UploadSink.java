package imserver.rest;

import imserver.file.StoredFile;
import imserver.file.Upload;
import java.util.concurrent.CompletableFuture;

/** A body that is a file, or a part of one. */
record UploadSink(Upload upload) implements BodySink<StoredFile> {

  @Override
  public long maxBytes() {
    return upload.maxBytes();
  }

  @Override
  public long slowest() {
    return upload.slowest();
  }

  @Override
  public Problem tooLarge() {
    return Problem.of(upload.refuseTooLarge());
  }

  @Override
  public CompletableFuture<Void> write(byte[] bytes, int length) {
    return upload.write(bytes, length);
  }

  @Override
  public CompletableFuture<StoredFile> finish() {
    return upload.finish();
  }

  @Override
  public boolean keepsParts() {
    return upload.isPart();
  }

  @Override
  public void close() {
    upload.close();
  }
}
