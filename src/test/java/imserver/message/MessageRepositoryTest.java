package imserver.message;

import static imserver.message.TestMessages.ALICE;
import static imserver.message.TestMessages.BOB;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("The queries for the replay")
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

  @Test
  @DisplayName("find unread messages in order, of one recipient or of several")
  void unread() {
    assertThat(messages.unread(BOB, 0, 2))
        .extracting(UnreadMessage::id)
        .containsExactly(stored.first, stored.second);
    assertThat(messages.unread(BOB, stored.second, 10))
        .extracting(UnreadMessage::id)
        .containsExactly(stored.notice);
    assertThat(messages.unread(List.of(ALICE, BOB), stored.first, 10))
        .extracting(UnreadMessage::id)
        .containsExactly(stored.second, stored.back, stored.notice);
    stored.read(BOB, stored.second);
    assertThat(messages.unread(BOB, 0, 10))
        .extracting(UnreadMessage::id)
        .containsExactly(stored.first, stored.notice);
    assertThat(messages.lastId()).isEqualTo(stored.notice);
  }
}
