package imserver.cluster;

import imserver.config.RedisUrl.Host;
import java.io.IOException;
import java.net.Socket;
import java.security.GeneralSecurityException;
import java.util.List;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.SSLSocketFactory;
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

    private final Host host;
    private final boolean tls;
    private final DefaultJedisSocketFactory factory;
    private final Runnable onClose;

    /** Without TLS: to close this one waits for nobody who is writing. */
    private @Nullable Socket socket;

    private boolean closed;

    Sockets(Host host, boolean tls, JedisClientConfig config, Runnable onClose) {
      this.host = host;
      this.tls = tls;
      this.factory =
          new DefaultJedisSocketFactory(new HostAndPort(host.name(), host.port()), config);
      this.onClose = onClose;
    }

    @Override
    public Socket createSocket() {
      failIfClosed();
      Socket made = factory.createSocket();
      synchronized (this) {
        socket = made;
        if (closed) {
          closeQuietly(made);
        }
      }
      return tls ? verified(made) : made;
    }

    private synchronized void failIfClosed() {
      if (closed || socket != null) {
        throw new JedisConnectionException("closed");
      }
    }

    /**
     * Has the server show a certificate, by an authority that this Java trusts, and for the name of
     * the host. Not by Jedis, whose own way asks for a library for logs.
     */
    private Socket verified(Socket made) {
      try {
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(null, null, null);
        SSLSocketFactory sockets = context.getSocketFactory();
        SSLSocket verified = (SSLSocket) sockets.createSocket(made, host.name(), host.port(), true);
        SSLParameters parameters = verified.getSSLParameters();
        parameters.setEndpointIdentificationAlgorithm("HTTPS");
        verified.setSSLParameters(parameters);
        verified.startHandshake();
        return verified;
      } catch (IOException | GeneralSecurityException e) {
        closeQuietly(made);
        throw new JedisConnectionException(String.valueOf(e.getMessage()), e);
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
