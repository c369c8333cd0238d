package imserver.transfer;

import imserver.config.Config;
import imserver.database.OfflineDatabase;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;

/** A database in which each table has rows, with what texts, numbers and times can be. */
final class FilledDatabase {

  /** Four bytes in UTF-8, two code units, marks that combine, and what looks like SQL. */
  static final String TEXT = "你好 😀 ß ı  e\u0301 'quoted' \\ \"%_\n end ";

  private static final String TIME = "timestamp with time zone '2026-01-02 03:04:05.678901+00'";

  private FilledDatabase() {}

  static void fill(Config.Storage storage) throws SQLException {
    OfflineDatabase database = new OfflineDatabase(storage);
    database.migrate();
    try (Connection connection = database.open();
        Statement statement = connection.createStatement()) {
      connection.setAutoCommit(false); // else each row waits for the disk
      for (String sql : rows()) {
        statement.executeUpdate(sql);
      }
      connection.commit();
      connection.setAutoCommit(true);
      for (String sequence : Tables.SEQUENCES.keySet()) {
        statement.execute("alter sequence " + sequence + " restart with 5000");
      }
    }
  }

  private static String quoted(String text) {
    return "'" + text.replace("'", "''") + "'";
  }

  private static List<String> rows() {
    String text = quoted(TEXT);
    List<String> rows = new ArrayList<>();
    rows.add(
        "insert into im_user (id, name, avatar, name_by_host, search_name, updated_at) values (1, "
            + text
            + ", null, true, 'a', "
            + TIME
            + ")");
    rows.add(
        "insert into user_state (user_id, head, unread, stranger_quota, has_rules)"
            + " values (1, 4, 0, 3, true), (2, 9007199254740991, 2, null, false)");
    for (int i = 1; i <= 2500; i++) { // more than one transaction
      rows.add(
          "insert into message (id, sender_id, recipient_id, content, client_timestamp, dedupe_key,"
              + " created_at) values (%d, 1, %d, %s, '', 'key %d', %s)"
                  .formatted(i, i % 7 == 0 ? -2 : 2, i == 2400 ? "''" : text, i, TIME));
    }
    rows.add(
        "insert into message (id, sender_id, recipient_id, content, client_timestamp, dedupe_key,"
            + " created_at) values (9007199254740991, 0, 2, repeat('长', 50000), '1600000000000',"
            + " 'aB', timestamp with time zone '1969-12-31 23:59:59.999+00')");
    rows.add("insert into recall values (2501, 2400, 1, 2, " + TIME + ")");
    rows.add("insert into notice values (9007199254740991, " + text + ", null)");
    rows.add(
        "insert into file (id, owner_id, client_file_id, name, announced, received, is_complete,"
            + " size, type, width, height, has_preview, created_at)"
            + " values (1, 1, 'x ', "
            + text
            + ", 600000, 600000, true, 600000, 'image/png', 5, 6,"
            + " true, "
            + TIME
            + "), (2, 1, null, 'part', 600000, 300000, false, 0, '', null, null,"
            + " false, "
            + TIME
            + ")");
    rows.add(
        "insert into upload (owner_id, file_id, is_failed, created_at) values (1, 1, false, "
            + TIME
            + "), (1, 2, true, "
            + TIME
            + ")");
    rows.add("insert into attachment values (3, 0, 1)");
    rows.add("insert into unread values (2, 3, 1), (2, 4, 1)");
    rows.add(
        "insert into conversation (low_id, high_id, last_low, last_high, unread_high, changed_low,"
            + " changed_high, sent_low, blocked_by_low, pinned_by_high, hidden_to_high)"
            + " values (1, 2, 2500, 2499, 2, 4, 9, 2500, true, true, 17)");
    rows.add("insert into new_recipient values (1, 2, " + TIME + ")");
    rows.add(
        "insert into webhook_event (low_id, high_id, id, type, user_id, reference, unread,"
            + " created_at, parked_at, failure) values (1, 2, 1, 'message.stored', 1, 3, null, "
            + TIME
            + ", "
            + TIME
            + ", "
            + text
            + ")");
    rows.add("insert into webhook_conversation values (1, 2, 1, " + TIME + ", 77, 3)");
    rows.add("insert into unseen values (2, 1, " + TIME + ", true)");
    rows.add("insert into revocation values (1, " + TIME + ", 1234567890123)");
    rows.add("insert into flagged_message values (3, " + text + ")");
    rows.add("insert into word_list values ('mask', repeat('词\n', 100000), 3)");
    rows.add(
        "insert into suspension values (2, 'all', timestamp with time zone '9999-12-31"
            + " 23:59:59.999+00', "
            + text
            + ", 0, 'host', "
            + TIME
            + ", 5)");
    rows.add(
        "insert into report values (1, 1, 2, 'spam', "
            + text
            + ", null, "
            + TIME
            + ", true, null, null, null, '')");
    rows.add(
        "insert into reported_message values (1, 3, 1, 2, " + text + ", '', " + TIME + ", true)");
    rows.add("insert into reported_attachment values (1, 3, 0, 1)");
    rows.add(
        "insert into moderation_action values (1, "
            + TIME
            + ", 0, 'host', 'suspend', 2, null, 1, "
            + text
            + ", '')");
    rows.add(
        "insert into erasure values (2, "
            + TIME
            + ", null, 1, -9223372036854775808, 5, 6, 0,"
            + " 'host', "
            + text
            + ")");
    rows.add("update retention set up_to_id = 0, due_at = 17");
    return rows;
  }

  /** The answer to a query, row by row. */
  static List<String> all(Config.Storage storage, String query) throws SQLException {
    try (Connection connection = new OfflineDatabase(storage).openExisting();
        Statement statement = connection.createStatement();
        ResultSet rows = statement.executeQuery(query)) {
      List<String> found = new ArrayList<>();
      while (rows.next()) {
        StringBuilder row = new StringBuilder(String.valueOf(rows.getObject(1)));
        for (int i = 2; i <= rows.getMetaData().getColumnCount(); i++) {
          row.append(' ').append(rows.getObject(i));
        }
        found.add(row.toString());
      }
      return found;
    }
  }

  /** All of a table, as texts in the order of the columns' names; times in UTC. */
  static List<String> rows(Config.Storage storage, String table) throws SQLException {
    try (Connection connection = new OfflineDatabase(storage).openExisting();
        Statement statement = connection.createStatement();
        ResultSet rows = statement.executeQuery("select * from " + table)) {
      List<String> found = new ArrayList<>();
      while (rows.next()) {
        SortedMap<String, String> row = new TreeMap<>();
        for (int i = 1; i <= rows.getMetaData().getColumnCount(); i++) {
          boolean isTime = rows.getMetaData().getColumnTypeName(i).startsWith("timestamp");
          boolean isTimeOfH2 = rows.getMetaData().getColumnTypeName(i).startsWith("TIMESTAMP");
          Object value =
              isTime || isTimeOfH2 ? rows.getObject(i, OffsetDateTime.class) : rows.getString(i);
          row.put(
              rows.getMetaData().getColumnName(i),
              value instanceof OffsetDateTime time
                  ? time.toInstant().toString()
                  : String.valueOf(value).replaceFirst("^TRUE$", "t").replaceFirst("^FALSE$", "f"));
        }
        found.add(row.toString());
      }
      return found;
    }
  }

  static void execute(Config.Storage storage, String... statements) throws SQLException {
    try (Connection connection = new OfflineDatabase(storage).openExisting();
        Statement statement = connection.createStatement()) {
      for (String each : statements) {
        statement.execute(each);
      }
    }
  }
}
