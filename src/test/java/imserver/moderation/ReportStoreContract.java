package imserver.moderation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import imserver.auth.UserPrincipal;
import imserver.config.Configs;
import imserver.database.SqlDialect;
import imserver.database.Vendor;
import imserver.file.TestAttachments;
import imserver.moderation.ModerationStep.Action;
import imserver.packet.MessageFile;
import imserver.webhook.WebhookEvents;
import jakarta.persistence.EntityManager;
import jakarta.persistence.EntityManagerFactory;
import jakarta.persistence.Persistence;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.stream.IntStream;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** What {@link ReportStore} does on each database. Each test has users of its own. */
abstract class ReportStoreContract {

  private static final OffsetDateTime NOW =
      OffsetDateTime.of(2026, 1, 2, 3, 4, 5, 6_000_000, ZoneOffset.UTC);

  private static long lastId = 1000;

  private final long alice = ++lastId;
  private final long bob = ++lastId;

  /** Of which reports the host application was told, each with the reporter and the reported. */
  private final List<List<Long>> told = new CopyOnWriteArrayList<>();

  private WebhookEvents events =
      new WebhookEvents(Configs.with()) {
        @Override
        public void reportCreated(
            EntityManager entities, long reporterId, long reportedId, long reportId) {
          told.add(List.of(reporterId, reportedId, reportId));
        }
      };

  /** Where the product's tables are. */
  abstract EntityManagerFactory factory();

  /** How it takes SQL. */
  SqlDialect dialect() {
    return new SqlDialect(Vendor.POSTGRESQL);
  }

  static EntityManagerFactory factory(DataSource database) {
    return Persistence.createEntityManagerFactory(
        "imserver",
        Map.of(
            "jakarta.persistence.transactionType",
            "RESOURCE_LOCAL",
            "jakarta.persistence.nonJtaDataSource",
            database));
  }

  <R> R inTransaction(Function<EntityManager, R> work) {
    EntityManager entities = factory().createEntityManager();
    try {
      entities.getTransaction().begin();
      R result = work.apply(entities);
      entities.getTransaction().commit();
      return result;
    } finally {
      if (entities.getTransaction().isActive()) {
        entities.getTransaction().rollback();
      }
      entities.close();
    }
  }

  private <R> R store(Function<ReportStore, R> work) {
    return inTransaction(entities -> work.apply(new ReportStore(entities, events, dialect())));
  }

  private void update(String sql, Object... parameters) {
    inTransaction(
        entities -> {
          var query = entities.createNativeQuery(sql);
          for (int i = 0; i < parameters.length; i++) {
            query.setParameter(i + 1, parameters[i]);
          }
          return query.executeUpdate();
        });
  }

  /** Has one send a message; its id. */
  private long add(long sender, long recipient, String content) {
    long id = ++lastId;
    for (long user : new long[] {sender, Math.abs(recipient)}) {
      if (user > 0) {
        update(
            "insert into user_state (user_id, head, unread) select ?1, 0, 0"
                + " where not exists (select 1 from user_state s where s.user_id = ?1)",
            user);
      }
    }
    update(
        "insert into message (id, sender_id, recipient_id, content, client_timestamp, dedupe_key, created_at)"
            + " values (?1, ?2, ?3, ?4, 'mark', ?5, ?6)",
        id,
        sender,
        recipient,
        content,
        Long.toString(id),
        NOW);
    return id;
  }

  private static NewReport newReport(@Nullable String name, Long... ids) {
    return new NewReport(List.of(ids), ReportReason.SPAM, "text", name);
  }

  private ReportOutcome report(long reporter, Long... ids) {
    return report(reporter, newReport(null, ids));
  }

  private ReportOutcome report(long reporter, NewReport newReport) {
    return store(reports -> reports.report(reporter, newReport, NOW));
  }

  private ReportOutcome reportOfSystem(NewReport newReport) {
    return store(reports -> reports.reportOfSystem(newReport, NOW));
  }

  private boolean reportFlagged() {
    return store(reports -> reports.reportFlagged(NOW));
  }

  private List<ReportedMessage> messages(long reportId) {
    return store(reports -> reports.messages(reportId));
  }

  private List<Report> newest(boolean open, long belowId, int limit) {
    return store(reports -> reports.newest(open, belowId, limit));
  }

  private long kept(ReportOutcome outcome) {
    return ((ReportOutcome.Kept) outcome).reportId();
  }

  private List<String> contents(long reportId) {
    return messages(reportId).stream()
        .map(message -> (message.isNamed() ? "*" : "") + message.content())
        .toList();
  }

