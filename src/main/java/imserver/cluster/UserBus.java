package imserver.cluster;

/**
 * A bus that carries frames also to those servers alone that follow a user, this one included.
 * Methods never wait, and are safe for use by several threads.
 */
interface UserBus extends Bus {

  /** Frames for this user are to be heard. {@link Bus.Listener#followed} tells since when. */
  void follow(long user);

  /** Frames for this user need not be heard any more. */
  void unfollow(long user);

  /**
   * Sends a frame to the servers that follow a user, soon; or loses it, and then tells {@link
   * Bus.Listener#lost} in the end. Frames for one user arrive in the order in which they were
   * published, as long as nothing breaks.
   */
  void publish(long user, String frame);
}
