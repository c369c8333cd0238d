package imserver.message;

import imserver.cluster.Cluster;
import imserver.directory.UserDirectory;
import imserver.session.SessionRegistry;
import jakarta.annotation.PostConstruct;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.util.List;

/**
 * Has users set what their conversations are to them, and tells their other devices. A call waits
 * for the database. Safe for use by several threads.
 */
@ApplicationScoped
public class SettingsWriter {

  @Inject private MessageService service;
  @Inject private UserDirectory directory;
  @Inject private SessionRegistry registry;
  @Inject private Cluster cluster;

  private Delivery delivery;

  /** For the container, which injects the rest. */
  public SettingsWriter() {}

  @PostConstruct
  void start() {
    delivery = new Delivery(directory, registry, cluster);
  }

  /** See {@link MessageStore#set}. */
  public SettingsOutcome set(long user, long other, SettingsChange change) {
    SettingsOutcome outcome;
    try {
      outcome = service.set(user, other, change);
    } catch (RuntimeException e) {
      delivery.doubtUnlessRolledBack(e);
      throw e;
    }
    if (outcome instanceof SettingsOutcome.Set set && set.change() > 0) {
      delivery.committed(List.of(set.asChange(user, other)));
    }
    return outcome;
  }
}
