package imserver.file;

import imserver.file.FileRefusedException.Reason;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.lang.System.Logger.Level;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.Future;

/**
 * Asks a scanner of each file before it is complete, by the protocol of clamd (its command
 * INSTREAM). Where it does not say yes, nothing is taken: a scanner that is down keeps files out,
 * but they may be sent again. Safe for use by several threads.
 */
final class VirusScanner {

  private static final System.Logger LOG = System.getLogger(VirusScanner.class.getName());

  private static final Duration CONNECT = Duration.ofSeconds(2);
  private static final Duration ANSWER = Duration.ofSeconds(30);

  /** For all of it, also where it takes the file, or answers, byte by byte. */
  private static final Duration WHOLE = Duration.ofSeconds(60);

  private static final int PIECE = 64 * 1024;
  private static final int MAX_ANSWER = 1024;

  private final String host;
  private final int port;
  private final Alarm alarm;

  /** Does something after a while, unless it is cancelled. */
  interface Alarm {
    Future<?> in(Duration delay, Runnable task);
  }

  /** By a setting of the form {@code HOST:PORT}. */
  VirusScanner(String address, Alarm alarm) {
    int colon = address.lastIndexOf(':');
    this.host = address.substring(0, colon);
    this.port = Integer.parseInt(address.substring(colon + 1));
    this.alarm = alarm;
  }

  /**
   * Returns where the scanner has found nothing. Waits.
   *
   * @throws FileRefusedException if it has, or does not say
   */
  void scan(long fileId, InputStream bytes) {
    String answer;
    try (Socket socket = new Socket()) {
      socket.connect(new InetSocketAddress(host, port), (int) CONNECT.toMillis());
      socket.setSoTimeout((int) ANSWER.toMillis());
      Future<?> end = alarm.in(WHOLE, () -> close(socket)); // of writing there is no other end
      try {
        answer = ask(socket, bytes);
      } finally {
        end.cancel(false);
      }
    } catch (IOException e) {
      LOG.log(Level.WARNING, "the scanner does not answer, no file is taken: {0}", e.getMessage());
      throw new FileRefusedException(Reason.BUSY);
    }
    if (answer.equals("stream: OK")) {
      return;
    }
    if (answer.endsWith(" FOUND")) {
      LOG.log(Level.INFO, "file {0} is refused: {1}", Long.toString(fileId), answer);
      throw new FileRefusedException(Reason.REFUSED);
    }
    LOG.log(Level.WARNING, "the scanner does not say yes, no file is taken: {0}", answer);
    throw new FileRefusedException(Reason.BUSY);
  }

  private static void close(Socket socket) {
    try {
      socket.close();
    } catch (IOException e) {
      LOG.log(Level.DEBUG, "a connection to the scanner is not closed: {0}", e.getMessage());
    }
  }

  private static String ask(Socket socket, InputStream bytes) throws IOException {
    DataOutputStream out = new DataOutputStream(socket.getOutputStream());
    out.write("zINSTREAM\0".getBytes(StandardCharsets.US_ASCII));
    byte[] piece = new byte[PIECE];
    int count = bytes.read(piece);
    while (count >= 0) {
      out.writeInt(count);
      out.write(piece, 0, count);
      count = bytes.read(piece);
    }
    out.writeInt(0);
    out.flush();
    byte[] answer = socket.getInputStream().readNBytes(MAX_ANSWER);
    String text = new String(answer, StandardCharsets.UTF_8);
    return text.substring(0, Math.max(0, text.indexOf('\0'))).strip();
  }
}
