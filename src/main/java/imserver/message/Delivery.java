package imserver.message;

import imserver.cluster.Change;
import imserver.cluster.Change.MessageStored;
import imserver.cluster.Change.MessagesRead;
import imserver.cluster.Change.ProfileChanged;
import imserver.cluster.Cluster;
import imserver.database.CommitUnknownException;
import imserver.database.StorageException;
import imserver.directory.Profiles;
import imserver.directory.UserDirectory;
import imserver.session.SessionRegistry;
import imserver.session.UserChange;
import java.lang.System.Logger.Level;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Hands stored messages to the connections of their recipients, with their senders' names, and
 * tells the other servers of what was committed here.
 */
final class Delivery {

  private static final System.Logger LOG = System.getLogger(Delivery.class.getName());

  private final UserDirectory directory;
  private final SessionRegistry registry;
  private final Cluster cluster;

  Delivery(UserDirectory directory, SessionRegistry registry, Cluster cluster) {
    this.directory = directory;
    this.registry = registry;
    this.cluster = cluster;
  }

  /** A transaction failed: it may be committed all the same, unless the database says otherwise. */
  void doubtUnlessRolledBack(RuntimeException failure) {
    boolean rolledBack =
        failure instanceof StorageException && !(failure instanceof CommitUnknownException);
    if (!rolledBack) {
      cluster.doubt();
    }
  }

  /** This server has committed changes: its users and the other servers are told. */
  void committed(List<? extends Change> changes) {
    try {
      apply(changes);
    } catch (RuntimeException | Error e) {
      cluster.doubt(); // this server's users get them all the same
      throw e;
    } finally {
      cluster.publish(changes);
    }
  }

  /** Changes were committed, here or by another server: the users who are connected are told. */
  void apply(List<? extends Change> changes) {
    Profiles senders = profiles(sendersToUsersHere(changes));
    Map<Long, List<UserChange>> byUser = new LinkedHashMap<>();
    for (Change change : changes) {
      if (change instanceof MessageStored message) {
        if (message.senderId() != message.recipientId()) { // else it is one change, with a message
          addSilent(byUser, message.senderId(), message.senderChange());
        }
        if (registry.isConnected(message.recipientId())) {
          add(byUser, message.recipientId(), toRecipient(message, senders));
        }
      } else if (change instanceof MessagesRead read) {
        addSilent(byUser, read.senderId(), read.senderChange());
        addSilent(byUser, read.readerId(), read.readerChange());
      } else if (change instanceof ProfileChanged profile) {
        directory.forget(profile.userId());
      }
    }
    byUser.forEach(registry::change);
  }

  private void addSilent(Map<Long, List<UserChange>> byUser, long userId, long number) {
    if (registry.isConnected(userId)) {
      add(byUser, userId, UserChange.silent(number));
    }
  }

  private static void add(Map<Long, List<UserChange>> byUser, long userId, UserChange change) {
    byUser.computeIfAbsent(userId, user -> new ArrayList<>()).add(change);
  }

  private Set<Long> sendersToUsersHere(List<? extends Change> changes) {
    Set<Long> senders = new HashSet<>();
    for (Change change : changes) {
      if (change instanceof MessageStored message && registry.isConnected(message.recipientId())) {
        senders.add(message.senderId());
      }
    }
    return senders;
  }

  private static UserChange toRecipient(MessageStored message, Profiles senders) {
    String content = message.content();
    if (content == null) {
      return UserChange.toBeRead(message.recipientChange());
    }
    ReceivedMessage unread =
        new ReceivedMessage(
            message.messageId(),
            message.senderId(),
            message.recipientId(),
            content,
            message.timestamp());
    return UserChange.of(message.recipientChange(), unread.from(senders.of(message.senderId())));
  }

  /**
   * Without names where the directory does not answer: what is stored is delivered all the same.
   */
  private Profiles profiles(Set<Long> userIds) {
    try {
      return directory.profiles(userIds);
    } catch (RuntimeException e) {
      LOG.log(Level.WARNING, "delivering without names: {0}", e.getMessage());
      return Profiles.NONE;
    }
  }
}
