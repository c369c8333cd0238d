package imserver.endpoint;

import jakarta.websocket.SendHandler;
import java.io.IOException;

/**
 * How a container gathers packets of one connection and writes them at once. Between {@link #begin}
 * and {@link #end} it takes packets into its buffer, and reports them as sent.
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

        @Override
        public void end() {}
      };

  /** Packets are gathered from now on; or false, where they are not. */
  boolean begin();

  /**
   * Starts to write what is gathered, and does not wait.
   *
   * @param handler is told when it is written, within the call or later
   */
  void flush(SendHandler handler);

  /** Packets are written one by one again; to be called when a flush is done. */
  void end() throws IOException;
}
