package imserver.message;

import imserver.cluster.Cluster;
import imserver.directory.UserDirectory;
import imserver.moderation.ModerationStep;
import imserver.moderation.SuspensionChange;
import imserver.moderation.SuspensionScope;
import imserver.moderation.SuspensionWatch;
import imserver.session.SessionRegistry;
import jakarta.annotation.PostConstruct;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.time.OffsetDateTime;
import java.util.List;
import java.util.Optional;

/**
 * Has moderators remove messages and suspend users, and has it hold on this server at once. A call
 * waits for the database. Safe for use by several threads.
 */
@ApplicationScoped
public class ModerationWriter {

  @Inject private MessageService service;
  @Inject private SuspensionWatch suspensions;
  @Inject private UserDirectory directory;
  @Inject private SessionRegistry registry;
  @Inject private Cluster cluster;

  private Delivery delivery;

  /** For the container, which injects the rest. */
  public ModerationWriter() {}

  @PostConstruct
  void start() {
    delivery = new Delivery(directory, registry, cluster);
  }

  /** See {@link MessageStore#remove}. Both users' devices are told. */
  public RecallOutcome remove(long messageId, ModerationStep step) {
    RecallOutcome outcome;
    try {
      outcome = service.remove(messageId, step);
    } catch (RuntimeException e) {
      delivery.doubtUnlessRolledBack(e);
      throw e;
    }
    if (outcome instanceof RecallOutcome.Recalled recalled) {
      delivery.committed(List.of(recalled.asChange()));
    }
    return outcome;
  }

  /**
   * See {@link MessageStore#suspend}. Where it is not known whether it was done, it holds here
   * within seconds if it was.
   */
  public void suspend(long user, SuspensionScope scope, OffsetDateTime until, ModerationStep step) {
    suspensions.apply(service.suspend(user, scope, until, step));
  }

  /** See {@link MessageStore#endSuspension}; whether there was one. */
  public boolean endSuspension(long user, ModerationStep step) {
    Optional<SuspensionChange> ended = service.endSuspension(user, step);
    ended.ifPresent(suspensions::apply);
    return ended.isPresent();
  }
}
