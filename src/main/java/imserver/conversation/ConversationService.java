package imserver.conversation;

import imserver.config.Config;
import imserver.config.Config.Switch;
import imserver.conversation.ConversationListPage.Bookmark;
import imserver.database.StorageException;
import imserver.database.StorageExceptionTranslator;
import imserver.directory.Profiles;
import imserver.directory.UserDirectory;
import imserver.directory.UserProfile;
import imserver.message.Conversation;
import imserver.message.ConversationSettings;
import imserver.packet.Response.ConversationState;
import imserver.packet.Response.LastMessage;
import imserver.packet.Response.Settings;
import jakarta.ejb.Stateless;
import jakarta.inject.Inject;
import jakarta.interceptor.Interceptors;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The list of a user's conversations, their histories, and what is unread. Nothing here marks a
 * message as read, and a user is shown only what was sent by or to that user.
 *
 * <p>Every method throws {@link StorageException} where the database does not answer.
 */
@Stateless
@Interceptors(StorageExceptionTranslator.class)
public class ConversationService {

  /** How many conversations may get new messages while a user reads the list. */
  static final int MAX_MOVED = 1000;

  /** In a page of changes, or a little more: what is sent at once. */
  private static final int MAX_CHARACTERS = 65_536;

  /** So many of its last messages are read together. */
  private static final int AT_A_TIME = 16;

  @Inject private ConversationRepository conversations;
  @Inject private UserDirectory directory;
  @Inject private Config config;

  /** For the container, which injects the rest. */
  public ConversationService() {}

  ConversationService(
      ConversationRepository conversations, UserDirectory directory, Config config) {
    this.conversations = conversations;
    this.directory = directory;
    this.config = config;
  }

  /** A conversation, and the id of the message by which it is sorted in the list. */
  private record ListEntry(Conversation conversation, long messageId) {

    @Override
    public boolean equals(Object other) {
      return other instanceof ListEntry entry && entry.messageId == messageId;
    }

    @Override
    public int hashCode() {
      return Long.hashCode(messageId);
    }
  }

  /**
   * A part of the list of conversations.
   *
   * @param bookmark of the part before, null for the first
   * @return empty where more than {@link #MAX_MOVED} conversations have got new messages since the
   *     beginning, so that the list has to be read again from there
   */
  public Optional<ConversationListPage> list(long user, @Nullable Bookmark bookmark, int limit) {
    return bookmark == null ? Optional.of(firstPart(user, limit)) : nextPart(user, bookmark, limit);
  }

  private ConversationListPage firstPart(long user, int limit) {
    long asOf = conversations.lastId(user); // first: what is read after that has all up to it
    List<ListEntry> entries =
        conversations.newest(user, 0, Long.MAX_VALUE, limit + 1).stream()
            .map(each -> asItStands(user, each))
            .toList();
    List<Long> shown =
        entries.stream()
            .limit(limit)
            .filter(entry -> entry.messageId() > asOf)
            .map(entry -> entry.conversation().otherThan(user))
            .toList();
    return page(user, entries, limit, before -> new Bookmark(asOf, before, shown));
  }

  private Optional<ConversationListPage> nextPart(long user, Bookmark bookmark, int limit) {
    long below = Math.min(bookmark.before(), bookmark.asOf() + 1);
    List<Conversation> unmoved = conversations.newest(user, 0, below, limit + 1);
    // after that: what moves in between is then found twice, and not missed
    List<Conversation> moved =
        conversations.newest(user, bookmark.asOf(), Long.MAX_VALUE, MAX_MOVED + 1);
    if (moved.size() > MAX_MOVED) {
      return Optional.empty();
    }
    List<ListEntry> entries =
        Stream.concat(
                unmoved.stream().map(each -> asItStands(user, each)),
                asTheyStood(user, moved, bookmark))
            .distinct()
            .sorted(Comparator.comparingLong(ListEntry::messageId).reversed())
            .limit(limit + 1L)
            .toList();
    return Optional.of(
        page(
            user,
            entries,
            limit,
            before -> new Bookmark(bookmark.asOf(), before, bookmark.shown())));
  }

  private static ListEntry asItStands(long user, Conversation conversation) {
    return new ListEntry(conversation, conversation.lastOf(user));
  }

