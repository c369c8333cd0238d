package imserver.cluster;

import imserver.config.RedisUrl.Host;
import java.io.IOException;
import java.net.Socket;
import java.util.List;
import org.jspecify.annotations.Nullable;
import redis.clients.jedis.Connection;
import redis.clients.jedis.DefaultJedisSocketFactory;
import redis.clients.jedis.HostAndPort;
import redis.clients.jedis.JedisClientConfig;
import redis.clients.jedis.JedisSocketFactory;
import redis.clients.jedis.commands.ProtocolCommand;
import redis.clients.jedis.exceptions.JedisConnectionException;

/**
 * A connection to a Redis. One thread may write while another reads, and any may close it: both are
 * ended then. Once closed it stays so, while one of Jedis connects anew with the next command.
 */
final class RedisConnection extends Connection {

  private final Sockets sockets;

  /** Connects and logs in, where {@code config} has a login. */
  RedisConnection(Sockets sockets, JedisClientConfig config) {
    super(sockets, config);
    this.sockets = sockets;
  }

  /** Writes a command, perhaps as far as the buffer only. */
  void write(ProtocolCommand command, List<String> arguments) {
    sendCommand(command, arguments.toArray(String[]::new));
  }

  /** Writes what is in the buffer. */
  void flushCommands() {
    flush();
  }

  @Override
  public void close() {
    sockets.close();
  }

  /** Gives a connection its socket, once, and can close it while the connection is being made. */
  static final class Sockets implements JedisSocketFactory, AutoCloseable {

    private final DefaultJedisSocketFactory factory;
    private final Runnable onClose;
    private @Nullable Socket socket;
    private boolean closed;

    Sockets(Host host, JedisClientConfig config, Runnable onClose) {
      this.factory =
          new DefaultJedisSocketFactory(new HostAndPort(host.name(), host.port()), config);
      this.onClose = onClose;
    }

    @Override
    public Socket createSocket() {
      synchronized (this) {
        failIfClosed();
      }
      Socket made = factory.createSocket();
      synchronized (this) {
        if (closed) {
          closeQuietly(made);
        }
        failIfClosed();
        socket = made;
        return made;
      }
    }

    private void failIfClosed() {
      if (closed || socket != null) {
        throw new JedisConnectionException("closed");
      }
    }

    @Override
    public void close() {
      Socket made;
      synchronized (this) {
        closed = true;
        made = socket;
      }
      closeQuietly(made);
      onClose.run();
    }

    private static void closeQuietly(@Nullable Socket socket) {
      try {
        if (socket != null) {
          socket.close();
        }
      } catch (IOException e) { // it is closed all the same
      }
    }
  }
}
