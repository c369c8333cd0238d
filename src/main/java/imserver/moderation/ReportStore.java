package imserver.moderation;

import imserver.database.SqlDialect;
import imserver.database.StorageException;
import imserver.database.StorageExceptionTranslator;
import imserver.file.Attachments;
import imserver.packet.MessageFile;
import imserver.webhook.WebhookEvents;
import jakarta.ejb.Stateless;
import jakarta.inject.Inject;
import jakarta.interceptor.Interceptors;
import jakarta.persistence.EntityManager;
import jakarta.persistence.LockModeType;
import jakarta.persistence.PersistenceContext;
import jakarta.persistence.Query;
import java.time.OffsetDateTime;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;

/** The reports, with their copies of messages. Every method throws {@link StorageException}. */
@Stateless
@Interceptors(StorageExceptionTranslator.class)
public class ReportStore {

  /** So many reports of one user may be open. */
  public static final int MAX_OPEN = 20;

  /** So many messages are kept on each side, beside those that are named. */
  static final int AROUND = 10;

  private static final String LOCK_REPORTER =
      "select s.user_id from user_state s where s.user_id = ?1 for update";

  /** Of those with these ids, the ones that a user sees. */
  private static final String SEEN =
      """
      select m.sender_id, abs(m.recipient_id)
      from unnest(cast(?1 as bigint array)) as n (id)
      join message m on m.id = n.id
      where m.sender_id = ?2 or m.recipient_id = ?2
      """;

  /** The same, whoever sees them. */
  private static final String THERE =
      """
      select m.sender_id, abs(m.recipient_id)
      from unnest(cast(?1 as bigint array)) as n (id)
      join message m on m.id = n.id
      """;

  /**
   * What one of two users sees of their conversation, in one direction and on one side of an id.
   */
  private static final String DIRECTION =
      """
      (select m.id from message m
       where m.sender_id = %1$s and m.recipient_id = %2$s and m.id %3$s ?3
         and m.id not in (select n.id from unnest(cast(?4 as bigint array)) as n (id))
       order by m.sender_id %4$s, m.recipient_id %4$s, m.id %4$s limit %5$d)
      """;

  /** What was recalled before it was noticed, a report of the system has all the same. */
  private static final String SEAL =
      """
      insert into reported_message
        (report_id, message_id, sender_id, recipient_id, content, client_timestamp, sent_at, is_named)
      select cast(?1 as bigint), m.id, m.sender_id, abs(m.recipient_id),
             case when m.content = '' then coalesce(f.content, '') else m.content end,
             m.client_timestamp, m.created_at, cast(?3 as boolean)
      from unnest(cast(?2 as bigint array)) as n (id)
      join message m on m.id = n.id
      left join flagged_message f on f.message_id = m.id and cast(?4 as boolean)
      """;

  private static final String SEAL_FILES =
      """
      insert into reported_attachment (report_id, message_id, position, file_id)
      select cast(?1 as bigint), a.message_id, a.position, a.file_id
      from unnest(cast(?2 as bigint array)) as n (id)
      join attachment a on a.message_id = n.id
      """;

  /** One that no other server has at the moment. */
  private static final String NEXT_FLAGGED =
      "select f.message_id from flagged_message f order by f.message_id limit 1 for update skip locked";

  private static final String FORGET_ERASED =
      """
      delete from reported_message where report_id = ?1 and sender_id in (
        select e.user_id from erasure e, report r
        where r.id = ?1 and e.user_id in (r.reporter_id, r.reported_id))
      """;

  private static final String FORGET_TEXT_OF_ERASED =
      """
      update report set reporter_text = ''
      where id = ?1 and reporter_id in (select e.user_id from erasure e where e.user_id = report.reporter_id)
      """;

  @PersistenceContext private EntityManager entities;
  @Inject private WebhookEvents events;
  @Inject private Attachments attachments;
  @Inject private SqlDialect dialect;

  /** For the container. */
  public ReportStore() {}

  ReportStore(EntityManager entities, WebhookEvents events, SqlDialect dialect) {
    this.entities = entities;
    this.events = events;
    this.dialect = dialect;
  }

