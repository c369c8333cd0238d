package imserver.webhook;

import static org.assertj.core.api.Assertions.assertThat;

import imserver.database.Vendor;
import imserver.server.MigratedMariaDb;
import java.io.IOException;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import javax.sql.DataSource;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("The webhook on MariaDB")
class MariaDbWebhookTest extends WebhookContract {

  private static final long OTHER_SERVER = 7;

  private static MigratedMariaDb mariaDb;
  private static DataSource pool;

  private final Set<Long> there = ConcurrentHashMap.newKeySet();
  private final ConnectedUsers ofOther =
      new ConnectedUsers(database(), OTHER_SERVER, () -> Set.copyOf(there));

  @BeforeAll
  static void start() throws IOException {
    mariaDb = MigratedMariaDb.create();
    pool = mariaDb.pool();
  }

  @AfterAll
  static void stop() {
    mariaDb.close();
  }

  @BeforeEach
  void beat() {
    update("delete from connected_user");
    update("delete from node");
    update("insert into node (id, started_at, beat_at) values (?, now(), now())", OTHER_SERVER);
  }

  @Override
  DataSource source() {
    return pool;
  }

  @Override
  Vendor vendor() {
    return Vendor.MARIADB;
  }

  @Override
  void connected(long user, boolean isConnected) {
    if (isConnected) {
      there.add(user);
    } else {
      there.remove(user);
    }
    ofOther.update();
  }

  @Override
  boolean isWaiting(Thread thread) {
    return mariaDb.server().waiting() > 0;
  }

  private List<String> connected() {
    return query("select user_id from connected_user order by user_id");
  }

  @Test
  @DisplayName("passes over what another server is leasing at the moment")
  void skipsLocked() {
    event("message.stored", ALICE, BOB, 1);
    event("message.stored", CAROL, BOB, 2);
    List<Lease> leases =
        database()
            .transaction(
                connection -> {
                  EventWriter.add(connection, vendor(), "message.stored", ALICE, BOB, 3);
                  return queue().lease(10);
                });
    assertThat(leases).extracting(Lease::high).containsExactly(CAROL);
  }

  @Test
  @DisplayName("does not count who was connected to a server that has died")
  void deadServer() {
    connected(BOB, true);
    update("update node set beat_at = now() - interval 20 second");
    update("insert into unseen (recipient_id, sender_id, due_at) values (20, 10, now())");
    update(
        "insert into conversation (low_id, high_id, changed_low, changed_high, unread_high)"
            + " values (10, 20, 1, 1, 1)");
    new UnseenWatch(database(), 60, user -> false, () -> {}).look();
    assertThat(query("select user_id from webhook_event")).containsExactly("20");
  }

  @Test
  @DisplayName("knows who is connected, also after rows were lost")
  void connectedUsers() {
    connected(1, true);
    connected(2, true);
    connected(1, false);
    connected(3, true);
    assertThat(connected()).containsExactly("2", "3");
    update("delete from connected_user where user_id = 2");
    update("insert into connected_user (user_id, node_id) values (9, ?), (8, 77)", OTHER_SERVER);
    for (int i = 0; i < 60; i++) {
      ofOther.update();
    }
    assertThat(connected()).containsExactly("2", "3");
    ofOther.leave();
    assertThat(connected()).isEmpty();
  }

  @Test
  @DisplayName("writes anew who is connected after the database did not answer")
  void connectedAfterFailure() {
    connected(1, true);
    update("alter table connected_user rename to elsewhere");
    try {
      connected(2, true);
    } catch (RuntimeException e) {
      // as it has to be
    } finally {
      update("alter table elsewhere rename to connected_user");
    }
    update("delete from connected_user");
    ofOther.update();
    assertThat(connected()).containsExactly("1", "2");
  }
}
