package imserver.webhook;

import imserver.database.Vendor;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;

/** Writes events as {@link WebhookEvents} does. */
final class EventWriter {

  private EventWriter() {}

  static void add(
      Connection connection, Vendor vendor, String type, long user, long other, long reference)
      throws SQLException {
    if (vendor == Vendor.H2) {
      WebhookEvents.addOnH2(connection, type, user, other, reference);
      return;
    }
    if (vendor == Vendor.MARIADB) {
      WebhookEvents.addOnMariaDb(connection, type, user, other, reference);
      return;
    }
    try (PreparedStatement statement =
        connection.prepareStatement("select add_webhook_event(?, ?, ?, ?)")) {
      statement.setString(1, type);
      statement.setLong(2, user);
      statement.setLong(3, other);
      statement.setLong(4, reference);
      statement.execute();
    }
  }
}
