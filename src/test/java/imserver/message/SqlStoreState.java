package imserver.message;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import javax.sql.DataSource;

/** The state of a database, each answer from a connection of its own transaction. */
record SqlStoreState(DataSource database) implements StoreState {

  @Override
  public long head(long user) {
    return one("select head from user_state where user_id = ?", user);
  }

  @Override
  public long total(long user) {
    return one("select unread from user_state where user_id = ?", user);
  }

  @Override
  public long count(long reader, long sender) {
    return ofSide("unread", reader, sender);
  }

  @Override
  public long readUpTo(long reader, long sender) {
    return ofSide("read_up_to", reader, sender);
  }

  @Override
  public long changed(long user, long other) {
    return ofSide("changed", user, other);
  }

  @Override
  public long last(long user, long other) {
    return ofSide("last", user, other);
  }

  private long ofSide(String column, long user, long other) {
    return one(
        "select %s from conversation where low_id = ? and high_id = ?"
            .formatted(side(column, user, other)),
        Math.min(user, other),
        Math.max(user, other));
  }

  private static String side(String column, long user, long other) {
    return column + (user < other ? "_low" : "_high");
  }

  @Override
  public List<Long> unread(long user) {
    return all("select message_id from unread where recipient_id = ? order by message_id", user);
  }

  @Override
  public List<Long> page(long user, long afterId) {
    return all(
        "select id from message where id > ? and (sender_id = ? or recipient_id = ?) order by id"
            + " limit 20",
        afterId,
        user,
        user);
  }

  @Override
  public List<String> steps(long user) {
    return texts(
        "select action || ': ' || reason from moderation_action where user_id = ? order by id",
        user);
  }

  @Override
  public List<String> events() {
    return texts(
        "select type || ' ' || low_id || '-' || high_id || ' by ' || user_id || ': ' || reference"
            + " || coalesce(' left ' || unread, '') from webhook_event order by id");
  }

  @Override
  public List<String> queue() {
    return texts(
        "select low_id || '-' || high_id from webhook_conversation order by low_id, high_id");
  }

  @Override
  public List<String> unseen() {
    return texts(
        "select recipient_id || ' of ' || sender_id from unseen order by recipient_id, sender_id");
  }

  private List<String> texts(String query) {
    try (Connection connection = database.getConnection();
        PreparedStatement statement = connection.prepareStatement(query);
        ResultSet rows = statement.executeQuery()) {
      List<String> found = new ArrayList<>();
      while (rows.next()) {
        found.add(rows.getString(1));
      }
      return found;
    } catch (SQLException e) {
      throw new AssertionError(e);
    }
  }

  @Override
  public void miscount(long reader, long sender, long by) {
    update("update user_state set unread = unread + ? where user_id = ?", by, reader);
    String count = side("unread", reader, sender);
    update(
        "update conversation set %1$s = %1$s + ? where low_id = ? and high_id = ?".formatted(count),
        by,
        Math.min(reader, sender),
        Math.max(reader, sender));
  }

  private long one(String query, long... parameters) {
    List<Long> found = all(query, parameters);
    return found.isEmpty() ? 0 : found.get(0);
  }

  /** The numbers in the first column. */
  List<Long> all(String query, long... parameters) {
    return texts(query, parameters).stream().map(Long::valueOf).toList();
  }

  /** The texts in the first column. */
  List<String> texts(String query, long... parameters) {
    try (Connection connection = database.getConnection();
        PreparedStatement statement = prepare(connection, query, parameters);
        ResultSet rows = statement.executeQuery()) {
      List<String> found = new ArrayList<>();
      while (rows.next()) {
        found.add(rows.getString(1));
      }
      return found;
    } catch (SQLException e) {
      throw new AssertionError(e);
    }
  }

  /** Does something by hand. */
  void update(String sql, long... parameters) {
    try (Connection connection = database.getConnection();
        PreparedStatement statement = prepare(connection, sql, parameters)) {
      statement.executeUpdate();
    } catch (SQLException e) {
      throw new AssertionError(e);
    }
  }

  private static PreparedStatement prepare(Connection connection, String sql, long... parameters)
      throws SQLException {
    PreparedStatement statement = connection.prepareStatement(sql);
    for (int i = 0; i < parameters.length; i++) {
      statement.setLong(i + 1, parameters[i]);
    }
    return statement;
  }
}
