package imserver.conversation;

import static imserver.message.TestMessages.ALICE;
import static imserver.message.TestMessages.BOB;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import imserver.message.Conversation;
import imserver.message.TestMessages;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("The queries for conversations")
class ConversationRepositoryTest {

  private final ConversationRepository conversations = new ConversationRepository();
  private final TestMessages stored;

  ConversationRepositoryTest() throws ReflectiveOperationException {
    stored = new TestMessages(ConversationRepository.class, conversations);
  }

  @AfterEach
  void close() {
    stored.close();
  }

  @Test
  @DisplayName("find messages, and whether they are read")
  void isRead() {
    stored.read(BOB, stored.first);
    assertThat(conversations.newestOf(ALICE, BOB, 0, Long.MAX_VALUE, 10))
        .extracting(StoredMessage::id, StoredMessage::isRead)
        .containsExactly(tuple(stored.second, false), tuple(stored.first, true));
    assertThat(conversations.oldestOf(ALICE, BOB, stored.first, Long.MAX_VALUE, 10))
        .extracting(StoredMessage::id)
        .containsExactly(stored.second);
    assertThat(conversations.messages(List.of(stored.first, stored.back)).get(stored.back).isRead())
        .isFalse();
    assertThat(conversations.newestIds(ALICE, BOB, stored.second, 10))
        .containsExactly(stored.first);
  }

  @Test
  @DisplayName("find messages with their files, and their texts without the marks of these")
  void files() {
    long two = stored.add(ALICE, BOB, "two\uFFFC\uFFFC", null);
    long one = stored.add(ALICE, BOB, "\uFFFC", null);
    long none = stored.add(ALICE, BOB, "a user's own \uFFFC", null);
    stored.attach(two, 8, 7);
    stored.attach(one, 7);
    assertThat(conversations.newestOf(ALICE, BOB, stored.second, Long.MAX_VALUE, 10))
        .extracting(StoredMessage::id, StoredMessage::content, StoredMessage::isRecalled)
        .containsExactly(
            tuple(none, "a user's own \uFFFC", false),
            tuple(one, "", false),
            tuple(two, "two", false));
    StoredMessage found = conversations.messages(List.of(two, stored.first)).get(two);
    assertThat(found.files())
        .extracting(file -> file.attachment().fileId())
        .containsExactly(8L, 7L);
    assertThat(found.files().get(0).url()).startsWith("/teaching/api/files/8/content?");
    assertThat(found.files().get(0).previewUrl()).isNull();
  }

  @Test
  @DisplayName("find a conversation's unread messages, and the system's, newest first")
  void unreadFrom() {
    long another = stored.add(0, BOB, "another", null);
    assertUnreadFrom(another);
    assertThat(conversations.unread(BOB)).isEqualTo(new UnreadCount(4, 2));
  }

  @Test
  @DisplayName("find these also where others flood the reader")
  void unreadFromAmongMany() {
    long another = stored.add(0, BOB, "another", null);
    stored
        .entities()
        .createNativeQuery("update user_state set unread = ?1 where user_id = ?2")
        .setParameter(1, ConversationRepository.LITTLE_UNREAD + 1)
        .setParameter(2, BOB)
        .executeUpdate();
    assertUnreadFrom(another);
    stored.read(BOB, stored.first, another);
    assertThat(conversations.unreadIds(ALICE, BOB, 0, Long.MAX_VALUE, 10))
        .containsExactly(stored.second);
  }

  private void assertUnreadFrom(long another) {
    assertThat(conversations.unreadIds(ALICE, BOB, 0, Long.MAX_VALUE, 10))
        .containsExactly(stored.first, stored.second);
    assertThat(conversations.unreadIds(ALICE, BOB, stored.first, stored.second, 1))
        .containsExactly(stored.second);
    assertThat(conversations.unreadIds(ALICE, BOB, 0, stored.first, 10))
        .containsExactly(stored.first);
    assertThat(conversations.unreadNotices(BOB, 0, 10))
        .extracting(StoredNotice::id, StoredNotice::title)
        .containsExactly(tuple(another, null), tuple(stored.notice, "title"));
    assertThat(conversations.unreadNotices(BOB, stored.notice, 10))
        .extracting(StoredNotice::id)
        .containsExactly(another);
  }

  @Test
  @DisplayName("find the last messages, and what is read without a gap")
  void last() {
    assertThat(conversations.lastId(BOB)).isEqualTo(stored.notice);
    assertThat(conversations.lastId(ALICE)).isEqualTo(stored.back);
    assertThat(conversations.lastId(999)).isZero();
    assertThat(conversations.lastUpTo(stored.second, ALICE, List.of(BOB, 7L)))
        .isEqualTo(Map.of(BOB, stored.second));
    assertThat(conversations.newest(BOB, 0, Long.MAX_VALUE, 10))
        .extracting(each -> each.lastOf(BOB))
        .containsExactly(stored.notice, stored.back);
    stored.read(BOB, stored.first);
    Optional<Conversation> found = conversations.find(BOB, ALICE);
    assertThat(found).isPresent();
    assertThat(found.get().readUpToOf(BOB)).isEqualTo(stored.first);
    assertThat(found.get().unreadOf(BOB)).isEqualTo(1);
    assertThat(found.get().unreadOf(ALICE)).isEqualTo(1);
  }
}
