package imserver.message;

import imserver.directory.UserDirectory;
import imserver.directory.UserProfile;
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

  /** Delivers, to each recipient in this order. */
  void deliver(List<UnreadMessage> messages) {
    Map<Long, UserProfile> senders =
        profiles(messages.stream().map(UnreadMessage::senderId).collect(Collectors.toSet()));
    Map<Long, List<Incoming>> byRecipient = new LinkedHashMap<>();
    for (UnreadMessage message : messages) {
      long sender = message.senderId();
      byRecipient
          .computeIfAbsent(message.recipientId(), recipient -> new ArrayList<>())
          .add(message.from(senders.getOrDefault(sender, UserProfile.unknown(sender))));
    }
    byRecipient.forEach(registry::deliver);
  }

  /** What is stored is delivered, if need be without names. */
  private Map<Long, UserProfile> profiles(Set<Long> userIds) {
    try {
      return directory.find(userIds);
    } catch (RuntimeException e) {
      LOG.log(Level.WARNING, "delivering without names: {0}", e.getMessage());
      return Map.of();
    }
  }
}
