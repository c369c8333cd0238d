package imserver.conversation;

import imserver.database.StorageException;
import imserver.database.StorageExceptionTranslator;
import imserver.message.Conversation;
import jakarta.ejb.Stateless;
import jakarta.inject.Inject;
import jakarta.interceptor.Interceptors;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * All conversations of a user with all that he sees in them, part by part, for who may read that.
 * Every method throws {@link StorageException}.
 */
@Stateless
@Interceptors(StorageExceptionTranslator.class)
public class ConversationExport {

  /** A part ends when it has so many conversations and messages, or a few more. */
  static final int MOST = 500;

  /** The same for the characters of its texts. */
  static final int MOST_CHARACTERS = 262_144;

  /** So many messages of each direction are read at once. */
  static final int AT_A_TIME = 20;

  /**
   * So many conversations are read at once: as many as a part can have, since each reading goes
   * through all conversations of the user.
   */
  static final int CONVERSATIONS_AT_A_TIME = MOST;

  @Inject private ConversationRepository conversations;

  /** For the container, which injects the rest. */
  public ConversationExport() {}

  ConversationExport(ConversationRepository conversations) {
    this.conversations = conversations;
  }

  /**
   * Where a part ends, and the next one begins.
   *
   * @param otherId the other user of the conversation, -1 before all
   * @param messageId the last message that was read of it; {@link Long#MAX_VALUE} where that was
   *     all
   */
  public record Position(long otherId, long messageId) {

    /** Before all. */
    public static final Position START = new Position(-1, Long.MAX_VALUE);
  }

  /** A conversation, or a message of the last one that came before it. */
  public sealed interface Entry {

    /** A conversation as it is for the user. */
    record OfConversation(Conversation conversation) implements Entry {}

    /** A message. */
    record OfMessage(StoredMessage message) implements Entry {}
  }

  /**
   * Some entries.
   *
   * @param end where the next part begins; null where there is none
   */
  public record Part(List<Entry> entries, @Nullable Position end) {}

  /** What follows a position, in the order of the other users' ids, and of messages. */
  public Part after(long user, Position position) {
    Reading reading = new Reading(user);
    if (position.messageId() < Long.MAX_VALUE && !reading.messages(position)) {
      return new Part(reading.entries, reading.end);
    }
    long other = position.otherId();
    while (true) {
      List<Conversation> next = conversations.withUsersAbove(user, other, CONVERSATIONS_AT_A_TIME);
      for (Conversation conversation : next) {
        other = conversation.otherThan(user);
        reading.entries.add(new Entry.OfConversation(conversation));
        if (!reading.messages(new Position(other, 0))) {
          return new Part(reading.entries, reading.end);
        }
      }
      if (next.size() < CONVERSATIONS_AT_A_TIME) {
        return new Part(reading.entries, null);
      }
    }
  }

  private final class Reading {

    private final long user;
    private final List<Entry> entries = new ArrayList<>();
    private int characters;
    private @Nullable Position end;

    Reading(long user) {
      this.user = user;
    }

    /** The messages of a conversation; false where the part is full, and has an end then. */
    private boolean messages(Position from) {
      long after = from.messageId();
      while (true) {
        List<StoredMessage> next = next(from.otherId(), after);
        for (StoredMessage message : next) {
          entries.add(new Entry.OfMessage(message));
          characters += message.content().length();
          after = message.id();
        }
        boolean all = next.size() < AT_A_TIME;
        if (entries.size() >= MOST || characters >= MOST_CHARACTERS) {
          end = new Position(from.otherId(), all ? Long.MAX_VALUE : after);
          return false;
        }
        if (all) {
          return true;
        }
      }
    }

    /** What the user sees: not what another was silenced with. */
    private List<StoredMessage> next(long other, long after) {
      return ConversationService.directions(user, other)
          .flatMap(
              pair ->
                  conversations
                      .oldestOf(pair.get(0), pair.get(1), after, Long.MAX_VALUE, AT_A_TIME)
                      .stream())
          .sorted(Comparator.comparingLong(StoredMessage::id))
          .limit(AT_A_TIME)
          .toList();
    }
  }
}
