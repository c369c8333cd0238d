package imserver.packet;

/**
 * {@code typing}: the user is writing to another.
 *
 * @param toId positive
 */
public record Typing(long toId) implements Request {

  @Override
  public void accept(Handler handler) {
    handler.typing(this);
  }
}
