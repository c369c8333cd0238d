package imserver.cluster;

import java.util.List;

/**
 * Carries frames to all servers on one database, this one included. It only saves time: a frame may
 * be lost, come late, twice or in another order. What must reach users is found in the database.
 *
 * <p>Frames of one server arrive in the order in which they were published, if at all, as long as
 * nothing breaks.
 *
 * <p>A bus has one way or several, each of which may break alone: the shards of a cluster. What is
 * for all servers goes by each of them, and so comes as often.
 */
interface Bus {

  /** What a bus tells. Several threads may call, for each way and each user one at a time. */
  interface Listener {

    /**
     * A frame has come.
     *
     * @param way by which it came, from 0, below the number that {@link #connected} told last
     */
    void heard(int way, String frame);

    /**
     * From now on frames are heard by so many ways; what came before may be lost. May be told
     * again, where ways have changed.
     */
    void connected(int ways);

    /**
     * Frames are not all heard any more, or still not and for another reason. The bus tries to
     * connect again, by itself.
     */
    void disconnected(String reason);

    /**
     * Frames for these users are heard from now on, as long as nothing breaks; what came before may
     * be lost.
     */
    void followed(List<Long> users);

    /** A frame of this server without a number was not published. */
    void lost();
  }

  /** Starts to connect, on threads of its own. Does not wait, nor fail where the bus is down. */
  void start(Listener listener);

  /**
   * Sends a frame to all servers soon, or loses it. Never waits. Safe for use by several threads.
   */
  void publish(String frame);

  /**
   * Ends its threads and connections, within two seconds. What was published just now may be lost.
   */
  void stop();
}
