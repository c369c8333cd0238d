package imserver.file;

import imserver.auth.UserPrincipal;
import imserver.file.FileRefusedException.Reason;
import imserver.monitoring.Meters;
import imserver.monitoring.Meters.UploadOutcome;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * One request with bytes of a file. Its methods wait for nothing, and are called one after the
 * other, each when what the one before has returned is done. {@link #close} may be called at any
 * time, once or more.
 */
public final class Upload {

  /** Bytes that are handed over at a time. */
  public static final int CHUNK = 256 * 1024;

  /** Beside the file a form has some headers and fields. */
  private static final long FORM_BYTES = 64 * 1024;

  private final Uploads uploads;
  private final UserPrincipal owner;
  private final @Nullable NewFile file;
  private final @Nullable String boundary;
  private final long resumed;
  private final Runnable release;

  private @Nullable StoredFile row;
  private long offset;
  private boolean isKnown;
  private boolean isRetry;
  private boolean isSettled;
  private boolean isClosed;
  private boolean isWorking;
  private boolean isCounted;

  private Upload(
      Uploads uploads,
      UserPrincipal owner,
      @Nullable NewFile file,
      @Nullable String boundary,
      long resumed,
      long offset,
      Runnable release) {
    this.uploads = uploads;
    this.owner = owner;
    this.file = file;
    this.boundary = boundary;
    this.resumed = resumed;
    this.offset = offset;
    this.release = release;
  }

  /**
   * Of a whole file.
   *
   * @param boundary of a form with it; null where the body is the file
   * @param release run when it is closed
   */
  static Upload whole(
      Uploads uploads,
      UserPrincipal owner,
      NewFile file,
      @Nullable String boundary,
      Runnable release) {
    return new Upload(uploads, owner, file, boundary, 0, 0, release);
  }

  /** Of a part of one that was begun. */
  static Upload part(
      Uploads uploads, UserPrincipal owner, long fileId, long offset, Runnable release) {
    return new Upload(uploads, owner, null, null, fileId, offset, release);
  }

  /** Whether it goes on with one that was begun. */
  public boolean isPart() {
    return resumed > 0;
  }

  /**
   * How many bytes have to come within a second, on the average of some: more while few others can
   * get in.
   */
  public long slowest() {
    return uploads.slowest();
  }

  /** Bytes of the body at most. */
  public long maxBytes() {
    return uploads.maxBytes() + (boundary == null ? 0 : FORM_BYTES);
  }

  /**
   * Keeps the next bytes of the body.
   *
   * @param bytes not to be changed until it is done
   * @return failed with a {@link FileRefusedException} or a {@code StorageException} where they are
   *     not kept; what follows is of no use then
   */
  public CompletableFuture<Void> write(byte[] bytes, int length) {
    return step(
        () ->
            uploads
                .workers()
                .keep(
                    length,
                    () -> {
                      keep(bytes, length);
                      return null;
                    }));
  }

  /**
   * Completes the file, when all bytes of the body were kept.
   *
   * @return the file; of a resumable one that is not all there yet, its row
   */
  public CompletableFuture<StoredFile> finish() {
    return step(
        () ->
            uploads
                .workers()
                .look(this::complete)
                .whenComplete(
                    (stored, error) -> {
                      if (error == null) {
                        count(outcomeOf(stored));
                      }
                    }));
  }

  private UploadOutcome outcomeOf(StoredFile stored) {
    if (isRetry || (isPart() && isKnown)) {
      return UploadOutcome.REPEATED;
    }
    return stored.isComplete() ? UploadOutcome.STORED : UploadOutcome.PART;
  }

  /**
   * Says that more bytes came than may be: nothing of it is kept.
   *
   * @return why it is not taken
   */
  public Reason refuseTooLarge() {
    count(UploadOutcome.REFUSED);
    return Reason.TOO_LARGE;
  }

  /** Counts what became of it, once: what comes first is what its client is told. */
  private void count(UploadOutcome outcome) {
    synchronized (this) {
      if (isCounted) {
        return;
      }
      isCounted = true;
    }
    Meters.uploaded(outcome);
  }

  /** Whether the file that it was finished with was there before, under the same name. */
  public boolean isRetry() {
    return isRetry;
  }

  private interface Step<T> {
    CompletableFuture<T> begin();
  }

  private <T> CompletableFuture<T> step(Step<T> step) {
    synchronized (this) {
      if (isClosed) {
        return CompletableFuture.failedFuture(new FileRefusedException(Reason.UNKNOWN));
      }
      isWorking = true;
    }
    CompletableFuture<T> done = step.begin();
    return done.whenComplete(
        (result, error) -> {
          if (error != null) {
            count(Uploads.outcomeOf(error));
          }
          worked();
        });
  }

  private void worked() {
    boolean end;
    synchronized (this) {
      isWorking = false;
      end = isClosed;
    }
    if (end) {
      end();
    }
  }

  private void keep(byte[] bytes, int length) {
    StoredFile known = open();
    if (isKnown) {
      offset += length; // a retry: its bytes are there already
      return;
    }
    if (offset + length > (isPart() ? known.announced() : maxBytes())) {
      throw new FileRefusedException(Reason.TOO_LARGE);
    }
    FileStore store = uploads.store();
    long id = known.file().fileId();
    if (!isPart()) {
      store.append(id, FileVariant.INCOMING, offset, bytes, length);
    } else if (!store.appendPart(uploads.table(), id, offset, bytes, length)) {
      throw new FileRefusedException(Reason.CONFLICT);
    }
    offset += length;
  }

  private StoredFile open() {
    if (row == null) {
      row = isPart() ? resume() : begin();
    }
    return row;
  }

  private StoredFile resume() {
    StoredFile found =
        uploads
            .table()
            .find(resumed)
            .filter(each -> each.ownerId() == owner.userId())
            .orElseThrow(() -> new FileRefusedException(Reason.UNKNOWN));
    if (found.isComplete() ? offset != found.announced() : offset != found.received()) {
      throw new FileRefusedException(Reason.CONFLICT);
    }
    isKnown = found.isComplete();
    return found;
  }

  private StoredFile begin() {
    NewFile announced = Objects.requireNonNull(file);
    StoredFile found =
        uploads.table().begin(owner.userId(), announced, uploads.maxBytes(), false, uploads.now());
    isKnown = found.isComplete();
    isSettled = isKnown;
    return found;
  }

  private StoredFile complete() {
    StoredFile known = open();
    long id = known.file().fileId();
    if (isPart()) {
      isSettled = true; // what there is of it stays
      if (!known.isComplete() && offset > 0 && offset < known.announced()) {
        uploads.store().sync(id, FileVariant.INCOMING, offset);
      }
      return known.isComplete() || offset < known.announced()
          ? at(known)
          : uploads.completed(owner, id, whereItIs(id), named(known), offset);
    }
    if (offset == 0) {
      throw new FileRefusedException(Reason.EMPTY);
    }
    NewFile announced = Objects.requireNonNull(file);
    if (isKnown) {
      isRetry = true;
      return FileTable.same(known, announced, offset);
    }
    StoredFile completed;
    if (boundary == null) {
      completed = uploads.completed(owner, id, FileVariant.INCOMING, announced, offset);
    } else {
      FormReader.Form form = FormReader.read(uploads.store(), id, boundary, uploads.maxBytes());
      completed = uploads.completed(owner, id, FileVariant.CONTENT, form.file(), form.size());
    }
    isSettled = completed.file().fileId() == id;
    isRetry = !isSettled;
    return completed;
  }

  /** An attempt to complete it may have failed when its bytes were in their place already. */
  private FileVariant whereItIs(long id) {
    byte[] first = new byte[1];
    return uploads.store().read(id, FileVariant.INCOMING, 0, first, 1) == FileStore.END
        ? FileVariant.CONTENT
        : FileVariant.INCOMING;
  }

  private StoredFile at(StoredFile known) {
    return new StoredFile(
        known.ownerId(),
        known.announced(),
        offset,
        known.isComplete(),
        known.clientFileId(),
        known.file());
  }

  private static NewFile named(StoredFile known) {
    return new NewFile(
        known.file().name(),
        known.clientFileId(),
        known.file().duration(),
        known.file().waveform());
  }

  /** Ends it. What was kept of a file that is not complete and not resumable is forgotten. */
  public void close() {
    boolean end;
    synchronized (this) {
      if (isClosed) {
        return;
      }
      isClosed = true;
      end = !isWorking;
    }
    if (end) {
      end();
    }
  }

  private void end() {
    count(UploadOutcome.BROKEN_OFF);
    release.run();
    StoredFile begun = row;
    if (begun != null && !isSettled && !isPart()) {
      uploads.forget(begun.file().fileId());
    }
  }
}
