package imserver.message;

import imserver.database.Schema;
import imserver.database.StorageException;
import imserver.database.UnansweredException;
import jakarta.annotation.Resource;
import jakarta.ejb.Stateless;
import jakarta.ejb.TransactionAttribute;
import jakarta.ejb.TransactionAttributeType;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;

/**
 * Adds messages to PostgreSQL in one round trip. A statement outside a transaction is one by
 * itself, and committed when it is answered; to have the container commit is a second round trip,
 * at the end of which a busy lane waits for a processor again. Hence JDBC, and no transaction.
 */
@Stateless
@TransactionAttribute(TransactionAttributeType.NOT_SUPPORTED)
public class MessageInserter {

  /** See the migrations. */
  private static final String ADD = "select * from add_messages(?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)";

  /** The connection broke (SQL standard, class 08). */
  private static final String CONNECTION_EXCEPTION = "08";

  @Resource(lookup = Schema.DATA_SOURCE)
  private DataSource database;

  /** For the container, which injects the rest. */
  public MessageInserter() {}

  MessageInserter(DataSource database) {
    this.database = database;
  }

  /**
   * Adds those whose keys are new, with their headlines, and brings conversations and unread counts
   * up to date, all or nothing.
   *
   * @param retriesAreLikely whether to look for the keys first
   * @return the ids of the others
   * @throws UnansweredException if the database may have done it
   * @throws StorageException if it has not
   */
  public Set<Long> add(List<Draft> drafts, boolean retriesAreLikely) {
    boolean asked = false;
    try (Connection connection = database.getConnection()) {
      connection.setAutoCommit(true);
      try (PreparedStatement statement = connection.prepareStatement(ADD)) {
        bind(statement, drafts, retriesAreLikely);
        asked = true;
        return execute(statement);
      }
    } catch (SQLException e) {
      throw asked && isUnanswered(e) ? new UnansweredException(e) : new StorageException(e);
    }
  }

  private static void bind(
      PreparedStatement statement, List<Draft> drafts, boolean retriesAreLikely)
      throws SQLException {
    statement.setObject(1, longs(drafts, Draft::id));
    statement.setObject(2, longs(drafts, draft -> draft.key().senderId()));
    statement.setObject(3, texts(drafts, draft -> draft.key().key()));
    statement.setObject(4, longs(drafts, Draft::recipientId));
    statement.setObject(5, texts(drafts, Draft::content));
    statement.setObject(6, texts(drafts, Draft::timestamp));
    statement.setObject(7, drafts.get(0).createdAt());
    statement.setBoolean(8, retriesAreLikely);
    Map<Long, Headline> headlines = Draft.headlines(drafts);
    statement.setObject(9, headlines.keySet().toArray(Long[]::new));
    statement.setObject(10, texts(headlines.values(), Headline::title));
    statement.setObject(11, texts(headlines.values(), Headline::url));
  }

  private static Long[] longs(List<Draft> drafts, Function<Draft, Long> value) {
    return drafts.stream().map(value).toArray(Long[]::new);
  }

  private static <T> @Nullable String[] texts(
      Collection<T> elements, Function<T, @Nullable String> value) {
    return elements.stream().map(value).toArray(String[]::new);
  }

  private static Set<Long> execute(PreparedStatement statement) throws SQLException {
    try (ResultSet rows = statement.executeQuery()) {
      Set<Long> refused = new HashSet<>();
      while (rows.next()) {
        refused.add(rows.getLong(1));
      }
      return refused;
    }
  }

  private static boolean isUnanswered(SQLException e) {
    return e.getSQLState() == null || e.getSQLState().startsWith(CONNECTION_EXCEPTION);
  }
}