  @Test
  @DisplayName("keeps what is named and ten on each side, as the reporter saw them")
  void around() {
    long carol = ++lastId;
    List<Long> ids = new ArrayList<>();
    for (int i = 0; i < 40; i++) {
      ids.add(i % 2 == 0 ? add(alice, bob, "m" + i) : add(bob, alice, "m" + i));
      add(alice, carol, "to another");
      add(alice, -bob, "silenced");
    }
    long report = kept(report(bob, newReport(null, ids.get(20), ids.get(25))));
    assertThat(contents(report))
        .containsExactly(
            "m10", "m11", "m12", "m13", "m14", "m15", "m16", "m17", "m18", "m19", "*m20", "m21",
            "m22", "m23", "m24", "*m25", "m26", "m27", "m28", "m29", "m30", "m31");
    Report kept = store(reports -> reports.find(report)).orElseThrow();
    assertThat(List.of(kept.reporterId(), kept.reportedId())).containsExactly(bob, alice);
    ReportedMessage first = messages(report).get(0);
    assertThat(List.of(first.senderId(), first.recipientId())).containsExactly(alice, bob);
    assertThat(first.sentAt().toInstant()).isEqualTo(NOW.toInstant());
    assertThat(first.timestamp()).isEqualTo("mark");
  }

  @Test
  @DisplayName("keeps what was silenced for its sender, who alone saw it")
  void silenced() {
    long seen = add(bob, alice, "seen");
    long silenced = add(alice, -bob, "silenced");
    assertThat(report(bob, newReport(null, silenced))).isEqualTo(new ReportOutcome.NoSuchMessage());
    long report = kept(report(alice, newReport(null, seen)));
    assertThat(contents(report)).containsExactly("*seen", "silenced");
    ReportedMessage copy = messages(report).get(1);
    assertThat(copy.recipientId()).isEqualTo(bob);
  }

  @Test
  @DisplayName(
      "is not reached by what becomes of the messages; of what was recalled there is no text")
  void sealed() {
    long recalled = add(alice, bob, "");
    long id = add(alice, bob, "bad");
    long report = kept(report(bob, newReport(null, recalled, id)));
    update("update message set content = '' where id = ?1", id);
    update("delete from message where id = ?1", recalled);
    assertThat(contents(report)).containsExactly("*", "*bad");
    assertThat(messages(report))
        .extracting(ReportedMessage::isRecalled)
        .containsExactly(true, false);
  }

  @Test
  @DisplayName("keeps the files of the messages, whatever becomes of these, in their order")
  void files() {
    long carrying = add(alice, bob, "two\uFFFC\uFFFC");
    add(bob, alice, "none");
    for (long file : List.of(carrying, carrying + 1)) {
      update(
          "insert into file (id, owner_id, name, type, size, received, is_complete, created_at)"
              + " values (?1, ?2, 'a', 'image/png', 5, 5, true, ?3)",
          file,
          alice,
          NOW);
    }
    update("insert into attachment values (?1, 0, ?2)", carrying, carrying + 1);
    update("insert into attachment values (?1, 1, ?2)", carrying, carrying);
    long report = kept(report(bob, newReport(null, carrying)));
    update("delete from attachment where message_id = ?1", carrying);
    Map<Long, List<MessageFile>> files =
        inTransaction(entities -> TestAttachments.of(entities).ofReport(report));
    assertThat(files).containsOnlyKeys(carrying);
    assertThat(files.get(carrying))
        .extracting(file -> file.attachment().fileId())
        .containsExactly(carrying + 1, carrying);
    assertThat(files.get(carrying)).allMatch(file -> file.url().endsWith("m=1"));
  }

  @Test
  @DisplayName("refuses what the reporter does not see, or is of several, or of nobody")
  void refused() {
    long carol = ++lastId;
    long seen = add(alice, bob, "a");
    long foreign = add(alice, carol, "b");
    long ofCarol = add(carol, bob, "c");
    long ofSystem = add(0, bob, "d");
    long own = add(bob, bob, "e");
    assertThat(report(bob, seen, foreign)).isEqualTo(new ReportOutcome.NoSuchMessage());
    assertThat(report(bob, lastId + 1000)).isEqualTo(new ReportOutcome.NoSuchMessage());
    assertThat(report(++lastId, seen)).isEqualTo(new ReportOutcome.NoSuchMessage());
    assertThat(report(bob, seen, ofCarol)).isEqualTo(new ReportOutcome.SeveralConversations());
    assertThat(report(bob, ofSystem)).isEqualTo(new ReportOutcome.NobodyToReport());
    assertThat(report(bob, own)).isEqualTo(new ReportOutcome.NobodyToReport());
    assertThat(report(alice, seen)).isEqualTo(new ReportOutcome.NobodyToReport());
  }

