package imserver.moderation;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Messages that somebody reports.
 *
 * @param messageIds of one conversation, at least one, at most {@value #MAX_MESSAGES}
 * @param text what the reporter says of it, "" for nothing
 * @param clientReportId the reporter's name for the report, by which a retry is known; null for
 *     none
 */
public record NewReport(
    List<Long> messageIds, ReportReason reason, String text, @Nullable String clientReportId) {

  /** The most messages that one report names. */
  public static final int MAX_MESSAGES = 100;

  /** The most code points of the text. */
  public static final int MAX_TEXT = 1000;

  /** The most characters of the reporter's name for the report. */
  public static final int MAX_CLIENT_REPORT_ID = 64;
}
