package imserver.message;

import imserver.cluster.Cluster;
import imserver.config.Config;
import imserver.database.CommitUnknownException;
import imserver.database.StorageException;
import imserver.database.Vendor;
import imserver.database.WriteTurn;
import imserver.directory.UserDirectory;
import imserver.session.SessionRegistry;
import jakarta.annotation.PostConstruct;
import jakarta.ejb.ConcurrencyManagement;
import jakarta.ejb.ConcurrencyManagementType;
import jakarta.ejb.DependsOn;
import jakarta.ejb.Singleton;
import jakarta.ejb.TransactionManagement;
import jakarta.ejb.TransactionManagementType;
import jakarta.inject.Inject;
import java.util.List;
import javax.sql.DataSource;

/** Stores messages of another system, for the host application. Safe for use by several threads. */
@Singleton
@DependsOn("Schema")
@ConcurrencyManagement(ConcurrencyManagementType.BEAN)
@TransactionManagement(TransactionManagementType.BEAN)
public class MessageImport {

  /** The most messages of a call. */
  public static final int MAX_MESSAGES = ImportStore.STEP;

  @Inject private Config config;
  @Inject private WriteTurn turn;
  @Inject private UserDirectory directory;
  @Inject private SessionRegistry registry;
  @Inject private Cluster cluster;

  @Inject private DataSource dataSource;

  private ImportStore store;
  private Delivery delivery;

  /** For the container, which injects the rest. */
  public MessageImport() {}

  @PostConstruct
  void start() {
    store = new ImportStore(new StepDatabase(dataSource, Vendor.of(config.storage()), turn));
    delivery = new Delivery(directory, registry, cluster);
  }

  /**
   * Stores what is new, in one transaction; devices of its users that are connected are told to
   * look. Waits for the database.
   *
   * @param messages at least one
   * @return an outcome for each, in their order
   * @throws StorageException if nothing is stored; or {@link CommitUnknownException}: to call again
   *     is safe
   */
  public List<ImportOutcome> add(List<ImportedMessage> messages) {
    ImportStore.Added added;
    try {
      added = store.add(messages);
    } catch (RuntimeException e) {
      delivery.doubtUnlessRolledBack(e);
      throw e;
    }
    delivery.committed(added.changes());
    return added.outcomes();
  }
}
