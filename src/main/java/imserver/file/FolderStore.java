package imserver.file;

import imserver.database.StorageException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Files in a folder beside the embedded database: each variant a file, a thousand ids to a folder.
 * They leave some of the disk to the database, which stops for good where it finds it full.
 */
final class FolderStore implements FileStore {

  private static final long IDS_IN_A_FOLDER = 1000;

  /** Bytes of the disk that are left to the database. */
  private static final long RESERVE = 200_000_000;

  private final Path root;
  private final long reserve;

  FolderStore(Path root) {
    this(root, RESERVE);
  }

  FolderStore(Path root, long reserve) {
    this.root = root;
    this.reserve = reserve;
  }

  private Path folder(long fileId) {
    return root.resolve(Long.toString(fileId / IDS_IN_A_FOLDER));
  }

  private Path path(long fileId, FileVariant variant) {
    return folder(fileId).resolve(fileId + "." + variant.name().toLowerCase(Locale.ROOT));
  }

  @Override
  public void append(long fileId, FileVariant variant, long offset, byte[] bytes, int length) {
    try {
      if (offset == 0) {
        create(folder(fileId));
      }
      if (Files.getFileStore(root).getUsableSpace() - length < reserve) {
        throw new IOException("the disk is full, but for what is left to messages");
      }
      try (FileChannel file =
          FileChannel.open(
              path(fileId, variant), StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
        if (file.size() < offset) {
          throw new IOException("a part of a file is missing before " + offset);
        }
        FileChannel unused = file.truncate(offset);
        ByteBuffer rest = ByteBuffer.wrap(bytes, 0, length);
        long position = offset;
        while (rest.hasRemaining()) {
          position += file.write(rest, position);
        }
      }
    } catch (IOException e) {
      throw new StorageException(e);
    }
  }

  /** Of one file one part comes at a time, since there is one server. */
  @Override
  public boolean appendPart(FileTable table, long fileId, long offset, byte[] bytes, int length) {
    if (table.find(fileId).filter(row -> row.received() == offset).isEmpty()) {
      return false;
    }
    append(fileId, FileVariant.INCOMING, offset, bytes, length);
    sync(fileId, FileVariant.INCOMING, offset + length);
    return table.received(fileId, offset, offset + length);
  }

  /** Where there are permissions, for the owner of the process alone. */
  private void create(Path folder) throws IOException {
    if (Files.isDirectory(folder)) {
      return;
    }
    Path parent = Objects.requireNonNull(root.getParent(), "the root has a parent");
    boolean posix = parent.getFileSystem().supportedFileAttributeViews().contains("posix");
    FileAttribute<?>[] attributes =
        posix
            ? new FileAttribute<?>[] {
              PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------"))
            }
            : new FileAttribute<?>[0];
    Files.createDirectories(folder, attributes);
    sync(parent);
    sync(root);
  }

  /** A name in a folder outlasts a failure of power when the folder was written, too. */
  private static void sync(Path folder) throws IOException {
    try (FileChannel channel = FileChannel.open(folder, StandardOpenOption.READ)) {
      channel.force(true);
    } catch (IOException e) {
      if (Files.isDirectory(folder) && isWindows(folder)) {
        return; // folders cannot be opened there, and need not be
      }
      throw e;
    }
  }

  private static boolean isWindows(Path folder) {
    return !folder.getFileSystem().supportedFileAttributeViews().contains("posix");
  }

  @Override
  public void sync(long fileId, FileVariant variant, long size) {
    try {
      try (FileChannel file = FileChannel.open(path(fileId, variant), StandardOpenOption.WRITE)) {
        if (file.size() != size) {
          throw new IOException("a part of a file is missing before " + size);
        }
        file.force(true);
      }
      sync(folder(fileId));
    } catch (IOException e) {
      throw new StorageException(e);
    }
  }

  @Override
  public int read(long fileId, FileVariant variant, long offset, byte[] target, int length) {
    try (FileChannel file = FileChannel.open(path(fileId, variant), StandardOpenOption.READ)) {
      int count = file.read(ByteBuffer.wrap(target, 0, length), offset);
      return count <= 0 ? END : count;
    } catch (NoSuchFileException e) {
      return END;
    } catch (IOException e) {
      throw new StorageException(e);
    }
  }

  @Override
  public void move(long fileId, FileVariant from, FileVariant to) {
    try {
      Files.move(
          path(fileId, from),
          path(fileId, to),
          StandardCopyOption.ATOMIC_MOVE,
          StandardCopyOption.REPLACE_EXISTING);
      sync(folder(fileId));
    } catch (IOException e) {
      throw new StorageException(e);
    }
  }

  @Override
  public void delete(long fileId, FileVariant variant) {
    try {
      Files.deleteIfExists(path(fileId, variant));
    } catch (IOException e) {
      throw new StorageException(e);
    }
  }

  @Override
  public void delete(long fileId) {
    for (FileVariant variant : FileVariant.values()) {
      delete(fileId, variant);
    }
  }

  @Override
  public List<Long> kept(long aboveId, int limit) {
    try {
      List<Long> found = new ArrayList<>();
      for (long folder : numbers(root)) {
        if ((folder + 1) * IDS_IN_A_FOLDER > aboveId && found.size() < limit) {
          numbers(root.resolve(Long.toString(folder))).stream()
              .filter(id -> id > aboveId)
              .forEach(found::add);
        }
      }
      return found.stream().limit(limit).toList();
    } catch (IOException | UncheckedIOException e) {
      throw new StorageException(e);
    }
  }

  /** The numbers with which the names in a folder begin, ascending, each once. */
  private static List<Long> numbers(Path folder) throws IOException {
    if (!Files.isDirectory(folder)) {
      return List.of();
    }
    try (Stream<Path> names = Files.list(folder)) {
      return names
          .map(Path::getFileName)
          .map(FolderStore::number)
          .filter(Objects::nonNull)
          .sorted()
          .distinct()
          .toList();
    }
  }

  private static @Nullable Long number(@Nullable Path name) {
    String text = String.valueOf(name).split("\\.", 2)[0];
    return text.matches("\\d{1,16}") ? Long.valueOf(text) : null;
  }
}
