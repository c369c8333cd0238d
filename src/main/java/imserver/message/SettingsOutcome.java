package imserver.message;

import imserver.cluster.Change.ConversationSet;

/** What became of a {@link SettingsChange}. */
public sealed interface SettingsOutcome {

  /**
   * It is so now.
   *
   * @param change the number of this change for the user, 0 where it was so before
   * @param settings all that is set
   */
  record Set(long change, ConversationSettings settings) implements SettingsOutcome {

    /** The change that this is, of the conversation of a user with another. */
    ConversationSet asChange(long user, long other) {
      return new ConversationSet(
          user,
          change,
          other,
          settings.blocked(),
          settings.muted(),
          settings.pinned(),
          settings.hidden());
    }
  }

  /** Nothing is done: there is no such conversation. */
  record NoConversation() implements SettingsOutcome {}

  /** Nothing is done: the user has blocked {@link MessageStore#MAX_BLOCKED} others. */
  record TooManyBlocked() implements SettingsOutcome {}
}