  /** Those that are still to be shown, each sorted as it was when the reading began. */
  private Stream<ListEntry> asTheyStood(long user, List<Conversation> moved, Bookmark bookmark) {
    Map<Long, Conversation> byOther =
        moved.stream()
            .filter(conversation -> !bookmark.shown().contains(conversation.otherThan(user)))
            .collect(Collectors.toMap(each -> each.otherThan(user), Function.identity()));
    return conversations.lastUpTo(bookmark.asOf(), user, byOther.keySet()).entrySet().stream()
        .filter(last -> last.getValue() < bookmark.before())
        .flatMap(
            last ->
                Stream.ofNullable(byOther.get(last.getKey()))
                    .map(conversation -> new ListEntry(conversation, last.getValue())));
  }

  /** The first {@code limit} of the entries; if there is one more, there is a next part. */
  private ConversationListPage page(
      long user, List<ListEntry> entries, int limit, Function<Long, Bookmark> next) {
    List<Conversation> shown = entries.stream().limit(limit).map(ListEntry::conversation).toList();
    Bookmark bookmark =
        entries.size() > limit ? next.apply(entries.get(limit - 1).messageId()) : null;
    return new ConversationListPage(summaries(user, shown), bookmark);
  }

  /** Without receipts a sender does not learn whether a message is read. */
  private StoredMessage asSeenBy(long user, StoredMessage message) {
    boolean told = config.rules().receipts() == Switch.ON || message.recipientId() == user;
    return told ? message : message.asUnread();
  }

  private MessagePage page(long user, Stream<StoredMessage> messages, boolean more) {
    return new MessagePage(messages.map(each -> asSeenBy(user, each)).toList(), more);
  }

  private List<ConversationSummary> summaries(long user, List<Conversation> shown) {
    Map<Long, StoredMessage> last =
        conversations.messages(shown.stream().map(each -> each.lastOf(user)).toList());
    Profiles profiles =
        directory.profiles(
            shown.stream().map(each -> each.otherThan(user)).collect(Collectors.toSet()));
    List<ConversationSummary> summaries = new ArrayList<>(shown.size());
    for (Conversation each : shown) {
      StoredMessage message = last.get(each.lastOf(user));
      if (message != null) { // null where an operator has deleted it
        UserProfile other = profiles.of(each.otherThan(user));
        summaries.add(
            new ConversationSummary(
                other,
                asSeenBy(user, message),
                each.unreadOf(user),
                each.isOfStrangerTo(user),
                each.settingsOf(user)));
      }
    }
    return summaries;
  }

  /**
   * The conversations that have changed for a user since a number, the lowest changes first. What
   * changes while this is read may be shown or not, and comes again: nothing above the head that
   * was read before counts as told. A conversation that has moved above that head must be shown all
   * the same, since what it was before is not told by what has moved it.
   *
   * @param limit the most conversations; fewer where their last messages are long
   * @return empty where the number is above the user's last change
   */
  public Optional<ConversationChanges> changesSince(long user, long since, int limit) {
    long head = conversations.head(user); // first: what is read after that has all up to it
    if (since > head) {
      return Optional.empty();
    }
    List<Conversation> found = conversations.changedSince(user, since, limit + 1);
    List<ConversationState> states = new ArrayList<>();
    int characters = 0;
    int most = Math.min(limit, found.size());
    while (states.size() < most && characters <= MAX_CHARACTERS) {
      int from = states.size();
      states.addAll(states(user, found.subList(from, Math.min(from + AT_A_TIME, most))));
      characters +=
          states.subList(from, states.size()).stream()
              .mapToInt(ConversationState::characters)
              .sum();
    }
    boolean more = states.size() < found.size();
    long next = more ? Math.min(states.get(states.size() - 1).change(), head) : head;
    return Optional.of(new ConversationChanges(states, next, more, head));
  }

  private List<ConversationState> states(long user, List<Conversation> some) {
    Map<Long, StoredMessage> last =
        conversations.messages(some.stream().map(each -> each.lastOf(user)).toList());
    Profiles profiles = directory.profiles(acquaintances(user, some));
    return some.stream()
        .map(
            each ->
                state(user, each, profiles.of(each.otherThan(user)), last.get(each.lastOf(user))))
        .toList();
  }

