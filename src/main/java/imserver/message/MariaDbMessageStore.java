package imserver.message;

import imserver.config.Config;
import imserver.database.RolledBack;
import imserver.database.StorageException;
import imserver.database.Vendor;
import imserver.database.WriteTurn;
import imserver.moderation.ModerationStep;
import imserver.moderation.SuspensionChange;
import imserver.moderation.SuspensionScope;
import jakarta.annotation.PostConstruct;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.sql.SQLException;
import java.time.OffsetDateTime;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedSet;
import java.util.TreeSet;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;

/**
 * Writes to MariaDB, or MySQL: see the package, "On MariaDB". Each call is a transaction by JDBC,
 * of a few statements over all rows of the call; without a transaction of the container, so that it
 * is known whether a failure came before the commit. Safe for use by several threads.
 */
@ApplicationScoped
public class MariaDbMessageStore implements MessageStore {

  /** How often users are entered that a batch needs, and who are gone again when it is stored. */
  private static final int MOST_ENTRIES = 5;

  @Inject private DataSource dataSource;

  @Inject private Config config;

  private StepDatabase database;

  /** For the container, which injects the rest. */
  public MariaDbMessageStore() {}

  MariaDbMessageStore(DataSource dataSource, Config config) {
    this.dataSource = dataSource;
    this.config = config;
    start();
  }

  @PostConstruct
  void start() {
    database = new StepDatabase(dataSource, Vendor.MARIADB, new WriteTurn());
  }

  /** What writes events for the host application; null where nobody is told. */
  private @Nullable MariaDbEvents events(StepStatements statements) {
    return config.webhook().isOn()
        ? new MariaDbEvents(statements, config.webhook().unseen())
        : null;
  }

  @Override
  public List<Outcome> add(List<NewMessage> newMessages, SiteRules rules) {
    SortedSet<Long> users = new TreeSet<>();
    for (NewMessage newMessage : newMessages) {
      users.add(newMessage.senderId());
      users.add(newMessage.recipientId());
    }
    users.remove(0L);
    for (int i = 0; i < MOST_ENTRIES; i++) {
      Optional<List<Outcome>> outcomes =
          database.commit(
              statements -> {
                Map<Long, MariaDbInserter.User> locked = MariaDbInserter.lock(statements, users);
                return locked.size() < users.size()
                    ? Optional.empty()
                    : Optional.of(
                        new MariaDbInserter(statements, events(statements), locked)
                            .add(newMessages, rules));
              });
      if (outcomes.isPresent()) {
        return outcomes.get();
      }
      enter(users);
    }
    throw new StorageException(new IllegalStateException("users are deleted again and again"));
  }

  /**
   * Enters those who have no row, in a transaction of its own: so rows are locked in one order also
   * where some are new.
   */
  private void enter(SortedSet<Long> users) {
    database.commit(
        statements ->
            statements.insertRows(
                "insert into user_state (user_id, head, unread)",
                users.stream().map(user -> new @Nullable Object[] {user, 0, 0}).toList(),
                "on duplicate key update user_id = user_id"));
  }

  @Override
  public SettingsOutcome set(long user, long other, SettingsChange change) {
    return database.commit(statements -> new MariaDbSettings(statements).set(user, other, change));
  }

  @Override
  public void setStrangerQuota(long user, @Nullable Integer quota) {
    database.commit(statements -> new MariaDbSettings(statements).setStrangerQuota(user, quota));
  }

  @Override
  public List<ReadMark> markRead(
      Map<Long, ? extends Collection<Long>> idsByReader, boolean receipts) {
    return database.commit(
        statements ->
            new MariaDbReadings(statements, events(statements)).markRead(idsByReader, receipts));
  }

  @Override
  public RecallOutcome recall(
      long sender, long messageId, OffsetDateTime since, OffsetDateTime now) {
    return database.commit(statements -> recalls(statements).recall(sender, messageId, since, now));
  }

  @Override
  public RecallOutcome remove(long messageId, ModerationStep step) {
    return database.commit(statements -> recalls(statements).remove(messageId, step));
  }

  private MariaDbRecalls recalls(StepStatements statements) throws SQLException {
    return new MariaDbRecalls(statements, events(statements));
  }

  @Override
  public SuspensionChange suspend(
      long user, SuspensionScope scope, OffsetDateTime until, ModerationStep step) {
    return database.commit(
        statements -> new MariaDbSettings(statements).suspend(user, scope, until, step));
  }

  @Override
  public Optional<SuspensionChange> endSuspension(long user, ModerationStep step) {
    return database.commit(statements -> new MariaDbSettings(statements).endSuspension(user, step));
  }

  @Override
  public void rehearse(List<NewMessage> newMessages, SiteRules rules) {
    RolledBack.run(
        dataSource,
        source ->
            MessageStore.addAndMark(new MariaDbMessageStore(source, config), newMessages, rules));
  }

  @Override
  public Recount recount(long user) {
    return database.commit(statements -> new MariaDbRecount(statements).recount(user));
  }
}
