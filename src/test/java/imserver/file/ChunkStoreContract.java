package imserver.file;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Clock;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** What a {@link ChunkStore} promises, on whichever database. */
abstract class ChunkStoreContract extends FileStoreContract {

  private static final OffsetDateTime BEGUN =
      OffsetDateTime.of(2026, 1, 2, 3, 4, 5, 0, ZoneOffset.UTC);

  /** With the product's tables. */
  abstract FileDatabase database();

  @Override
  FileStore store() {
    return new ChunkStore(database());
  }

  @Test
  @DisplayName("outlive the row of the file until they are swept, and do not hold it up")
  void swept() {
    FileTable table = table();
    long gone = newRow(0);
    long stays = newRow(0);
    for (long id : List.of(gone, stays)) {
      store().append(id, FileVariant.CONTENT, 0, new byte[5], 5);
    }
    table.abandon(gone);
    assertThat(store().kept(gone - 1, 10)).containsExactly(gone, stays);
    FileSweep sweep =
        new FileSweep(table, store(), Thread::new, Clock.fixed(BEGUN.toInstant(), ZoneOffset.UTC));
    try {
      while (sweep.step()) {
        // there is more
      }
      assertThat(store().kept(gone - 1, 10)).containsExactly(stays);
    } finally {
      sweep.stop();
    }
  }

  @Test
  @DisplayName("keep of a part that two servers are given the one that comes first, all of it")
  void parts() {
    long id = table().begin(1, NewFile.of("a", null, null, null), 100, true, BEGUN).file().fileId();
    assertThat(store().appendPart(table(), id, 0, new byte[] {1, 2, 3}, 3)).isTrue();
    assertThat(store().appendPart(table(), id, 3, new byte[] {4, 5, 6}, 3)).isTrue();
    assertThat(store().appendPart(table(), id, 0, new byte[] {7}, 1)).isFalse();
    assertThat(store().appendPart(table(), id, 3, new byte[] {7}, 1)).isFalse();
    assertThat(store().appendPart(table(), id, 9, new byte[] {7}, 1)).isFalse();
    byte[] kept = new byte[3];
    assertThat(store().read(id, FileVariant.INCOMING, 3, kept, 3)).isEqualTo(3);
    assertThat(kept).containsExactly(4, 5, 6);
    assertThat(table().find(id).orElseThrow().received()).isEqualTo(6);
  }

  private FileTable table() {
    return new FileTable(database(), 1000);
  }

  @Override
  long newRow(long id) {
    return table()
        .begin(1, NewFile.of("a", null, null, null), 1_000_000, false, BEGUN)
        .file()
        .fileId();
  }
}
