package imserver.message;

import imserver.directory.Profiles;
import imserver.directory.UserDirectory;
import imserver.packet.Response.Incoming;
import imserver.session.SessionRegistry;
import java.lang.System.Logger.Level;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/** Hands stored messages to the connections of their recipients, with their senders' names. */
final class Delivery {

  private static final System.Logger LOG = System.getLogger(Delivery.class.getName());

  private final UserDirectory directory;
  private final SessionRegistry registry;

  Delivery(UserDirectory directory, SessionRegistry registry) {
    this.directory = directory;
    this.registry = registry;
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