  @Test
  @DisplayName("finds a retry by the reporter's name for it, and refuses another under that name")
  void retry() {
    long id = add(alice, bob, "a");
    long other = add(alice, bob, "b");
    long first = kept(report(bob, newReport("n", id)));
    assertThat(kept(report(bob, newReport("n", id, id)))).isEqualTo(first);
    assertThat(report(bob, newReport("n", id, other))).isEqualTo(new ReportOutcome.ReusedId());
    NewReport fraud = new NewReport(List.of(id), ReportReason.FRAUD, "text", "n");
    assertThat(report(bob, fraud)).isEqualTo(new ReportOutcome.ReusedId());
    long back = add(bob, alice, "c");
    assertThat(kept(report(alice, newReport("n", back)))).isNotEqualTo(first);
    assertThat(told).hasSize(2).startsWith(List.of(bob, alice, first));
  }

  @Test
  @DisplayName("keeps no more of one reporter than some that are open, however many come at once")
  void bounded() throws Exception {
    long id = add(alice, bob, "a");
    ExecutorService threads = Executors.newFixedThreadPool(4);
    try {
      List<Future<ReportOutcome>> outcomes =
          IntStream.range(0, ReportStore.MAX_OPEN + 10)
              .mapToObj(i -> threads.submit(() -> report(bob, id)))
              .toList();
      int kept = 0;
      long last = 0;
      for (Future<ReportOutcome> outcome : outcomes) {
        if (outcome.get(60, TimeUnit.SECONDS) instanceof ReportOutcome.Kept one) {
          kept++;
          last = one.reportId();
        } else {
          assertThat(outcome.get()).isEqualTo(new ReportOutcome.TooManyOpen());
        }
      }
      assertThat(kept).isEqualTo(ReportStore.MAX_OPEN);
      close(last);
      assertThat(report(bob, id)).isInstanceOf(ReportOutcome.Kept.class);
      assertThat(report(bob, id)).isEqualTo(new ReportOutcome.TooManyOpen());
    } finally {
      threads.shutdownNow();
    }
  }

  private boolean close(long reportId) {
    ModerationStep step =
        ModerationStep.of(new UserPrincipal(7, null, null, null), NOW, Action.CLOSE_REPORT, "note")
            .onReport(reportId);
    return store(reports -> reports.close(reportId, Report.Outcome.UPHELD, "note", step))
        .orElseThrow();
  }

  @Test
  @DisplayName("closes a report once, with an entry of it, and lists it among the closed ones")
  void closed() {
    long id = add(alice, bob, "a");
    long one = kept(report(bob, id));
    long other = kept(report(bob, id));
    assertThat(close(one)).isTrue();
    assertThat(close(one)).isFalse();
    assertThat(entries(one)).containsExactly("close-report by 7");
    assertThat(entries(other)).isEmpty();
    assertThat(newest(true, other + 1, 2))
        .extracting(Report::id)
        .contains(other)
        .doesNotContain(one);
    Report closed = newest(false, one + 1, 1).get(0);
    assertThat(closed.id()).isEqualTo(one);
    assertThat(closed.outcome()).isEqualTo("upheld");
    assertThat(closed.closedBy()).isEqualTo(7);
    Map<Long, Long> named = store(reports -> reports.countNamed(List.of(one, other)));
    assertThat(named).isEqualTo(Map.of(one, 1L, other, 1L));
    ModerationStep step =
        ModerationStep.of(new UserPrincipal(7, null, null, null), NOW, Action.CLOSE_REPORT, "");
    Optional<Boolean> unknown =
        store(reports -> reports.close(Long.MAX_VALUE, Report.Outcome.DISMISSED, "", step));
    assertThat(unknown).isEmpty();
  }

  private List<String> entries(long reportId) {
    return inTransaction(
        entities ->
            entities
                .createQuery(
                    "select a from AuditEntry a where a.reportId = :id order by a.id",
                    AuditEntry.class)
                .setParameter("id", reportId)
                .getResultList()
                .stream()
                .map(entry -> entry.action() + " by " + entry.moderatorId())
                .toList());
  }

