package imserver.browser;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * One address for whatever server stands behind it, as a load balancer has: a proxy of TCP whose
 * connections can be cut.
 */
final class Gate implements AutoCloseable {

  private static final int CONNECT_MILLIS = 2000;

  private final ServerSocket listener;
  private final Set<Socket> sockets = ConcurrentHashMap.newKeySet();
  private volatile int port;
  private volatile boolean closed;

  /** A gate that leads to a server. */
  Gate(URI server) throws IOException {
    listener = new ServerSocket(0, 100, InetAddress.getLoopbackAddress());
    port = server.getPort();
    daemon(this::accept);
  }

  URI address() {
    return URI.create("http://127.0.0.1:" + listener.getLocalPort() + "/");
  }

  /** New connections go to this server. Those that are there stay. */
  void leadTo(URI server) {
    port = server.getPort();
  }

  /** Resets all connections. */
  void cut() {
    sockets.forEach(Gate::reset);
  }

  /** The same, and none is let in until {@link #open}. */
  void shut() {
    closed = true;
    cut();
  }

  void open() {
    closed = false;
  }

  private void accept() {
    try {
      while (true) {
        Socket client = listener.accept();
        daemon(() -> connect(client));
      }
    } catch (IOException e) {
      return; // closed
    }
  }

  private void connect(Socket client) {
    Socket server = new Socket();
    sockets.add(client);
    sockets.add(server);
    try {
      if (closed) {
        return;
      }
      server.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), CONNECT_MILLIS);
      client.setTcpNoDelay(true);
      server.setTcpNoDelay(true);
      Thread back = daemon(() -> pass(server, client));
      pass(client, server);
      back.join();
    } catch (IOException e) {
      return; // there is no server, or it was cut meanwhile
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } finally {
      reset(client);
      reset(server);
      sockets.remove(client);
      sockets.remove(server);
    }
  }

  private static void pass(Socket from, Socket to) {
    try {
      InputStream in = from.getInputStream();
      OutputStream out = to.getOutputStream();
      in.transferTo(out);
      to.shutdownOutput();
    } catch (IOException e) {
      reset(from);
      reset(to);
    }
  }

  private static void reset(Socket socket) {
    try {
      socket.setSoLinger(true, 0);
    } catch (IOException e) {
      return; // it is closed
    } finally {
      closeQuietly(socket);
    }
  }

  private static void closeQuietly(Socket socket) {
    try {
      socket.close();
    } catch (IOException e) {
      return; // it is of no use any more
    }
  }

  private static Thread daemon(Runnable task) {
    Thread thread = new Thread(task, "gate");
    thread.setDaemon(true);
    thread.start();
    return thread;
  }

  @Override
  public void close() throws IOException {
    listener.close();
    shut();
  }
}