  private ConversationState state(
      long user,
      Conversation conversation,
      UserProfile other,
      @Nullable StoredMessage last) { // null where there is none, or an operator has deleted it
    boolean told =
        config.rules().receipts() == Switch.ON && other.userId() != 0 && other.userId() != user;
    return new ConversationState(
        other.userId(),
        other.displayName(),
        other.headUrl(),
        last == null ? null : lastMessage(last),
        conversation.unreadOf(user),
        conversation.readUpToOf(user),
        told ? conversation.readUpToOf(other.userId()) : null,
        conversation.isOfStrangerTo(user),
        settings(conversation.settingsOf(user)),
        conversation.changedOf(user));
  }

  private static Settings settings(ConversationSettings set) {
    return new Settings(set.blocked(), set.muted(), set.pinned(), set.hidden());
  }

  private static LastMessage lastMessage(StoredMessage message) {
    return new LastMessage(
        message.id(),
        message.senderId(),
        message.recipientId(),
        message.content(),
        message.createdAt().toInstant(),
        message.timestamp(),
        message.title(),
        message.url(),
        message.files());
  }

  /** A numbered part of the list, without the system. Rows before it are read too. */
  public List<ConversationSummary> withUsers(long user, int skipped, int limit) {
    List<Conversation> found =
        conversations.newest(user, 0, Long.MAX_VALUE, skipped + limit + 1).stream()
            .filter(each -> each.otherThan(user) != 0)
            .skip(skipped)
            .limit(limit)
            .toList();
    return summaries(user, found);
  }

  /**
   * The profile of the other user of a conversation; only the id where the two have none, so that a
   * user cannot read the names of all others by counting up ids.
   */
  public UserProfile otherOf(long user, long other) {
    return (acquainted(user, other) ? directory.profiles(Set.of(other)) : Profiles.NONE).of(other);
  }

  /** The others of whom the user sees a message: nobody learns a name by blocking. */
  private static Set<Long> acquaintances(long user, List<Conversation> some) {
    return some.stream()
        .filter(each -> each.lastOf(user) > 0)
        .map(each -> each.otherThan(user))
        .collect(Collectors.toSet());
  }

  /** Whether a user sees a message from or to another, or is the same. */
  public boolean acquainted(long user, long other) {
    return user == other
        || conversations.find(user, other).filter(each -> each.lastOf(user) > 0).isPresent();
  }

  /**
   * The users whom one has blocked, ascending by id; with their names where there is a conversation
   * with them.
   *
   * @param aboveId only those with higher ids
   */
  public List<UserProfile> blocked(long user, long aboveId, int limit) {
    List<Conversation> blocked = conversations.blockedBy(user, aboveId, limit);
    Profiles profiles = directory.profiles(acquaintances(user, blocked));
    return blocked.stream().map(each -> profiles.of(each.otherThan(user))).toList();
  }

  /** A numbered part of a conversation, newest first. Rows before it are read too. */
  public MessagePage messagesFromNewest(long user, long other, int skipped, int limit) {
    long below = end(user, other, false);
    int most = skipped + limit;
    List<Long> ids = // only ids, since a hundred pages of texts would fill the memory
        directions(user, other)
            .flatMap(
                pair -> conversations.newestIds(pair.get(0), pair.get(1), below, most + 1).stream())
            .sorted(Comparator.reverseOrder())
            .toList();
    List<Long> page = ids.stream().limit(most).skip(skipped).toList();
    Map<Long, StoredMessage> messages = conversations.messages(page);
    return page(user, page.stream().map(messages::get).filter(Objects::nonNull), ids.size() > most);
  }

  /**
   * The messages of a conversation before {@code beforeId}, newest first.
   *
   * @param recalls whether the entries of recalls are wanted too
   */
  public MessagePage messagesBefore(
      long user, long other, long beforeId, int limit, boolean recalls) {
    long below = Math.min(beforeId, end(user, other, recalls));
    Stream<StoredMessage> messages =
        directions(user, other)
            .flatMap(
                pair ->
                    conversations.newestOf(pair.get(0), pair.get(1), 0, below, limit + 1).stream());
    List<StoredMessage> newest =
        (recalls
                ? Stream.concat(
                    messages,
                    conversations.newestRecalls(user, other, 0, below, limit + 1).stream())
                : messages)
            .sorted(Comparator.comparingLong(StoredMessage::id).reversed())
            .toList();
    return page(user, newest.stream().limit(limit), newest.size() > limit);
  }

