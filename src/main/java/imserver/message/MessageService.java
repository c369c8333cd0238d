package imserver.message;

import imserver.config.Config;
import imserver.config.Config.Recipients;
import imserver.database.StorageException;
import imserver.database.StorageFailures;
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
 * What can be done with messages: each call is one transaction, committed when it returns.
 *
 * <p>Every method throws {@link StorageException} where the database does not do it, and has
 * changed nothing then (or, where the connection broke during the commit, perhaps everything).
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

  /** Stores what is new, all or nothing; an outcome for each draft, in their order. */
  public List<Outcome> store(List<Draft> drafts) {
    Set<Long> unknown = unknownRecipients(drafts);
    Map<DedupeKey, Long> stored = messages.idsOf(drafts.stream().map(Draft::key).toList());
    List<Outcome> outcomes = new ArrayList<>(drafts.size());
    Tally tally = new Tally();
    for (Draft draft : drafts) {
      outcomes.add(
          unknown.contains(draft.recipientId())
              ? new Outcome.UnknownRecipient()
              : storeOnce(draft, stored, tally));
    }
    messages.flush();
    messages.apply(tally);
    return outcomes;
  }

  private Outcome storeOnce(Draft draft, Map<DedupeKey, Long> stored, Tally tally) {
    Long id = stored.putIfAbsent(draft.key(), draft.id());
    if (id == null) {
      messages.add(draft);
      tally.stored(draft);
      return new Outcome.Stored(draft.id());
    }
    boolean ourEarlierAttempt = id == draft.id();
    return ourEarlierAttempt ? new Outcome.Stored(id) : new Outcome.Duplicate(id);
  }

  private Set<Long> unknownRecipients(List<Draft> drafts) {
    if (config.limits().recipients() == Recipients.ANY) {
      return Set.of();
    }
    Set<Long> recipients = drafts.stream().map(Draft::recipientId).collect(Collectors.toSet());
    recipients.removeAll(directory.find(Set.copyOf(recipients)).keySet());
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
