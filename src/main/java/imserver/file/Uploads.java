package imserver.file;

import imserver.auth.UserPrincipal;
import imserver.config.Config;
import imserver.database.Schema;
import imserver.database.StorageException;
import imserver.database.Vendor;
import imserver.database.WriteTurn;
import imserver.file.FileRefusedException.Reason;
import imserver.monitoring.Meters;
import imserver.monitoring.Meters.UploadOutcome;
import imserver.query.UserQuota;
import jakarta.annotation.PostConstruct;
import jakarta.annotation.PreDestroy;
import jakarta.annotation.Resource;
import jakarta.ejb.ConcurrencyManagement;
import jakarta.ejb.ConcurrencyManagementType;
import jakarta.ejb.DependsOn;
import jakarta.ejb.Singleton;
import jakarta.ejb.Startup;
import jakarta.ejb.TransactionManagement;
import jakarta.ejb.TransactionManagementType;
import jakarta.enterprise.concurrent.ManagedThreadFactory;
import jakarta.inject.Inject;
import java.io.IOException;
import java.io.InputStream;
import java.lang.System.Logger.Level;
import java.time.Clock;
import java.time.Duration;
import java.time.OffsetDateTime;
import java.time.temporal.ChronoUnit;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Future;
import java.util.concurrent.Semaphore;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;

/**
 * Takes files in, and gives them out. Of one user a few come at a time, and of all a bounded
 * number, each with a chunk in memory. Safe for use by several threads; no method waits.
 */
@Singleton
@Startup
@DependsOn("FileAddresses")
@ConcurrencyManagement(ConcurrencyManagementType.BEAN)
@TransactionManagement(TransactionManagementType.BEAN)
public class Uploads {

  private static final System.Logger LOG = System.getLogger(Uploads.class.getName());

  /** At once, of one user, */
  private static final int OF_ONE = 3;

  /** and of all, with 256 KiB each in memory. */
  private static final int OF_ALL = 100;

  /** While fewer are free, one of a user at a time gets in, and slow ones are ended. */
  private static final int SCARCE = OF_ALL / 2;

  /** Bytes a second that have to come, */
  private static final long SLOWEST = 2 * 1024;

  /** and while places are scarce. */
  private static final long SLOWEST_OF_SCARCE = 16 * 1024;

  private final UserQuota users = new UserQuota(OF_ONE);
  private final Semaphore all = new Semaphore(OF_ALL);

  /** Files of which a part is on its way. */
  private final Set<Long> resumed = ConcurrentHashMap.newKeySet();

  @Inject private Config config;
  @Inject private Clock clock;
  @Inject private WriteTurn turn;
  @Inject private Schema schema;

  @Inject private DataSource dataSource;

  @Resource private ManagedThreadFactory threads;

  private FileWorkers workers;
  private FileTable table;
  private FileStore store;
  private KeptFiles files;
  private @Nullable ObjectStorage objectStorage;
  private FileInspector inspector;
  private FileSweep sweep;
  private @Nullable VirusScanner scanner;

  /** For the container, which injects the rest. */
  public Uploads() {}

  @PostConstruct
  void start() {
    Vendor vendor = Vendor.of(config.storage());
    FileDatabase database = new FileDatabase(dataSource, vendor, turn);
    table = new FileTable(database, config.files().perDay());
    store = FileBytes.store(dataSource, vendor, turn, schema.filesFolder());
    inspector = new FileInspector(store);
    workers =
        new FileWorkers(
            threads, config.objectStorage().isOn(), config.files().uploadBytesPerSecond());
    if (config.objectStorage().isOn()) {
      objectStorage =
          new ObjectStorage(config.objectStorage(), database, table, store, threads, clock);
    }
    files = objectStorage == null ? store : objectStorage.files();
    String address = config.files().scanner();
    scanner = address == null ? null : new VirusScanner(address, workers::in);
    sweep = new FileSweep(table, files, threads, clock);
  }

  FileWorkers workers() {
    return workers;
  }

  FileTable table() {
    return table;
  }

  FileStore store() {
    return store;
  }

  OffsetDateTime now() {
    return OffsetDateTime.now(clock).truncatedTo(ChronoUnit.MILLIS);
  }

  /** Bytes of one file at most; 0 where there are none. */
  public long maxBytes() {
    return config.files().maxBytes();
  }

  /**
   * Lets a whole file in.
   *
   * @param contentType of the body: of a form, or of anything else
   * @throws FileRefusedException if too many come at once, or the form has no boundary
   */
  public Upload whole(UserPrincipal owner, NewFile file, @Nullable String contentType) {
    String boundary = FormReader.boundary(contentType);
    if (boundary != null && boundary.isEmpty()) {
      throw refused(Reason.MALFORMED);
    }
    admit(owner);
    return Upload.whole(this, owner, file, boundary, () -> release(owner));
  }

  /**
   * Lets a part of a file in that was begun by {@link #begin}.
   *
   * @throws FileRefusedException if too many come at once, or another part of it does
   */
  public Upload part(UserPrincipal owner, long fileId, long offset) {
    admit(owner);
    if (!resumed.add(fileId)) {
      release(owner);
      throw refused(Reason.CONFLICT);
    }
    return Upload.part(
        this,
        owner,
        fileId,
        offset,
        () -> {
          resumed.remove(fileId);
          release(owner);
        });
  }

