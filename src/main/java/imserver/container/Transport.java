package imserver.container;

import jakarta.websocket.CloseReason;
import jakarta.websocket.SendHandler;
import java.io.IOException;

/**
 * What a container can do with the connection of one session beyond the standard, or better. A
 * method that may wait for the client says so, and for how long.
 */
public interface Transport {

  /**
   * Has the packets that follow gathered, and reported as sent, until {@link #flush}. Does not
   * wait.
   *
   * @return false where the container cannot: each packet is written by itself
   */
  boolean gather();

  /**
   * Starts to send a packet, or adds it to those that are gathered. Does not wait.
   *
   * @param handler called when the container has taken it, within this call or later
   * @throws IllegalStateException if the session has ended
   */
  void send(String packet, SendHandler handler);

  /**
   * Starts to write what is gathered; packets are written one by one again. Does not wait. To be
   * called only while the session is open and after a {@link #gather} that returned true.
   *
   * @param handler called when it is written, within this call or later
   * @throws IllegalStateException if the session has ended
   */
  void flush(SendHandler handler);

  /**
   * Sends a ping. May wait for the client, for two seconds at most.
   *
   * @throws IOException if it could not be sent
   */
  void ping() throws IOException;

  /**
   * Sends a close frame. May wait for the client, for two seconds at most. What is gathered and not
   * flushed is dropped, or written before it.
   *
   * @param slow whether the client has not taken what was written before: then it is hardly waited
   *     for
   * @throws IOException if it could not be sent
   */
  void close(CloseReason reason, boolean slow) throws IOException;

  /**
   * Ends the connection of a client that has not answered the close frame. Does nothing where it
   * has ended. May wait for the container, never for the client.
   */
  void abort();

  /**
   * Whether nothing is left to be {@linkplain #abort aborted}, after a {@link #close}: the client
   * has answered or is gone, or cutting does nothing here. Does not wait.
   */
  boolean hasEnded();
}
