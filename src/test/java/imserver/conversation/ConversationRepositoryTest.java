package imserver.conversation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import imserver.message.Conversation;
import imserver.message.MemoryDatabase;
import imserver.message.NoticeDetails;
import imserver.message.TestMessages;
import imserver.message.UserPair;
import jakarta.persistence.EntityManager;
import java.lang.reflect.Field;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("Of what is stored")
class ConversationRepositoryTest {

  private static final long ALICE = 10;
  private static final long BOB = 20;

  private final MemoryDatabase database = new MemoryDatabase();
  private final EntityManager entities = database.entities();
  private final ConversationRepository conversations = new ConversationRepository();
  private final TestMessages stored = new TestMessages(entities);
  private long first;
  private long second;
  private long back;
  private long notice;

  @BeforeEach
  void someMessages() throws Exception {
    inject(conversations);
    entities.getTransaction().begin();
    first = add(ALICE, BOB, "first", null);
    second = add(ALICE, BOB, "second", null);
    back = add(BOB, ALICE, "back", null);
    notice = add(0, BOB, "notice", new NoticeDetails("title", "/url"));
    entities.clear();
  }

  @AfterEach
  void close() {
    entities.getTransaction().rollback();
    entities.close();
    database.close();
  }

  /** What a container does. */
  private void inject(Object bean) throws Exception {
    Field field = bean.getClass().getDeclaredField("entities");
    field.setAccessible(true);
    field.set(bean, entities);
  }

  private long add(
      long sender, long recipient, String content, @Nullable NoticeDetails noticeDetails) {
    return stored.add(sender, recipient, content, noticeDetails);
  }

  private void read(long reader, long... ids) {
    stored.read(reader, ids);
  }

  @Test
  @DisplayName("messages tell whether they are read")
  void isRead() {
    read(BOB, first);
    assertThat(conversations.newestOf(ALICE, BOB, 0, Long.MAX_VALUE, 10))
        .extracting(StoredMessage::id, StoredMessage::isRead)
        .containsExactly(tuple(second, false), tuple(first, true));
    assertThat(conversations.oldestOf(ALICE, BOB, first, Long.MAX_VALUE, 10))
        .extracting(StoredMessage::id)
        .containsExactly(second);
    assertThat(conversations.messages(List.of(first, back)).get(back).isRead()).isFalse();
    assertThat(conversations.newestIds(ALICE, BOB, second, 10)).containsExactly(first);
  }

  @Test
  @DisplayName("a conversation's unread messages are found, and the system's, newest first")
  void unreadFrom() {
    long another = add(0, BOB, "another", null);
    assertUnreadFrom(another);
    assertThat(conversations.unread(BOB)).isEqualTo(new UnreadCount(4, 2));
  }

  @Test
  @DisplayName("also where others flood the reader")
  void unreadFromAmongMany() {
    long another = add(0, BOB, "another", null);
    entities
        .createNativeQuery("update user_state set unread = ?1 where user_id = ?2")
        .setParameter(1, ConversationRepository.LITTLE_UNREAD + 1)
        .setParameter(2, BOB)
        .executeUpdate();
    assertUnreadFrom(another);
    read(BOB, first, another);
    assertThat(conversations.unreadIds(ALICE, BOB, 0, Long.MAX_VALUE, 10)).containsExactly(second);
  }

  private void assertUnreadFrom(long another) {
    assertThat(conversations.unreadIds(ALICE, BOB, 0, Long.MAX_VALUE, 10))
        .containsExactly(first, second);
    assertThat(conversations.unreadIds(ALICE, BOB, first, second, 1)).containsExactly(second);
    assertThat(conversations.unreadIds(ALICE, BOB, 0, first, 10)).containsExactly(first);
    assertThat(conversations.unreadNotices(BOB, 0, 10))
        .extracting(StoredNotice::id, StoredNotice::title)
        .containsExactly(tuple(another, null), tuple(notice, "title"));
    assertThat(conversations.unreadNotices(BOB, notice, 10))
        .extracting(StoredNotice::id)
        .containsExactly(another);
  }

  @Test
  @DisplayName("the last messages are known, and what is read without a gap")
  void last() {
    assertThat(conversations.lastId(BOB)).isEqualTo(notice);
    assertThat(conversations.lastId(ALICE)).isEqualTo(back);
    assertThat(conversations.lastId(999)).isZero();
    assertThat(conversations.lastUpTo(second, ALICE, List.of(BOB, 7L)))
        .isEqualTo(Map.of(BOB, second));
    assertThat(conversations.newest(BOB, 0, Long.MAX_VALUE, 10))
        .extracting(Conversation::lastMessageId)
        .containsExactly(notice, back);
    read(BOB, first);
    Optional<Conversation> found = conversations.find(UserPair.of(BOB, ALICE));
    assertThat(found).isPresent();
    assertThat(found.get().readUpToOf(BOB)).isEqualTo(first);
    assertThat(found.get().unreadOf(BOB)).isEqualTo(1);
    assertThat(found.get().unreadOf(ALICE)).isEqualTo(1);
  }
}
