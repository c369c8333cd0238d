package imserver.file;

import java.util.List;
import java.util.stream.Stream;

/**
 * Files of which some are still where they were uploaded, and the others in an object storage. One
 * that is being moved is in both, and the same. Safe for use by several threads.
 */
final class TieredFiles implements KeptFiles {

  private final FileStore local;
  private final ObjectStore remote;

  TieredFiles(FileStore local, ObjectStore remote) {
    this.local = local;
    this.remote = remote;
  }

  @Override
  public int read(long fileId, FileVariant variant, long offset, byte[] target, int length) {
    int count = local.read(fileId, variant, offset, target, length);
    return count == END && !(offset > 0 && isLocal(fileId, variant))
        ? remote.read(fileId, variant, offset, target, length)
        : count;
  }

  /** Whether all of it is, since it is brought here and taken away whole. */
  private boolean isLocal(long fileId, FileVariant variant) {
    return local.read(fileId, variant, 0, new byte[1], 1) != END;
  }

  /** The local ones first: they are forgotten also where the storage does not answer. */
  @Override
  public void delete(long fileId) {
    local.delete(fileId);
    remote.delete(fileId);
  }

  @Override
  public List<Long> kept(long aboveId, int limit) {
    return Stream.concat(local.kept(aboveId, limit).stream(), remote.kept(aboveId, limit).stream())
        .sorted()
        .distinct()
        .limit(limit)
        .toList();
  }
}
