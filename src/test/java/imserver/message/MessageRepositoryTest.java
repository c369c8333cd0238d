package imserver.message;

import static org.assertj.core.api.Assertions.assertThat;

import jakarta.persistence.EntityManager;
import java.lang.reflect.Field;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("Of what is stored")
class MessageRepositoryTest {

  private static final long ALICE = 10;
  private static final long BOB = 20;

  private final MemoryDatabase database = new MemoryDatabase();
  private final EntityManager entities = database.entities();
  private final MessageRepository messages = new MessageRepository();
  private final TestMessages stored = new TestMessages(entities);
  private long first;
  private long second;
  private long back;
  private long notice;

  @BeforeEach
  void someMessages() throws Exception {
    inject(messages);
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
  @DisplayName("unread messages are found in order, of one or of several")
  void unread() {
    assertThat(messages.unread(BOB, 0, 2))
        .extracting(UnreadMessage::id)
        .containsExactly(first, second);
    assertThat(messages.unread(BOB, second, 10))
        .extracting(UnreadMessage::id)
        .containsExactly(notice);
    assertThat(messages.unread(List.of(ALICE, BOB), first, 10))
        .extracting(UnreadMessage::id)
        .containsExactly(second, back, notice);
    read(BOB, second);
    assertThat(messages.unread(BOB, 0, 10))
        .extracting(UnreadMessage::id)
        .containsExactly(first, notice);
    assertThat(messages.lastId()).isEqualTo(notice);
  }
}
