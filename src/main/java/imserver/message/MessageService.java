package imserver.message;

import imserver.config.Config;
import imserver.config.Config.Blocked;
import imserver.config.Config.Recipients;
import imserver.config.Config.Switch;
import imserver.content.WordFilter;
import imserver.database.CommitUnknownException;
import imserver.database.StorageException;
import imserver.database.StorageExceptionTranslator;
import imserver.database.Vendor;
import imserver.directory.Profiles;
import imserver.directory.UserDirectory;
import imserver.file.Attachments;
import imserver.file.OwnedFile;
import imserver.moderation.ModerationStep;
import imserver.moderation.SuspensionChange;
import imserver.moderation.SuspensionScope;
import imserver.monitoring.Meters;
import imserver.monitoring.Meters.FailedCommit;
import imserver.monitoring.Traces;
import imserver.packet.AttachedText;
import imserver.packet.MessageFile;
import imserver.packet.Response.Incoming;
import imserver.webhook.Webhooks;
import jakarta.ejb.Stateless;
import jakarta.ejb.TransactionAttribute;
import jakarta.ejb.TransactionAttributeType;
import jakarta.inject.Inject;
import jakarta.interceptor.Interceptors;
import java.time.OffsetDateTime;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Stores and marks messages, by the {@link MessageStore} of the configured database and in its
 * transactions, and reads the unread ones.
 *
 * <p>Every method throws {@link StorageException} where the database does not do it, and has
 * changed nothing then; or {@link CommitUnknownException}, where it may have been done.
 */
@Stateless
@Interceptors(StorageExceptionTranslator.class)
public class MessageService {

  @Inject private MessageRepository messages;
  @Inject private PostgresMessageStore postgres;
  @Inject private MariaDbMessageStore mariaDb;
  @Inject private H2MessageStore h2;
  @Inject private UserDirectory directory;
  @Inject private Config config;
  @Inject private WordFilter words;
  @Inject private Attachments attachments;
  @Inject private Webhooks webhooks;

  /** For the container, which injects the rest. */
  public MessageService() {}

  /**
   * Stores what is new, all or nothing; an outcome for each message, in their order. All are taken
   * as created when the first was.
   */
  @TransactionAttribute(TransactionAttributeType.NOT_SUPPORTED)
  public List<Outcome> add(List<NewMessage> newMessages) {
    Set<Long> unknown = unknownRecipients(newMessages);
    List<NewMessage> known =
        newMessages.stream()
            .filter(newMessage -> !unknown.contains(newMessage.recipientId()))
            .toList();
    Queue<Outcome> added =
        new ArrayDeque<>(
            known.isEmpty() ? List.of() : write(store -> store.add(known, siteRules())));
    List<Outcome> outcomes = new ArrayList<>(newMessages.size());
    for (NewMessage newMessage : newMessages) {
      outcomes.add(
          unknown.contains(newMessage.recipientId())
              ? new Outcome.UnknownRecipient()
              : added.remove());
    }
    return words.hasMasked() || newMessages.stream().anyMatch(NewMessage::mayBeReplaced)
        ? withChangedRetries(newMessages, outcomes)
        : outcomes;
  }

  /**
   * A retry is one also where the words have changed since the message was stored, or the host
   * application has replaced its text, and now has not, or the reverse. The others are committed by
   * now, so that a failure must not be taken for a rollback.
   */
  private List<Outcome> withChangedRetries(List<NewMessage> newMessages, List<Outcome> outcomes) {
    List<Outcome> corrected = new ArrayList<>(outcomes);
    try {
      for (int i = 0; i < corrected.size(); i++) {
        if (corrected.get(i) instanceof Outcome.Reused) {
          corrected.set(i, retryOr(corrected.get(i), newMessages.get(i)));
        }
      }
    } catch (RuntimeException e) {
      throw new CommitUnknownException(e);
    }
    return corrected;
  }

