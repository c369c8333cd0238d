package imserver.soak;

import static java.util.stream.Collectors.joining;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import imserver.server.Ledger;
import imserver.soak.Reader.Manner;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import org.awaitility.core.ConditionTimeoutException;

/**
 * Says whether all was kept that is promised, once nothing is broken any more and nobody writes.
 *
 * <ul>
 *   <li>All servers see each other, and say that the bus is up.
 *   <li>Each message that was acknowledged is in the table exactly once; nothing else is there but
 *       what was sent, once as well.
 *   <li>What each socket was told came in ascending order of the ids, none twice. What each device
 *       was told over all of its sockets, leaving out what it had before, came in the same order.
 *   <li>Each device has been told all messages of the table that are to its user, and no others.
 *       Only what its user had marked as read, before all of his devices had it, may be missing.
 *   <li>What was marked as read is not unread; all else is.
 *   <li>The head of each user equals the number of changes that he saw: a message from or to him is
 *       one, and so is each reading of one user's messages, for both. It equals the last change of
 *       his conversations. So no number was left out or given twice.
 *   <li>Unread counts, of users and of conversations, are those of the rows; a recount changes
 *       nothing.
 * </ul>
 *
 * <p>Recalls would count as readings: of users of version 2, the heads are checked by their
 * devices.
 *
 * <p>Readings leave no trace in the tables. A trigger counts them, by what they do to a
 * conversation.
 */
final class Oracle {

  /** Servers compare what they cannot know to be missing each minute. */
  private static final Duration PATIENCE = Duration.ofSeconds(120);

  private static final Duration LOOK = Duration.ofMillis(200);

  private static final String COUNT_READINGS =
      """
      create table soak_reading (reader bigint not null, sender bigint not null);
      create function soak_count_reading() returns trigger language plpgsql as $$
      begin
        if new.unread_low < old.unread_low then
          insert into soak_reading values (new.low_id, new.high_id);
        end if;
        if new.unread_high < old.unread_high then
          insert into soak_reading values (new.high_id, new.low_id);
        end if;
        return null;
      end
      $$;
      create trigger soak_count_reading after update on conversation
      for each row execute function soak_count_reading();
      """;

  private static final String HEADS =
      """
      select s.user_id, s.head,
        (select count(*) from message m where s.user_id in (m.sender_id, m.recipient_id))
          + (select count(*) from soak_reading r where s.user_id in (r.reader, r.sender)) as changes,
        (select max(case when c.low_id = s.user_id then c.changed_low else c.changed_high end)
         from conversation c where s.user_id in (c.low_id, c.high_id)) as last_change
      from user_state s where s.user_id not in (%s)
      """;

  private static final String WRONG_HEADS =
      "select * from (" + HEADS + ") as h where head <> changes or head <> last_change";

  private static final String WRONG_TOTALS =
      """
      select s.user_id, s.unread, count(u.message_id) as rows
      from user_state s left join unread u on u.recipient_id = s.user_id
      group by s.user_id, s.unread having s.unread <> count(u.message_id)
      """;

  private static final String WRONG_COUNTS =
      """
      select * from (
        select low_id, high_id, unread_low, unread_high,
          (select count(*) from unread u
           where u.recipient_id = c.low_id and u.sender_id = c.high_id and c.low_id < c.high_id) as rows_low,
          (select count(*) from unread u
           where u.recipient_id = c.high_id and u.sender_id = c.low_id) as rows_high
        from conversation c) as n
      where unread_low <> rows_low or unread_high <> rows_high
      """;

  private final Site site;
  private final Population population;
  private final Talkers talkers;
  private final Journal journal;

  Oracle(Site site, Population population, Talkers talkers, Journal journal) {
    this.site = site;
    this.population = population;
    this.talkers = talkers;
    this.journal = journal;
  }

  /** To be called before anything is written. */
  static void prepare(Site site) throws SQLException {
    site.postgres().execute(COUNT_READINGS);
  }

  /** What must not have happened at any time has not. */
  void assertNoViolation() {
    assertThat(journal.violations()).as("what sockets were told").isEmpty();
  }

  /** Waits until everything sent is acknowledged, and told to everybody. */
  void assertTold() {
    awaitEach("everything sent is acknowledged", population.writers(), Writer::isDone);
    Map<Long, List<Long>> stored = stored();
    awaitEach(
        "every device has been told everything",
        devices(),
        owned -> missing(owned, stored).isEmpty(),
        owned -> owned.device() + " lacks " + missing(owned, stored));
  }

  /** Waits until all has come to rest, and looks at all of it. */
  void assertAll() {
    assertNoViolation();
    assertTold();
    journal.note("everything is acknowledged and told");
    awaitServers();
    Map<Long, List<Long>> stored = stored();
    awaitEach("readers have no read-acks to send", population.readers(), Reader::isDone);
    awaitUnread(stored);
    journal.note("everything is marked as read that is to be");
    assertNothingElseTold(stored);
    assertTable();
    assertNone("heads are dense", WRONG_HEADS.formatted(talkers.ids()));
    assertNone("unread totals are those of the rows", WRONG_TOTALS);
    assertNone("unread counts are those of the rows", WRONG_COUNTS);
    for (Reader reader : population.readers()) {
      Ledger.assertCounted(site.nodes().get(0).address(), reader.id());
    }
    assertNoViolation();
    journal.note(told(stored));
  }

