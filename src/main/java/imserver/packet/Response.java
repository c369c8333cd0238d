package imserver.packet;

import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What is said to a client: answers to its requests, and what it did not ask for. Version 1 of the
 * protocol knows {@link Success}, {@link Failure} and {@link Incoming}; version 2 all but {@link
 * Incoming}, in whose place it has {@link MessageAdded}. Ids are positive and below 2^53 unless it
 * says otherwise, and a user id of 0 is the system.
 */
public sealed interface Response {

  /** As how many ordinary packets it takes room while it waits for its client. */
  default int weight() {
    return 1;
  }

  /** The one answer to a request. */
  sealed interface Answer extends Response {

    /** The request's own name, as JSON; null for none. */
    @Nullable String requestId();

    /**
     * The number of the change that the request was, among those of the user who made it; 0 where
     * it has changed nothing.
     */
    default long change() {
      return 0;
    }
  }

  /**
   * {@code type} 0, {@code done} of {@code send}: the message is committed to the database.
   *
   * @param toId the sender of the message, who gets this answer
   * @param timestamp the request's
   * @param messageId its id
   * @param clientMessageId the request's, null for none: then a socket of version 1 does not get
   *     the message id
   * @param change 0 where it was stored before
   * @param time when it came
   * @param unread how many messages to himself the user has not read; null unless this is one
   */
  record Success(
      long toId,
      String timestamp,
      long messageId,
      @Nullable String clientMessageId,
      @Nullable String requestId,
      long change,
      Instant time,
      @Nullable Long unread)
      implements Answer {}

  /**
   * {@code type} 1, {@code fail}: nothing was done, as far as this server knows.
   *
   * @param toId the connected user
   * @param timestamp the request's where it could be read, else ""
   * @param code from the catalogue
   * @param message one sentence in English for the developer of the client
   */
  record Failure(
      long toId, String timestamp, FailureCode code, String message, @Nullable String requestId)
      implements Answer {

    /** To a request without a name. */
    public Failure(long toId, String timestamp, FailureCode code, String message) {
      this(toId, timestamp, code, message, null);
    }
  }

  /**
   * {@code done} of {@code read}.
   *
   * @param unread how many messages of the other one the user has not read now
   * @param upTo up to which message of the other one all are read now, 0 for none; null where
   *     nothing has changed
   */
  record Marked(@Nullable String requestId, long change, long unread, @Nullable Long upTo)
      implements Answer {}

  /**
   * {@code done} of {@code recall}.
   *
   * @param unread how many messages to himself the user has not read now; null unless it was one
   */
  record Recalled(@Nullable String requestId, long change, @Nullable Long unread)
      implements Answer {}

  /**
   * {@code done} of {@code sync}.
   *
   * @param conversations those that have changed, ascending by their changes
   * @param next the number to go on with
   * @param more whether there are more
   * @param head the number of the user's last change
   */
  record Synchronized(
      @Nullable String requestId,
      List<ConversationState> conversations,
      long next,
      boolean more,
      long head)
      implements Answer {

    /** Copies the list. */
    public Synchronized {
      conversations = List.copyOf(conversations);
    }

    /** About how long it is as text. */
    public int characters() {
      return conversations.stream().mapToInt(ConversationState::characters).sum();
    }

    @Override
    public int weight() {
      return 1 + characters() / CHARACTERS_OF_A_PACKET;
    }

    /** About as long as a message may be. */
    private static final int CHARACTERS_OF_A_PACKET = 4000;
  }

  /** {@code reset}: what the client remembers is of another database. */
  record Reset(@Nullable String requestId) implements Answer {}

  /**
   * A conversation as one of its users sees it.
   *
   * @param otherId the other user
   * @param name the other one's name, or the id in digits where none is known
   * @param avatar the other one's avatar, "" where none is known
   * @param lastMessage null where there is none, or an operator has deleted it
   * @param unread how many messages of the other one the user has not read
   * @param readUpTo up to which message of the other one the user has read all, 0 for none
   * @param theyReadUpTo the same of the other one; null without receipts
   * @param stranger whether the user has never written to the other one
   * @param settings what the user has set
   * @param change the number of its last change for this user
   */
  record ConversationState(
      long otherId,
      String name,
      String avatar,
      @Nullable LastMessage lastMessage,
      long unread,
      long readUpTo,
      @Nullable Long theyReadUpTo,
      boolean stranger,
      Settings settings,
      long change) {

    /** About how long it is as text. */
    public int characters() {
      return OVERHEAD
          + name.length()
          + avatar.length()
          + (lastMessage == null ? 0 : lastMessage.characters());
    }

    private static final int OVERHEAD = 200;
  }

  /**
   * What a user has set of a conversation.
   *
   * @param blocked the user has blocked the other one
   * @param muted nothing there is to disturb the user
   * @param pinned it is to be above others
   * @param hidden it is not in the user's list, until there is a new message
   */
  record Settings(boolean blocked, boolean muted, boolean pinned, boolean hidden) {

