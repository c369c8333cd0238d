package imserver.packet;

import java.util.Arrays;
import java.util.Set;
import java.util.stream.Stream;

/**
 * Every code with which this server closes a connection, and what a client should do then. The
 * table in {@code docs/PROTOCOL.md} is held to this catalogue by a test.
 */
public enum CloseCode {
  /** Server stopping or redeploying. The client reconnects, with back-off and jitter. */
  GOING_AWAY(1001, "server stopping"),
  /** A binary frame. The client does not repeat it. */
  BINARY_FRAME(1003, "binary frames are not accepted"),
  /**
   * A text frame that is not UTF-8 (closed by the container itself). The client does not repeat it.
   */
  NOT_UTF8(1007, "not UTF-8"),
  /** A frame over {@code IMSERVER_MAX_FRAME}. The client does not repeat it. */
  FRAME_TOO_LARGE(1009, "frame too large"),
  /** The token expired. The client gets a new one and reconnects. */
  TOKEN_EXPIRED(4401, "token expired"),
  /**
   * The host application ended the user's access. The client does not reconnect by itself: its
   * token is refused, and the user has to sign in for another one.
   */
  ACCESS_ENDED(4403, "access ended"),
  /** Two pings without a pong. The client reconnects. */
  NO_PONG(4408, "no pong"),
  /**
   * The same user opened too many connections; this was the oldest. The client does not reconnect
   * by itself.
   */
  TOO_MANY_CONNECTIONS(4409, "too many connections of this user"),
  /**
   * A moderator has suspended the user from everything. The client does not reconnect by itself:
   * until the suspension ends it is not let in.
   */
  SUSPENDED(4423, "suspended"),
  /**
   * Over {@value #MAX_FAILURES_PER_MINUTE} failure packets in a minute that were the client's own
   * doing. The client stops.
   */
  TOO_MANY_FAILURES(4429, "too many failures"),
  /** Its queue of packets is full. The client reconnects; unread messages come again. */
  TOO_SLOW(4508, "reading too slowly");

  /** How many failure packets a connection may get in a minute (PROTOCOL.md, section 7). */
  public static final int MAX_FAILURES_PER_MINUTE = 50;

  private static final Set<Integer> COMMON = Set.of(1000, 1001, 1005, 1006);

  private static final int PRIVATE_USE = 4000;

  private static final String OTHER = "other";

  private final int code;
  private final String reason;

  CloseCode(int code, String reason) {
    this.code = code;
    this.reason = reason;
  }

  /** The number in the WebSocket close frame (RFC 6455, section 7.4). */
  public int code() {
    return code;
  }

  /** The text in the close frame, ASCII and short enough for it (123 bytes). */
  public String reason() {
    return reason;
  }

  /**
   * As what a close is counted: its code where that is one of these, or one of those with which
   * connections commonly end: 1000, 1001 and 1005 by the client, 1006 without a close (RFC 6455,
   * section 7.4.1). A client can make up others, and close with one that only we have a reason for.
   *
   * @param ours whether we have closed it; what the container closes by itself has no code of a
   *     private use (section 7.4.2)
   */
  public static String countedAs(int code, boolean ours) {
    return isKnown(code) && (ours || code < PRIVATE_USE) ? Integer.toString(code) : OTHER;
  }

  /** All that {@link #countedAs} may say. */
  public static Stream<String> allCounted() {
    Stream<Integer> codes =
        Stream.concat(COMMON.stream(), Arrays.stream(values()).map(CloseCode::code));
    return Stream.concat(codes.map(code -> countedAs(code, true)), Stream.of(OTHER)).distinct();
  }

  private static boolean isKnown(int code) {
    return COMMON.contains(code) || Arrays.stream(values()).anyMatch(known -> known.code == code);
  }
}
