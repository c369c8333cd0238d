package imserver.endpoint;

import imserver.packet.FailureCode;
import imserver.packet.Response;
import imserver.packet.Response.Failure;
import imserver.packet.Response.Incoming;
import imserver.packet.Response.MessageAdded;
import imserver.packet.Response.Success;
import java.time.Instant;
import java.util.List;

/** Has packets read and written that nobody has sent: before the first real ones. */
final class PacketWarmUp {

  private static final Incoming INCOMING =
      new Incoming(1, 1, 2, "你好", "1", "user", "/user.png", List.of());

  private static final List<Response> ANSWERS =
      List.of(
          new Success(1, "1", 1, "name", "1", 1, Instant.EPOCH, null),
          new Failure(1, "1", FailureCode.STORAGE_UNAVAILABLE, "reason", "1"));

  private PacketWarmUp() {}

  /** Of a version a message, and what marks one as read. */
  static List<String> requests(ProtocolVersion version) {
    return switch (version) {
      case V1 ->
          List.of(
              """
              {"fromId":1,"toId":2,"type":0,"content":"你好","timestamp":"1",\
              "Describe":"{\\"clientMessageId\\":\\"name\\"}"}""",
              """
              {"fromId":1,"toId":0,"type":1,"content":"[1]","timestamp":"1","Describe":""}""");
      case V2 ->
          List.of(
              """
              {"op":"send","id":1,"to":"2","content":"你好","clientMessageId":"name"}""",
              """
              {"op":"read","id":2,"with":"1","upTo":"1"}""");
    };
  }

  /** What it tells a recipient. */
  private static Response event(ProtocolVersion version) {
    return switch (version) {
      case V1 -> INCOMING;
      case V2 -> new MessageAdded(1, 1, INCOMING, Instant.EPOCH, 1L, null, null, null);
    };
  }

  /** Does it once, for each version. */
  static void run() {
    for (ProtocolVersion version : ProtocolVersion.values()) {
      requests(version).forEach(version::read);
      ANSWERS.forEach(version::write);
      version.write(event(version));
    }
  }
}