  /**
   * Keeps a report of a user, with a copy of the messages. A retry finds the one that is kept.
   *
   * @param reporter positive
   */
  public ReportOutcome report(long reporter, NewReport newReport, OffsetDateTime now) {
    // One report of a user at a time. Who has no row has no messages.
    entities.createNativeQuery(LOCK_REPORTER).setParameter(1, reporter).getResultList();
    Set<Long> ids = new TreeSet<>(newReport.messageIds());
    Optional<ReportOutcome> retry = retry(reporter, newReport, ids);
    if (retry.isPresent()) {
      return retry.get();
    }
    List<Object[]> seen = rows(query(SEEN, longs(ids), reporter));
    if (seen.size() < ids.size()) {
      return new ReportOutcome.NoSuchMessage();
    }
    Set<Long> others =
        seen.stream()
            .map(row -> number(row[0]) == reporter ? number(row[1]) : number(row[0]))
            .collect(Collectors.toSet());
    if (others.size() > 1) {
      return new ReportOutcome.SeveralConversations();
    }
    long other = others.iterator().next();
    boolean isAccused = seen.stream().anyMatch(row -> number(row[0]) == other);
    if (other == 0 || other == reporter || !isAccused) {
      return new ReportOutcome.NobodyToReport();
    }
    if (openOf(reporter) >= MAX_OPEN) {
      return new ReportOutcome.TooManyOpen();
    }
    return keep(new Report(reporter, other, newReport, now), ids, reporter, other);
  }

  /**
   * Keeps a report of the system, as of a list of words: of messages of one sender to one
   * recipient, as the sender sees them. There may be any number of them.
   *
   * @param newReport whose name for the report is that of the system
   */
  public ReportOutcome reportOfSystem(NewReport newReport, OffsetDateTime now) {
    Set<Long> ids = new TreeSet<>(newReport.messageIds());
    Optional<ReportOutcome> retry = retry(0, newReport, ids);
    if (retry.isPresent()) {
      return retry.get();
    }
    List<Object[]> there = rows(query(THERE, longs(ids)));
    if (there.size() < ids.size()) {
      return new ReportOutcome.NoSuchMessage();
    }
    if (there.stream().map(List::of).distinct().count() > 1) {
      return new ReportOutcome.SeveralConversations();
    }
    long sender = number(there.get(0)[0]);
    if (sender == 0) {
      return new ReportOutcome.NobodyToReport();
    }
    return keep(new Report(0, sender, newReport, now), ids, sender, number(there.get(0)[1]));
  }

  /**
   * Reports one message that has a word of the list {@code report}.
   *
   * @return whether there was one
   */
  public boolean reportFlagged(OffsetDateTime now) {
    List<?> found = entities.createNativeQuery(NEXT_FLAGGED).getResultList();
    if (found.isEmpty()) {
      return false;
    }
    long messageId = number(found.get(0));
    reportOfSystem(
        new NewReport(List.of(messageId), ReportReason.OTHER, "words", "words-" + messageId), now);
    query("delete from flagged_message where message_id = ?1", messageId).executeUpdate();
    return true;
  }

  private Optional<ReportOutcome> retry(long reporter, NewReport newReport, Set<Long> ids) {
    if (newReport.clientReportId() == null) {
      return Optional.empty();
    }
    return entities
        .createQuery(
            "select r from Report r where r.reporterId = :reporter and r.clientReportId = :name",
            Report.class)
        .setParameter("reporter", reporter)
        .setParameter("name", newReport.clientReportId())
        .getResultStream()
        .findFirst()
        .map(
            known ->
                known.reason().equals(newReport.reason().text())
                        && known.text().equals(newReport.text())
                        && idsNamedBy(known.id()).equals(ids)
                    ? new ReportOutcome.Kept(known.id())
                    : new ReportOutcome.ReusedId());
  }

  private Set<Long> idsNamedBy(long reportId) {
    return Set.copyOf(
        entities
            .createQuery(
                "select m.messageId from ReportedMessage m where m.reportId = :id and m.named ="
                    + " true",
                Long.class)
            .setParameter("id", reportId)
            .getResultList());
  }

  private long openOf(long reporter) {
    return entities
        .createQuery(
            "select count(r) from Report r where r.reporterId = :reporter and r.open = true",
            Long.class)
        .setParameter("reporter", reporter)
        .getSingleResult();
  }

  /**
   * As one of the two users sees the conversation: those before the first that is named, and those
   * after it.
   */
  private ReportOutcome keep(Report report, Set<Long> ids, long viewer, long other) {
    entities.persist(report);
    entities.flush(); // what follows refers to the row
    long first = ids.iterator().next();
    seal(report, ids, true);
    seal(report, around("<", "desc", viewer, other, first, ids), false);
    seal(report, around(">", "asc", viewer, other, first, ids), false);
    events.reportCreated(entities, report.reporterId(), report.reportedId(), report.id());
    return new ReportOutcome.Kept(report.id());
  }