  @Test
  @DisplayName("keeps reports of the system, also of what was silenced, and any number of them")
  void ofSystem() {
    long silenced = add(alice, -bob, "silenced");
    add(bob, alice, "around");
    NewReport words = newReport("words 1", silenced);
    long report = kept(reportOfSystem(words));
    assertThat(kept(reportOfSystem(words))).isEqualTo(report);
    assertThat(contents(report)).containsExactly("*silenced", "around");
    Report found = store(reports -> reports.find(report)).orElseThrow();
    assertThat(List.of(found.reporterId(), found.reportedId())).containsExactly(0L, alice);
    long other = add(bob, alice, "other");
    assertThat(reportOfSystem(newReport("2", silenced, other)))
        .isEqualTo(new ReportOutcome.SeveralConversations());
    assertThat(reportOfSystem(newReport("3", lastId + 9999)))
        .isEqualTo(new ReportOutcome.NoSuchMessage());
    long notice = add(0, bob, "notice");
    assertThat(reportOfSystem(newReport("4", notice)))
        .isEqualTo(new ReportOutcome.NobodyToReport());
    for (int i = 0; i < ReportStore.MAX_OPEN + 5; i++) {
      String name = "many " + i;
      assertThat(reportOfSystem(newReport(name, silenced))).isInstanceOf(ReportOutcome.Kept.class);
    }
  }

  @Test
  @DisplayName("reports each message that has a word of the list once, one after the other")
  void flagged() {
    long first = add(alice, bob, "first");
    long second = add(bob, alice, "second");
    for (long id : List.of(first, second)) {
      flag(id, "?");
    }
    assertThat(reportFlagged()).isTrue();
    assertThat(reportFlagged()).isTrue();
    assertThat(reportFlagged()).isFalse();
    List<Report> newest = newest(true, Long.MAX_VALUE, 2);
    assertThat(newest).extracting(Report::reportedId).containsExactly(bob, alice);
    assertThat(newest).extracting(Report::reporterId).containsExactly(0L, 0L);
    assertThat(contents(newest.get(1).id())).containsExactly("*first", "second");
    assertThat(told)
        .contains(List.of(0L, alice, newest.get(1).id()), List.of(0L, bob, newest.get(0).id()));
  }

  private void flag(long id, String content) {
    update("insert into flagged_message (message_id, content) values (?1, ?2)", id, content);
  }

  @Test
  @DisplayName("keeps what was recalled before it was reported for a word, and only then")
  void flaggedAndRecalled() {
    long recalled = add(alice, bob, "");
    flag(recalled, "the word");
    report(bob, recalled);
    assertThat(reportFlagged()).isTrue();
    List<Report> newest = newest(true, Long.MAX_VALUE, 2);
    assertThat(contents(newest.get(0).id())).containsExactly("*the word");
    assertThat(contents(newest.get(1).id())).containsExactly("*");
  }

  /** Whether the database itself refuses to change what moderators have done. */
  boolean entriesStay() {
    return catchThrowable(() -> update("delete from moderation_action")) != null
        && catchThrowable(() -> update("update moderation_action set reason = 'x'")) != null
        && catchThrowable(() -> update("truncate table moderation_action")) != null;
  }

  private List<?> eventsOf(long user) {
    return inTransaction(
        entities ->
            entities
                .createNativeQuery(
                    "select type || ' by ' || user_id || ': ' || reference from webhook_event"
                        + " where low_id = ?1 or high_id = ?1")
                .setParameter(1, user)
                .getResultList());
  }

  @Test
  @DisplayName("has the host application told of a report once, where it is to be told")
  void event() {
    long message = add(bob, alice, "spam");
    report(alice, message);
    assertThat(eventsOf(bob)).isEmpty();
    events =
        new WebhookEvents(
            Configs.with(
                "IMSERVER_WEBHOOK_URL",
                "http://h/",
                "IMSERVER_WEBHOOK_SECRET",
                "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
                "IMSERVER_DB_URL",
                switch (dialect().vendor()) {
                  case POSTGRESQL -> "jdbc:postgresql://h/d";
                  case MARIADB -> "jdbc:mariadb://h/d";
                  case H2 -> "";
                }));
    long id = ((ReportOutcome.Kept) report(alice, newReport("named", message))).reportId();
    report(alice, newReport("named", message));
    assertThat(eventsOf(bob)).isEqualTo(List.of("report.created by " + alice + ": " + id));
    Throwable failed =
        catchThrowable(
            () ->
                inTransaction(
                    entities -> {
                      new ReportStore(entities, events, dialect())
                          .report(alice, newReport("other", message), NOW);
                      throw new IllegalStateException("rolled back");
                    }));
    assertThat(failed).hasMessage("rolled back");
    assertThat(eventsOf(bob)).hasSize(1);
  }
}
