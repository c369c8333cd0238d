package imserver.message;

import org.jspecify.annotations.Nullable;

/**
 * What a user wants a conversation to be to him; null for what is to stay as it is.
 *
 * @param block whether the other one is to be blocked
 * @param mute whether nothing here is to disturb him
 * @param pin whether it is to be above others
 * @param hide whether it is not to be in his list, until there is a new message; nothing is hidden
 *     that has no message
 */
public record SettingsChange(
    @Nullable Boolean block,
    @Nullable Boolean mute,
    @Nullable Boolean pin,
    @Nullable Boolean hide) {

  /** Only to block the other one, or no more. */
  public static SettingsChange block(boolean block) {
    return new SettingsChange(block, null, null, null);
  }

  /**
   * What is set after it.
   *
   * @param hasMessages whether the user sees a message there
   */
  ConversationSettings of(ConversationSettings before, boolean hasMessages) {
    return new ConversationSettings(
        or(block, before.blocked()),
        or(mute, before.muted()),
        or(pin, before.pinned()),
        hide == null ? before.hidden() : hide && hasMessages);
  }

  private static boolean or(@Nullable Boolean wanted, boolean before) {
    return wanted == null ? before : wanted;
  }
}
