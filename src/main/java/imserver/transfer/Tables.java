package imserver.transfer;

import java.util.List;
import java.util.Map;
import java.util.Set;

/** The tables of the schema, as far as the copy is concerned with them. */
final class Tables {

  /** Those whose rows are copied; what one refers to is before it. */
  static final List<String> COPIED =
      List.of(
          "im_user",
          "user_state",
          "message",
          "recall",
          "notice",
          "file",
          "upload",
          "attachment",
          "unread",
          "conversation",
          "new_recipient",
          "webhook_event",
          "webhook_conversation",
          "unseen",
          "revocation",
          "flagged_message",
          "word_list",
          "suspension",
          "report",
          "reported_message",
          "reported_attachment",
          "moderation_action",
          "erasure",
          "retention");

  /** Those with rows from the beginning, which those of the source take the place of. */
  static final Set<String> SEEDED = Set.of("retention");

  /**
   * Those that are not copied so: servers that run, and who is connected to them; bytes of files,
   * which not all databases keep in a table ({@code imserver.file.FileBytes}); what is known of the
   * installation, which comes last ({@link Installation}); Flyway's; and where there are no
   * sequences, what is in their place ({@link Counter}).
   */
  static final Set<String> NOT_COPIED =
      Set.of(
          "node",
          "connected_user",
          "file_chunk",
          "installation",
          "flyway_schema_history",
          "SEQUENCE");

  /** Columns that a database may have for itself, since it wants a key of each table. */
  static final Set<String> OWN_KEYS = Set.of("upload.id", "retention.id");

  /** The sequences, each with the columns that hold what was drawn from it. */
  static final Map<String, List<String>> SEQUENCES =
      Map.of(
          "message_id", List.of("message.id", "recall.id"),
          "file_id", List.of("file.id"),
          "webhook_event_id", List.of("webhook_event.id"),
          "report_id", List.of("report.id"),
          "moderation_action_id", List.of("moderation_action.id"));

  private Tables() {}
}
