package imserver.session;

import imserver.packet.Response;
import imserver.packet.Response.ConversationSet;
import imserver.packet.Response.ConversationState;
import imserver.packet.Response.LastMessage;
import imserver.packet.Response.MessageAdded;
import imserver.packet.Response.MessageRecalled;
import imserver.packet.Response.MessagesRead;
import imserver.packet.Response.Settings;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * What a device knows that keeps the rule of PROTOCOL-2.md, section 4, and nothing else. For one
 * thread.
 */
public final class DeviceState {

  /** What a change is to a device. */
  public enum Place {
    /** It is the next one, and is applied. */
    NEXT,
    /** It is known. */
    KNOWN,
    /** Others are missing before it. */
    BEHIND
  }

  /**
   * What devices agree on of a conversation.
   *
   * @param lastId the id of the last message
   * @param recalled whether that was recalled
   * @param stranger whether the user has never written there
   */
  public record View(
      long lastId,
      boolean recalled,
      long unread,
      long readUpTo,
      long theyReadUpTo,
      boolean stranger,
      Settings settings) {

    /** As the server tells it. */
    public static View of(ConversationState state) {
      LastMessage last = state.lastMessage();
      Long theirs = state.theyReadUpTo();
      return new View(
          last == null ? 0 : last.messageId(),
          last != null && last.isRecalled(),
          state.unread(),
          state.readUpTo(),
          theirs == null ? 0 : theirs,
          state.stranger(),
          state.settings());
    }
  }

  private final long user;
  private final Map<Long, View> views = new TreeMap<>();
  private long cursor;

  /** Of a user, knowing nothing. */
  public DeviceState(long user) {
    this.user = user;
  }

  /** The change up to which it knows all. */
  public long cursor() {
    return cursor;
  }

  /** What it knows, by the other user. */
  public Map<Long, View> views() {
    return views;
  }

  /** Forgets all. */
  public void reset() {
    views.clear();
    cursor = 0;
  }

  /** Takes what a {@code sync} has answered. */
  public void synchronize(List<ConversationState> conversations, long next) {
    conversations.forEach(each -> views.put(each.otherId(), View.of(each)));
    cursor = next;
  }

  /** Where a change is, seen from here. */
  public Place place(long change) {
    return change <= cursor ? Place.KNOWN : change == cursor + 1 ? Place.NEXT : Place.BEHIND;
  }

  /**
   * Takes a change, if it is the next one.
   *
   * @param event what it is
   */
  public Place take(long change, Response event) {
    Place place = place(change);
    if (place == Place.NEXT) {
      apply(event);
      cursor = change;
    }
    return place;
  }

  private void apply(Response event) {
    if (event instanceof MessageAdded added) {
      View before = view(added.with());
      views.put(
          added.with(),
          new View(
              added.message().messageId(),
              false,
              or(added.unread(), before.unread()),
              before.readUpTo(),
              before.theyReadUpTo(),
              before.stranger() && added.message().fromId() != user,
              shown(before.settings())));
    } else if (event instanceof MessagesRead read) {
      View before = view(read.with());
      boolean mine = read.by() == user;
      views.put(
          read.with(),
          new View(
              before.lastId(),
              before.recalled(),
              or(read.unread(), before.unread()),
              mine ? read.upTo() : before.readUpTo(),
              mine ? before.theyReadUpTo() : read.upTo(),
              before.stranger(),
              before.settings()));
    } else if (event instanceof MessageRecalled recalled) {
      View before = view(recalled.with());
      views.put(
          recalled.with(),
          new View(
              before.lastId(),
              before.recalled() || before.lastId() == recalled.messageId(),
              or(recalled.unread(), before.unread()),
              before.readUpTo(),
              before.theyReadUpTo(),
              before.stranger(),
              before.settings()));
    } else if (event instanceof ConversationSet set) {
      View before = view(set.with());
      views.put(
          set.with(),
          new View(
              before.lastId(),
              before.recalled(),
              before.unread(),
              before.readUpTo(),
              before.theyReadUpTo(),
              before.stranger(),
              set.settings()));
    }
  }

  /** There is a new message. */
  private static Settings shown(Settings settings) {
    return new Settings(settings.blocked(), settings.muted(), settings.pinned(), false);
  }

  private View view(long other) {
    boolean canBeStranger = other != 0 && other != user;
    return views.getOrDefault(other, new View(0, false, 0, 0, 0, canBeStranger, Settings.NONE));
  }

  private static long or(@Nullable Long told, long before) {
    return told == null ? before : told;
  }
}
