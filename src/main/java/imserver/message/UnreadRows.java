package imserver.message;

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
    List<Object[]> found = new ArrayList<>();
    for (long[] row :
        statements.rows(LOCK + statements.locking("for update of u"), recipients, ids)) {
      amounts.merge(new Direction(row[0], row[2]), 1L, Long::sum);
      found.add(new Object[] {row[0], row[1]});
    }
    statements.updateEach(DELETE, found);
    return amounts;
  }

  /** Where nothing is left unread there is nothing to be seen. To be done last. */
  static void forgetUnseen(StepStatements statements, List<Direction> emptied) throws SQLException {
    statements.updateEach(
        FORGET_UNSEEN,
        emptied.stream().map(each -> new Object[] {each.recipient(), each.sender()}).toList());
  }
}
