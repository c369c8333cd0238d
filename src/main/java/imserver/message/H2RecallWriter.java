package imserver.message;

import imserver.moderation.AuditEntry;
import imserver.moderation.ModerationStep;
import imserver.moderation.Suspension;
import jakarta.persistence.EntityManager;
import java.time.OffsetDateTime;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Recalls messages on H2, within a transaction. */
final class H2RecallWriter {

  private static final String DELETE_FILE =
      "delete from file where id = ?1" + AttachedFiles.IS_UNUSED;

  private final EntityManager entities;
  private final @Nullable H2EventWriter events;

  H2RecallWriter(EntityManager entities, @Nullable H2EventWriter events) {
    this.entities = entities;
    this.events = events;
  }

  /** See {@link MessageStore#recall}. */
  RecallOutcome recall(long sender, long messageId, OffsetDateTime since, OffsetDateTime now) {
    Message message = entities.find(Message.class, messageId);
    if (message == null || message.senderId() != sender) {
      return new RecallOutcome.NotFound();
    }
    if (message.isRecalled()) {
      return new RecallOutcome.RecalledBefore();
    }
    if (message.createdAt().isBefore(since)) {
      return new RecallOutcome.Expired();
    }
    Suspension suspension = entities.find(Suspension.class, sender);
    if (suspension != null && suspension.holdsAt(now)) {
      return new RecallOutcome.Suspended();
    }
    return erase(messageId, message, now);
  }

  /** See {@link MessageStore#remove}. */
  RecallOutcome remove(long messageId, ModerationStep step) {
    Message message = entities.find(Message.class, messageId);
    if (message == null || message.senderId() == 0) {
      return new RecallOutcome.NotFound();
    }
    if (message.isRecalled()) {
      return new RecallOutcome.RecalledBefore();
    }
    entities.persist(new AuditEntry(step.onUser(message.senderId())));
    return erase(messageId, message, step.at());
  }

  private RecallOutcome erase(long messageId, Message message, OffsetDateTime now) {
    long sender = message.senderId();
    message.recall();
    long recipient = Math.abs(message.recipientId());
    boolean silenced = message.recipientId() < 0;
    long unread = takeOffUnread(recipient, messageId);
    Conversation conversation =
        known(entities.find(Conversation.class, new Conversation.Key(sender, recipient)));
    long left = conversation.unreadOf(recipient) - unread;
    conversation.setUnreadOf(recipient, left);
    UserState state = known(entities.find(UserState.class, recipient));
    state.setUnread(state.unread() - unread);
    long senderChange = known(entities.find(UserState.class, sender)).change();
    long recipientChange = recipient == sender ? senderChange : silenced ? 0 : state.change();
    conversation.setChangedOf(sender, senderChange);
    if (!silenced) {
      conversation.setChangedOf(recipient, recipientChange);
    }
    releaseFiles(messageId);
    addEntry(messageId, UserPair.of(sender, recipient), now);
    if (events != null && !silenced) {
      events.recalled(sender, recipient, messageId, left);
    }
    entities.flush(); // what the database refuses is thrown here
    return new RecallOutcome.Recalled(
        messageId, sender, senderChange, recipient, recipientChange, left);
  }

  /** Returns how many messages that are: one, or none where it was read. */
  private long takeOffUnread(long recipient, long messageId) {
    Unread unread = entities.find(Unread.class, new Unread.Key(recipient, messageId));
    if (unread == null) {
      return 0;
    }
    entities.remove(unread);
    return 1;
  }

  /** As {@link AttachedFiles#release}. */
  private void releaseFiles(long messageId) {
    List<?> files =
        entities
            .createNativeQuery("select distinct file_id from attachment where message_id = ?1")
            .setParameter(1, messageId)
            .getResultList();
    if (files.isEmpty()) {
      return;
    }
    entities
        .createNativeQuery("delete from attachment where message_id = ?1")
        .setParameter(1, messageId)
        .executeUpdate();
    for (Object file : files) {
      entities.createNativeQuery(DELETE_FILE).setParameter(1, file).executeUpdate();
    }
  }

  private void addEntry(long messageId, UserPair pair, OffsetDateTime now) {
    Number id =
        (Number) entities.createNativeQuery("select nextval('message_id')").getSingleResult();
    entities.persist(new Recall(id.longValue(), messageId, pair, now));
  }

  private static <T> T known(T found) {
    if (found == null) {
      throw new IllegalStateException("a recalled message without a conversation or a user");
    }
    return found;
  }
}
