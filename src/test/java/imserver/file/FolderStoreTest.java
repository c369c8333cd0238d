package imserver.file;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import imserver.database.StorageException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@DisplayName("A folder of files")
class FolderStoreTest extends FileStoreContract {

  @TempDir private Path folder;

  @Override
  FileStore store() {
    return new FolderStore(folder.resolve("files"));
  }

  @Override
  long newRow(long id) {
    return id;
  }

  @Test
  @DisplayName("is closed to other users of the machine")
  void permissions() throws IOException {
    store().append(1, FileVariant.CONTENT, 0, new byte[1], 1);
    for (String name : new String[] {"files", "files/0"}) {
      assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(folder.resolve(name))))
          .isEqualTo("rwx------");
    }
  }

  @Test
  @DisplayName("leaves some of the disk to the database, and gives out what it has")
  void reserve() throws IOException {
    store().append(1, FileVariant.CONTENT, 0, new byte[1], 1);
    long free = Files.getFileStore(folder).getUsableSpace();
    FileStore full = new FolderStore(folder.resolve("files"), free * 2);
    assertThatThrownBy(() -> full.append(1, FileVariant.INCOMING, 0, new byte[1], 1))
        .isInstanceOf(StorageException.class);
    assertThat(full.read(1, FileVariant.CONTENT, 0, new byte[1], 1)).isEqualTo(1);
    assertThat(full.read(1, FileVariant.INCOMING, 0, new byte[1], 1)).isEqualTo(FileStore.END);
  }

  @Test
  @DisplayName("tells of which files something is kept, from one to the next")
  void kept() {
    assertThat(store().kept(0, 10)).isEmpty();
    for (long id : new long[] {12_345, 7, 8, 1999, 9}) {
      store().append(id, FileVariant.CONTENT, 0, new byte[1], 1);
      store().append(id, FileVariant.INCOMING, 0, new byte[1], 1);
    }
    assertThat(store().kept(0, 10)).containsExactly(7L, 8L, 9L, 1999L, 12_345L);
    assertThat(store().kept(7, 2)).containsExactly(8L, 9L);
    assertThat(store().kept(1999, 2)).containsExactly(12_345L);
    assertThat(store().kept(12_345, 2)).isEmpty();
  }
}
