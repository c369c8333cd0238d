package imserver.endpoint;

import jakarta.websocket.SendHandler;

/**
 * How a container gathers packets of one connection and writes them at once. Between {@link #begin}
 * and {@link #flush} it takes packets into its buffer, and reports them as sent.
 */
interface Batching {

  /** For a container that cannot. */
  Batching NONE =
      new Batching() {
        @Override
        public boolean begin() {
          return false;
        }

        @Override
        public void flush(SendHandler handler) {
          throw new IllegalStateException("nothing is gathered");
        }
      };

  /** Packets are gathered from now on; or false, where they are not. */
  boolean begin();

  /**
   * Starts to write what is gathered, and does not wait. Packets are written one by one again.
   *
   * @param handler is told when it is written, within the call or later
   */
  void flush(SendHandler handler);
}