  /** That it is a retry of what is stored, as far as can be seen, or what is given. */
  private Outcome retryOr(Outcome other, NewMessage newMessage) {
    Message stored = messages.find(newMessage.key());
    return stored != null && newMessage.isPerhaps(stored) && hasFilesOf(newMessage, stored)
        ? new Outcome.Duplicate(stored.id(), stored.createdAt())
        : other;
  }

  private boolean hasFilesOf(NewMessage newMessage, Message stored) {
    boolean isUnknown = // as of one that is refused for its files
        newMessage.attachments().isEmpty() && AttachedText.mayHaveFiles(newMessage.content());
    if (stored.isRecalled() || isUnknown) {
      return true;
    }
    List<MessageFile> files =
        attachments.ofMessages(List.of(stored.id())).getOrDefault(stored.id(), List.of());
    return newMessage
        .fileIds()
        .equals(files.stream().map(file -> file.attachment().fileId()).toList());
  }

  /**
   * Refuses messages for what they say; an outcome for each. What was stored already is a retry,
   * which is not refused.
   */
  public List<Outcome> refuse(List<NewMessage> newMessages) {
    return newMessages.stream()
        .map(newMessage -> retryOr(new Outcome.RefusedContent(), newMessage))
        .toList();
  }

  /** Those of some files that are complete, by their ids. */
  public Map<Long, OwnedFile> files(Collection<Long> fileIds) {
    return attachments.complete(fileIds);
  }

  /** Gives files other names, by their ids. */
  public void renameFiles(Map<Long, String> names) {
    attachments.rename(names);
  }

  private Set<Long> unknownRecipients(List<NewMessage> newMessages) {
    if (config.limits().recipients() == Recipients.ANY) {
      return Set.of();
    }
    Set<Long> recipients =
        newMessages.stream().map(NewMessage::recipientId).collect(Collectors.toSet());
    recipients.removeAll(directory.known(Set.copyOf(recipients)));
    return recipients;
  }

  /**
   * A fault of the program may come before the commit or after it: it must not be taken for a
   * rollback.
   */
  private <R> R write(Function<MessageStore, R> call) {
    long begin = System.nanoTime();
    try {
      R result = call.apply(store());
      webhooks.wake();
      return result;
    } catch (StorageException e) {
      Traces.failed(e);
      Meters.commitFailed(
          e instanceof CommitUnknownException ? FailedCommit.UNKNOWN : FailedCommit.ROLLED_BACK);
      throw e;
    } catch (RuntimeException e) {
      Traces.failed(e);
      Meters.commitFailed(FailedCommit.UNKNOWN);
      throw new CommitUnknownException(e);
    } finally {
      Meters.databaseWrite(System.nanoTime() - begin);
    }
  }

  private MessageStore store() {
    return switch (Vendor.of(config.storage())) {
      case POSTGRESQL -> postgres;
      case MARIADB -> mariaDb;
      case H2 -> h2;
    };
  }

  /** Does once what storing and marking takes, and rolls it back. */
  @TransactionAttribute(TransactionAttributeType.NOT_SUPPORTED)
  public void rehearse(List<NewMessage> newMessages) {
    store().rehearse(newMessages, siteRules());
  }

  /**
   * Marks messages as read, of each reader only what is addressed to that reader; other ids are
   * passed over.
   */
  @TransactionAttribute(TransactionAttributeType.NOT_SUPPORTED)
  public List<ReadMark> markRead(Map<Long, ? extends Collection<Long>> idsByReader) {
    boolean receipts = config.rules().receipts() == Switch.ON;
    return write(store -> store.markRead(idsByReader, receipts));
  }

  /**
   * Recalls a message.
   *
   * @param sender whose message it is to be
   * @param since it is only recalled if it came then or later
   * @param now when the recall came
   */
  @TransactionAttribute(TransactionAttributeType.NOT_SUPPORTED)
  public RecallOutcome recall(
      long sender, long messageId, OffsetDateTime since, OffsetDateTime now) {
    return write(store -> store.recall(sender, messageId, since, now));
  }

