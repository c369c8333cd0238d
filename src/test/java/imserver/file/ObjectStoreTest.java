package imserver.file;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import imserver.config.Config;
import imserver.database.StorageException;
import imserver.database.Vendor;
import imserver.database.WriteTurn;
import imserver.server.S3Proxy;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.Arrays;
import java.util.Random;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import org.flywaydb.core.Flyway;
import org.h2.jdbcx.JdbcDataSource;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@DisplayName("Files in an object storage")
class ObjectStoreTest {

  private static final String BUCKET = "files";

  private static final OffsetDateTime BEGUN =
      OffsetDateTime.of(2026, 1, 2, 3, 4, 5, 0, ZoneOffset.UTC);

  @TempDir private static Path folder;

  private static S3Proxy server;
  private static ScheduledExecutorService timer;
  private static JdbcDataSource source;
  private static FileTable table;
  private static FileStore local;

  private static long lastId = 990;

  private final ObjectStore store = store("one", S3Proxy.SECRET_KEY);

  @BeforeAll
  static void start() throws IOException {
    server = new S3Proxy(folder.resolve("s3"), BUCKET);
    timer = Executors.newSingleThreadScheduledExecutor();
    source = new JdbcDataSource();
    source.setURL("jdbc:h2:mem:moved;DB_CLOSE_DELAY=-1;MODE=PostgreSQL;DATABASE_TO_LOWER=TRUE");
    Flyway.configure().dataSource(source).locations("classpath:db/migration/h2").load().migrate();
    table = new FileTable(new FileDatabase(source, Vendor.H2, new WriteTurn()), 1000);
    local = new FolderStore(folder.resolve("files"));
  }

  @AfterAll
  static void stop() {
    server.close();
    timer.shutdownNow();
  }

  private static ObjectStore store(String installation, String secret) {
    return new ObjectStore(settings(secret), installation, timer);
  }

  private static Config.ObjectStorage settings(String secret) {
    return new Config.ObjectStorage(
        BUCKET + "/chat", server.endpoint(), "us-east-1", S3Proxy.ACCESS_KEY, secret);
  }

  private static byte[] bytes(int length) {
    byte[] bytes = new byte[length];
    new Random(length).nextBytes(bytes);
    return bytes;
  }

  private void put(long id, FileVariant variant, byte[] bytes) {
    store.put(id, variant, new ByteArrayInputStream(bytes), bytes.length);
  }

  private static byte[] read(KeptFiles files, long id, FileVariant variant) throws IOException {
    try (var input = new StoreInput(files, id, variant)) {
      return input.readAllBytes();
    }
  }

  @Test
  @DisplayName("are read from any place, in pieces of any length")
  void ranges() throws IOException {
    byte[] bytes = bytes(300_000);
    long id = ++lastId;
    put(id, FileVariant.CONTENT, bytes);
    assertThat(read(store, id, FileVariant.CONTENT)).isEqualTo(bytes);
    byte[] piece = new byte[100_000];
    assertThat(store.read(id, FileVariant.CONTENT, 250_000, piece, 100_000)).isEqualTo(50_000);
    assertThat(Arrays.copyOf(piece, 50_000)).isEqualTo(Arrays.copyOfRange(bytes, 250_000, 300_000));
    assertThat(store.read(id, FileVariant.CONTENT, 300_000, piece, 1)).isEqualTo(KeptFiles.END);
    assertThat(store.read(id, FileVariant.PREVIEW, 0, piece, 1)).isEqualTo(KeptFiles.END);
    assertThat(store.read(++lastId, FileVariant.CONTENT, 0, piece, 1)).isEqualTo(KeptFiles.END);
  }

  @Test
  @DisplayName("are put in parts where they are large, and are one object then")
  void parts() throws IOException {
    byte[] bytes = bytes(2 * ObjectStore.PART + 17);
    long id = ++lastId;
    put(id, FileVariant.CONTENT, bytes);
    assertThat(read(store, id, FileVariant.CONTENT)).isEqualTo(bytes);
  }