  /** What is told of an upload that failed. */
  static UploadOutcome outcomeOf(Throwable error) {
    Throwable cause = error instanceof CompletionException ? error.getCause() : error;
    if (cause instanceof FileRefusedException refused) {
      return refused.reason() == Reason.BUSY ? UploadOutcome.BUSY : UploadOutcome.REFUSED;
    }
    return UploadOutcome.FAILED;
  }

  private boolean isScarce() {
    return all.availablePermits() < SCARCE;
  }

  /** How many bytes have to come within a second, on the average of some. */
  long slowest() {
    return isScarce() ? SLOWEST_OF_SCARCE : SLOWEST;
  }

  private void admit(UserPrincipal owner) {
    if (!users.take(owner, 1)) {
      throw refused(Reason.TOO_MANY);
    }
    if (isScarce() && users.amount(owner) > 1) {
      users.giveBack(owner, 1);
      throw refused(Reason.BUSY);
    }
    if (!all.tryAcquire()) {
      users.giveBack(owner, 1);
      throw refused(Reason.BUSY);
    }
  }

  /** Of what is not let in: no {@link Upload} comes of it that would count itself. */
  private static FileRefusedException refused(Reason reason) {
    FileRefusedException refused = new FileRefusedException(reason);
    Meters.uploaded(outcomeOf(refused));
    return refused;
  }

  private void release(UserPrincipal owner) {
    all.release();
    users.giveBack(owner, 1);
  }

  /**
   * Begins a resumable upload; a retry finds what was begun, or is complete.
   *
   * @param announced how many bytes it will have
   * @return failed with a {@link FileRefusedException} where it is not taken
   */
  public CompletableFuture<StoredFile> begin(UserPrincipal owner, NewFile file, long announced) {
    if (announced == 0 || announced > maxBytes()) {
      return CompletableFuture.failedFuture(
          refused(announced == 0 ? Reason.EMPTY : Reason.TOO_LARGE));
    }
    return workers
        .store(
            () -> {
              StoredFile begun = table.begin(owner.userId(), file, announced, true, now());
              if (begun.announced() != announced
                  || !FileTable.isName(begun.file().name(), file.name())) {
                throw new FileRefusedException(Reason.REUSED_ID);
              }
              return begun;
            })
        .whenComplete(
            (begun, error) -> {
              if (error != null) {
                Meters.uploaded(outcomeOf(error));
              }
            });
  }

  /** A file of its owner, complete or not. */
  public CompletableFuture<Optional<StoredFile>> own(UserPrincipal owner, long fileId) {
    return workers.store(
        () -> table.find(fileId).filter(found -> found.ownerId() == owner.userId()));
  }

  /** A complete file, where the user may see it. */
  public CompletableFuture<Optional<StoredFile>> seenBy(UserPrincipal user, long fileId) {
    return workers.store(() -> table.seenBy(fileId, user.userId()));
  }

  /** A complete file, for the host application, whoever may see it. */
  public CompletableFuture<Optional<StoredFile>> any(long fileId) {
    return workers.store(() -> table.find(fileId).filter(StoredFile::isComplete));
  }

  /** A complete file that an address names, where it may be downloaded. */
  public CompletableFuture<Optional<Download>> download(
      long fileId, FileVariant variant, boolean sealed) {
    return workers.fetch(
        () ->
            table
                .served(fileId, sealed, now())
                .filter(found -> variant == FileVariant.CONTENT || found.file().hasPreview())
                .map(found -> Download.of(workers, files, found.file(), variant)));
  }

  /** Does something every so often, which does not wait. */
  public Future<?> every(Duration period, Runnable task) {
    return workers.every(period, task);
  }

  /**
   * Looks at a file whose bytes are all there, and completes it. Waits.
   *
   * @param announced how many came
   * @return the file; or another one of the same name, which was complete before
   */
  StoredFile completed(
      UserPrincipal owner, long fileId, FileVariant from, NewFile file, long announced) {
    Inspection found = inspector.inspect(fileId, from, announced, file);
    scan(fileId);
    StoredFile complete = table.complete(fileId, owner.userId(), file, announced, found);
    if (objectStorage != null) {
      objectStorage.soon();
    }
    return complete;
  }

  private void scan(long fileId) {
    VirusScanner asked = scanner;
    if (asked == null) {
      return;
    }
    try (InputStream bytes = new StoreInput(store, fileId, FileVariant.CONTENT)) {
      asked.scan(fileId, bytes);
    } catch (FileRefusedException e) {
      if (e.reason() == Reason.REFUSED) {
        forget(fileId);
      }
      throw e;
    } catch (IOException e) {
      throw new StorageException(e);
    }
  }

  /** Forgets what was not completed, when there is time; what fails is left to the sweep. */
  void forget(long fileId) {
    var unused =
        workers
            .store(
                () -> {
                  if (table.abandon(fileId)) {
                    store.delete(fileId);
                  }
                  return fileId;
                })
            .whenComplete(
                (id, error) -> {
                  if (error != null && !(error instanceof StorageException)) {
                    LOG.log(Level.DEBUG, "a part of a file is left over: {0}", error.toString());
                  }
                });
  }

  @PreDestroy
  void stop() {
    sweep.stop();
    if (objectStorage != null) {
      objectStorage.stop();
    }
    workers.stop();
  }
}
