package imserver.message;

import imserver.database.CommitUnknownException;
import imserver.database.Rehearsed;
import imserver.database.StorageException;
import imserver.database.WriteTurn;
import imserver.moderation.ModerationStep;
import imserver.moderation.SuspensionChange;
import imserver.moderation.SuspensionScope;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.time.OffsetDateTime;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Writes to the embedded H2, in transactions of the container. The database belongs to this process
 * alone, so that order is kept here: one transaction after the other, commit and all. Safe for use
 * by several threads.
 */
@ApplicationScoped
public class H2MessageStore implements MessageStore {

  @Inject private WriteTurn turn;
  @Inject private H2Transactions writer;

  /** For the container, which injects the rest. */
  public H2MessageStore() {}

  H2MessageStore(H2Transactions writer) {
    this.writer = writer;
    this.turn = new WriteTurn();
  }

  @Override
  public List<Outcome> add(List<NewMessage> newMessages, SiteRules rules) {
    return commit(() -> writer.add(newMessages, rules));
  }

  @Override
  public SettingsOutcome set(long user, long other, SettingsChange change) {
    return commit(() -> writer.set(user, other, change));
  }

  @Override
  public void setStrangerQuota(long user, @Nullable Integer quota) {
    commit(
        () -> {
          writer.setStrangerQuota(user, quota);
          return true;
        });
  }

  @Override
  public List<ReadMark> markRead(
      Map<Long, ? extends Collection<Long>> idsByReader, boolean receipts) {
    return commit(() -> writer.markRead(idsByReader, receipts));
  }

  @Override
  public RecallOutcome recall(
      long sender, long messageId, OffsetDateTime since, OffsetDateTime now) {
    return commit(() -> writer.recall(sender, messageId, since, now));
  }

  @Override
  public RecallOutcome remove(long messageId, ModerationStep step) {
    return commit(() -> writer.remove(messageId, step));
  }

  @Override
  public SuspensionChange suspend(
      long user, SuspensionScope scope, OffsetDateTime until, ModerationStep step) {
    return commit(() -> writer.suspend(user, scope, until, step));
  }

  @Override
  public Optional<SuspensionChange> endSuspension(long user, ModerationStep step) {
    return commit(() -> writer.endSuspension(user, step));
  }

  @Override
  public Recount recount(long user) {
    return commit(() -> writer.recount(user));
  }

  @Override
  public void rehearse(List<NewMessage> newMessages, SiteRules rules) {
    try {
      commit(
          () -> {
            writer.rehearse(newMessages, rules);
            return true;
          });
    } catch (Rehearsed e) {
      // and with that rolled back
    }
  }

  /**
   * A {@link StorageException} comes from the writer's methods, and then the transaction is rolled
   * back. Anything else may come from the commit, which may have been done.
   */
  private <R> R commit(Supplier<R> transaction) {
    try {
      return turn.take(transaction);
    } catch (StorageException e) {
      throw e;
    } catch (RuntimeException e) {
      throw new CommitUnknownException(e);
    }
  }
}
