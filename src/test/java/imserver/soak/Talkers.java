package imserver.soak;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import imserver.packet.Response.Settings;
import imserver.server.Users;
import imserver.session.DeviceState.View;
import java.net.http.HttpClient;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;

/**
 * Users with devices of version 2 who write to each other alone, read and recall. At rest each of
 * their devices knows what the database says, and so what the others know.
 */
final class Talkers implements AutoCloseable {

  private static final int USERS = 4;
  private static final int DEVICES = 3;
  private static final Duration PAUSE = Duration.ofMillis(150);
  private static final Duration PATIENCE = Duration.ofSeconds(120);

  private static final String VIEWS =
      """
      select u.id, c.other, c.last, m.content = '', c.unread, c.read_up_to,
             case when c.other = u.id then 0 else c.they_read_up_to end, c.stranger
      from unnest(array[%s]::bigint[]) as u (id)
      cross join lateral (
        select high_id as other, last_low as last, unread_low as unread, read_up_to_low as read_up_to,
               read_up_to_high as they_read_up_to, sent_low = 0 as stranger
        from conversation where low_id = u.id and high_id <> u.id
        union all
        select low_id, last_high, unread_high, read_up_to_high, read_up_to_low,
               sent_high = 0 and low_id <> high_id and low_id > 0
        from conversation where high_id = u.id) as c
      join message m on m.id = c.last
      """;

  private final ScheduledExecutorService timer = Executors.newScheduledThreadPool(2);
  private final List<SyncDevice> devices = new ArrayList<>();
  private final List<Long> users = new ArrayList<>();
  private final Set<String> acknowledged = ConcurrentHashMap.newKeySet();
  private final Site site;
  private final Journal journal;

  Talkers(Site site, Journal journal, Random random) {
    this.site = site;
    this.journal = journal;
    HttpClient http = HttpClient.newHttpClient();
    for (int i = 0; i < USERS; i++) {
      users.add(Users.next());
    }
    for (long user : users) {
      List<Long> others = users.stream().filter(other -> other != user).toList();
      for (int i = 0; i < DEVICES; i++) {
        devices.add(
            new SyncDevice(
                user, others, site.nodes(), http, timer, journal, acknowledged, random.nextLong()));
      }
    }
    var unused =
        timer.scheduleWithFixedDelay(
            () -> devices.forEach(SyncDevice::doSomething),
            PAUSE.toMillis(),
            PAUSE.toMillis(),
            TimeUnit.MILLISECONDS);
  }

  /** Whether they go on. */
  void act(boolean is) {
    devices.forEach(device -> device.act(is));
  }

  /** Their ids, with commas between them. */
  String ids() {
    return String.join(",", users.stream().map(String::valueOf).toList());
  }

  /** Waits until all devices know what the database says. */
  void assertAgree() throws SQLException {
    await()
        .atMost(PATIENCE)
        .pollInterval(Duration.ofMillis(200))
        .untilAsserted(
            () -> {
              Map<Long, Map<Long, View>> truth = truth();
              for (SyncDevice device : devices) {
                assertThat(device.settled())
                    .as("what %s knows", device)
                    .isEqualTo(truth.getOrDefault(device.user(), Map.of()));
              }
            });
    Set<String> stored =
        site.postgres().rows("select id from message where sender_id in (" + ids() + ")").stream()
            .map(row -> row.get(0))
            .collect(Collectors.toSet());
    assertThat(stored).as("acknowledged is stored").containsAll(acknowledged);
    journal.note(
        "all devices of version 2 agree with the database: %d messages, %d acknowledged"
            .formatted(stored.size(), acknowledged.size()));
  }

  private Map<Long, Map<Long, View>> truth() throws SQLException {
    Map<Long, Map<Long, View>> truth = new HashMap<>();
    for (List<String> row : site.postgres().rows(VIEWS.formatted(ids()))) {
      truth
          .computeIfAbsent(Long.valueOf(row.get(0)), user -> new HashMap<>())
          .put(
              Long.valueOf(row.get(1)),
              new View(
                  Long.parseLong(row.get(2)),
                  row.get(3).startsWith("t"),
                  Long.parseLong(row.get(4)),
                  Long.parseLong(row.get(5)),
                  Long.parseLong(row.get(6)),
                  row.get(7).startsWith("t"),
                  Settings.NONE));
    }
    return truth;
  }

  @Override
  public void close() {
    devices.forEach(SyncDevice::close);
    timer.shutdownNow();
  }
}
