package imserver.message;

import imserver.cluster.Change;
import imserver.cluster.Change.ConversationSet;
import imserver.cluster.Change.MessageRecalled;
import imserver.cluster.Change.MessageStored;
import imserver.cluster.Change.MessagesRead;
import imserver.cluster.Change.ProfileChanged;
import imserver.cluster.Change.Typing;
import imserver.cluster.Change.Untold;
import imserver.cluster.Cluster;
import imserver.database.CommitUnknownException;
import imserver.database.StorageException;
import imserver.directory.Profiles;
import imserver.directory.UserDirectory;
import imserver.packet.Attachment;
import imserver.packet.MessageFile;
import imserver.packet.Response;
import imserver.packet.Response.Incoming;
import imserver.packet.Response.MessageAdded;
import imserver.packet.Response.Settings;
import imserver.session.SessionRegistry;
import imserver.session.UserChange;
import java.lang.System.Logger.Level;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Hands stored messages to the connections of their recipients, with their senders' names, and
 * tells the other servers of what was committed here.
 */
final class Delivery {

  private static final System.Logger LOG = System.getLogger(Delivery.class.getName());

  private final UserDirectory directory;
  private final SessionRegistry registry;
  private final Cluster cluster;
  private final Function<List<Attachment>, List<MessageFile>> links;

  /** For changes that are no new messages. */
  Delivery(UserDirectory directory, SessionRegistry registry, Cluster cluster) {
    this(
        directory,
        registry,
        cluster,
        files -> {
          throw new IllegalStateException("a message with files");
        });
  }

