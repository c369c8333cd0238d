package imserver.cluster;

/**
 * Carries frames to all servers on one database, this one included. It only saves time: a frame may
 * be lost, come late, twice or in another order. What must reach users is found in the database.
 *
 * <p>Frames of one server arrive in the order in which they were published, if at all, as long as
 * nothing breaks.
 */
interface Bus {

  /** What a bus tells. Called by one thread at a time. */
  interface Listener {

    /** A frame has come. */
    void heard(String frame);

    /** From now on frames are heard; what came before may be lost. */
    void connected();

    /** Frames are not heard any more. The bus tries to connect again, by itself. */
    void disconnected(String reason);
  }

  /** Starts to connect, on threads of its own. Does not wait, nor fail where the bus is down. */
  void start(Listener listener);

  /** Sends a frame soon, or loses it. Never waits. Safe for use by several threads. */
  void publish(String frame);

  /**
   * Ends its threads and connections, within two seconds. What was published just now may be lost.
   */
  void stop();
}
