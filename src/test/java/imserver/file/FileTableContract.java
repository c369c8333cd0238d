package imserver.file;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import imserver.file.FileRefusedException.Reason;
import imserver.packet.Attachment;
import java.nio.file.Path;
import java.sql.PreparedStatement;
import java.time.Clock;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * What {@link FileTable} and {@link FileSweep} do on each database. Each test has users of its own.
 */
abstract class FileTableContract {

  private static final OffsetDateTime NOW =
      OffsetDateTime.of(2026, 1, 2, 3, 4, 5, 6_000_000, ZoneOffset.UTC);

  private static final int PER_DAY = 4;

  private static final Inspection FOUND = new Inspection("image/png", 9, 3, 2, true);

  private static long lastUser = 5000;

  private final long alice = ++lastUser;
  private final long bob = ++lastUser;
  private final long carol = ++lastUser;

  @TempDir private Path folder;

  /** With the product's tables. */
  abstract FileDatabase database();

  private FileTable table() {
    return new FileTable(database(), PER_DAY);
  }

  private static NewFile named(String clientFileId) {
    return NewFile.of("a.png", clientFileId, null, null);
  }

  private long begin(String clientFileId, OffsetDateTime moment) {
    return table().begin(alice, named(clientFileId), 10, false, moment).file().fileId();
  }

  private long complete(String clientFileId, OffsetDateTime moment) {
    long id = begin(clientFileId, moment);
    return table().complete(id, alice, named(clientFileId), 10, FOUND).file().fileId();
  }

  private void update(String sql, Object... parameters) {
    database()
        .commit(
            connection -> {
              try (PreparedStatement statement = connection.prepareStatement(sql)) {
                for (int i = 0; i < parameters.length; i++) {
                  statement.setObject(i + 1, parameters[i]);
                }
                return statement.executeUpdate();
              }
            });
  }

  private void send(long fileId, long recipient) {
    long message = ++lastUser;
    update(
        "insert into message (id, sender_id, recipient_id, content, client_timestamp, dedupe_key, created_at)"
            + " values (?, ?, ?, 'x', '', ?, ?)",
        message,
        alice,
        recipient,
        "k" + message,
        NOW);
    update(
        "insert into attachment (message_id, position, file_id) values (?, 0, ?)", message, fileId);
  }

  private static void assertRefused(Runnable work, Reason reason) {
    assertThatThrownBy(work::run)
        .isInstanceOfSatisfying(
            FileRefusedException.class, e -> assertThat(e.reason()).isEqualTo(reason));
  }

  @Test
  @DisplayName("leaves nothing of a transaction that ends with an error of the JVM")
  void rolledBackAfterAnError() {
    long id = begin("error", NOW);
    assertThatThrownBy(
            () ->
                database()
                    .commit(
                        connection -> {
                          try (PreparedStatement delete =
                              connection.prepareStatement("delete from file where id = ?")) {
                            delete.setLong(1, id);
                            assertThat(delete.executeUpdate()).isEqualTo(1);
                          }
                          throw new StackOverflowError();
                        }))
        .isInstanceOf(StackOverflowError.class);
    assertThat(table().find(id)).isPresent();
  }

  @Test
  @DisplayName("keep what their owner says of their duration where they are sound or video alone")
  void duration() {
    NewFile said = NewFile.of("a", null, "1200", "0az");
    for (String type : List.of("audio/webm", "video/mp4", "text/plain")) {
      long id = table().begin(alice, said, 10, false, NOW).file().fileId();
      Attachment file =
          table().complete(id, alice, said, 10, new Inspection(type, 10, null, null, false)).file();
      boolean isTimed = !type.equals("text/plain");
      assertThat(file.duration()).as(type).isEqualTo(isTimed ? Integer.valueOf(1200) : null);
      assertThat(file.waveform()).as(type).isEqualTo(isTimed ? "0az" : null);
    }
  }

  @Test
  @DisplayName("counts the uploads of a day exactly, also those that come at once")
  void quota() {
    var threads = Executors.newFixedThreadPool(8);
    try {
      var tries =
          IntStream.range(0, 8)
              .mapToObj(
                  i ->
                      CompletableFuture.supplyAsync(
                          () -> {
                            try {
                              return begin(null, NOW);
                            } catch (FileRefusedException e) {
                              return 0L;
                            }
                          },
                          threads))
              .toList();
      assertThat(tries.stream().map(CompletableFuture::join).filter(id -> id > 0).toList())
          .hasSize(PER_DAY);
    } finally {
      threads.shutdown();
    }
    assertRefused(() -> begin(null, NOW.plusHours(23)), Reason.QUOTA);
    assertThat(begin(null, NOW.plusDays(1))).isPositive();
  }

  @Test
  @DisplayName("does not count uploads that fail, but so many; one that is complete stays counted")
  void failures() {
    for (int i = 0; i < 4 * PER_DAY; i++) {
      assertThat(table().abandon(begin(null, NOW))).isTrue();
    }
    assertRefused(() -> begin(null, NOW.plusHours(23)), Reason.QUOTA);
    OffsetDateTime next = NOW.plusDays(1);
    assertThat(table().abandon(complete("a", next))).isFalse();
    for (int i = 1; i < PER_DAY; i++) {
      complete(null, next);
    }
    assertRefused(() -> begin(null, next), Reason.QUOTA);
  }

