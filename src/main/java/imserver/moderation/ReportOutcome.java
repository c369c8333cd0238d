package imserver.moderation;

/** What became of a {@link NewReport}. */
public sealed interface ReportOutcome {

  /** It is kept, by this call or by an earlier one. */
  record Kept(long reportId) implements ReportOutcome {}

  /** The reporter does not see all of the messages. */
  record NoSuchMessage() implements ReportOutcome {}

  /** The messages are of several conversations. */
  record SeveralConversations() implements ReportOutcome {}

  /** None of them is one that another user has sent to the reporter: there is nobody to report. */
  record NobodyToReport() implements ReportOutcome {}

  /** The reporter's name for it is that of another report. */
  record ReusedId() implements ReportOutcome {}

  /** Too many reports of the reporter are open. */
  record TooManyOpen() implements ReportOutcome {}
}
