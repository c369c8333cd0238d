package imserver.soak;

import java.io.IOException;

/** Signals of Unix. */
final class Signals {

  private Signals() {}

  /**
   * Sends one.
   *
   * @param signal its name, without SIG
   */
  static void send(String signal, long pid) throws IOException {
    try {
      int status = new ProcessBuilder("kill", "-" + signal, String.valueOf(pid)).start().waitFor();
      if (status != 0) {
        throw new IOException("no signal " + signal + " to " + pid);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException(e);
    }
  }
}
