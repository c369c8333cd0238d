package imserver.server;

import static org.assertj.core.api.Assertions.assertThat;

import jakarta.json.JsonObject;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;

/** Compares what was acknowledged with what is there for the recipient. */
public final class Ledger {

  private Ledger() {}

  /** Everything acknowledged is unread at the recipient, once, and in its order. */
  static void assertNothingLostOrDoubled(URI server, long recipient, List<Sender> senders) {
    int atLeast = senders.stream().mapToInt(sender -> sender.acknowledged().size()).sum();
    List<Packet> unread;
    try (Client reader = Client.connect(server, recipient)) {
      unread = new ArrayList<>(reader.messages(atLeast));
    }
    assertThat(unread).extracting(Packet::messageId).doesNotHaveDuplicates().isSorted();
    for (Sender sender : senders) {
      List<String> texts =
          unread.stream()
              .filter(packet -> packet.fromId() == sender.from())
              .map(Packet::content)
              .toList();
      assertThat(texts).doesNotHaveDuplicates().containsAll(sender.acknowledged());
    }
    assertCounted(server, recipient);
  }

  /** The counts that are kept are those of a recount. */
  public static void assertCounted(URI server, long user) {
    JsonObject recount = Api.service(server).post("api/users/" + user + "/recount", "{}").ok();
    assertThat(Api.number(recount, "before")).isEqualTo(Api.number(recount, "after"));
    assertThat(Api.number(recount, "correctedConversations")).isZero();
    Api api = new Api(server, user);
    assertThat(api.conversations().stream().mapToLong(each -> Api.number(each, "unread")).sum())
        .isEqualTo(api.unread())
        .isEqualTo(Api.number(recount, "after"));
  }
}
