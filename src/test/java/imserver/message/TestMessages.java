package imserver.message;

import imserver.config.Configs;
import imserver.database.SqlDialect;
import imserver.database.Vendor;
import imserver.file.TestAttachments;
import imserver.message.Outcome.Stored;
import jakarta.persistence.EntityManager;
import java.lang.reflect.Field;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A few messages in a database of a test's own, for a repository that reads them. All is done in
 * one transaction.
 */
public final class TestMessages implements AutoCloseable {

  /** Who has sent the first and the second, and got the one back. */
  public static final long ALICE = 10;

  /** Who has sent the one back, and got the others. */
  public static final long BOB = 20;

  /** The ids of the messages that are there, ascending. */
  public final long first;

  public final long second;
  public final long back;
  public final long notice;

  private final MemoryDatabase database = new MemoryDatabase();
  private final EntityManager entities = database.entities();
  private final H2Transactions writer = new H2Transactions(entities, Configs.with());

  /**
   * Stores the messages, and gives the repository its entity manager, as a container does.
   *
   * @param type the class of the repository that has the field for it
   */
  public <R> TestMessages(Class<R> type, R repository) throws ReflectiveOperationException {
    set(type, repository, "entities", entities);
    set(type, repository, "dialect", new SqlDialect(Vendor.H2));
    if (type.getSimpleName().equals("ConversationRepository")) {
      set(type, repository, "attachments", TestAttachments.of(entities));
    }
    entities.getTransaction().begin();
    first = add(ALICE, BOB, "first", null);
    second = add(ALICE, BOB, "second", null);
    back = add(BOB, ALICE, "back", null);
    notice = add(0, BOB, "notice", new NoticeDetails("title", "/url"));
  }

  private static void set(Class<?> type, Object bean, String name, Object value)
      throws ReflectiveOperationException {
    Field field = type.getDeclaredField(name);
    field.setAccessible(true);
    field.set(bean, value);
  }

  /** In which all is done. */
  public EntityManager entities() {
    return entities;
  }

  /** Stores one more; returns its id. */
  public long add(
      long sender, long recipient, String content, @Nullable NoticeDetails noticeDetails) {
    NewMessage newMessage =
        new NewMessage(
            new DedupeKey(sender, content.substring(0, Math.min(content.length(), 24))),
            recipient,
            content,
            "mark",
            OffsetDateTime.of(2026, 1, 2, 3, 4, 5, 0, ZoneOffset.UTC),
            noticeDetails);
    long id = ((Stored) writer.add(List.of(newMessage), SiteRules.OPEN).get(0)).messageId();
    entities.clear(); // else what was read before is not read again
    return id;
  }

  /** Has a message carry files, which are made. */
  public void attach(long messageId, long... files) {
    for (int position = 0; position < files.length; position++) {
      entities
          .createNativeQuery(
              "merge into file (id, owner_id, name, type, size, received, is_complete, created_at)"
                  + " key (id) values (?1, 10, 'a', 'image/png', 5, 5, true, current_timestamp)")
          .setParameter(1, files[position])
          .executeUpdate();
      entities
          .createNativeQuery("insert into attachment values (?1, ?2, ?3)")
          .setParameter(1, messageId)
          .setParameter(2, position)
          .setParameter(3, files[position])
          .executeUpdate();
    }
  }

  /** Marks messages as read, one by one. */
  public void read(long reader, long... ids) {
    for (long id : ids) {
      writer.markRead(Map.of(reader, List.of(id)), true);
    }
    entities.clear();
  }

  @Override
  public void close() {
    entities.getTransaction().rollback();
    entities.close();
    database.close();
  }
}
