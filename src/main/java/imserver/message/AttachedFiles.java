package imserver.message;

import java.sql.SQLException;
import java.util.List;

/** The files of messages that are erased or deleted, within a transaction. For one thread. */
final class AttachedFiles {

  private static final String CARRIED =
      """
      select distinct a.file_id from unnest(cast(? as bigint array)) as n (id)
      join attachment a on a.message_id = n.id
      """;

  private static final String DELETE_ATTACHMENT = "delete from attachment where message_id = ?";

  /** Of a file: no message carries it, and no report keeps it. To follow another condition. */
  static final String IS_UNUSED =
      """
       and not exists (select 1 from attachment a where a.file_id = file.id)
       and not exists (select 1 from reported_attachment r where r.file_id = file.id)
      """;

  private static final String DELETE_FILE = "delete from file where id = ?" + IS_UNUSED;

  private AttachedFiles() {}

  /**
   * Takes the files of messages away, and deletes those that no other message carries, unless a
   * report keeps them. To be done when the users are locked.
   */
  static void release(StepStatements statements, List<Long> messageIds) throws SQLException {
    List<Long> files = statements.numbers(CARRIED, messageIds);
    if (!files.isEmpty()) {
      statements.updateEach(DELETE_ATTACHMENT, each(messageIds));
      statements.updateEach(DELETE_FILE, each(files.stream().sorted().toList()));
    }
  }

  private static List<Object[]> each(List<Long> ids) {
    return ids.stream().map(id -> new Object[] {id}).toList();
  }
}
