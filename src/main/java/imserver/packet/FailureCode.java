package imserver.packet;

/**
 * Every code that a failure packet can carry. Clients switch on the names: they are never renamed.
 * The table in {@code docs/PROTOCOL.md} is held to this catalogue by a test.
 */
public enum FailureCode {
  /**
   * Not a JSON object, a field of the wrong kind, a number out of range, text that no database can
   * store.
   */
  BAD_PACKET("the packet cannot be read", Retry.NO),
  /** {@code type} is neither 0 nor 1. */
  UNKNOWN_TYPE("type is neither 0 nor 1", Retry.NO),
  /** {@code fromId} is not the connected user. */
  FORBIDDEN_SENDER("fromId is not the connected user", Retry.NO),
  /** {@code toId} is absent, 0 or negative. */
  INVALID_RECIPIENT("toId is not a user", Retry.NO),
  /** With {@code IMSERVER_RECIPIENTS=known} only: no such user in the directory. */
  UNKNOWN_RECIPIENT("no such user", Retry.NO),
  /** {@code content} is null, "" or blank. */
  EMPTY_CONTENT("content is empty", Retry.NO),
  /** {@code content} has more than {@code IMSERVER_MAX_CONTENT} code points. */
  CONTENT_TOO_LONG("content is too long", Retry.NO),
  /** An attachment is no file, or not the sender's, or not complete. */
  UNKNOWN_FILE("an attachment is no file of yours that is complete", Retry.NO),
  /** More attachments than a message may carry. */
  TOO_MANY_FILES("a message carries at most 9 files", Retry.NO),
  /** The {@code clientMessageId} is that of another message of the sender. */
  REUSED_ID("clientMessageId is that of another message", Retry.NO),
  /** {@code content} of a read-ack is not an array of ids, or holds too many. */
  BAD_READ_ACK("content is not an array of message ids", Retry.NO),
  /** Of version 2: no JSON object, or a field that is missing or of the wrong kind. */
  BAD_COMMAND("the command cannot be read", Retry.NO),
  /** Of version 2: {@code op} is none that this server knows. */
  UNKNOWN_OP("op is not known", Retry.NO),
  /** The message is older than {@code IMSERVER_RECALL} seconds. */
  RECALL_EXPIRED("the message is too old to be recalled", Retry.NO),
  /** {@code IMSERVER_RECALL} is 0. */
  RECALL_OFF("messages cannot be recalled here", Retry.NO),
  /** There is no such message of the user. */
  NOT_FOUND("no such message", Retry.NO),
  /** With {@code IMSERVER_BLOCKED=refuse}: the recipient has blocked the sender. */
  BLOCKED("the recipient takes no messages from you", Retry.NO),
  /** The recipient has never written to the sender, and takes no more until then. */
  STRANGER("the recipient takes no more messages from you before answering", Retry.NO),
  /** {@code IMSERVER_NEW_RECIPIENTS} is used up: others may be written to. */
  TOO_MANY_RECIPIENTS("you have written to too many new users within an hour", Retry.NO),
  /** The message has a word that this site does not allow. */
  REFUSED_CONTENT("the message says what is not allowed here", Retry.NO),
  /** The host application refuses the message; the text of the failure is its reason. */
  REFUSED_BY_HOST("the message is refused here", Retry.NO),
  /** A moderator has suspended the user, from writing or from everything, until a time. */
  SUSPENDED("a moderator has suspended you", Retry.NO),
  /** The user's budget for messages, or for read-acks, is used up. */
  RATE_LIMITED("too much in a short time, slow down", Retry.LATER),
  /** The intake is full, or the server is stopping. */
  SERVER_BUSY("the server is busy, try again", Retry.SERVER_AT_FAULT),
  /** The database did not take it, or did not answer in time. */
  STORAGE_UNAVAILABLE("the message could not be stored, try again", Retry.SERVER_AT_FAULT);

  private enum Retry {
    NO,
    LATER,
    SERVER_AT_FAULT
  }

  private final String message;
  private final Retry retry;

  FailureCode(String message, Retry retry) {
    this.message = message;
    this.retry = retry;
  }

  /** The text for the developer of a client, where there is no more specific one. */
  public String message() {
    return message;
  }

  /**
   * Whether the same packet may succeed when it is sent again; such a failure counts as no answer.
   */
  public boolean retryable() {
    return retry != Retry.NO;
  }

  /**
   * Whether the failure counts towards {@link CloseCode#TOO_MANY_FAILURES}. A failure of the
   * server's own does not: a client that follows the retry rule while the database is down must not
   * be disconnected for it.
   */
  public boolean countsAgainstClient() {
    return retry != Retry.SERVER_AT_FAULT;
  }
}
