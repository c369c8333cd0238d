package imserver.message;

import static imserver.message.TestMessages.ALICE;
import static imserver.message.TestMessages.BOB;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("The queries for what users are to get")
class MessageRepositoryTest {

  private final MessageRepository messages = new MessageRepository();
  private final TestMessages stored;

  MessageRepositoryTest() throws ReflectiveOperationException {
    stored = new TestMessages(MessageRepository.class, messages);
  }

  @AfterEach
  void close() {
    stored.close();
  }

  private static List<Long> ids(List<ReceivedMessage> received) {
    return received.stream().map(ReceivedMessage::id).toList();
  }

  @Test
  @DisplayName("find unread messages in order")
  void unread() {
    assertThat(ids(messages.unread(BOB, 0, 2))).containsExactly(stored.first, stored.second);
    assertThat(messages.unread(BOB, stored.first, 10))
        .containsExactly(
            new ReceivedMessage(stored.second, ALICE, BOB, "second", "mark"),
            new ReceivedMessage(stored.notice, 0, BOB, "notice", "mark"));
    stored.read(BOB, stored.second);
    assertThat(ids(messages.unread(BOB, 0, 10))).containsExactly(stored.first, stored.notice);
  }

  @Test
  @DisplayName("find what users have not got, read or not, each user's above an id, in order")
  void receivedAfter() {
    stored.read(BOB, stored.second);
    long toSelf = stored.add(ALICE, ALICE, "to self", null);
    assertThat(ids(messages.receivedAfter(Map.of(BOB, 0L), 10)))
        .containsExactly(stored.first, stored.second, stored.notice);
    assertThat(messages.receivedAfter(Map.of(BOB, stored.first, ALICE, 0L), 10))
        .containsExactly(
            new ReceivedMessage(stored.second, ALICE, BOB, "second", "mark"),
            new ReceivedMessage(stored.back, BOB, ALICE, "back", "mark"),
            new ReceivedMessage(stored.notice, 0, BOB, "notice", "mark"),
            new ReceivedMessage(toSelf, ALICE, ALICE, "to self", "mark"));
    assertThat(ids(messages.receivedAfter(Map.of(BOB, stored.first, ALICE, 0L), 2)))
        .containsExactly(stored.second, stored.back);
    assertThat(messages.receivedAfter(Map.of(BOB, toSelf), 10)).isEmpty();
  }

  @Test
  @DisplayName("find how far a user's changes and messages have come")
  void position() {
    assertThat(messages.position(BOB)).isEqualTo(new UserPosition(4, stored.notice));
    assertThat(messages.position(ALICE)).isEqualTo(new UserPosition(3, stored.back));
    stored.read(BOB, stored.first);
    assertThat(messages.position(BOB)).isEqualTo(new UserPosition(5, stored.notice));
    assertThat(messages.position(ALICE)).isEqualTo(new UserPosition(4, stored.back));
    assertThat(messages.heads(List.of(ALICE, BOB, 99L))).isEqualTo(Map.of(ALICE, 4L, BOB, 5L));
    assertThat(messages.position(99)).isEqualTo(new UserPosition(0, 0));
  }
}
