package imserver.message;

import imserver.cluster.Change;
import imserver.cluster.Change.MessageStored;
import imserver.cluster.Change.MessagesRead;
import imserver.cluster.Cluster;
import imserver.directory.Profiles;
import imserver.directory.UserDirectory;
import imserver.packet.Response.Incoming;
import imserver.session.SessionRegistry;
import java.lang.System.Logger.Level;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

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

  /** Whether other servers store as well: then changes are told, not messages alone. */
  boolean isShared() {
    return cluster.isShared();
  }

  /** Of some changes it is not known whether they were committed. */
  void doubt() {
    cluster.doubt();
  }

  /** This server has committed changes: its users and the other servers are told. */
  void committed(List<Change> changes) {
    apply(changes);
    cluster.publish(changes);
  }

  /** Changes were committed, here or by another server, for each user in this order. */
  void apply(List<Change> changes) {
    Profiles senders = profiles(sendersToUsersHere(changes));
    for (Change change : changes) {
      if (change instanceof MessageStored message) {
        if (message.senderId() != message.recipientId()) { // else it is one change, with a message
          registry.change(message.senderId(), message.senderChange(), null);
        }
        apply(message, senders);
      } else if (change instanceof MessagesRead read) {
        registry.change(read.senderId(), read.senderChange(), null);
        registry.change(read.readerId(), read.readerChange(), null);
      }
    }
  }

  private Set<Long> sendersToUsersHere(List<Change> changes) {
    Set<Long> senders = new HashSet<>();
    for (Change change : changes) {
      if (change instanceof MessageStored message && registry.isConnected(message.recipientId())) {
        senders.add(message.senderId());
      }
    }
    return senders;
  }

  private void apply(MessageStored message, Profiles senders) {
    String content = message.content();
    if (content == null) {
      registry.unreadableChange(message.recipientId(), message.recipientChange());
    } else if (registry.isConnected(message.recipientId())) {
      UnreadMessage unread =
          new UnreadMessage(
              message.messageId(),
              message.senderId(),
              message.recipientId(),
              content,
              message.timestamp());
      registry.change(
          message.recipientId(),
          message.recipientChange(),
          unread.from(senders.of(message.senderId())));
    }
  }

  /** Delivers messages, to each recipient in the order in which they are given. */
  void deliver(List<UnreadMessage> messages) {
    Profiles senders =
        profiles(messages.stream().map(UnreadMessage::senderId).collect(Collectors.toSet()));
    Map<Long, List<Incoming>> byRecipient = new LinkedHashMap<>();
    for (UnreadMessage message : messages) {
      byRecipient
          .computeIfAbsent(message.recipientId(), recipient -> new ArrayList<>())
          .add(message.from(senders.of(message.senderId())));
    }
    byRecipient.forEach(registry::deliver);
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
