package imserver.bench;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;

/** The client's one thread: reads whatever connection has something, with one buffer for all. */
final class Loop implements AutoCloseable {

  private static final int BUFFER = 256 * 1024;

  private final Selector selector;
  private final ByteBuffer buffer = ByteBuffer.allocate(BUFFER);
  private final Queue<Runnable> tasks = new ConcurrentLinkedQueue<>();
  private final Thread thread = new Thread(this::run, "bench-client");
  private volatile boolean closed;

  Loop() throws IOException {
    selector = Selector.open();
    thread.setPriority(Thread.MAX_PRIORITY);
    thread.start();
  }

  /** Runs something on the loop's thread. */
  void execute(Runnable task) {
    tasks.add(task);
    selector.wakeup();
  }

  /** To be called on the loop's thread. */
  SelectionKey register(SocketChannel channel, int operations, ClientSocket socket)
      throws IOException {
    return channel.register(selector, operations, socket);
  }

  private void run() {
    try {
      while (!closed) {
        selector.select(key -> ready((ClientSocket) key.attachment()));
        for (Runnable task = tasks.poll(); task != null; task = tasks.poll()) {
          task.run();
        }
      }
      for (SelectionKey key : selector.keys()) {
        key.channel().close();
      }
      selector.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private void ready(ClientSocket socket) {
    try {
      socket.ready(buffer);
    } catch (IOException | RuntimeException e) {
      socket.broken(e);
    }
  }

  @Override
  public void close() {
    closed = true;
    selector.wakeup();
    try {
      thread.join();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
