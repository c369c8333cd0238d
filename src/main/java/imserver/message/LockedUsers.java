package imserver.message;

import imserver.cluster.Change.Untold;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * Users whose rows a transaction has locked, ascending, so that no other changes what they see; and
 * how many changes, and how much less that is unread, it brings them. For one transaction.
 */
final class LockedUsers {

  private static final String LOCK =
      """
      select s.user_id, s.head from unnest(cast(? as bigint array)) as n (id)
      join user_state s /*! force index (primary) */ on s.user_id = n.id order by s.user_id\
      """;

  private static final String WRITE =
      "update user_state set head = head + ?, unread = unread - ? where user_id = ?";

  private static final class Row {
    private final long before;
    private long changes;
    private long read;

    Row(long before) {
      this.before = before;
    }
  }

  private final StepStatements statements;
  private final SortedMap<Long, Row> rows = new TreeMap<>();

  /** Locks users; without the system, and without such as have no row. */
  LockedUsers(StepStatements statements, Collection<Long> users) throws SQLException {
    this.statements = statements;
    for (long[] row :
        statements.rows(
            LOCK + statements.locking("for no key update of s"), new TreeSet<>(users))) {
      rows.put(row[0], new Row(row[1]));
    }
  }

  /** How many users are locked. */
  int size() {
    return rows.size();
  }

  /** Something that a user sees changes: its number; 0 for the system. */
  long change(long user) {
    Row row = rows.get(user);
    return row == null ? 0 : row.before + ++row.changes;
  }

  /** So many messages of a user are not unread any more. */
  void read(long user, long amount) {
    Row row = rows.get(user);
    if (row != null) {
      row.read += amount;
    }
  }

  /**
   * Writes all that. Of each user who sees a change the first one is to be told: who reads it from
   * the database reads the others too.
   */
  List<Untold> write() throws SQLException {
    List<Object[]> each = new ArrayList<>();
    List<Untold> told = new ArrayList<>();
    rows.forEach(
        (user, row) -> {
          if (row.changes > 0 || row.read > 0) {
            each.add(new Object[] {row.changes, row.read, user});
          }
          if (row.changes > 0) {
            told.add(new Untold(user, row.before + 1));
          }
        });
    statements.updateEach(WRITE, each);
    return told;
  }
}