  @Test
  @DisplayName("are not taken for whole where there are fewer or more bytes than there should be")
  void sizes() {
    for (int size : new int[] {10, ObjectStore.PART + 10}) {
      for (int found : new int[] {size - 1, size + 1}) {
        long id = ++lastId;
        assertThatThrownBy(
                () ->
                    store.put(
                        id, FileVariant.CONTENT, new ByteArrayInputStream(bytes(found)), size))
            .isInstanceOf(StorageException.class)
            .hasMessageContaining("should have " + size);
        assertThat(store.read(id, FileVariant.CONTENT, 0, new byte[1], 1)).isEqualTo(KeptFiles.END);
      }
    }
    assertThatCode(() -> store.abortBefore(Instant.now())).doesNotThrowAnyException();
  }

  @Test
  @DisplayName("are listed in the order of their ids, those of this installation alone")
  void kept() {
    long first = lastId + 1;
    for (long id : new long[] {first, first + 1, first + 9, first + 1000}) {
      put(id, FileVariant.CONTENT, bytes(5));
      put(id, FileVariant.PREVIEW, bytes(6));
    }
    lastId = first + 1000;
    ObjectStore other = store("two", S3Proxy.SECRET_KEY);
    other.put(first + 2, FileVariant.CONTENT, new ByteArrayInputStream(bytes(5)), 5);
    assertThat(store.kept(first - 1, 3)).containsExactly(first, first + 1, first + 9);
    assertThat(store.kept(first + 1, 10)).containsExactly(first + 9, first + 1000);
    assertThat(store.kept(first + 1000, 10)).isEmpty();
    store.delete(first + 1);
    store.delete(first + 2);
    assertThat(store.kept(first - 1, 2)).containsExactly(first, first + 9);
    assertThat(other.kept(0, 10)).containsExactly(first + 2);
  }

  @Test
  @DisplayName("are an error, and not an end, where the storage does not know the key")
  void wrongKey() {
    ObjectStore stranger = store("one", "another-secret");
    byte[] piece = new byte[1];
    assertThatThrownBy(() -> stranger.read(1, FileVariant.CONTENT, 0, piece, 1))
        .isInstanceOf(StorageException.class);
    assertThatThrownBy(() -> stranger.kept(0, 1)).isInstanceOf(StorageException.class);
    assertThatThrownBy(() -> stranger.read(1, FileVariant.CONTENT, 0, piece, 1))
        .hasMessageNotContaining("just now"); // it has answered
  }

  private static long uploaded(byte[] bytes, boolean hasPreview) {
    NewFile file = NewFile.of("a", null, null, null);
    long id = table.begin(1, file, 50_000_000, false, BEGUN).file().fileId();
    for (int from = 0; from < bytes.length; from += Upload.CHUNK) {
      byte[] chunk = Arrays.copyOfRange(bytes, from, Math.min(bytes.length, from + Upload.CHUNK));
      local.append(id, FileVariant.CONTENT, from, chunk, chunk.length);
    }
    if (hasPreview) {
      local.append(id, FileVariant.PREVIEW, 0, bytes, 10);
    }
    table.complete(
        id, 1, file, bytes.length, new Inspection("image/png", bytes.length, 1, 1, hasPreview));
    return id;
  }

  @Test
  @DisplayName("are moved there and back, and can be read all the while")
  void moved() throws IOException {
    byte[] bytes = bytes(ObjectStore.PART + 1);
    long id = uploaded(bytes, true);
    TieredFiles files = new TieredFiles(local, store);
    FileMover mover = new FileMover(table, local, store);
    assertThat(read(files, id, FileVariant.CONTENT)).isEqualTo(bytes);
    assertThat(mover.toStorage(id)).isTrue();
    assertThat(local.kept(id - 1, 1)).doesNotContain(id);
    assertThat(read(files, id, FileVariant.CONTENT)).isEqualTo(bytes);
    assertThat(read(files, id, FileVariant.PREVIEW)).hasSize(10);
    assertThat(mover.toStorage(id)).isTrue(); // again
    assertThat(files.kept(id - 1, 1)).containsExactly(id);

    assertThat(mover.fromStorage(id)).isTrue();
    assertThat(store.kept(id - 1, 1)).doesNotContain(id);
    assertThat(read(local, id, FileVariant.CONTENT)).isEqualTo(bytes);
    assertThat(read(local, id, FileVariant.PREVIEW)).hasSize(10);
    assertThat(local.read(id, FileVariant.INCOMING, 0, new byte[1], 1)).isEqualTo(KeptFiles.END);
    files.delete(id);
    assertThat(files.kept(id - 1, 1)).doesNotContain(id);
  }

