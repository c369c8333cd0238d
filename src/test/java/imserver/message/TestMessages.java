package imserver.message;

import imserver.message.Outcome.Stored;
import jakarta.persistence.EntityManager;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Stores messages in a {@link MemoryDatabase} and marks them as read, for tests that read. */
public final class TestMessages {

  private final EntityManager entities;
  private final H2Writer writer;

  /** In the transaction of an entity manager. */
  public TestMessages(EntityManager entities) {
    this.entities = entities;
    this.writer = new H2Writer(entities);
  }

  /** Stores a message; returns its id. */
  public long add(
      long sender, long recipient, String content, @Nullable NoticeDetails noticeDetails) {
    NewMessage newMessage =
        new NewMessage(
            new DedupeKey(sender, content),
            recipient,
            content,
            "mark",
            OffsetDateTime.of(2026, 1, 2, 3, 4, 5, 0, ZoneOffset.UTC),
            noticeDetails);
    return ((Stored) writer.add(List.of(newMessage)).get(0)).messageId();
  }

  /** Marks messages as read, one by one. */
  public void read(long reader, long... ids) {
    for (long id : ids) {
      writer.markRead(Map.of(reader, List.of(id)));
    }
    entities.clear();
  }
}
