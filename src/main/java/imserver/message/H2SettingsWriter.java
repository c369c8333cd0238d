package imserver.message;

import jakarta.persistence.EntityManager;
import org.jspecify.annotations.Nullable;

/** Writes what users have set on H2, within a transaction. */
final class H2SettingsWriter {

  private final EntityManager entities;

  H2SettingsWriter(EntityManager entities) {
    this.entities = entities;
  }

  /** See {@link MessageStore#set}. */
  SettingsOutcome set(long user, long other, SettingsChange change) {
    UserPair pair = UserPair.of(user, other);
    Conversation known =
        entities.find(Conversation.class, new Conversation.Key(pair.low(), pair.high()));
    if (known == null && !Boolean.TRUE.equals(change.block())) {
      return new SettingsOutcome.NoConversation();
    }
    Conversation conversation = known == null ? new Conversation(pair) : known;
    ConversationSettings before = conversation.settingsOf(user);
    ConversationSettings after = change.of(before, conversation.lastOf(user) > 0);
    if (after.equals(before)) {
      return new SettingsOutcome.Set(0, before);
    }
    if (after.blocked() && !before.blocked() && blockedBy(user) >= MessageStore.MAX_BLOCKED) {
      return new SettingsOutcome.TooManyBlocked();
    }
    UserState state = state(user);
    if (after.blocked()) {
      state.setHasRules();
    }
    long number = state.change();
    conversation.setSettingsOf(user, after);
    conversation.setChangedOf(user, number);
    if (known == null) {
      entities.persist(conversation);
    }
    entities.flush(); // what the database refuses is thrown here
    return new SettingsOutcome.Set(number, after);
  }

  private long blockedBy(long user) {
    return entities
        .createQuery(
            """
            select count(c) from Conversation c
            where c.low = :user and c.blockedByLow = true or c.high = :user and c.blockedByHigh = true
            """,
            Long.class)
        .setParameter("user", user)
        .getSingleResult();
  }

  /** See {@link MessageStore#setStrangerQuota}. */
  void setStrangerQuota(long user, @Nullable Integer quota) {
    state(user).setStrangerQuota(quota);
    entities.flush(); // what the database refuses is thrown here
  }

  private UserState state(long user) {
    UserState state = entities.find(UserState.class, user);
    if (state == null) {
      state = new UserState(user);
      entities.persist(state);
    }
    return state;
  }
}