    /** Nothing is set. */
    public static final Settings NONE = new Settings(false, false, false, false);
  }

  /**
   * The newest message of a conversation.
   *
   * @param content the text; "" where it has none, or was recalled
   * @param time when it came
   * @param timestamp the sender's mark, "" for none
   * @param title of a message of the system, null for none
   * @param url its link, null for none
   * @param files what it carries
   */
  record LastMessage(
      long messageId,
      long fromId,
      long toId,
      String content,
      Instant time,
      String timestamp,
      @Nullable String title,
      @Nullable String url,
      List<MessageFile> files) {

    /** Copies the list. */
    public LastMessage {
      files = List.copyOf(files);
    }

    /** Without files. */
    public LastMessage(
        long messageId,
        long fromId,
        long toId,
        String content,
        Instant time,
        String timestamp,
        @Nullable String title,
        @Nullable String url) {
      this(messageId, fromId, toId, content, time, timestamp, title, url, List.of());
    }

    /** No other message has neither text nor files. */
    public boolean isRecalled() {
      return content.isEmpty() && files.isEmpty();
    }

    /** Most names are short. */
    private static final int CHARACTERS_OF_A_FILE = 500;

    private int characters() {
      return content.length()
          + (title == null ? 0 : title.length())
          + (url == null ? 0 : url.length())
          + CHARACTERS_OF_A_FILE * files.size();
    }
  }

  /**
   * {@code type} 2: a message for the connected user.
   *
   * @param messageId its id
   * @param fromId who sent it
   * @param toId the recipient
   * @param content the text; "" where it has none
   * @param timestamp the sender's mark, "" for none
   * @param userName the sender's name, or the sender's id in digits where none is known
   * @param headUrl the address of the sender's avatar, "" where none is known
   * @param files what it carries
   */
  record Incoming(
      long messageId,
      long fromId,
      long toId,
      String content,
      String timestamp,
      String userName,
      String headUrl,
      List<MessageFile> files)
      implements Response {

    /** Copies the list. */
    public Incoming {
      files = List.copyOf(files);
    }

    /** Without files. */
    public Incoming(
        long messageId,
        long fromId,
        long toId,
        String content,
        String timestamp,
        String userName,
        String headUrl) {
      this(messageId, fromId, toId, content, timestamp, userName, headUrl, List.of());
    }

    /** Its text, and a line for each file, for a client that knows text alone. */
    public String asText() {
      return files.isEmpty() ? content : MessageFile.text(content, files);
    }
  }

  /**
   * {@code welcome}: the first that a connection of version 2 gets.
   *
   * @param userId the connected user
   * @param head the number of the user's last change that is not told on this connection
   * @param epoch drawn anew where numbers begin anew
   * @param maxContent code points in a message
   * @param recallSeconds how old a message may be that is recalled, 0 for none
   * @param receipts whether senders are told what is read
   * @param strangers whether the site bounds what strangers may send
   * @param maxFile bytes of a file, 0 where messages carry none
   */
  record Welcome(
      long userId,
      long head,
      String epoch,
      int maxContent,
      int recallSeconds,
      boolean receipts,
      boolean strangers,
      long maxFile)
      implements Response {}

  /**
   * {@code message}: one from or to the connected user.
   *
   * @param change the number of this change for the connected user
   * @param with the other one
   * @param message as its recipient gets it
   * @param time when it came
   * @param unread how many messages of the sender the recipient has not read then; null for the
   *     sender
   * @param clientMessageId the sender's name for it; null for the recipient, and for none
   * @param title of a message of the system, null for none
   * @param url its link, null for none
   */
  record MessageAdded(
      long change,
      long with,
      Incoming message,
      Instant time,
      @Nullable Long unread,
      @Nullable String clientMessageId,
      @Nullable String title,
      @Nullable String url)
      implements Response {}

  /**
   * {@code read}: the connected user has read messages of another, or the other way round.
   *
   * @param change the number of this change for the connected user
   * @param with the other one
   * @param by who has read
   * @param upTo up to which message all are read, 0 for none
   * @param unread how many the connected user has not read now; null where the other one has read
   */
  record MessagesRead(long change, long with, long by, long upTo, @Nullable Long unread)
      implements Response {}

  /**
   * {@code recall}: a message from or to the connected user was recalled.
   *
   * @param change the number of this change for the connected user
   * @param with the other one
   * @param messageId which
   * @param unread how many messages of the sender the recipient has not read now; null for the
   *     sender
   */
  record MessageRecalled(long change, long with, long messageId, @Nullable Long unread)
      implements Response {}

  /**
   * {@code settings}: the connected user has set what a conversation is to him.
   *
   * @param change the number of this change for the connected user
   * @param with the other one
   * @param settings all that is set now
   */
  record ConversationSet(long change, long with, Settings settings) implements Response {}

  /** {@code typing}: another is writing to the connected user. */
  record Typing(long from) implements Response {}

  /** {@code behind}: there are changes that are not told; the client is to ask for them. */
  record Behind() implements Response {}
}
