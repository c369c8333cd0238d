package imserver.message;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import imserver.database.StorageException;
import imserver.message.Outcome.Stored;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** What {@link MessageStore} promises where somebody has changed the tables by hand. */
abstract class SqlMessageStoreContract extends MessageStoreContract {

  @Override
  abstract SqlStoreState state();

  @Test
  @DisplayName("marks nothing where a conversation or a user is missing")
  void missingRows() {
    NewMessage newMessage = RandomWriter.newMessage(7);
    long reader = newMessage.recipientId();
    for (String table : List.of("conversation", "user_state")) {
      state().update("delete from message");
      state().update("delete from unread");
      long id = ((Stored) store().add(List.of(newMessage), SiteRules.OPEN).get(0)).messageId();
      state().update("delete from " + table);
      assertThatThrownBy(() -> store().markRead(Map.of(reader, List.of(id)), true))
          .isExactlyInstanceOf(StorageException.class);
      assertThat(state().unread(reader)).containsExactly(id);
    }
  }

  @Test
  @DisplayName("forgets what is unread of messages that are gone, by a recount")
  void goneMessages() {
    NewMessage newMessage = RandomWriter.newMessage(7);
    long reader = newMessage.recipientId();
    store().add(List.of(newMessage), SiteRules.OPEN);
    state().update("delete from message");
    assertThat(store().recount(reader)).isEqualTo(new Recount(1, 0, 1));
    assertThat(state().unread(reader)).isEmpty();
  }
}
