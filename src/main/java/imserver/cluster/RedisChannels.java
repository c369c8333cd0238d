package imserver.cluster;

import java.security.SecureRandom;
import java.util.BitSet;
import redis.clients.jedis.util.JedisClusterCRC16;

/**
 * The names of channels. They begin with what sets a database apart from others that use the same
 * Redis.
 *
 * <p>A shard of a cluster serves some hash slots. A user's channel is in the slot of its name. The
 * channels for all servers have a number in braces, by which alone their slot goes: for each shard
 * the least number whose slot it serves.
 */
final class RedisChannels {

  private static final int MAX_TAG = 1_000_000;

  private final String prefix;
  private final String users;
  private final long self = new SecureRandom().nextLong();

  RedisChannels(String database) {
    prefix = "imserver:" + database + ":";
    users = prefix + "user:";
  }

  String ofUser(long user) {
    return users + user;
  }

  /** The user whose channel it is, 0 for no user's. */
  long userOf(String channel) {
    return channel.startsWith(users) ? Long.parseLong(channel.substring(users.length())) : 0;
  }

  /** The channel for all servers with this number. */
  String ofAll(int tag) {
    return prefix + "all:{" + tag + "}";
  }

  /** A channel of this server alone, in the same slot. */
  String ofSelf(int tag) {
    return prefix + "self:{" + tag + "}:" + Long.toHexString(self);
  }

  /** The number of the channel for all servers of a shard; negative where it serves no slot. */
  static int tag(BitSet slots) {
    if (!slots.isEmpty()) {
      for (int tag = 0; tag < MAX_TAG; tag++) {
        if (slots.get(slot("{" + tag + "}"))) {
          return tag;
        }
      }
    }
    return -1;
  }

  static int slot(String channel) {
    return JedisClusterCRC16.getSlot(channel);
  }
}
