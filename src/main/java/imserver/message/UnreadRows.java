package imserver.message;

import imserver.database.Vendor;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Takes messages off what is unread. To be done before the users are locked, and in one order, as
 * marking as read does it.
 */
final class UnreadRows {

  private static final String LOCK =
      """
      select u.recipient_id, u.message_id, u.sender_id
      from unnest(cast(? as bigint array), cast(? as bigint array)) as n (recipient, id)
      join unread u /*! force index (primary) */ on u.recipient_id = n.recipient and u.message_id = n.id
      order by u.recipient_id, u.message_id\
      """;

  private static final String DELETE =
      "delete from unread where recipient_id = ? and message_id = ?";

  /** By its key: where the table is small MariaDB would read, and lock, the rows of others too. */
  private static final String DELETE_ON_MARIADB =
      """
      delete u
      from unnest(cast(? as bigint array), cast(? as bigint array)) as n (recipient, id)
      join unread u /*! force index (primary) */ on u.recipient_id = n.recipient and u.message_id = n.id
      """;

  private static final String FORGET_UNSEEN =
      "delete from unseen where recipient_id = ? and sender_id = ?";

  /** Who has unread messages of whom. */
  record Direction(long recipient, long sender) {

    UserPair pair() {
      return UserPair.of(sender, recipient);
    }
  }

  private UnreadRows() {}

  /**
   * Deletes the rows of messages, where there are any.
   *
   * @param recipients of the messages, each time
   * @param ids in the same order
   * @return how many there were
   */
  static Map<Direction, Long> take(StepStatements statements, List<Long> recipients, List<Long> ids)
      throws SQLException {
    Map<Direction, Long> amounts = new HashMap<>();
    List<Long> ofRecipients = new ArrayList<>();
    List<Long> found = new ArrayList<>();
    for (long[] row :
        statements.rows(LOCK + statements.locking("for update of u"), recipients, ids)) {
      amounts.merge(new Direction(row[0], row[2]), 1L, Long::sum);
      ofRecipients.add(row[0]);
      found.add(row[1]);
    }
    delete(statements, ofRecipients, found);
    return amounts;
  }

  private static void delete(StepStatements statements, List<Long> recipients, List<Long> ids)
      throws SQLException {
    if (!ids.isEmpty() && statements.vendor() == Vendor.MARIADB) {
      int unused = statements.update(DELETE_ON_MARIADB, recipients, ids);
      return;
    }
    List<Object[]> rows = new ArrayList<>(ids.size());
    for (int i = 0; i < ids.size(); i++) {
      rows.add(new Object[] {recipients.get(i), ids.get(i)});
    }
    statements.updateEach(DELETE, rows);
  }

  /** Where nothing is left unread there is nothing to be seen. To be done last. */
  static void forgetUnseen(StepStatements statements, List<Direction> emptied) throws SQLException {
    statements.updateEach(
        FORGET_UNSEEN,
        emptied.stream().map(each -> new Object[] {each.recipient(), each.sender()}).toList());
  }
}
