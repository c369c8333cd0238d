package imserver.file;

import imserver.database.Vendor;
import imserver.database.WriteTurn;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import javax.sql.DataSource;

/** Writes and reads bytes of files as a server does. */
public final class FileBytesFixture {

  private final FileStore store;

  /** Over the store of a database. */
  public FileBytesFixture(DataSource database, Vendor vendor, Path folder) {
    store = FileBytes.store(database, vendor, new WriteTurn(), folder);
  }

  /** Of file 1 the content and a preview, of file 2 what has come by now. */
  public void write() {
    write(1, FileVariant.CONTENT, 600_000);
    write(1, FileVariant.PREVIEW, 1000);
    write(2, FileVariant.INCOMING, 300_000);
  }

  private void write(long file, FileVariant variant, int size) {
    byte[] bytes = new byte[size];
    new Random(file).nextBytes(bytes);
    for (int at = 0; at < size; at += Upload.CHUNK) {
      byte[] part = Arrays.copyOfRange(bytes, at, Math.min(size, at + Upload.CHUNK));
      store.append(file, variant, at, part, part.length);
    }
  }

  /** A hash of each variant of each file. */
  public List<Integer> hashes() {
    return List.of(
        hash(1, FileVariant.CONTENT), hash(1, FileVariant.PREVIEW), hash(2, FileVariant.INCOMING));
  }

  private int hash(long file, FileVariant variant) {
    byte[] chunk = new byte[1000];
    int hash = 1;
    long at = 0;
    for (int count = store.read(file, variant, at, chunk, chunk.length);
        count != FileStore.END;
        count = store.read(file, variant, at, chunk, chunk.length)) {
      for (int i = 0; i < count; i++) {
        hash = 31 * hash + chunk[i];
      }
      at += count;
    }
    return hash;
  }
}
