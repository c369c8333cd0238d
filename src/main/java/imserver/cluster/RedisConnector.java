package imserver.cluster;

import imserver.cluster.RedisConnection.Sockets;
import imserver.config.RedisUrl;
import imserver.config.RedisUrl.Host;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import redis.clients.jedis.ClientSetInfoConfig;
import redis.clients.jedis.DefaultJedisClientConfig;
import redis.clients.jedis.JedisClientConfig;
import redis.clients.jedis.RedisProtocol;
import redis.clients.jedis.exceptions.JedisConnectionException;

/** Opens connections, and closes all of them. Safe for use by several threads. */
final class RedisConnector {

  private static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(1);

  private final RedisUrl url;
  private final Set<Sockets> open = ConcurrentHashMap.newKeySet();
  private volatile boolean stopped;

  RedisConnector(RedisUrl url) {
    this.url = url;
  }

  /**
   * Connects and logs in.
   *
   * @param silence how long to wait for an answer, or for whatever comes
   * @throws redis.clients.jedis.exceptions.JedisException if that fails
   */
  RedisConnection open(Host host, Duration silence) {
    return open(host, config(silence, true));
  }

  /** Connects and does not log in. */
  RedisConnection openWithoutLogin(Host host, Duration silence) {
    return open(host, config(silence, false));
  }

  private JedisClientConfig config(Duration silence, boolean login) {
    return DefaultJedisClientConfig.builder()
        .protocol(RedisProtocol.RESP2)
        .clientSetInfoConfig(ClientSetInfoConfig.DISABLED)
        .connectionTimeoutMillis((int) CONNECT_TIMEOUT.toMillis())
        .socketTimeoutMillis((int) silence.toMillis())
        .user(login ? url.user() : null)
        .password(login ? url.password() : null)
        .build();
  }

  private RedisConnection open(Host host, JedisClientConfig config) {
    Sockets[] made = new Sockets[1];
    Sockets sockets = new Sockets(host, url.tls(), config, () -> open.remove(made[0]));
    made[0] = sockets;
    open.add(sockets);
    try {
      if (stopped) { // since just now, perhaps
        throw new JedisConnectionException("stopped");
      }
      return new RedisConnection(sockets, config);
    } catch (RuntimeException e) {
      sockets.close();
      throw e;
    }
  }

  /** Closes all connections; none is opened any more. */
  void stop() {
    stopped = true;
    open.forEach(Sockets::close);
  }
}