  /**
   * The messages that follow {@code afterId} directly, newest first; as {@link #messagesBefore}.
   */
  public MessagePage messagesAfter(
      long user, long other, long afterId, int limit, boolean recalls) {
    long below = end(user, other, recalls);
    Stream<StoredMessage> messages =
        directions(user, other)
            .flatMap(
                pair ->
                    conversations
                        .oldestOf(pair.get(0), pair.get(1), afterId, below, limit + 1)
                        .stream());
    List<StoredMessage> oldest =
        (recalls
                ? Stream.concat(
                    messages,
                    conversations.oldestRecalls(user, other, afterId, below, limit + 1).stream())
                : messages)
            .sorted(Comparator.comparingLong(StoredMessage::id))
            .toList();
    return page(
        user,
        oldest.stream().limit(limit).sorted(Comparator.comparingLong(StoredMessage::id).reversed()),
        oldest.size() > limit);
  }

  /**
   * The first id after all messages of a conversation. The two directions are read one after the
   * other, with a bound that is read before: otherwise a new message of the second direction could
   * be shown, and a lower one of the first, which came meanwhile, be missing.
   */
  private long end(long user, long other, boolean recalls) {
    long last =
        conversations.lastUpTo(Long.MAX_VALUE, user, List.of(other)).getOrDefault(other, 0L);
    long lastRecall =
        recalls
            ? conversations.newestRecalls(user, other, last, Long.MAX_VALUE, 1).stream()
                .mapToLong(StoredMessage::id)
                .findFirst()
                .orElse(last)
            : last;
    return Math.max(last, lastRecall) + 1;
  }

  /**
   * Sender and recipient in both directions; once where they are the same. And what of the user was
   * silenced, which the user alone sees.
   */
  static Stream<List<Long>> directions(long user, long other) {
    return user == other
        ? Stream.of(List.of(user, user))
        : Stream.of(List.of(user, other), List.of(user, -other), List.of(other, user)).distinct();
  }

  /** How many messages the user has not read. */
  public UnreadCount unread(long user) {
    return conversations.unread(user);
  }

  /** How many messages a stranger may send to a user; empty for as many as the site says. */
  public Optional<Integer> strangerQuota(long user) {
    return conversations.strangerQuota(user);
  }

  /** What of it is not to be told with the rest. */
  public UnreadApart unreadApart(long user) {
    return conversations.unread(user).total() == 0
        ? UnreadApart.NONE // which is so most often: nothing else has to be read
        : conversations.unreadApart(user);
  }

  /** How many messages of {@code sender} the user has not read. */
  public long unreadFrom(long sender, long user) {
    return conversations.find(sender, user).map(each -> each.unreadOf(user)).orElse(0L);
  }

  /** The ids of messages of {@code sender} that the user has not read, up to an id, ascending. */
  public List<Long> unreadIds(long sender, long user, long upToId, int limit) {
    return unreadIn(sender, user)
        .map(
            each ->
                conversations.unreadIds(
                    sender, user, each.readUpToOf(user), upToId, most(each.unreadOf(user), limit)))
        .orElse(List.of());
  }

  /** The newest unread messages of the system, newest first. */
  public List<StoredNotice> unreadNotices(long user, int limit) {
    return unreadIn(0, user)
        .map(
            each ->
                conversations.unreadNotices(
                    user, each.readUpToOf(user), most(each.unreadOf(user), limit)))
        .orElse(List.of());
  }

  /** The conversation, if it has messages that the user has not read. */
  private Optional<Conversation> unreadIn(long sender, long user) {
    return conversations.find(sender, user).filter(each -> each.unreadOf(user) > 0);
  }

  /** No query looks for more than there is. */
  private static int most(long unread, int limit) {
    return (int) Math.min(unread, limit);
  }
}
