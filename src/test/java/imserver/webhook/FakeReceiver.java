package imserver.webhook;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.Function;

/** An HTTP server on loopback that answers as a test wants, however wrong that is. */
public final class FakeReceiver implements AutoCloseable {

  /** Answers a request on its connection; which stays open if that is true. */
  public interface Behaviour {
    boolean answer(Request request, Socket connection) throws IOException;
  }

  /** A request, with its headers by their names in lower case. */
  public record Request(String line, Map<String, String> headers, String body) {

    /** The same for each attempt. */
    public String id() {
      return headers.get("webhook-id");
    }
  }

  private final ServerSocket server;
  private final ExecutorService threads = Executors.newCachedThreadPool();
  private final List<Socket> connections = new CopyOnWriteArrayList<>();

  /** What has come, in its order. */
  public final List<Request> requests = new CopyOnWriteArrayList<>();

  /** How it answers. */
  public volatile Behaviour behaviour = status(204);

  /** Whether it reads what is sent to it. */
  volatile boolean reads = true;

  /** Listens on a free port. */
  public FakeReceiver() throws IOException {
    server = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
    threads.execute(this::accept);
  }

  /** Answers with a status, and with headers. */
  public static Behaviour status(int status, String... headers) {
    return text(
        "HTTP/1.1 %d Status\r\nContent-Length: 0\r\n%s\r\n"
            .formatted(
                status, String.join("", List.of(headers).stream().map(h -> h + "\r\n").toList())));
  }

  /** Answers with a status that depends on the request. */
  public static Behaviour status(Function<Request, Integer> status) {
    return (request, connection) -> status(status.apply(request)).answer(request, connection);
  }

  /** Writes this, whatever it is. */
  static Behaviour text(String text) {
    return (request, connection) -> {
      OutputStream out = connection.getOutputStream();
      out.write(text.getBytes(StandardCharsets.ISO_8859_1));
      out.flush();
      return true;
    };
  }

  /** Writes the beginning, and then the rest again and again until the connection breaks. */
  static Behaviour endless(String beginning, String rest) {
    return (request, connection) -> {
      text(beginning).answer(request, connection);
      while (true) {
        text(rest).answer(request, connection);
      }
    };
  }

  /** Where it listens. */
  public URI address() {
    return URI.create("http://127.0.0.1:" + server.getLocalPort() + "/hook?x=1");
  }

  private void accept() {
    try {
      while (true) {
        Socket connection = server.accept();
        connections.add(connection);
        if (reads) { // else it stays open, and nobody looks at it
          threads.execute(() -> serve(connection));
        }
      }
    } catch (IOException e) {
      // closed
    }
  }

  private void serve(Socket connection) {
    try (connection) {
      InputStream in = new BufferedInputStream(connection.getInputStream());
      boolean stays = true;
      while (stays) {
        Request request = read(in);
        requests.add(request);
        stays = behaviour.answer(request, connection);
      }
    } catch (IOException e) {
      // the other side has closed it
    } finally {
      connections.remove(connection);
    }
  }

  private static Request read(InputStream in) throws IOException {
    List<String> head = new ArrayList<>();
    for (String line = line(in); !line.isEmpty(); line = line(in)) {
      head.add(line);
    }
    Map<String, String> headers = new HashMap<>();
    for (String line : head.subList(1, head.size())) {
      int colon = line.indexOf(':');
      headers.put(
          line.substring(0, colon).toLowerCase(Locale.ROOT), line.substring(colon + 1).strip());
    }
    int length = Integer.parseInt(headers.getOrDefault("content-length", "0"));
    byte[] body = in.readNBytes(length);
    if (body.length < length) { // who sends it was killed
      throw new IOException("the end");
    }
    return new Request(head.get(0), headers, new String(body, StandardCharsets.UTF_8));
  }

  private static String line(InputStream in) throws IOException {
    ByteArrayOutputStream line = new ByteArrayOutputStream();
    for (int c = in.read(); c != '\n'; c = in.read()) {
      if (c < 0) {
        throw new IOException("the end");
      }
      if (c != '\r') {
        line.write(c);
      }
    }
    return line.toString(StandardCharsets.ISO_8859_1);
  }

  /** How many connections are open. */
  int connections() {
    return connections.size();
  }

  @Override
  public void close() {
    try {
      server.close();
      for (Socket connection : connections) {
        connection.close();
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    threads.shutdownNow();
  }
}
