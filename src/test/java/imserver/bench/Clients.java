package imserver.bench;

import java.io.IOException;

/** Connected users under whose load a server is measured. */
interface Clients extends AutoCloseable {

  /**
   * Keeps so many messages in flight. May be called again, for the same meter.
   *
   * @param window for each pair that there is, or is stood for
   */
  Meter closedLoop(int window, double warmUp, double seconds) throws IOException;

  /** All that was sent, and so is stored if this is a server that stores. */
  long sent();

  @Override
  void close();
}
