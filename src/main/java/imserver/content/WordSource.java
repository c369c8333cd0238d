package imserver.content;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.HttpURLConnection;
import java.net.URI;
import java.net.URLConnection;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/** The words of a file or an address. For one thread at a time. */
final class WordSource {

  private static final int CONNECT_MILLIS = 3000;
  private static final int READ_MILLIS = 5000;
  private static final Duration WHOLE = Duration.ofSeconds(20);
  private static final int PART = 8192;
  private static final int MAX_BYTES = 20_000_000;

  private final String place;
  private final BiConsumer<Duration, Runnable> timer;
  private @Nullable String last;

  /**
   * Of a place.
   *
   * @param place the path of a file in UTF-8, or an address that begins with http
   * @param timer runs a task after a time
   */
  WordSource(String place, BiConsumer<Duration, Runnable> timer) {
    this.place = place;
    this.timer = timer;
  }

  /**
   * Reads the words anew.
   *
   * @return null where nothing has changed since the last call that has returned some
   * @throws IOException if it cannot be read, or says what cannot be used; with a sentence
   */
  @Nullable Map<WordAction, List<String>> read() throws IOException {
    String text = text();
    if (text.equals(last)) {
      return null;
    }
    try {
      Map<WordAction, List<String>> words = WordListText.read(text);
      last = text;
      return words;
    } catch (IllegalArgumentException e) {
      throw new IOException(place + ": " + e.getMessage(), e);
    }
  }

  private String text() throws IOException {
    if (place.startsWith("http://") || place.startsWith("https://")) {
      return new String(fetch(URI.create(place)), StandardCharsets.UTF_8);
    }
    Path file = Path.of(place);
    if (Files.size(file) > MAX_BYTES) {
      throw new IOException(place + " has more than " + MAX_BYTES + " bytes");
    }
    return Files.readString(file, StandardCharsets.UTF_8);
  }

  private byte[] fetch(URI address) throws IOException {
    long end = System.nanoTime() + WHOLE.toNanos();
    URLConnection connection = address.toURL().openConnection();
    connection.setConnectTimeout(CONNECT_MILLIS);
    connection.setReadTimeout(READ_MILLIS);
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    byte[] part = new byte[PART];
    try (InputStream in = opened((HttpURLConnection) connection)) {
      for (int length = in.read(part); length >= 0; length = in.read(part)) {
        bytes.write(part, 0, length);
        if (bytes.size() > MAX_BYTES || System.nanoTime() - end > 0) {
          throw tooMuch(null);
        }
      }
    }
    return bytes.toByteArray();
  }

  /**
   * Reads the head of the answer. The time of a reading does not bound that, as it may come byte by
   * byte.
   */
  private InputStream opened(HttpURLConnection connection) throws IOException {
    AtomicBoolean isOver = new AtomicBoolean();
    AtomicBoolean isLate = new AtomicBoolean();
    timer.accept(
        WHOLE,
        () -> {
          if (!isOver.get()) {
            isLate.set(true);
            connection.disconnect();
          }
        });
    try {
      connection.setInstanceFollowRedirects(false);
      int status = connection.getResponseCode();
      if (status != HttpURLConnection.HTTP_OK) {
        throw new IOException(place + " has answered with " + status);
      }
      return connection.getInputStream();
    } catch (IOException | RuntimeException e) { // whatever it makes of being disconnected
      if (isLate.get()) {
        throw tooMuch(e);
      }
      throw e;
    } finally {
      isOver.set(true);
    }
  }

  private IOException tooMuch(@Nullable Exception cause) {
    return new IOException(
        "%s is larger than %d bytes, or takes longer than %d s"
            .formatted(place, MAX_BYTES, WHOLE.toSeconds()),
        cause);
  }
}