  @Test
  @DisplayName(
      "are all brought back by a command, but for those without a row, and are there for a copy")
  void fetched() throws IOException {
    byte[] bytes = bytes(300_000);
    long id = uploaded(bytes, true);
    Config.ObjectStorage settings = settings(S3Proxy.SECRET_KEY);
    try (OfflineStorage storage =
        new OfflineStorage(source, Vendor.H2, folder.resolve("files"), settings)) {
      FileDatabase database = new FileDatabase(source, Vendor.H2, new WriteTurn());
      ObjectStore own = ObjectStore.of(settings, database, timer);
      new FileMover(table, local, own).toStorage(id);
      own.put(9_999_999, FileVariant.CONTENT, new ByteArrayInputStream(bytes), bytes.length);
      assertThat(local.kept(id - 1, 1)).doesNotContain(id);
      assertThat(storage.has(id, bytes.length)).isTrue();
      assertThat(storage.has(id, bytes.length - 1)).isFalse();
      assertThat(storage.has(id + 1, 1)).isFalse();
      ByteArrayOutputStream said = new ByteArrayOutputStream();
      assertThat(storage.fetchAll(new PrintStream(said, true, StandardCharsets.UTF_8)))
          .isEqualTo(1);
      assertThat(said.toString(StandardCharsets.UTF_8)).contains("files: 1", "left where they are");
      assertThat(read(local, id, FileVariant.CONTENT)).isEqualTo(bytes);
      assertThat(read(local, id, FileVariant.PREVIEW)).hasSize(10);
      assertThat(own.kept(0, 10)).containsExactly(9_999_999L);
      own.close();
    }
  }

  @Test
  @DisplayName("stay where they are where they are not complete, or not all there")
  void notMoved() {
    long begun = table.begin(1, NewFile.of("a", null, null, null), 9, true, BEGUN).file().fileId();
    local.append(begun, FileVariant.INCOMING, 0, new byte[5], 5);
    long cut = uploaded(bytes(500_000), false);
    byte[] less = bytes(1000);
    local.append(cut, FileVariant.CONTENT, 0, less, less.length);
    FileMover mover = new FileMover(table, local, store);
    assertThat(mover.toStorage(begun)).isFalse();
    assertThatThrownBy(() -> mover.toStorage(cut)).isInstanceOf(StorageException.class);
    assertThat(local.kept(begun - 1, 2)).containsExactly(begun, cut);
    local.delete(cut);
    assertThat(store.kept(begun - 1, 100)).doesNotContain(begun, cut);
  }

  @Test
  @DisplayName("wait in their place while the storage is down, and go on after one that fails")
  void down() throws IOException {
    long first = uploaded(bytes(1000), false);
    long second = uploaded(bytes(2000), true);
    server.kill();
    ObjectStore asked = store("one", S3Proxy.SECRET_KEY);
    byte[] piece = new byte[1];
    assertThatThrownBy(() -> asked.read(1, FileVariant.CONTENT, 0, piece, 1))
        .isInstanceOf(StorageException.class)
        .hasMessageNotContaining("just now");
    assertThatThrownBy(() -> asked.read(1, FileVariant.CONTENT, 0, piece, 1))
        .isInstanceOf(StorageException.class)
        .hasMessageContaining("just now"); // without asking again
    StorageMoves moves = new StorageMoves(table, local, store, Thread::new, Clock.systemUTC());
    try {
      assertThatThrownBy(moves::step).isInstanceOf(StorageException.class);
      assertThat(local.kept(first - 1, 2)).containsExactly(first, second);
      assertThat(read(new TieredFiles(local, store), second, FileVariant.PREVIEW)).hasSize(10);
    } finally {
      moves.stop();
      server.start();
    }
    StorageMoves again = new StorageMoves(table, local, store, Thread::new, Clock.systemUTC());
    try {
      again.soon();
      await()
          .untilAsserted(() -> assertThat(local.kept(first - 1, 2)).doesNotContain(first, second));
      assertThat(read(store, second, FileVariant.CONTENT)).isEqualTo(bytes(2000));
    } finally {
      again.stop();
    }
  }
}