  /**
   * Delivers to the connections of a registry.
   *
   * @param links gives files their addresses
   */
  Delivery(
      UserDirectory directory,
      SessionRegistry registry,
      Cluster cluster,
      Function<List<Attachment>, List<MessageFile>> links) {
    this.directory = directory;
    this.registry = registry;
    this.cluster = cluster;
    this.links = links;
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

  /** Nothing was committed: it may be lost on the way. */
  void pass(Typing typing) {
    apply(List.of(typing));
    cluster.publish(List.of(typing));
  }

  /** Changes were committed, here or by another server: the users who are connected are told. */
  void apply(List<? extends Change> changes) {
    Profiles senders = profiles(sendersToShow(changes));
    Map<Long, List<UserChange>> byUser = new LinkedHashMap<>();
    for (Change change : changes) {
      if (change instanceof MessageStored message) {
        if (message.senderId() != message.recipientId() // else it is one change, with a message
            && registry.isConnected(message.senderId())) {
          add(byUser, message.senderId(), toSender(message, senders));
        }
        if (message.recipientChange() > 0 && registry.isConnected(message.recipientId())) {
          add(byUser, message.recipientId(), toRecipient(message, senders));
        }
      } else if (change instanceof MessagesRead read) {
        apply(read, byUser);
      } else if (change instanceof MessageRecalled recalled) {
        apply(recalled, byUser);
      } else if (change instanceof ConversationSet set) {
        apply(set, byUser);
      } else if (change instanceof Untold untold) {
        if (registry.isConnected(untold.userId())) {
          add(byUser, untold.userId(), UserChange.toBeRead(untold.change()));
        }
      } else if (change instanceof Typing typing) {
        registry.tellIfNoneWaits(typing.toId(), new Response.Typing(typing.fromId()));
      } else if (change instanceof ProfileChanged profile) {
        directory.forget(profile.userId());
      }
    }
    byUser.forEach(registry::change);
  }

  private void apply(MessagesRead read, Map<Long, List<UserChange>> byUser) {
    long reader = read.readerId();
    long sender = read.senderId();
    if (registry.isConnected(reader)) {
      Response event =
          new Response.MessagesRead(
              read.readerChange(), sender, reader, read.readUpTo(), read.unread());
      add(byUser, reader, UserChange.withoutMessage(read.readerChange(), event));
    }
    if (sender != reader && read.senderChange() > 0 && registry.isConnected(sender)) {
      Response event =
          new Response.MessagesRead(read.senderChange(), reader, reader, read.readUpTo(), null);
      add(byUser, sender, UserChange.withoutMessage(read.senderChange(), event));
    }
  }

  private void apply(MessageRecalled recalled, Map<Long, List<UserChange>> byUser) {
    long recipient = recalled.recipientId();
    long sender = recalled.senderId();
    if (recalled.recipientChange() > 0 && registry.isConnected(recipient)) {
      Response event =
          new Response.MessageRecalled(
              recalled.recipientChange(), sender, recalled.messageId(), recalled.unread());
      add(byUser, recipient, UserChange.withoutMessage(recalled.recipientChange(), event));
    }
    if (sender != recipient && registry.isConnected(sender)) {
      Response event =
          new Response.MessageRecalled(
              recalled.senderChange(), recipient, recalled.messageId(), null);
      add(byUser, sender, UserChange.withoutMessage(recalled.senderChange(), event));
    }
  }

  private void apply(ConversationSet set, Map<Long, List<UserChange>> byUser) {
    if (registry.isConnected(set.userId())) {
      Settings settings = new Settings(set.blocked(), set.muted(), set.pinned(), set.hidden());
      Response event = new Response.ConversationSet(set.change(), set.otherId(), settings);
      add(byUser, set.userId(), UserChange.withoutMessage(set.change(), event));
    }
  }

  private static void add(Map<Long, List<UserChange>> byUser, long userId, UserChange change) {
    byUser.computeIfAbsent(userId, user -> new ArrayList<>()).add(change);
  }

  private Set<Long> sendersToShow(List<? extends Change> changes) {
    Set<Long> senders = new HashSet<>();
    for (Change change : changes) {
      if (change instanceof MessageStored message
          && ((message.recipientChange() > 0 && registry.isConnected(message.recipientId()))
              || registry.tellsChanges(message.senderId()))) {
        senders.add(message.senderId());
      }
    }
    return senders;
  }

  private UserChange toRecipient(MessageStored message, Profiles senders) {
    Incoming incoming = incoming(message, senders);
    if (incoming == null) {
      return UserChange.toBeRead(message.recipientChange());
    }
    boolean toHimself = message.senderId() == message.recipientId();
    MessageAdded event =
        registry.tellsChanges(message.recipientId())
            ? new MessageAdded(
                message.recipientChange(),
                message.senderId(),
                incoming,
                message.time(),
                message.unread(),
                toHimself ? message.clientMessageId() : null,
                message.title(),
                message.url())
            : null;
    return UserChange.of(message.recipientChange(), incoming, event);
  }

  private UserChange toSender(MessageStored message, Profiles senders) {
    Incoming incoming =
        registry.tellsChanges(message.senderId()) ? incoming(message, senders) : null;
    MessageAdded event =
        incoming == null
            ? null
            : new MessageAdded(
                message.senderChange(),
                message.recipientId(),
                incoming,
                message.time(),
                null,
                message.clientMessageId(),
                null,
                null);
    return UserChange.withoutMessage(message.senderChange(), event);
  }

  /** Null where the text did not fit into a frame. */
  private @Nullable Incoming incoming(MessageStored message, Profiles senders) {
    String content = message.content();
    if (content == null) {
      return null;
    }
    ReceivedMessage unread =
        new ReceivedMessage(
            message.messageId(),
            message.senderId(),
            message.recipientId(),
            content,
            message.timestamp());
    List<MessageFile> files =
        message.attachments().isEmpty() ? List.of() : links.apply(message.attachments());
    return unread.from(senders.of(message.senderId()), files);
  }

  /**
   * Without names where the directory does not answer: what is stored is delivered all the same.
   */
  private Profiles profiles(Set<Long> userIds) {
    if (userIds.isEmpty()) {
      return Profiles.NONE; // nobody is to be named
    }
    try {
      return directory.profiles(userIds);
    } catch (RuntimeException e) {
      LOG.log(Level.WARNING, "delivering without names: {0}", e.getMessage());
      return Profiles.NONE;
    }
  }
}
