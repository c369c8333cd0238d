package imserver.file;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import imserver.database.StorageException;
import java.io.ByteArrayOutputStream;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** What every {@link FileStore} does. Each test has files of its own. */
abstract class FileStoreContract {

  private static final int CHUNK = 256 * 1024;

  private static long lastId = 998;

  private final byte[] bytes = new byte[3 * CHUNK + 17];

  FileStoreContract() {
    new Random(1).nextBytes(bytes);
  }

  abstract FileStore store();

  /** The id of a new file, with its row where that has to be. */
  abstract long newRow(long id);

  private long newFile() {
    return newRow(++lastId);
  }

  private void append(long id, FileVariant variant, int from, int to) {
    store().append(id, variant, from, Arrays.copyOfRange(bytes, from, to), to - from);
  }

  private void appendAll(long id, FileVariant variant) {
    for (int from = 0; from < bytes.length; from += CHUNK) {
      append(id, variant, from, Math.min(bytes.length, from + CHUNK));
    }
    store().sync(id, variant, bytes.length);
  }

  private byte[] read(long id, FileVariant variant, int from, int buffer) {
    ByteArrayOutputStream read = new ByteArrayOutputStream();
    byte[] part = new byte[buffer];
    int count = store().read(id, variant, from, part, buffer);
    while (count != FileStore.END) {
      assertThat(count).isBetween(1, buffer);
      read.write(part, 0, count);
      count = store().read(id, variant, from + (long) read.size(), part, buffer);
    }
    return read.toByteArray();
  }

  @Test
  @DisplayName("gives back what was appended, from any place, in pieces of any length")
  void roundTrip() {
    long id = newFile();
    appendAll(id, FileVariant.CONTENT);
    assertThat(read(id, FileVariant.CONTENT, 0, 65_536)).isEqualTo(bytes);
    for (int from : new int[] {1, CHUNK - 1, CHUNK, CHUNK + 1, 3 * CHUNK, bytes.length - 1}) {
      assertThat(read(id, FileVariant.CONTENT, from, 100_000))
          .isEqualTo(Arrays.copyOfRange(bytes, from, bytes.length));
    }
    assertThat(read(id, FileVariant.CONTENT, bytes.length, 10)).isEmpty();
    assertThat(read(id, FileVariant.PREVIEW, 0, 10)).isEmpty();
    assertThat(read(++lastId, FileVariant.CONTENT, 0, 10)).isEmpty();
  }

  @Test
  @DisplayName(
      "takes pieces of any length, of which the last ones may come once more, otherwise cut")
  void again() {
    long id = newFile();
    append(id, FileVariant.INCOMING, 0, 1);
    append(id, FileVariant.INCOMING, 1, 10_000);
    append(id, FileVariant.INCOMING, 10_000, 20_000);
    append(id, FileVariant.INCOMING, 10_000, 10_001);
    append(id, FileVariant.INCOMING, 10_001, 20_003);
    assertThat(read(id, FileVariant.INCOMING, 0, 4096)).isEqualTo(Arrays.copyOf(bytes, 20_003));
    append(id, FileVariant.INCOMING, 0, 3); // anew
    assertThat(read(id, FileVariant.INCOMING, 0, 4096)).isEqualTo(Arrays.copyOf(bytes, 3));
  }

  @Test
  @DisplayName("moves a variant in place of another, and leaves other files alone")
  void move() {
    long id = newFile();
    long other = newFile();
    append(id, FileVariant.CONTENT, 0, 5);
    appendAll(id, FileVariant.INCOMING);
    append(other, FileVariant.INCOMING, 0, 7);
    store().move(id, FileVariant.INCOMING, FileVariant.CONTENT);
    assertThat(read(id, FileVariant.CONTENT, 0, 65_536)).isEqualTo(bytes);
    assertThat(read(id, FileVariant.INCOMING, 0, 10)).isEmpty();
    assertThat(read(other, FileVariant.INCOMING, 0, 10)).hasSize(7);
  }

  @Test
  @DisplayName("deletes one variant, or all, also what is not there")
  void delete() {
    long id = newFile();
    append(id, FileVariant.CONTENT, 0, 5);
    append(id, FileVariant.PREVIEW, 0, 6);
    store().delete(id, FileVariant.PREVIEW);
    store().delete(id, FileVariant.PREVIEW);
    assertThat(read(id, FileVariant.PREVIEW, 0, 10)).isEmpty();
    assertThat(read(id, FileVariant.CONTENT, 0, 10)).hasSize(5);
    store().delete(id);
    store().delete(id);
    assertThat(read(id, FileVariant.CONTENT, 0, 10)).isEmpty();
    store().delete(++lastId);
  }

  @Test
  @DisplayName("tells of which files something is kept, from one to the next")
  void kept() {
    List<Long> files = List.of(newFile(), newFile(), newFile(), newFile());
    for (long id : List.of(files.get(0), files.get(1), files.get(3))) {
      append(id, FileVariant.CONTENT, 0, 5);
      append(id, FileVariant.CONTENT, 5, 5);
      append(id, FileVariant.PREVIEW, 0, 5);
    }
    assertThat(store().kept(files.get(0) - 1, 2)).containsExactly(files.get(0), files.get(1));
    assertThat(store().kept(files.get(1), 10)).containsExactly(files.get(3));
    assertThat(store().kept(files.get(3), 10)).isEmpty();
  }

  @Test
  @DisplayName("takes nothing after what is missing, and says that not all is there")
  void missing() {
    long id = newFile();
    append(id, FileVariant.INCOMING, 0, 5);
    assertThatThrownBy(() -> append(id, FileVariant.INCOMING, 6, 9))
        .isInstanceOf(StorageException.class);
    for (int size : new int[] {0, 4, 6}) {
      assertThatThrownBy(() -> store().sync(id, FileVariant.INCOMING, size))
          .isInstanceOf(StorageException.class);
    }
    assertThatThrownBy(() -> store().sync(id, FileVariant.CONTENT, 5))
        .isInstanceOf(StorageException.class);
    store().sync(id, FileVariant.INCOMING, 5);
    assertThat(read(id, FileVariant.INCOMING, 0, 10)).hasSize(5);
  }

  @Test
  @DisplayName("does not lose in silence what was to be kept of a file that is gone")
  void gone() {
    assertThatThrownBy(() -> append(++lastId, FileVariant.CONTENT, 5, 6))
        .isInstanceOf(StorageException.class);
  }
}