  /** Has a moderator remove a message, whoever has sent it and whenever. */
  @TransactionAttribute(TransactionAttributeType.NOT_SUPPORTED)
  public RecallOutcome remove(long messageId, ModerationStep step) {
    return write(store -> store.remove(messageId, step));
  }

  /** Suspends a user until a time. */
  @TransactionAttribute(TransactionAttributeType.NOT_SUPPORTED)
  public SuspensionChange suspend(
      long user, SuspensionScope scope, OffsetDateTime until, ModerationStep step) {
    return write(store -> store.suspend(user, scope, until, step));
  }

  /** Ends a suspension before its time; empty where there is none. */
  @TransactionAttribute(TransactionAttributeType.NOT_SUPPORTED)
  public Optional<SuspensionChange> endSuspension(long user, ModerationStep step) {
    return write(store -> store.endSuspension(user, step));
  }

  /** Has a user set what his conversation with another is to him. */
  @TransactionAttribute(TransactionAttributeType.NOT_SUPPORTED)
  public SettingsOutcome set(long user, long other, SettingsChange change) {
    return write(store -> store.set(user, other, change));
  }

  /** Sets how many messages a stranger may send to a user; null for as many as the site allows. */
  @TransactionAttribute(TransactionAttributeType.NOT_SUPPORTED)
  public void setStrangerQuota(long user, @Nullable Integer quota) {
    write(
        store -> {
          store.setStrangerQuota(user, quota);
          return true;
        });
  }

  private SiteRules siteRules() {
    Config.Rules rules = config.rules();
    return new SiteRules(
        rules.strangers().quota(),
        rules.newRecipients() == 0 ? SiteRules.NO_BOUND : rules.newRecipients(),
        rules.blocked() == Blocked.SILENT);
  }

  /** Counts a user's unread messages one by one and corrects what differs. */
  @TransactionAttribute(TransactionAttributeType.NOT_SUPPORTED)
  public Recount recount(long user) {
    return write(store -> store.recount(user));
  }

  /** The oldest unread messages of a user above {@code afterId}, at most {@code limit}. */
  public List<Incoming> unread(long userId, long afterId, int limit) {
    return withNames(messages.unread(userId, afterId, limit));
  }

  /**
   * The oldest messages to users above an id, read or not, at most {@code limit} for all together.
   *
   * @param afterByUser above which id, for each user; at least one
   */
  public List<Incoming> receivedAfter(Map<Long, Long> afterByUser, int limit) {
    return withNames(messages.receivedAfter(afterByUser, limit));
  }

  private List<Incoming> withNames(List<ReceivedMessage> received) {
    Set<Long> senders =
        received.stream().map(ReceivedMessage::senderId).collect(Collectors.toSet());
    Profiles profiles = directory.profiles(senders);
    Map<Long, List<MessageFile>> files =
        attachments.of(received, ReceivedMessage::id, ReceivedMessage::content);
    return received.stream()
        .map(
            message ->
                message.from(
                    profiles.of(message.senderId()), files.getOrDefault(message.id(), List.of())))
        .toList();
  }

  /** The numbers of the last changes of users, at least one; of those who have any. */
  public Map<Long, Long> heads(Collection<Long> userIds) {
    return messages.heads(userIds);
  }

  /** How far the changes and messages of a user have come. */
  public UserPosition position(long userId) {
    return messages.position(userId);
  }

  /** Drawn anew where the numbers of changes begin anew; at most 36 characters. */
  public String epoch() {
    return messages.epoch();
  }

  /** Whether a user is blocked by another. */
  public boolean isBlocked(long user, long by) {
    return messages.isBlocked(user, by);
  }

  /** Returns if the database answers. */
  public void ping() {
    messages.ping();
  }
}
