package imserver.message;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import imserver.database.StorageException;
import imserver.message.Outcome.Stored;
import imserver.message.SendingRules.Decision;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
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

  @Test
  @DisplayName("stores at once what one user sends with two credentials, of which one is exempt")
  void twoCredentials() {
    SiteRules none = new SiteRules(SiteRules.NO_BOUND, 0, true);
    NewMessage plain = RandomWriter.newMessage(7);
    NewMessage exempt =
        new NewMessage(
            new DedupeKey(plain.senderId(), "exempt"),
            plain.recipientId(),
            "text",
            "",
            plain.createdAt(),
            null,
            true,
            false,
            false,
            false);
    assertThat(store().add(List.of(exempt, plain), none))
        .satisfiesExactly(
            outcome -> assertThat(outcome).isInstanceOf(Stored.class),
            outcome ->
                assertThat(outcome).isEqualTo(new Outcome.Refused(Decision.REFUSE_NEW_RECIPIENT)));
  }

  @Test
  @DisplayName("forgets to whom anybody has written first when that is longer than an hour ago")
  void oldNewRecipients() {
    SiteRules few = new SiteRules(SiteRules.NO_BOUND, 5, true);
    OffsetDateTime came = OffsetDateTime.of(2026, 1, 2, 3, 4, 5, 0, ZoneOffset.UTC);
    for (int i = 0; i < 3; i++) {
      NewMessage newMessage =
          new NewMessage(new DedupeKey(10 + i, "k"), 2, "text", "", came.plusHours(i), null);
      assertThat(store().add(List.of(newMessage), few).get(0)).isInstanceOf(Stored.class);
      assertThat(state().all("select sender_id from new_recipient")).containsExactly(10L + i);
    }
  }

  private static NewMessage flagged(long sender, String key) {
    OffsetDateTime came = OffsetDateTime.of(2026, 1, 2, 3, 4, 5, 0, ZoneOffset.UTC);
    return new NewMessage(
        new DedupeKey(sender, key), 2, "text", "", came, null, false, true, false, false);
  }

  @Test
  @DisplayName("notes which messages are to be reported, in the transaction that stores them")
  void flagged() {
    NewMessage plain = RandomWriter.newMessage(7);
    List<Outcome> outcomes =
        store().add(List.of(plain, flagged(1, "a"), flagged(1, "b")), SiteRules.OPEN);
    List<Long> ids = outcomes.stream().map(outcome -> ((Stored) outcome).messageId()).toList();
    String all = "select message_id from flagged_message order by message_id";
    assertThat(state().all(all)).containsExactlyElementsOf(ids.subList(1, 3));
    assertThat(state().all("select count(*) from flagged_message where content = 'text'"))
        .containsExactly(2L);
    store().add(List.of(flagged(1, "a")), SiteRules.OPEN);
    SiteRules none = new SiteRules(SiteRules.NO_BOUND, 0, true);
    store().add(List.of(flagged(11, "refused")), none);
    assertThat(state().all(all)).hasSize(2);
  }
}
