package imserver.message;

import imserver.config.Config;
import imserver.database.Rehearsed;
import imserver.database.StorageException;
import imserver.database.StorageExceptionTranslator;
import imserver.moderation.ModerationStep;
import imserver.moderation.SuspensionChange;
import imserver.moderation.SuspensionScope;
import jakarta.ejb.Stateless;
import jakarta.inject.Inject;
import jakarta.interceptor.Interceptors;
import jakarta.persistence.EntityManager;
import jakarta.persistence.PersistenceContext;
import java.time.OffsetDateTime;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What {@link H2MessageStore} has done in a transaction of the container.
 *
 * <p>Every method throws {@link StorageException} where the database does not do it.
 */
@Stateless
@Interceptors(StorageExceptionTranslator.class)
public class H2Transactions {

  @PersistenceContext private EntityManager entities;

  @Inject private Config config;

  private final NamedStatements statements = new NamedStatements();

  /** For the container, which injects the rest. */
  public H2Transactions() {}

  H2Transactions(EntityManager entities, Config config) {
    this.entities = entities;
    this.config = config;
  }

  /** What writes events for the host application; null where nobody is told. */
  private @Nullable H2EventWriter events() {
    return config.webhook().isOn()
        ? new H2EventWriter(entities, statements, config.webhook().unseen())
        : null;
  }

  /** See {@link MessageStore#add}. */
  public List<Outcome> add(List<NewMessage> newMessages, SiteRules rules) {
    return new H2MessageInserter(entities, statements, events()).add(newMessages, rules);
  }

  /** See {@link MessageStore#set}. */
  public SettingsOutcome set(long user, long other, SettingsChange change) {
    return new H2SettingsWriter(entities).set(user, other, change);
  }

  /** See {@link MessageStore#setStrangerQuota}. */
  public void setStrangerQuota(long user, @Nullable Integer quota) {
    new H2SettingsWriter(entities).setStrangerQuota(user, quota);
  }

  /** See {@link MessageStore#markRead}. */
  public List<ReadMark> markRead(
      Map<Long, ? extends Collection<Long>> idsByReader, boolean receipts) {
    return new H2UnreadWriter(entities, events()).markRead(idsByReader, receipts);
  }

  /** See {@link MessageStore#recall}. */
  public RecallOutcome recall(
      long sender, long messageId, OffsetDateTime since, OffsetDateTime now) {
    return new H2RecallWriter(entities, events()).recall(sender, messageId, since, now);
  }

  /** See {@link MessageStore#remove}. */
  public RecallOutcome remove(long messageId, ModerationStep step) {
    return new H2RecallWriter(entities, events()).remove(messageId, step);
  }

  /** See {@link MessageStore#suspend}. */
  public SuspensionChange suspend(
      long user, SuspensionScope scope, OffsetDateTime until, ModerationStep step) {
    return new H2SuspensionWriter(entities).suspend(user, scope, until, step);
  }

  /** See {@link MessageStore#endSuspension}. */
  public Optional<SuspensionChange> endSuspension(long user, ModerationStep step) {
    return new H2SuspensionWriter(entities).endSuspension(user, step);
  }

  /** See {@link MessageStore#recount}. */
  public Recount recount(long user) {
    return new H2UnreadWriter(entities, null).recount(user);
  }

  /**
   * See {@link MessageStore#rehearse}.
   *
   * @throws Rehearsed always, which rolls back
   */
  public void rehearse(List<NewMessage> newMessages, SiteRules rules) {
    List<Outcome> outcomes = add(newMessages, rules);
    markRead(MessageStore.stored(newMessages, outcomes), true);
    throw new Rehearsed();
  }
}