  private Collection<Long> around(
      String side, String order, long viewer, long other, long first, Set<Long> named) {
    String sql =
        "select o.id from (%s union all %s union all %s) as o order by o.id %s limit %d"
            .formatted(
                DIRECTION.formatted("?1", "?2", side, order, AROUND),
                DIRECTION.formatted("?1", "-cast(?2 as bigint)", side, order, AROUND), // silenced
                DIRECTION.formatted("?2", "?1", side, order, AROUND),
                order,
                AROUND);
    List<?> found = query(sql, viewer, other, first, longs(named)).getResultList();
    return found.stream().map(ReportStore::number).toList();
  }

  private void seal(Report report, Collection<Long> ids, boolean named) {
    if (!ids.isEmpty()) {
      query(SEAL, report.id(), longs(ids), named, report.reporterId() == 0).executeUpdate();
      query(SEAL_FILES, report.id(), longs(ids)).executeUpdate();
    }
  }

  /** A report. */
  public Optional<Report> find(long reportId) {
    return Optional.ofNullable(entities.find(Report.class, reportId));
  }

  /** Its copy of the messages, in the order of their ids. */
  public List<ReportedMessage> messages(long reportId) {
    return entities
        .createQuery(
            "select m from ReportedMessage m where m.reportId = :id order by m.messageId",
            ReportedMessage.class)
        .setParameter("id", reportId)
        .getResultList();
  }

  /** The files of these messages, with addresses for moderators, by the ids of the messages. */
  public Map<Long, List<MessageFile>> files(long reportId) {
    return attachments.ofReport(reportId);
  }

  /** How many messages each of some reports names. */
  public Map<Long, Long> countNamed(Collection<Long> reportIds) {
    if (reportIds.isEmpty()) {
      return Map.of();
    }
    Map<Long, Long> counts = new HashMap<>();
    entities
        .createQuery(
            """
            select m.reportId, count(m) from ReportedMessage m
            where m.reportId in :ids and m.named = true group by m.reportId
            """,
            Object[].class)
        .setParameter("ids", reportIds)
        .getResultList()
        .forEach(row -> counts.put((Long) row[0], (Long) row[1]));
    return counts;
  }

  /** The newest reports with ids below one, the newest first. */
  public List<Report> newest(boolean open, long belowId, int limit) {
    return entities
        .createQuery(
            """
            select r from Report r where r.open = :open and r.id < :below
            order by r.open desc, r.id desc
            """,
            Report.class)
        .setParameter("open", open)
        .setParameter("below", belowId)
        .setMaxResults(limit)
        .getResultList();
  }

  /** What a user has reported, with ids above one, ascending. */
  public List<Report> by(long reporter, long aboveId, int limit) {
    return entities
        .createQuery(
            """
            select r from Report r where r.reporterId = :reporter and r.id > :above
            order by r.id
            """,
            Report.class)
        .setParameter("reporter", reporter)
        .setParameter("above", aboveId)
        .setMaxResults(limit)
        .getResultList();
  }

  /**
   * Closes a report.
   *
   * @return whether it was open; empty where there is none
   */
  public Optional<Boolean> close(
      long reportId, Report.Outcome outcome, String note, ModerationStep step) {
    Report report = entities.find(Report.class, reportId, LockModeType.PESSIMISTIC_WRITE);
    if (report == null) {
      return Optional.empty();
    }
    if (!report.isOpen()) {
      return Optional.of(false);
    }
    report.close(outcome, note, step);
    entities.persist(new AuditEntry(step));
    entities.flush(); // what the database refuses is thrown here
    forgetErased(report);
    return Optional.of(true);
  }

  /** What users who were erased have written goes with the report for which it was kept. */
  private void forgetErased(Report report) {
    query(FORGET_ERASED, report.id()).executeUpdate();
    query(FORGET_TEXT_OF_ERASED, report.id()).executeUpdate();
    entities.refresh(report);
  }

  private Query query(String sql, Object... parameters) {
    Query query = entities.createNativeQuery(dialect.sql(sql));
    for (int i = 0; i < parameters.length; i++) {
      query.setParameter(i + 1, parameters[i]);
    }
    return query;
  }

  private static List<Object[]> rows(Query query) {
    List<?> rows = query.getResultList();
    return rows.stream().map(Object[].class::cast).toList();
  }

  private Object longs(Collection<Long> ids) {
    return dialect.numbers(ids);
  }

  private static long number(Object value) {
    return ((Number) value).longValue();
  }
}
