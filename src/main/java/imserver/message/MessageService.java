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
import org.jspecify.annotations.Nullable;

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
    Map<Long, Earlier> earlier = earlier(known, refused);
    List<Outcome> outcomes = new ArrayList<>(drafts.size());
    for (Draft draft : drafts) {
      if (unknown.contains(draft.recipientId())) {
        outcomes.add(new Outcome.UnknownRecipient());
      } else if (refused.contains(draft.id())) {
        outcomes.add(outcome(draft, earlier.get(draft.id())));
      } else {
        outcomes.add(new Outcome.Stored(draft.id()));
      }
    }
    return outcomes;
  }

  /**
   * The messages that kept others from being added, by the ids of these.
   *
   * @throws UnansweredException if they could not be had; the rest may be stored by then
   */
  private Map<Long, Earlier> earlier(List<Draft> drafts, Set<Long> refused) {
    List<Draft> there = drafts.stream().filter(draft -> refused.contains(draft.id())).toList();
    try {
      return there.isEmpty() ? Map.of() : messages.earlier(there);
    } catch (RuntimeException e) {
      throw new UnansweredException(e);
    }
  }

  private static Outcome outcome(Draft draft, @Nullable Earlier earlier) {
    if (earlier == null) {
      throw new IllegalStateException("a message is neither added nor there");
    }
    long id = earlier.messageId();
    if (id == draft.id()) { // our earlier attempt
      return new Outcome.Stored(id);
    }
    return earlier.same() ? new Outcome.Duplicate(id) : new Outcome.Reused(id);
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