  @Test
  @DisplayName("knows a file by its owner's name for it, also where two were begun at once")
  void names() {
    long first = begin("x", NOW);
    long second = begin("x", NOW);
    assertThat(second).isNotEqualTo(first);
    assertThat(table().complete(second, alice, named("x"), 10, FOUND).file().fileId())
        .isEqualTo(second);
    assertThat(table().complete(first, alice, named("x"), 10, FOUND).file().fileId())
        .isEqualTo(second);
    assertRefused(() -> table().complete(first, alice, named("x"), 11, FOUND), Reason.REUSED_ID);
    assertThat(begin("x", NOW)).isEqualTo(second);
    assertThat(table().abandon(second)).isFalse();
    assertThat(table().abandon(first)).isTrue();
    assertThat(table().begin(bob, named("x"), 10, false, NOW).file().fileId()).isNotEqualTo(second);
  }

  @Test
  @DisplayName("finds a resumable upload by its name before it is complete, and moves it on once")
  void resumable() {
    StoredFile begun = table().begin(alice, named("r"), 10, true, NOW);
    long id = begun.file().fileId();
    assertThat(table().begin(alice, named("r"), 10, true, NOW)).isEqualTo(begun);
    assertThat(table().received(id, 0, 6)).isTrue();
    assertThat(table().received(id, 0, 5)).isFalse();
    assertThat(table().find(id).orElseThrow().received()).isEqualTo(6);
    StoredFile done = table().complete(id, alice, named("r"), 10, FOUND);
    assertThat(done.isComplete()).isTrue();
    assertThat(done.file().type()).isEqualTo("image/png");
    assertThat(done.file().width()).isEqualTo(3);
    assertThat(done.file().hasPreview()).isTrue();
    assertThat(FileTable.isName("课***.txt", "课abc.txt")).isTrue();
    assertThat(FileTable.isName("abc.txt", "***.txt")).isFalse();
    assertThat(FileTable.isName("***.txt", "a.txt")).isFalse();
    assertThat(table().received(id, 6, 7)).isFalse();
    assertRefused(() -> table().complete(id, alice, named("r"), 10, FOUND), Reason.UNKNOWN);
  }

  @Test
  @DisplayName("shows a file to its owner and to the two of a conversation, once it is sent")
  void seen() {
    long id = complete(null, NOW);
    assertThat(table().seenBy(id, alice)).isPresent();
    assertThat(table().seenBy(id, bob)).isEmpty();
    send(id, -carol); // silenced: for its sender alone
    assertThat(table().seenBy(id, carol)).isEmpty();
    send(id, bob);
    assertThat(table().seenBy(id, bob)).isPresent();
    assertThat(table().seenBy(id, carol)).isEmpty();
    assertThat(table().seenBy(begin(null, NOW), alice)).isEmpty(); // not complete
  }

  @Test
  @DisplayName("serves a file that is in a message, or is of this day")
  void served() {
    long sent = complete(null, NOW);
    long unsent = complete(null, NOW);
    send(sent, bob);
    OffsetDateTime later = NOW.plusHours(25);
    assertThat(table().served(unsent, false, NOW.plusHours(23))).isPresent();
    assertThat(table().served(unsent, false, later)).isEmpty();
    assertThat(table().served(sent, false, later)).isPresent();
    assertThat(table().served(sent, true, later)).isEmpty(); // nothing has sealed it
    assertThat(table().served(begin(null, NOW), false, NOW)).isEmpty();
  }

  @Test
  @DisplayName("loses what is in no message after a day, and what lies in the store without a row")
  void sweep() {
    FileStore store = new FolderStore(folder.resolve("files"));
    long sent = complete(null, NOW);
    long unsent = complete(null, NOW);
    long begun = table().begin(alice, named("part"), 10, true, NOW).file().fileId();
    long brokenOff = begin("whole", NOW);
    send(sent, bob);
    long without = brokenOff + 1_000_000;
    for (long id : new long[] {sent, unsent, begun, brokenOff, without}) {
      store.append(id, FileVariant.CONTENT, 0, new byte[1], 1);
    }
    sweepAt(store, NOW.plusHours(1));
    assertThat(store.kept(0, 10)).containsExactly(sent, unsent, begun, brokenOff);
    sweepAt(store, NOW.plusHours(23));
    assertThat(store.kept(0, 10)).containsExactly(sent, unsent, begun);
    assertThat(table().find(brokenOff)).isEmpty();
    sweepAt(store, NOW.plusHours(25));
    assertThat(store.kept(0, 10)).containsExactly(sent);
    assertThat(table().find(unsent)).isEmpty();
    assertThat(table().find(begun)).isEmpty();
    assertThat(table().find(sent)).isPresent();
  }

  private void sweepAt(FileStore store, OffsetDateTime moment) {
    FileSweep sweep =
        new FileSweep(table(), store, Thread::new, Clock.fixed(moment.toInstant(), ZoneOffset.UTC));
    try {
      while (sweep.step()) {
        // there is more
      }
    } finally {
      sweep.stop();
    }
  }
}
