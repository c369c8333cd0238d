package imserver.message;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import imserver.database.StorageException;
import imserver.message.Outcome.Stored;
import imserver.message.SendingRules.Decision;
import imserver.packet.AttachedText;
import imserver.packet.Attachment;
import imserver.packet.TestFiles;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

/** What {@link MessageStore} promises where somebody has changed the tables by hand. */
abstract class SqlMessageStoreContract extends MessageStoreContract {

  @Override
  abstract SqlStoreState state();

  @Test
  @DisplayName("rehearses what it does: ids are drawn for it")
  void rehearses() {
    long before = id(RandomWriter.newMessage(7));
    store().rehearse(List.of(RandomWriter.newMessage(8)), SiteRules.OPEN);
    assertThat(id(RandomWriter.newMessage(9))).isGreaterThan(before + 1);
  }

  private long id(NewMessage newMessage) {
    return ((Stored) store().add(List.of(newMessage), SiteRules.OPEN).get(0)).messageId();
  }

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
            List.of(),
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
        new DedupeKey(sender, key),
        2,
        "text",
        "",
        came,
        null,
        List.of(),
        false,
        true,
        false,
        false);
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

  @Nested
  @DisplayName("keeps the files of a message")
  class Files {

    private static final OffsetDateTime CAME =
        OffsetDateTime.of(2026, 1, 2, 3, 4, 5, 0, ZoneOffset.UTC);

    @BeforeEach
    void upload() {
      state().update("delete from attachment");
      state().update("delete from reported_attachment");
      state().update("delete from file");
      for (long file : List.of(12, 13)) {
        state()
            .update(
                "insert into file (id, owner_id, name, size, received, is_complete, created_at)"
                    + " values (?, 1, 'a', 5, 5, true, current_timestamp)",
                file);
      }
    }

    private NewMessage carrying(String key, Attachment... files) {
      return new NewMessage(
          new DedupeKey(1, key),
          2,
          AttachedText.of("text", files.length),
          "",
          CAME,
          null,
          List.of(files),
          false,
          false,
          false,
          false);
    }

    private List<Outcome> add(NewMessage... newMessages) {
      return store().add(List.of(newMessages), SiteRules.OPEN);
    }

    private List<Long> files(Outcome stored) {
      return state()
          .all(
              "select file_id from attachment where message_id = ? order by position",
              ((Stored) stored).messageId());
    }

    private List<Long> files() {
      return state().all("select id from file order by id");
    }

    @Test
    @DisplayName("in their order, each once or more")
    void inOrder() {
      List<Outcome> outcomes =
          add(
              carrying("a", TestFiles.VOICE, TestFiles.PICTURE),
              carrying("b"),
              carrying("c", TestFiles.PICTURE, TestFiles.PICTURE));
      assertThat(files(outcomes.get(0))).containsExactly(13L, 12L);
      assertThat(files(outcomes.get(1))).isEmpty();
      assertThat(files(outcomes.get(2))).containsExactly(12L, 12L);
    }

    @Test
    @DisplayName("and stores none of a batch of which one has a file that is gone")
    void gone() {
      assertThatThrownBy(() -> add(carrying("a"), carrying("b", TestFiles.LIST)))
          .isExactlyInstanceOf(StorageException.class);
      assertThat(state().all("select id from message")).isEmpty();
    }

    @Test
    @DisplayName("so that a message with other files is no retry")
    void retry() {
      NewMessage first = carrying("a", TestFiles.VOICE, TestFiles.PICTURE);
      long id = ((Stored) add(first).get(0)).messageId();
      assertThat(
              add(
                  first,
                  carrying("a", TestFiles.PICTURE, TestFiles.VOICE),
                  carrying("a", TestFiles.VOICE),
                  carrying("a")))
          .containsExactly(
              new Outcome.Duplicate(id, CAME),
              new Outcome.Reused(id),
              new Outcome.Reused(id),
              new Outcome.Reused(id));
      assertThat(state().all("select count(*) from attachment")).containsExactly(2L);
    }

    @Test
    @DisplayName("until it is recalled; a file that another message carries stays")
    void recalled() {
      Outcome first = add(carrying("a", TestFiles.VOICE, TestFiles.PICTURE)).get(0);
      Outcome second = add(carrying("b", TestFiles.PICTURE)).get(0);
      store().recall(1, ((Stored) first).messageId(), CAME, CAME);
      assertThat(files(first)).isEmpty();
      assertThat(files()).containsExactly(12L);
      store().recall(1, ((Stored) second).messageId(), CAME, CAME);
      assertThat(files()).isEmpty();
      assertThat(add(carrying("b", TestFiles.PICTURE)).get(0))
          .isInstanceOf(Outcome.Duplicate.class);
    }

    @Test
    @DisplayName("as long as a report does")
    void reported() {
      Outcome stored = add(carrying("a", TestFiles.PICTURE)).get(0);
      long id = ((Stored) stored).messageId();
      state()
          .update(
              "insert into report (id, reporter_id, reported_id, reason, reporter_text, created_at,"
                  + " is_open, note) values (7, 2, 1, 'spam', '', current_timestamp, true, '')");
      state()
          .update(
              "insert into reported_message (report_id, message_id, sender_id, recipient_id,"
                  + " content, client_timestamp, sent_at, is_named) values (7, ?, 1, 2, 'text', '',"
                  + " current_timestamp, true)",
              id);
      state().update("insert into reported_attachment values (7, ?, 0, 12)", id);
      try {
        store().recall(1, id, CAME, CAME);
        assertThat(files(stored)).isEmpty();
        assertThat(files()).containsExactly(12L, 13L);
      } finally {
        state().update("delete from reported_message");
        state().update("delete from report");
      }
    }
  }
}
