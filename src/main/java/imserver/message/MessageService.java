package imserver.message;

import imserver.config.Config;
import imserver.config.Config.Recipients;
import imserver.database.StorageException;
import imserver.database.StorageFailures;
import imserver.database.UnansweredException;
import imserver.directory.UserDirectory;
import imserver.directory.UserProfile;
import imserver.packet.Response.Incoming;
import jakarta.ejb.Stateless;
import jakarta.inject.Inject;
import jakarta.interceptor.Interceptors;
import java.time.Clock;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * What can be done with messages: each call is one transaction, committed when it returns. On
 * PostgreSQL {@link #store} adds in one of its own.
 *
 * <p>Every method throws {@link StorageException} where the database does not do it, and has
 * changed nothing then; with {@link UnansweredException}, or any other exception of the commit,
 * perhaps everything.
 */
@Stateless
@Interceptors(StorageFailures.class)
public class MessageService {

  @Inject private MessageRepository messages;
  @Inject private UserDirectory directory;
  @Inject private Config config;
  @Inject private Clock clock;

  /** For the container, which injects the rest. */
  public MessageService() {}

  /**
   * The last id of a block of {@value MessageRepository#ID_BLOCK} message ids that nobody else
   * gets.
   */
  public long nextIdBlock() {
    return messages.nextIdBlock();
  }

  /**
   * Stores what is new, all or nothing; an outcome for each draft, in their order. All are taken as
   * created when the first was.
   */
  public List<Outcome> store(List<Draft> drafts) {
    Set<Long> unknown = unknownRecipients(drafts);
    List<Draft> known =
        drafts.stream().filter(draft -> !unknown.contains(draft.recipientId())).toList();
    Set<Long> refused = known.isEmpty() ? Set.of() : messages.add(known);
    Map<DedupeKey, Long> stored = idsOf(known, refused);
    List<Outcome> outcomes = new ArrayList<>(drafts.size());
    for (Draft draft : drafts) {
      if (unknown.contains(draft.recipientId())) {
        outcomes.add(new Outcome.UnknownRecipient());
      } else if (refused.contains(draft.id())) {
        outcomes.add(earlier(draft, stored));
      } else {
        outcomes.add(new Outcome.Stored(draft.id()));
      }
    }
    return outcomes;
  }

  /**
   * The ids of the messages that kept others from being added.
   *
   * @throws UnansweredException if they could not be had; the rest may be stored by then
   */
  private Map<DedupeKey, Long> idsOf(List<Draft> drafts, Set<Long> refused) {
    List<DedupeKey> keys =
        drafts.stream()
            .filter(draft -> refused.contains(draft.id()))
            .map(Draft::key)
            .distinct()
            .toList();
    try {
      return keys.isEmpty() ? Map.of() : messages.idsOf(keys);
    } catch (RuntimeException e) {
      throw new UnansweredException(e);
    }
  }

  private static Outcome earlier(Draft draft, Map<DedupeKey, Long> stored) {
    Long id = stored.get(draft.key());
    if (id == null) {
      throw new IllegalStateException("a message is neither added nor there");
    }
    boolean ourEarlierAttempt = id == draft.id();
    return ourEarlierAttempt ? new Outcome.Stored(id) : new Outcome.Duplicate(id);
  }

  private Set<Long> unknownRecipients(List<Draft> drafts) {
    if (config.limits().recipients() == Recipients.ANY) {
      return Set.of();
    }
    Set<Long> recipients = drafts.stream().map(Draft::recipientId).collect(Collectors.toSet());
    recipients.removeAll(directory.known(Set.copyOf(recipients)));
    return recipients;
  }

  /**
   * Marks messages as read, of each user only what is addressed to that user; ids that are not are
   * passed over.
   */
  public void markRead(Map<Long, ? extends Collection<Long>> idsByReader) {
    OffsetDateTime now = OffsetDateTime.now(clock);
    Tally tally = new Tally();
    idsByReader.forEach(
        (reader, ids) ->
            messages
                .markRead(reader, ids, now)
                .forEach((sender, count) -> tally.read(sender, reader, count)));
    messages.apply(tally);
  }

  /** The oldest unread messages of a user above {@code afterId}, at most {@code limit}. */
  public List<Incoming> unread(long userId, long afterId, int limit) {
    List<UnreadMessage> page = messages.unread(userId, afterId, limit);
    Set<Long> senders = page.stream().map(UnreadMessage::senderId).collect(Collectors.toSet());
    Map<Long, UserProfile> profiles = directory.find(senders);
    return page.stream()
        .map(
            message ->
                message.from(
                    profiles.getOrDefault(
                        message.senderId(), UserProfile.unknown(message.senderId()))))
        .toList();
  }

  /** Those of {@code ids} that are stored. */
  public Set<Long> existing(Set<Long> ids) {
    return messages.existing(ids);
  }

  /** Returns if the database answers. */
  public void ping() {
    messages.ping();
  }
}
