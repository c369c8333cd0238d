package imserver.content;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BiConsumer;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@DisplayName("The words of a file or address")
class WordSourceTest {

  private static final BiConsumer<Duration, Runnable> NO_TIMER = (delay, task) -> {};

  @TempDir private Path folder;

  @Test
  @DisplayName("are read by lists, without comments and blanks, and again when they have changed")
  void file() throws IOException {
    Path file = folder.resolve("words.txt");
    Files.writeString(
        file,
        "\uFEFFone\r\n# a comment\n\n two words \n[mask]\n傻帽\n[ Report ]\nthree\n[refuse]\nfour\n");
    WordSource source = new WordSource(file.toString(), NO_TIMER);
    assertThat(source.read())
        .isEqualTo(
            Map.of(
                WordAction.REFUSE, List.of("one", "two words", "four"),
                WordAction.MASK, List.of("傻帽"),
                WordAction.REPORT, List.of("three")));
    assertThat(source.read()).isNull();
    Files.writeString(file, "");
    assertThat(source.read()).isEmpty();
  }

  @ParameterizedTest(name = "[{index}] {0}")
  @CsvSource({
    "[delete], 'line 2: there are the lists refuse, mask and report, not delete'",
    "★, line 2 has no letter or digit",
    "abcdefghijklmnopqrstuvwxyzabcdefghijklmnopqrstuvwxyzabcdefghijklm, line 2 has more than 64 letters"
  })
  @DisplayName(
      "that cannot be used are refused, with the line, and read again as soon as they can:")
  void unusable(String line, String sentence) throws IOException {
    Path file = Files.writeString(folder.resolve("words.txt"), "one\n" + line);
    WordSource source = new WordSource(file.toString(), NO_TIMER);
    assertThatThrownBy(source::read)
        .isInstanceOf(IOException.class)
        .hasMessage(file + ": " + sentence);
    assertThatThrownBy(source::read).isInstanceOf(IOException.class);
    Files.writeString(file, "one");
    assertThat(source.read()).containsOnlyKeys(WordAction.REFUSE);
  }

  @Test
  @DisplayName("come by HTTP too, and what is no answer is a failure")
  void address() throws IOException {
    HttpServer server =
        HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    int[] status = {200};
    server.createContext(
        "/words",
        exchange -> {
          byte[] body = "法轮".getBytes(StandardCharsets.UTF_8);
          exchange.getResponseHeaders().add("Content-Type", "text/plain; charset=utf-8");
          exchange.sendResponseHeaders(status[0], body.length);
          exchange.getResponseBody().write(body);
          exchange.close();
        });
    server.start();
    try {
      WordSource source =
          new WordSource("http://127.0.0.1:" + server.getAddress().getPort() + "/words", NO_TIMER);
      assertThat(source.read()).isEqualTo(Map.of(WordAction.REFUSE, List.of("法轮")));
      status[0] = 500;
      assertThatThrownBy(source::read).isInstanceOf(IOException.class);
    } finally {
      server.stop(0);
    }
  }

  @Test
  @DisplayName("come within a bound of time, also where the head of the answer never ends")
  void drippingHead() throws Exception {
    try (ServerSocket server = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      List<Runnable> timed = new CopyOnWriteArrayList<>();
      WordSource source =
          new WordSource(
              "http://127.0.0.1:" + server.getLocalPort() + "/words",
              (delay, task) -> {
                assertThat(delay).isEqualTo(Duration.ofSeconds(20));
                timed.add(task);
              });
      CompletableFuture<Void> drips = CompletableFuture.runAsync(() -> drip(server, timed));
      assertThatThrownBy(source::read)
          .isInstanceOf(IOException.class)
          .hasMessageContaining("takes longer than 20 s");
      drips.get(10, TimeUnit.SECONDS);
    }
  }

  /** Byte by byte, until the other side ends it, as it is told to after some of them. */
  private static void drip(ServerSocket server, List<Runnable> timed) {
    try (Socket socket = server.accept()) {
      OutputStream out = socket.getOutputStream();
      out.write("HTTP/1.1 200 OK\r\nX: ".getBytes(StandardCharsets.UTF_8));
      for (int i = 0; ; i++) {
        out.write('x');
        out.flush();
        if (i == 100) {
          timed.forEach(Runnable::run);
        }
        LockSupport.parkNanos(100_000);
      }
    } catch (IOException e) {
      // as it should be
    }
  }
}
