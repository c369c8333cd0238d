package imserver.cluster;

/**
 * In place of a bus where the database has none and the settings name none: nothing is heard of
 * other servers. As long as some are alive the heads of the connected users are compared with the
 * database every two seconds, as while a bus is down ({@link Continuity}).
 */
final class NoBus implements Bus {

  @Override
  public void start(Listener listener) {}

  @Override
  public void publish(String frame) {}

  @Override
  public void stop() {}
}
