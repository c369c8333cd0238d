package imserver.cluster;

import imserver.config.RedisUrl.Host;
import java.util.BitSet;
import java.util.List;

/**
 * Which servers carry which channels.
 *
 * @param sharded whether it is a cluster, with a channel on one shard alone
 * @param shards those that serve slots; one with all slots where it is no cluster
 */
record RedisTopology(boolean sharded, List<Shard> shards) {

  static final int SLOTS = 16_384;

  /**
   * A server, with the slots that it serves.
   *
   * @param address of the shard's master
   */
  record Shard(Host address, BitSet slots) {}

  /** One server, which carries all channels. */
  static RedisTopology of(Host address) {
    BitSet all = new BitSet(SLOTS);
    all.set(0, SLOTS);
    return new RedisTopology(false, List.of(new Shard(address, all)));
  }
}
