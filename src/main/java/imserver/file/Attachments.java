package imserver.file;

import imserver.database.SqlDialect;
import imserver.packet.AttachedText;
import imserver.packet.Attachment;
import imserver.packet.MessageFile;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import jakarta.persistence.EntityManager;
import jakarta.persistence.PersistenceContext;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Which files messages carry. To be called within a transaction. */
@ApplicationScoped
public class Attachments {

  private static final String FILE =
      """
      f.id, f.name, f.type, f.size, f.width, f.height, f.duration, f.waveform,
      case when f.has_preview then 1 else 0 end
      """;

  private static final String COMPLETE =
      "select f.owner_id, "
          + FILE
          + " from unnest(cast(?1 as bigint array)) as n (id) join file f on f.id = n.id"
          + " where f.is_complete";

  private static final String OF_MESSAGES =
      "select a.message_id, "
          + FILE
          + " from unnest(cast(?1 as bigint array)) as n (id)"
          + " join attachment a on a.message_id = n.id join file f on f.id = a.file_id"
          + " order by a.message_id, a.position";

  private static final String OF_REPORT =
      "select r.message_id, "
          + FILE
          + " from reported_attachment r join file f on f.id = r.file_id"
          + " where r.report_id = ?1 order by r.report_id, r.message_id, r.position";

  @PersistenceContext private EntityManager entities;
  @Inject private FileAddresses addresses;
  @Inject private SqlDialect dialect;

  /** For the container, which injects the rest. */
  public Attachments() {}

  Attachments(EntityManager entities, FileAddresses addresses, SqlDialect dialect) {
    this.entities = entities;
    this.addresses = addresses;
    this.dialect = dialect;
  }

  /** Those of some files that are complete, by their ids. */
  public Map<Long, OwnedFile> complete(Collection<Long> fileIds) {
    Map<Long, OwnedFile> files = new HashMap<>();
    for (Object[] row : rows(COMPLETE, fileIds)) {
      Attachment attachment = attachment(row);
      files.put(attachment.fileId(), new OwnedFile(number(row[0]), attachment));
    }
    return files;
  }

  /** Gives files other names, by their ids. */
  public void rename(Map<Long, String> names) {
    new TreeMap<>(names)
        .forEach(
            (id, name) ->
                entities
                    .createNativeQuery("update file set name = ?1 where id = ?2")
                    .setParameter(1, name)
                    .setParameter(2, id)
                    .executeUpdate());
  }

  /** The files of those messages that carry some, in their order, by the ids of the messages. */
  public Map<Long, List<MessageFile>> ofMessages(Collection<Long> messageIds) {
    Map<Long, List<MessageFile>> files = new HashMap<>();
    if (!messageIds.isEmpty()) {
      for (Object[] row : rows(OF_MESSAGES, messageIds)) {
        files
            .computeIfAbsent(number(row[0]), id -> new ArrayList<>())
            .add(addresses.link(attachment(row)));
      }
    }
    return files;
  }

  /** The files of the messages that a report keeps, by the ids of the messages. */
  public Map<Long, List<MessageFile>> ofReport(long reportId) {
    Map<Long, List<MessageFile>> files = new HashMap<>();
    for (Object row :
        entities.createNativeQuery(OF_REPORT).setParameter(1, reportId).getResultList()) {
      Object[] columns = (Object[]) row;
      files
          .computeIfAbsent(number(columns[0]), id -> new ArrayList<>())
          .add(addresses.linkSealed(attachment(columns)));
    }
    return files;
  }

  /** The same of messages of which the stored content is known: most carry none. */
  public <M> Map<Long, List<MessageFile>> of(
      Collection<M> messages, Function<M, Long> id, Function<M, String> content) {
    return ofMessages(
        messages.stream()
            .filter(message -> AttachedText.mayHaveFiles(content.apply(message)))
            .map(id)
            .toList());
  }

  /** Files with their addresses. */
  public List<MessageFile> link(List<Attachment> attachments) {
    return attachments.stream().map(addresses::link).toList();
  }

  private List<Object[]> rows(String sql, Collection<Long> ids) {
    List<?> rows =
        entities
            .createNativeQuery(dialect.sql(sql))
            .setParameter(1, dialect.numbers(ids))
            .getResultList();
    return rows.stream().map(Object[].class::cast).toList();
  }

  /** From the second column on. */
  private static Attachment attachment(Object[] row) {
    return new Attachment(
        number(row[1]),
        (String) row[2],
        (String) row[3],
        number(row[4]),
        integer(row[5]),
        integer(row[6]),
        integer(row[7]),
        (String) row[8],
        number(row[9]) == 1);
  }

  private static long number(Object value) {
    return ((Number) value).longValue();
  }

  private static @Nullable Integer integer(@Nullable Object value) {
    return value == null ? null : ((Number) value).intValue();
  }
}