  private void awaitServers() {
    awaitEach(
        "all servers see each other",
        site.nodes(),
        node -> Site.health(node).equals(site.wellHealth()),
        node -> node + ": " + Site.health(node));
  }

  /** A device and whose it is. */
  private record Owned(Reader owner, Device device) {}

  private List<Owned> devices() {
    return population.readers().stream()
        .flatMap(reader -> reader.devices().stream().map(device -> new Owned(reader, device)))
        .toList();
  }

  /** The ids of the messages to each user, in their order. */
  private Map<Long, List<Long>> stored() {
    Map<Long, List<Long>> stored = new HashMap<>();
    for (List<String> row : rows("select recipient_id, id from message order by id")) {
      stored
          .computeIfAbsent(Long.valueOf(row.get(0)), user -> new ArrayList<>())
          .add(Long.valueOf(row.get(1)));
    }
    return stored;
  }

  /** What a device should have been told and was not. */
  private static List<Long> missing(Owned owned, Map<Long, List<Long>> stored) {
    return untold(owned, stored).stream()
        .filter(id -> owned.owner().manner() != Manner.HASTY || !owned.owner().hasMarked(id))
        .toList();
  }

  private static List<Long> untold(Owned owned, Map<Long, List<Long>> stored) {
    return stored.getOrDefault(owned.owner().id(), List.of()).stream()
        .filter(id -> !owned.device().received().contains(id))
        .toList();
  }

  private void assertNothingElseTold(Map<Long, List<Long>> stored) {
    for (Owned owned : devices()) {
      assertThat(Set.copyOf(stored.getOrDefault(owned.owner().id(), List.of())))
          .as("what is stored for %s", owned.device())
          .containsAll(owned.device().received());
    }
  }

  private void assertTable() {
    Set<String> sent =
        population.writers().stream()
            .flatMap(writer -> writer.sent().stream())
            .map(text -> "%s to %d".formatted(text.key(), text.to()))
            .collect(Collectors.toSet());
    List<String> inTable =
        rows(
                "select content, recipient_id from message where sender_id not in (%s)"
                    .formatted(talkers.ids()))
            .stream()
            .map(row -> "%s to %s".formatted(Text.key(row.get(0)), row.get(1)))
            .toList();
    assertThat(inTable).as("the table").doesNotHaveDuplicates();
    assertThat(sent.containsAll(inTable)).as("everything in the table was sent").isTrue();
    Set<String> keys = inTable.stream().map(each -> Text.key(each)).collect(Collectors.toSet());
    assertThat(journal.acknowledged().stream().filter(key -> !keys.contains(key)).toList())
        .as("acknowledged, and not in the table")
        .isEmpty();
  }

  /** What nobody has marked as read is unread, and nothing else, once read-acks are carried out. */
  private void awaitUnread(Map<Long, List<Long>> stored) {
    awaitEach(
        "unread is what was not marked as read",
        population.readers(),
        reader -> unread(reader).equals(unmarked(reader, stored)),
        reader ->
            "user %d (%s): unread %s, not marked %s"
                .formatted(reader.id(), reader.manner(), unread(reader), unmarked(reader, stored)));
  }

  private static Set<Long> unmarked(Reader reader, Map<Long, List<Long>> stored) {
    return stored.getOrDefault(reader.id(), List.of()).stream()
        .filter(id -> !reader.hasMarked(id))
        .collect(Collectors.toSet());
  }

  private Set<Long> unread(Reader reader) {
    return rows("select message_id from unread where recipient_id = " + reader.id()).stream()
        .map(row -> Long.valueOf(row.get(0)))
        .collect(Collectors.toSet());
  }

  private List<List<String>> rows(String sql) {
    try {
      return site.postgres().rows(sql);
    } catch (SQLException e) {
      throw new IllegalStateException(e);
    }
  }

  private void assertNone(String what, String wrong) {
    assertThat(rows(wrong)).as(what).isEmpty();
  }

  private String told(Map<Long, List<Long>> stored) {
    long untold = devices().stream().mapToLong(each -> untold(each, stored).size()).sum();
    long passedOver =
        devices().stream()
            .mapToLong(
                each ->
                    untold(each, stored).stream()
                        .filter(id -> each.device().wasPassedOver(id))
                        .count())
            .sum();
    long messages = stored.values().stream().mapToLong(List::size).sum();
    return "all is well: %d messages; %d were read before a device was told, of these %d while it was connected"
        .formatted(messages, untold, passedOver);
  }

  private static <T> void awaitEach(String what, List<T> all, Predicate<T> condition) {
    awaitEach(what, all, condition, Object::toString);
  }

  private static <T> void awaitEach(
      String what, List<T> all, Predicate<T> condition, Function<T, String> description) {
    try {
      await().atMost(PATIENCE).pollInterval(LOOK).until(() -> all.stream().allMatch(condition));
    } catch (ConditionTimeoutException e) {
      throw new AssertionError(
          all.stream()
              .filter(condition.negate())
              .map(description)
              .collect(joining("\n", "not so: " + what + "\n", "")),
          e);
    }
  }
}
