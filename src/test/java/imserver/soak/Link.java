package imserver.soak;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.EnumSet;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/**
 * The link of one server to the database: a proxy of TCP that can be cut, slowed down and broken.
 *
 * <p>A link that is cut is silent, as a network is: no end learns of it, and what was sent comes
 * when it is whole again, as TCP sends it again then; so does the end of a connection. What TCP
 * acknowledges by itself it still does.
 */
final class Link implements AutoCloseable {

  /** The ways that bytes go. */
  enum Way {
    TO_DATABASE,
    TO_SERVER
  }

  /** Until TCP sends again what was lost, at least. */
  private static final int RESEND_MILLIS = 200;

  private static final int CONNECT_MILLIS = 2000;

  private final ServerSocket listener;
  private final InetSocketAddress database;
  private final Set<Socket> sockets = ConcurrentHashMap.newKeySet();
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();
  private final Random random = new Random(1);

  // guarded by the lock
  private final Set<Way> cut = EnumSet.noneOf(Way.class);
  private boolean refusing;
  private int delayMillis;
  private int lossPercent;

  Link(int databasePort) throws IOException {
    InetAddress loopback = InetAddress.getLoopbackAddress();
    database = new InetSocketAddress(loopback, databasePort);
    listener = new ServerSocket(0, 200, loopback);
    daemon(this::accept, "link-" + port());
  }

  int port() {
    return listener.getLocalPort();
  }

  /** Lets nothing through these ways until {@link #mend}. */
  void cut(Set<Way> ways) {
    change(() -> cut.addAll(ways));
  }

  /** Resets all connections, and refuses new ones until {@link #mend}. */
  void refuse() {
    change(() -> refusing = true);
    sockets.forEach(Link::reset);
  }

  /** Has all take so long, and some longer by what TCP takes to notice a loss. */
  void slowDown(int delay, int loss) {
    change(
        () -> {
          delayMillis = delay;
          lossPercent = loss;
        });
  }

  /** All is well again. */
  void mend() {
    change(
        () -> {
          cut.clear();
          refusing = false;
          delayMillis = 0;
          lossPercent = 0;
        });
  }

  private void change(Runnable change) {
    lock.lock();
    try {
      change.run();
      changed.signalAll();
    } finally {
      lock.unlock();
    }
  }

  private void accept() {
    try {
      while (true) {
        Socket socket = listener.accept();
        sockets.add(socket);
        daemon(() -> connect(socket), "link-" + port());
      }
    } catch (IOException e) {
      return; // closed
    }
  }

  private void connect(Socket server) {
    Socket toDatabase = new Socket();
    try {
      if (isRefusing()) {
        return;
      }
      sockets.add(toDatabase);
      server.setTcpNoDelay(true);
      toDatabase.setTcpNoDelay(true);
      toDatabase.connect(database, CONNECT_MILLIS);
      Thread back = daemon(() -> pass(toDatabase, server, Way.TO_SERVER), "link-" + port());
      pass(server, toDatabase, Way.TO_DATABASE);
      back.join();
    } catch (IOException e) {
      return; // the database is down
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } finally {
      reset(server);
      reset(toDatabase);
      sockets.remove(toDatabase);
      sockets.remove(server);
    }
  }

  private boolean isRefusing() {
    lock.lock();
    try {
      return refusing;
    } finally {
      lock.unlock();
    }
  }

  private void pass(Socket from, Socket to, Way way) {
    try {
      InputStream in = from.getInputStream();
      OutputStream out = to.getOutputStream();
      byte[] buffer = new byte[65536];
      int length = in.read(buffer);
      while (length >= 0) {
        awaitPassage(way);
        out.write(buffer, 0, length);
        length = in.read(buffer);
      }
      awaitPassage(way);
      to.shutdownOutput();
    } catch (IOException e) { // one end is gone: so is the other, once that can be known
      awaitPassage(way);
      reset(from);
      reset(to);
    }
  }

  /** Waits while the way is cut, and for as long as a packet takes. */
  private void awaitPassage(Way way) {
    lock.lock();
    try {
      long left = TimeUnit.MILLISECONDS.toNanos(delayMillis + resending());
      while (cut.contains(way)) {
        changed.awaitUninterruptibly();
      }
      while (left > 0 && delayMillis > 0) {
        left = changed.awaitNanos(left);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } finally {
      lock.unlock();
    }
  }

  private int resending() {
    return random.nextInt(100) < lossPercent ? RESEND_MILLIS + random.nextInt(RESEND_MILLIS) : 0;
  }

  private static void reset(Socket socket) {
    try {
      socket.setSoLinger(true, 0);
      socket.close();
    } catch (IOException e) {
      return; // closed already
    }
  }

  private static Thread daemon(Runnable task, String name) {
    Thread thread = new Thread(task, name);
    thread.setDaemon(true);
    thread.start();
    return thread;
  }

  @Override
  public void close() throws IOException {
    listener.close();
    mend();
    sockets.forEach(Link::reset);
  }
}
