package imserver.message;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import imserver.config.Config;
import imserver.config.Configs;
import imserver.database.StorageException;
import imserver.message.Outcome.Duplicate;
import imserver.message.Outcome.Reused;
import imserver.message.Outcome.Stored;
import imserver.message.RandomWriter.Event;
import imserver.moderation.ModerationStep;
import imserver.moderation.ModerationStep.Action;
import imserver.moderation.SuspensionChange;
import imserver.moderation.SuspensionScope;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

/** What {@link MessageStore} promises: for every implementation. Each test has an empty store. */
abstract class MessageStoreContract {

  private static final long ALICE = 10;
  private static final long BOB = 20;
  private static final long CAROL = 30;

  /** The settings with which the host application is told of everything. */
  static final Config TELLING =
      Configs.with(
          "IMSERVER_WEBHOOK_URL",
          "http://127.0.0.1:1/",
          "IMSERVER_WEBHOOK_SECRET",
          "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
          "IMSERVER_UNSEEN",
          "60");

  private static final OffsetDateTime CAME =
      OffsetDateTime.of(2026, 1, 2, 3, 4, 5, 6_000_000, ZoneOffset.UTC);

  /** What is tested. Any number of threads may use it. */
  abstract MessageStore store();

  /** The same, which also writes what the host application is to be told. */
  abstract MessageStore telling();

  /** What it has written. */
  abstract StoreState state();

  private static NewMessage newMessage(long sender, long recipient, String key) {
    return newMessage(sender, recipient, key, "text of " + key, null);
  }

  private static NewMessage newMessage(
      long sender,
      long recipient,
      String key,
      String content,
      @Nullable NoticeDetails noticeDetails) {
    return new NewMessage(
        new DedupeKey(sender, key), recipient, content, "mark", CAME, noticeDetails);
  }

  /** One that no database takes. */
  private static NewMessage tooLong(long sender, long recipient, String key) {
    return new NewMessage(
        new DedupeKey(sender, key), recipient, "text", "x".repeat(1001), CAME, null);
  }

  private List<Outcome> add(NewMessage... newMessages) {
    return store().add(List.of(newMessages), SiteRules.OPEN);
  }

  private Stored stored(NewMessage newMessage) {
    return (Stored) add(newMessage).get(0);
  }

  /**
   * Whether each message was stored ("stored"), or why not; "silenced" where its sender alone sees
   * it.
   */
  private List<String> added(SiteRules rules, NewMessage... newMessages) {
    return store().add(List.of(newMessages), rules).stream()
        .map(
            outcome ->
                outcome instanceof Outcome.Refused refused
                    ? refused.decision().name()
                    : outcome instanceof Stored stored
                        ? stored.recipientChange() == 0 ? "silenced" : "stored"
                        : "known")
        .toList();
  }

  private static NewMessage exempt(NewMessage newMessage) {
    return new NewMessage(
        newMessage.key(),
        newMessage.recipientId(),
        newMessage.content(),
        newMessage.timestamp(),
        newMessage.createdAt(),
        null,
        List.of(),
        true,
        false,
        false,
        false);
  }

  private static NewMessage at(OffsetDateTime time, NewMessage newMessage) {
    return new NewMessage(
        newMessage.key(),
        newMessage.recipientId(),
        newMessage.content(),
        newMessage.timestamp(),
        time,
        null);
  }

  private List<ReadMark> read(long reader, Long... ids) {
    return store().markRead(Map.of(reader, Set.of(ids)), true);
  }

  @Nested
  @DisplayName("rehearses, of which is left")
  class Rehearsing {

    @Test
    @DisplayName("no message, no change, no count, and nothing to be told")
    void nothing() {
      long before = stored(newMessage(ALICE, BOB, "a")).messageId();
      List<NewMessage> rehearsed =
          List.of(newMessage(ALICE, BOB, "b"), newMessage(BOB, CAROL, "c"));
      store().rehearse(rehearsed, SiteRules.OPEN);
      telling().rehearse(rehearsed, SiteRules.OPEN);
      for (long user : List.of(ALICE, BOB)) {
        assertThat(state().page(user, 0)).containsExactly(before);
        assertThat(state().head(user)).isEqualTo(1);
      }
      assertThat(state().unread(BOB)).containsExactly(before);
      assertThat(state().total(BOB)).isEqualTo(1);
      assertThat(state().page(CAROL, 0)).isEmpty();
      assertThat(state().last(CAROL, BOB)).isZero();
      assertThat(state().events()).isEmpty();
      assertThat(state().unseen()).isEmpty();
    }

    @Test
    @DisplayName("nothing that keeps the same message from being stored")
    void again() {
      NewMessage newMessage = newMessage(ALICE, BOB, "a");
      store().rehearse(List.of(newMessage), SiteRules.OPEN);
      assertThat(added(SiteRules.OPEN, newMessage)).containsExactly("stored");
      store().rehearse(List.of(newMessage), SiteRules.OPEN);
      assertThat(state().total(BOB)).isEqualTo(1);
    }
  }

  @Nested
  @DisplayName("silences who is blocked")
  class Blocking {

    private void block(long user, long other) {
      assertThat(store().set(user, other, SettingsChange.block(true)))
          .isInstanceOf(SettingsOutcome.Set.class);
    }

    @Test
    @DisplayName("so that the sender alone sees what is sent, for ever")
    void silenced() {
      block(BOB, ALICE);
      long head = state().head(BOB);
      assertThat(added(SiteRules.OPEN, newMessage(ALICE, BOB, "a"), newMessage(ALICE, CAROL, "b")))
          .containsExactly("silenced", "stored");
      assertThat(state().head(BOB)).isEqualTo(head);
      assertThat(state().head(ALICE)).isEqualTo(2);
      assertThat(state().changed(ALICE, BOB)).isEqualTo(1);
      assertThat(state().changed(ALICE, CAROL)).isEqualTo(2);
      assertThat(state().unread(BOB)).isEmpty();
      assertThat(state().total(BOB)).isZero();
      assertThat(state().count(BOB, ALICE)).isZero();
      assertThat(state().last(ALICE, BOB)).isPositive();
      assertThat(state().last(BOB, ALICE)).isZero();
      store().set(BOB, ALICE, SettingsChange.block(false));
      assertThat(state().last(BOB, ALICE)).isZero();
      assertThat(state().page(BOB, 0)).isEmpty();
      long id = stored(newMessage(ALICE, BOB, "c")).messageId();
      assertThat(state().unread(BOB)).containsExactly(id);
      assertThat(read(BOB, id)).extracting(ReadMark::readUpTo).containsExactly(id);
    }

    @Test
    @DisplayName("and the other one keeps what was there before, on either side")
    void before() {
      for (long sender : new long[] {ALICE, CAROL}) {
        long id = stored(newMessage(sender, BOB, "a")).messageId();
        block(BOB, sender);
        long changed = state().changed(BOB, sender);
        assertThat(added(SiteRules.OPEN, newMessage(sender, BOB, "b"))).containsExactly("silenced");
        assertThat(state().last(BOB, sender)).isEqualTo(id);
        assertThat(state().last(sender, BOB)).isGreaterThan(id);
        assertThat(state().changed(BOB, sender)).isEqualTo(changed).isPositive();
        assertThat(state().count(BOB, sender)).isEqualTo(1);
        assertThat(state().unread(-BOB)).isEmpty();
      }
    }

    @Test
    @DisplayName("in the same batch as what others send, each with its number")
    void mixed() {
      block(BOB, ALICE);
      List<Outcome> outcomes =
          add(
              newMessage(CAROL, BOB, "a"),
              newMessage(ALICE, BOB, "b"),
              newMessage(BOB, ALICE, "c"),
              newMessage(ALICE, BOB, "d"),
              newMessage(CAROL, BOB, "e"));
      List<Stored> stored = outcomes.stream().map(Stored.class::cast).toList();
      assertThat(stored.stream().map(Stored::senderChange)).containsExactly(1L, 1L, 3L, 3L, 2L);
      assertThat(stored.stream().map(Stored::recipientChange)).containsExactly(2L, 0L, 2L, 0L, 4L);
      assertThat(stored.stream().map(Stored::unread)).containsExactly(1L, 0L, 1L, 0L, 2L);
      assertThat(state().changed(BOB, ALICE)).isEqualTo(3);
      assertThat(state().changed(ALICE, BOB)).isEqualTo(3);
      assertThat(state().last(BOB, ALICE)).isEqualTo(stored.get(2).messageId());
      assertThat(state().last(ALICE, BOB)).isEqualTo(stored.get(3).messageId());
      assertThat(state().total(BOB)).isEqualTo(2);
    }

    @Test
    @DisplayName("or refuses, where the site wants that; not what was stored before")
    void refused() {
      SiteRules rules = new SiteRules(SiteRules.NO_BOUND, SiteRules.NO_BOUND, false);
      assertThat(added(rules, newMessage(ALICE, BOB, "a"))).containsExactly("stored");
      block(BOB, ALICE);
      assertThat(added(rules, newMessage(ALICE, BOB, "a"), newMessage(ALICE, BOB, "b")))
          .containsExactly("known", "REFUSE_BLOCKED");
      assertThat(state().head(ALICE)).isEqualTo(1);
      assertThat(added(rules, newMessage(BOB, ALICE, "c"))).containsExactly("stored");
    }

    @Test
    @DisplayName("and finds a retry of what was silenced")
    void retried() {
      block(BOB, ALICE);
      assertThat(added(SiteRules.OPEN, newMessage(ALICE, BOB, "a"))).containsExactly("silenced");
      assertThat(added(SiteRules.OPEN, newMessage(ALICE, BOB, "a"))).containsExactly("known");
      assertThat(state().head(ALICE)).isEqualTo(1);
    }

    @Test
    @DisplayName("whose recalls are no change of the other one either")
    void recalled() {
      block(BOB, ALICE);
      long id = stored(newMessage(ALICE, BOB, "a")).messageId();
      assertThat(store().recall(ALICE, id, CAME, CAME))
          .isEqualTo(new RecallOutcome.Recalled(id, ALICE, 2, BOB, 0, 0));
      assertThat(state().head(BOB)).isEqualTo(1);
      assertThat(state().changed(ALICE, BOB)).isEqualTo(2);
      assertThat(state().changed(BOB, ALICE)).isEqualTo(1);
    }

    @Test
    @DisplayName("up to some number of them")
    void tooMany() {
      for (long other = 1000; other < 1000 + MessageStore.MAX_BLOCKED; other++) {
        block(BOB, other);
      }
      assertThat(store().set(BOB, ALICE, SettingsChange.block(true)))
          .isInstanceOf(SettingsOutcome.TooManyBlocked.class);
      store().set(BOB, 1000, SettingsChange.block(false));
      block(BOB, ALICE);
    }
  }

  @Nested
  @DisplayName("has users set what a conversation is to them")
  class Setting {

    @Test
    @DisplayName("as a change for them alone")
    void change() {
      add(newMessage(ALICE, BOB, "a"));
      assertThat(store().set(BOB, ALICE, new SettingsChange(null, true, null, null)))
          .isEqualTo(
              new SettingsOutcome.Set(2, new ConversationSettings(false, true, false, false)));
      assertThat(store().set(BOB, ALICE, new SettingsChange(null, null, true, null)))
          .isEqualTo(
              new SettingsOutcome.Set(3, new ConversationSettings(false, true, true, false)));
      assertThat(store().set(BOB, ALICE, new SettingsChange(null, true, true, null)))
          .isEqualTo(
              new SettingsOutcome.Set(0, new ConversationSettings(false, true, true, false)));
      assertThat(state().head(BOB)).isEqualTo(3);
      assertThat(state().head(ALICE)).isEqualTo(1);
      assertThat(state().changed(BOB, ALICE)).isEqualTo(3);
      assertThat(state().changed(ALICE, BOB)).isEqualTo(1);
    }

    @Test
    @DisplayName("on either side, and where both are one")
    void sides() {
      add(newMessage(ALICE, BOB, "a"), newMessage(ALICE, ALICE, "b"));
      SettingsChange pin = new SettingsChange(null, null, true, null);
      ConversationSettings pinned = new ConversationSettings(false, false, true, false);
      assertThat(store().set(ALICE, BOB, pin)).isEqualTo(new SettingsOutcome.Set(3, pinned));
      assertThat(store().set(BOB, ALICE, pin)).isEqualTo(new SettingsOutcome.Set(2, pinned));
      assertThat(store().set(ALICE, ALICE, pin)).isEqualTo(new SettingsOutcome.Set(4, pinned));
      assertThat(store().set(ALICE, ALICE, pin)).isEqualTo(new SettingsOutcome.Set(0, pinned));
    }

    @Test
    @DisplayName("hidden until there is a new message")
    void hidden() {
      add(newMessage(ALICE, BOB, "a"));
      SettingsChange hide = new SettingsChange(null, null, null, true);
      ConversationSettings hidden = new ConversationSettings(false, false, false, true);
      assertThat(store().set(BOB, ALICE, hide)).isEqualTo(new SettingsOutcome.Set(2, hidden));
      assertThat(store().set(BOB, ALICE, hide)).isEqualTo(new SettingsOutcome.Set(0, hidden));
      add(newMessage(ALICE, BOB, "b"));
      assertThat(store().set(BOB, ALICE, hide)).isEqualTo(new SettingsOutcome.Set(4, hidden));
      assertThat(store().set(BOB, ALICE, new SettingsChange(null, null, null, false)))
          .isEqualTo(new SettingsOutcome.Set(5, ConversationSettings.NONE));
    }

    @Test
    @DisplayName("not where there is none, unless to block")
    void none() {
      assertThat(store().set(BOB, ALICE, new SettingsChange(null, true, true, true)))
          .isEqualTo(new SettingsOutcome.NoConversation());
      assertThat(store().set(BOB, ALICE, SettingsChange.block(false)))
          .isEqualTo(new SettingsOutcome.NoConversation());
      assertThat(state().head(BOB)).isZero();
      assertThat(store().set(BOB, ALICE, SettingsChange.block(true)))
          .isEqualTo(
              new SettingsOutcome.Set(1, new ConversationSettings(true, false, false, false)));
      assertThat(store().set(BOB, ALICE, new SettingsChange(null, null, null, true)))
          .isEqualTo(
              new SettingsOutcome.Set(0, new ConversationSettings(true, false, false, false)));
      assertThat(state().head(BOB)).isEqualTo(1);
    }
  }

  @Nested
  @DisplayName("bounds what strangers send")
  class Strangers {

    private final SiteRules two = new SiteRules(2, SiteRules.NO_BOUND, true);

    @Test
    @DisplayName("until they are answered, in one batch or in several")
    void quota() {
      assertThat(
              added(
                  two,
                  newMessage(ALICE, BOB, "a"),
                  newMessage(ALICE, BOB, "b"),
                  newMessage(ALICE, BOB, "c"),
                  newMessage(ALICE, CAROL, "d")))
          .containsExactly("stored", "stored", "REFUSE_STRANGER", "stored");
      assertThat(state().head(ALICE)).isEqualTo(3);
      assertThat(added(two, newMessage(ALICE, BOB, "e"))).containsExactly("REFUSE_STRANGER");
      assertThat(
              added(
                  two,
                  newMessage(ALICE, BOB, "f"),
                  newMessage(BOB, ALICE, "g"),
                  newMessage(ALICE, BOB, "h")))
          .containsExactly("REFUSE_STRANGER", "stored", "stored");
      assertThat(added(two, newMessage(ALICE, BOB, "i"))).containsExactly("stored");
    }

    @Test
    @DisplayName("also one with a smaller id, and not a retry, nor what is sent to oneself")
    void others() {
      SiteRules one = new SiteRules(1, SiteRules.NO_BOUND, true);
      assertThat(added(one, newMessage(BOB, ALICE, "a"), newMessage(BOB, ALICE, "b")))
          .containsExactly("stored", "REFUSE_STRANGER");
      assertThat(added(one, newMessage(BOB, ALICE, "a"))).containsExactly("known");
      assertThat(added(one, newMessage(BOB, BOB, "c"), newMessage(BOB, BOB, "d")))
          .containsExactly("stored", "stored");
      NewMessage notice = newMessage(0, BOB, "e", "n", new NoticeDetails("t", null));
      assertThat(added(new SiteRules(0, 0, true), notice)).containsExactly("stored");
    }

    @Test
    @DisplayName("or takes nothing of them; but of who is exempt")
    void closed() {
      SiteRules closed = new SiteRules(0, SiteRules.NO_BOUND, true);
      assertThat(added(closed, newMessage(ALICE, BOB, "a"))).containsExactly("REFUSE_STRANGER");
      assertThat(state().head(ALICE)).isZero();
      assertThat(added(closed, exempt(newMessage(ALICE, BOB, "b")))).containsExactly("stored");
      assertThat(added(closed, newMessage(BOB, ALICE, "c"))).containsExactly("stored");
    }

    @Test
    @DisplayName("as the user wants it, where that is less")
    void ofUser() {
      store().setStrangerQuota(BOB, 1);
      assertThat(added(SiteRules.OPEN, newMessage(ALICE, BOB, "a"), newMessage(ALICE, BOB, "b")))
          .containsExactly("stored", "REFUSE_STRANGER");
      assertThat(added(two, newMessage(CAROL, BOB, "c"), newMessage(CAROL, BOB, "d")))
          .containsExactly("stored", "REFUSE_STRANGER");
      store().setStrangerQuota(BOB, 5);
      assertThat(added(two, newMessage(CAROL, BOB, "e"), newMessage(CAROL, BOB, "f")))
          .containsExactly("stored", "REFUSE_STRANGER");
      store().setStrangerQuota(BOB, null);
      assertThat(added(SiteRules.OPEN, newMessage(ALICE, BOB, "g"))).containsExactly("stored");
    }

    @Test
    @DisplayName("also of who is silenced, so that it does not show")
    void silenced() {
      store().set(BOB, ALICE, SettingsChange.block(true));
      assertThat(
              added(
                  two,
                  newMessage(ALICE, BOB, "a"),
                  newMessage(ALICE, BOB, "b"),
                  newMessage(ALICE, BOB, "c")))
          .containsExactly("silenced", "silenced", "REFUSE_STRANGER");
    }

    @Test
    @DisplayName("exactly, whatever writers there are")
    void severalWriters() throws Exception {
      ExecutorService threads = Executors.newFixedThreadPool(4);
      List<Future<Long>> stored = new ArrayList<>();
      for (int writer = 0; writer < 4; writer++) {
        String name = "w" + writer + ".";
        stored.add(
            threads.submit(
                () ->
                    IntStream.range(0, 5)
                        .mapToLong(
                            i ->
                                added(
                                        two,
                                        newMessage(ALICE, BOB, name + i),
                                        newMessage(ALICE, BOB, name + i + "b"))
                                    .stream()
                                    .filter("stored"::equals)
                                    .count())
                        .sum()));
      }
      long sum = 0;
      for (Future<Long> each : stored) {
        sum += each.get(60, TimeUnit.SECONDS);
      }
      threads.shutdown();
      assertThat(sum).isEqualTo(2);
      assertThat(state().total(BOB)).isEqualTo(2);
      assertThat(state().head(ALICE)).isEqualTo(2);
    }
  }

  @Nested
  @DisplayName("bounds to how many users one writes first within an hour")
  class NewRecipients {

    private final SiteRules two = new SiteRules(SiteRules.NO_BOUND, 2, true);

    @Test
    @DisplayName("in one batch or in several; others may be written to")
    void bounded() {
      assertThat(
              added(
                  two,
                  newMessage(ALICE, BOB, "a"),
                  newMessage(ALICE, CAROL, "b"),
                  newMessage(ALICE, 40, "c"),
                  newMessage(ALICE, BOB, "d")))
          .containsExactly("stored", "stored", "REFUSE_NEW_RECIPIENT", "stored");
      assertThat(added(two, newMessage(ALICE, 40, "e"), newMessage(CAROL, ALICE, "f")))
          .containsExactly("REFUSE_NEW_RECIPIENT", "stored");
      assertThat(added(two, newMessage(40, ALICE, "g"), newMessage(ALICE, 40, "h")))
          .containsExactly("stored", "stored");
      assertThat(added(two, exempt(newMessage(ALICE, 50, "i")))).containsExactly("stored");
    }

    @Test
    @DisplayName("and forgets what is longer ago")
    void later() {
      added(two, newMessage(ALICE, BOB, "a"));
      assertThat(added(two, at(CAME.plusMinutes(30), newMessage(ALICE, CAROL, "b"))))
          .containsExactly("stored");
      OffsetDateTime nearly = CAME.plusMinutes(60).minusSeconds(1);
      assertThat(added(two, at(nearly, newMessage(ALICE, 40, "c"))))
          .containsExactly("REFUSE_NEW_RECIPIENT");
      assertThat(added(two, at(CAME.plusMinutes(60), newMessage(ALICE, 40, "d"))))
          .containsExactly("stored");
      assertThat(added(two, at(CAME.plusMinutes(61), newMessage(ALICE, 50, "e"))))
          .containsExactly("REFUSE_NEW_RECIPIENT");
    }
  }

  private static ModerationStep step(Action action, OffsetDateTime at, String reason) {
    return new ModerationStep(1, "moderator", at, action, null, null, null, reason, "");
  }

  @Nested
  @DisplayName("suspends a user")
  class Suspending {

    private final OffsetDateTime end = CAME.plusMinutes(1);

    private SuspensionChange suspend(long user) {
      ModerationStep step = step(Action.SUSPEND, CAME, "spam").onUser(user);
      return store().suspend(user, SuspensionScope.WRITE, end, step);
    }

    private ModerationStep ending(OffsetDateTime at) {
      return step(Action.END_SUSPENSION, at, "enough").onUser(ALICE);
    }

    @Test
    @DisplayName("so that nothing of him is stored, and of others all is")
    void refused() {
      suspend(ALICE);
      assertThat(
              added(
                  SiteRules.OPEN,
                  newMessage(ALICE, BOB, "a"),
                  newMessage(BOB, ALICE, "b"),
                  newMessage(ALICE, ALICE, "c"),
                  exempt(newMessage(ALICE, CAROL, "d")),
                  newMessage(0, ALICE, "e"),
                  newMessage(CAROL, BOB, "f")))
          .containsExactly(
              "REFUSE_SUSPENDED",
              "stored",
              "REFUSE_SUSPENDED",
              "REFUSE_SUSPENDED",
              "stored",
              "stored");
      assertThat(state().head(ALICE)).isEqualTo(2);
      assertThat(state().head(BOB)).isEqualTo(2);
      assertThat(state().steps(ALICE)).containsExactly("suspend: spam");
    }

    @Test
    @DisplayName("who has never sent anything, and to whom nobody has")
    void unknown() {
      suspend(CAROL);
      assertThat(added(SiteRules.OPEN, newMessage(CAROL, BOB, "a")))
          .containsExactly("REFUSE_SUSPENDED");
      assertThat(state().head(CAROL)).isZero();
      assertThat(state().head(BOB)).isZero();
    }

    @Test
    @DisplayName("until a time, to the millisecond, by itself")
    void ends() {
      suspend(ALICE);
      OffsetDateTime last = end.minusNanos(1_000_000);
      assertThat(added(SiteRules.OPEN, at(last, newMessage(ALICE, BOB, "a"))))
          .containsExactly("REFUSE_SUSPENDED");
      assertThat(added(SiteRules.OPEN, at(end, newMessage(ALICE, BOB, "a"))))
          .containsExactly("stored");
      assertThat(store().endSuspension(ALICE, ending(end))).isEmpty();
      assertThat(state().steps(ALICE)).containsExactly("suspend: spam");
    }

    @Test
    @DisplayName("until that is ended, once; each change with a higher version")
    void ended() {
      SuspensionChange first = suspend(ALICE);
      SuspensionChange second = suspend(ALICE);
      OffsetDateTime now = CAME.plusSeconds(1);
      SuspensionChange third = store().endSuspension(ALICE, ending(now)).orElseThrow();
      assertThat(third.until()).isEqualTo(now);
      assertThat(List.of(first.version(), second.version(), third.version()))
          .isSorted()
          .doesNotHaveDuplicates();
      assertThat(store().endSuspension(ALICE, ending(now))).isEmpty();
      assertThat(store().endSuspension(BOB, ending(now).onUser(BOB))).isEmpty();
      assertThat(added(SiteRules.OPEN, at(now, newMessage(ALICE, BOB, "a"))))
          .containsExactly("stored");
      assertThat(state().steps(ALICE))
          .containsExactly("suspend: spam", "suspend: spam", "end-suspension: enough");
      assertThat(state().steps(BOB)).isEmpty();
    }

    @Test
    @DisplayName("who may not recall then, and whose retries are found all the same")
    void before() {
      long id = stored(newMessage(ALICE, BOB, "a")).messageId();
      suspend(ALICE);
      assertThat(added(SiteRules.OPEN, newMessage(ALICE, BOB, "a"))).containsExactly("known");
      assertThat(store().recall(ALICE, id, CAME, CAME)).isEqualTo(new RecallOutcome.Suspended());
      assertThat(state().unread(BOB)).containsExactly(id);
      assertThat(store().recall(ALICE, id, CAME, end)).isInstanceOf(RecallOutcome.Recalled.class);
      assertThat(store().recall(ALICE, id, CAME, CAME))
          .isEqualTo(new RecallOutcome.RecalledBefore());
    }

    @Test
    @DisplayName("so that nothing is stored after it, whatever writers there are")
    void severalWriters() throws Exception {
      ExecutorService threads = Executors.newFixedThreadPool(4);
      try {
        for (int round = 0; round < 10; round++) {
          long user = 100 + round;
          if (round % 2 == 1) { // who has been suspended before
            suspend(user);
            store().endSuspension(user, ending(CAME).onUser(user));
          }
          AtomicBoolean end = new AtomicBoolean();
          List<Future<Boolean>> writers =
              IntStream.range(0, 4)
                  .mapToObj(writer -> threads.submit(() -> writeUntilRefused(user, writer, end)))
                  .toList();
          while (state().head(user) < 5) {
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(1));
          }
          suspend(user);
          long head = state().head(user);
          end.set(true);
          for (Future<Boolean> writer : writers) {
            assertThat(writer.get(60, TimeUnit.SECONDS)).as("refused in the end").isTrue();
          }
          assertThat(state().head(user)).isEqualTo(head);
        }
      } finally {
        threads.shutdownNow();
      }
    }

    /** Whether the last one, which was begun after the suspension, was refused. */
    private boolean writeUntilRefused(long user, int writer, AtomicBoolean end) {
      for (int i = 0; !Thread.currentThread().isInterrupted(); i++) {
        boolean last = end.get();
        Outcome outcome = add(newMessage(user, BOB, writer + "-" + i)).get(0);
        if (last) {
          return outcome instanceof Outcome.Refused;
        }
      }
      return false;
    }
  }

  @Nested
  @DisplayName("removes a message")
  class Removing {

    private RecallOutcome remove(long id) {
      return store()
          .remove(id, step(Action.REMOVE_MESSAGE, CAME.plusYears(1), "abuse").onMessage(id));
    }

    @Test
    @DisplayName("as a recall by its sender, however old it is, and whether he is suspended")
    void removed() {
      long id = stored(newMessage(ALICE, BOB, "a")).messageId();
      store()
          .suspend(
              ALICE,
              SuspensionScope.ALL,
              CAME.plusYears(9),
              step(Action.SUSPEND, CAME, "spam").onUser(ALICE));
      assertThat(remove(id)).isEqualTo(new RecallOutcome.Recalled(id, ALICE, 2, BOB, 2, 0));
      assertThat(state().unread(BOB)).isEmpty();
      assertThat(state().total(BOB)).isZero();
      assertThat(state().changed(ALICE, BOB)).isEqualTo(2);
      assertThat(state().steps(ALICE)).containsExactly("suspend: spam", "remove-message: abuse");
      assertThat(remove(id)).isEqualTo(new RecallOutcome.RecalledBefore());
      assertThat(state().steps(ALICE)).hasSize(2);
    }

    @Test
    @DisplayName("that was silenced: its sender alone is told")
    void silenced() {
      store().set(BOB, ALICE, SettingsChange.block(true));
      long id = stored(newMessage(ALICE, BOB, "a")).messageId();
      long head = state().head(BOB);
      assertThat(remove(id)).isEqualTo(new RecallOutcome.Recalled(id, ALICE, 2, BOB, 0, 0));
      assertThat(state().head(BOB)).isEqualTo(head);
    }

    @Test
    @DisplayName("not of the system, nor one that is not there; and then there is no entry")
    void notFound() {
      long notice = stored(newMessage(0, BOB, "n")).messageId();
      assertThat(remove(notice)).isEqualTo(new RecallOutcome.NotFound());
      assertThat(remove(notice + 1000)).isEqualTo(new RecallOutcome.NotFound());
      assertThat(state().unread(BOB)).containsExactly(notice);
      assertThat(state().steps(0)).isEmpty();
    }
  }

  @Nested
  @DisplayName("adds messages")
  class Adding {

    @Test
    @DisplayName("with ascending ids, and a number for each change that a user sees")
    void numbers() {
      List<Outcome> outcomes =
          add(
              newMessage(ALICE, BOB, "a"),
              newMessage(BOB, ALICE, "b"),
              newMessage(ALICE, CAROL, "c"),
              newMessage(ALICE, BOB, "d"));
      List<Stored> stored = outcomes.stream().map(Stored.class::cast).toList();
      assertThat(stored.stream().map(Stored::messageId)).isSorted().doesNotHaveDuplicates();
      assertThat(stored.stream().map(Stored::senderChange)).containsExactly(1L, 2L, 3L, 4L);
      assertThat(stored.stream().map(Stored::recipientChange)).containsExactly(1L, 2L, 1L, 3L);
      assertThat(state().head(ALICE)).isEqualTo(4);
      assertThat(state().head(BOB)).isEqualTo(3);
      assertThat(state().head(CAROL)).isEqualTo(1);
      assertThat(stored(newMessage(BOB, ALICE, "e")).senderChange()).isEqualTo(4);
    }

    @Test
    @DisplayName("and says of each conversation what its last change is, for each of the two")
    void changed() {
      add(newMessage(ALICE, BOB, "a"), newMessage(ALICE, CAROL, "b"), newMessage(CAROL, BOB, "c"));
      assertThat(state().changed(ALICE, BOB)).isEqualTo(1);
      assertThat(state().changed(BOB, ALICE)).isEqualTo(1);
      assertThat(state().changed(ALICE, CAROL)).isEqualTo(2);
      assertThat(state().changed(CAROL, ALICE)).isEqualTo(1);
      assertThat(state().changed(CAROL, BOB)).isEqualTo(2);
      assertThat(state().changed(BOB, CAROL)).isEqualTo(2);
    }

    @Test
    @DisplayName("as unread, and counts them")
    void unread() {
      long first = stored(newMessage(ALICE, BOB, "a")).messageId();
      List<Outcome> more = add(newMessage(BOB, ALICE, "b"), newMessage(CAROL, BOB, "c"));
      long third = ((Stored) more.get(1)).messageId();
      assertThat(state().unread(BOB)).containsExactly(first, third);
      assertThat(state().total(BOB)).isEqualTo(2);
      assertThat(state().count(BOB, ALICE)).isEqualTo(1);
      assertThat(state().count(BOB, CAROL)).isEqualTo(1);
      assertThat(state().count(ALICE, BOB)).isEqualTo(1);
      assertThat(state().count(CAROL, BOB)).isZero();
      assertThat(state().readUpTo(BOB, ALICE)).isZero();
    }

    @Test
    @DisplayName("to oneself: one change, one unread message")
    void oneself() {
      Stored stored = stored(newMessage(ALICE, ALICE, "a"));
      assertThat(stored.senderChange()).isEqualTo(1);
      assertThat(stored.recipientChange()).isEqualTo(1);
      assertThat(state().total(ALICE)).isEqualTo(1);
      assertThat(state().count(ALICE, ALICE)).isEqualTo(1);
      assertThat(state().head(ALICE)).isEqualTo(1);
    }

    @Test
    @DisplayName("of the system, who sees no changes")
    void system() {
      Stored stored = stored(newMessage(0, BOB, "a", "text", new NoticeDetails("title", "/url")));
      assertThat(stored.senderChange()).isZero();
      assertThat(stored.recipientChange()).isEqualTo(1);
      assertThat(state().count(BOB, 0)).isEqualTo(1);
      assertThat(state().changed(BOB, 0)).isEqualTo(1);
      assertThat(state().head(0)).isZero();
    }

    @Test
    @DisplayName("in large batches, of many users")
    void many() {
      NewMessage[] newMessages =
          LongStream.rangeClosed(1, 500)
              .mapToObj(i -> newMessage(1000 + i % 250, 2000 + i % 125, "k" + i))
              .toArray(NewMessage[]::new);
      assertThat(add(newMessages)).hasSize(500).allMatch(Stored.class::isInstance);
      assertThat(state().total(2007)).isEqualTo(4);
      assertThat(state().head(1007)).isEqualTo(2);
    }
  }

  @Nested
  @DisplayName("with keys that are there")
  class Retries {

    @Test
    @DisplayName("returns which are retries and which other messages, and stores the rest")
    void mixed() {
      long a = stored(newMessage(ALICE, BOB, "a")).messageId();
      long b = stored(newMessage(ALICE, BOB, "b")).messageId();
      List<Outcome> outcomes =
          add(
              newMessage(CAROL, BOB, "new"),
              newMessage(ALICE, BOB, "a"),
              newMessage(ALICE, BOB, "b", "another text", null),
              newMessage(ALICE, CAROL, "a", "text of a", null),
              newMessage(ALICE, BOB, "c"),
              newMessage(BOB, ALICE, "a"));
      assertThat(outcomes.subList(1, 4))
          .containsExactly(new Duplicate(a, CAME), new Reused(b), new Reused(a));
      assertThat(List.of(outcomes.get(0), outcomes.get(4), outcomes.get(5)))
          .allMatch(Stored.class::isInstance);
      assertThat(((Stored) outcomes.get(4)).senderChange()).isEqualTo(3);
      assertThat(state().head(ALICE)).isEqualTo(4);
      assertThat(state().head(BOB)).isEqualTo(5);
      assertThat(state().total(BOB)).isEqualTo(4);
      assertThat(state().count(BOB, ALICE)).isEqualTo(3);
      assertThat(state().total(CAROL)).isZero();
    }

    @Test
    @DisplayName("changes nothing where all are there, and leaves no gap")
    void nothingNew() {
      long a = stored(newMessage(ALICE, BOB, "a")).messageId();
      assertThat(add(newMessage(ALICE, BOB, "a"))).containsExactly(new Duplicate(a, CAME));
      assertThat(state().head(BOB)).isEqualTo(1);
      assertThat(state().total(BOB)).isEqualTo(1);
      assertThat(stored(newMessage(ALICE, BOB, "b")).recipientChange()).isEqualTo(2);
    }

    @Test
    @DisplayName("judges those of one batch as if they came one after the other")
    void inOneBatch() {
      List<Outcome> outcomes =
          add(
              newMessage(ALICE, BOB, "a"),
              newMessage(ALICE, BOB, "a"),
              newMessage(ALICE, BOB, "a", "another text", null),
              newMessage(ALICE, BOB, "b"));
      long a = ((Stored) outcomes.get(0)).messageId();
      assertThat(outcomes.subList(1, 3)).containsExactly(new Duplicate(a, CAME), new Reused(a));
      assertThat(((Stored) outcomes.get(3)).senderChange()).isEqualTo(2);
      assertThat(
              add(
                  newMessage(ALICE, BOB, "a", "a third text", null),
                  newMessage(ALICE, BOB, "a"),
                  newMessage(ALICE, BOB, "a", "another text", null)))
          .containsExactly(new Reused(a), new Duplicate(a, CAME), new Reused(a));
      assertThat(state().head(BOB)).isEqualTo(2);
    }

    @Test
    @DisplayName("takes another title or link for another message")
    void titlesAndLinks() {
      NoticeDetails noticeDetails = new NoticeDetails("title", null);
      long a = stored(newMessage(0, BOB, "a", "text", noticeDetails)).messageId();
      assertThat(
              add(
                  newMessage(0, BOB, "a", "text", noticeDetails),
                  newMessage(0, BOB, "a", "text", null),
                  newMessage(0, BOB, "a", "text", new NoticeDetails("title", "/url")),
                  newMessage(0, BOB, "b", "text", noticeDetails)))
          .startsWith(new Duplicate(a, CAME), new Reused(a), new Reused(a));
      assertThat(state().total(BOB)).isEqualTo(2);
    }

    @Test
    @DisplayName("finds them again and again, among new ones")
    void swarm() {
      for (int i = 0; i < 5; i++) {
        NewMessage existing = newMessage(ALICE, BOB, "k" + i);
        long id = stored(existing).messageId();
        assertThat(add(existing, newMessage(BOB, ALICE, "n" + i)))
            .startsWith(new Duplicate(id, CAME));
      }
      assertThat(state().head(ALICE)).isEqualTo(10);
    }
  }

  @Nested
  @DisplayName("that the database refuses")
  class Refused {

    @Test
    @DisplayName("says that all is rolled back, and leaves no gap")
    void rolledBack() {
      stored(newMessage(ALICE, BOB, "a"));
      assertThatThrownBy(() -> add(newMessage(ALICE, BOB, "b"), tooLong(ALICE, BOB, "long")))
          .isExactlyInstanceOf(StorageException.class);
      assertThat(state().head(ALICE)).isEqualTo(1);
      assertThat(state().total(BOB)).isEqualTo(1);
      assertThat(state().unread(BOB)).hasSize(1);
      assertThat(stored(newMessage(ALICE, BOB, "b")).recipientChange()).isEqualTo(2);
    }
  }

  @Nested
  @DisplayName("recalls a message")
  class Recalling {

    private RecallOutcome recall(long sender, long id) {
      return store().recall(sender, id, CAME, CAME.plusSeconds(60));
    }

    @Test
    @DisplayName("that is unread: a change for each of the two, and one unread message less")
    void unread() {
      long first = stored(newMessage(ALICE, BOB, "a")).messageId();
      long second = stored(newMessage(ALICE, BOB, "b")).messageId();
      stored(newMessage(CAROL, BOB, "c"));
      assertThat(recall(ALICE, second))
          .isEqualTo(new RecallOutcome.Recalled(second, ALICE, 3, BOB, 4, 1));
      assertThat(state().unread(BOB)).contains(first).doesNotContain(second).hasSize(2);
      assertThat(state().total(BOB)).isEqualTo(2);
      assertThat(state().count(BOB, ALICE)).isEqualTo(1);
      assertThat(state().head(ALICE)).isEqualTo(3);
      assertThat(state().head(BOB)).isEqualTo(4);
      assertThat(state().changed(ALICE, BOB)).isEqualTo(3);
      assertThat(state().changed(BOB, ALICE)).isEqualTo(4);
      assertThat(state().readUpTo(BOB, ALICE)).isZero();
    }

    @Test
    @DisplayName("that was read, of a sender with the higher id: nothing is unread for it")
    void read() {
      long id = stored(newMessage(BOB, ALICE, "a")).messageId();
      long other = stored(newMessage(BOB, ALICE, "b")).messageId();
      MessageStoreContract.this.read(ALICE, id);
      assertThat(recall(BOB, id)).isEqualTo(new RecallOutcome.Recalled(id, BOB, 4, ALICE, 4, 1));
      assertThat(state().unread(ALICE)).containsExactly(other);
      assertThat(state().readUpTo(ALICE, BOB)).isEqualTo(id);
    }

    @Test
    @DisplayName("of a user to himself: one change")
    void oneself() {
      long id = stored(newMessage(ALICE, ALICE, "a")).messageId();
      assertThat(recall(ALICE, id))
          .isEqualTo(new RecallOutcome.Recalled(id, ALICE, 2, ALICE, 2, 0));
      assertThat(state().total(ALICE)).isZero();
      assertThat(state().changed(ALICE, ALICE)).isEqualTo(2);
    }

    @Test
    @DisplayName("once: again it changes nothing, whatever the time")
    void twice() {
      long id = stored(newMessage(ALICE, BOB, "a")).messageId();
      recall(ALICE, id);
      assertThat(recall(ALICE, id)).isEqualTo(new RecallOutcome.RecalledBefore());
      assertThat(store().recall(ALICE, id, CAME.plusSeconds(1), CAME.plusSeconds(2)))
          .isEqualTo(new RecallOutcome.RecalledBefore());
      assertThat(state().head(ALICE)).isEqualTo(2);
    }

    @Test
    @DisplayName("for ever: a retry of it is stored, and brings nothing back")
    void retry() {
      long id = stored(newMessage(ALICE, BOB, "a")).messageId();
      recall(ALICE, id);
      assertThat(add(newMessage(ALICE, BOB, "a"))).containsExactly(new Duplicate(id, CAME));
      assertThat(add(newMessage(ALICE, CAROL, "a"))).containsExactly(new Reused(id));
      assertThat(state().unread(BOB)).isEmpty();
      assertThat(state().head(BOB)).isEqualTo(2);
    }

    @Test
    @DisplayName("only of its sender, and only in time")
    void refused() {
      long id = stored(newMessage(ALICE, BOB, "a")).messageId();
      assertThat(recall(BOB, id)).isEqualTo(new RecallOutcome.NotFound());
      assertThat(recall(ALICE, id + 1)).isEqualTo(new RecallOutcome.NotFound());
      assertThat(store().recall(ALICE, id, CAME.plusNanos(1_000_000), CAME))
          .isEqualTo(new RecallOutcome.Expired());
      assertThat(state().unread(BOB)).containsExactly(id);
      assertThat(state().head(ALICE)).isEqualTo(1);
    }

    @Test
    @DisplayName("while others recall and read it, too: once, and each counts once")
    void atOnce() throws Exception {
      ExecutorService threads = Executors.newFixedThreadPool(3);
      try {
        for (int round = 0; round < 30; round++) {
          long id = stored(newMessage(ALICE, BOB, "m" + round)).messageId();
          Future<RecallOutcome> one = threads.submit(() -> recall(ALICE, id));
          Future<RecallOutcome> other = threads.submit(() -> recall(ALICE, id));
          Future<List<ReadMark>> read =
              threads.submit(() -> MessageStoreContract.this.read(BOB, id));
          read.get();
          assertThat(List.of(one.get(), other.get()))
              .filteredOn(RecallOutcome.Recalled.class::isInstance)
              .hasSize(1);
          assertThat(state().total(BOB)).isZero();
          assertThat(state().count(BOB, ALICE)).isZero();
        }
      } finally {
        threads.shutdownNow();
      }
    }
  }

  @Test
  @DisplayName("tells how many messages of the sender are unread with each that it adds")
  void countsUnread() {
    List<Outcome> outcomes =
        add(
            newMessage(ALICE, BOB, "a"),
            newMessage(BOB, ALICE, "b"),
            newMessage(ALICE, BOB, "c"),
            newMessage(ALICE, ALICE, "d"));
    assertThat(outcomes.stream().map(Stored.class::cast).map(Stored::unread))
        .containsExactly(1L, 1L, 2L, 1L);
    assertThat(stored(newMessage(ALICE, BOB, "e")).unread()).isEqualTo(3);
  }

  @Test
  @DisplayName(
      "without receipts a reading is no change for the sender, but where that is the reader")
  void withoutReceipts() {
    long toBob = stored(newMessage(ALICE, BOB, "a")).messageId();
    long toHerself = stored(newMessage(ALICE, ALICE, "b")).messageId();
    assertThat(store().markRead(Map.of(BOB, Set.of(toBob)), false))
        .containsExactly(new ReadMark(BOB, ALICE, 2, 0, 0, toBob));
    assertThat(state().head(ALICE)).isEqualTo(2);
    assertThat(state().changed(ALICE, BOB)).isEqualTo(1);
    assertThat(store().markRead(Map.of(ALICE, Set.of(toHerself)), false))
        .containsExactly(new ReadMark(ALICE, ALICE, 3, 3, 0, toHerself));
  }

  @Nested
  @DisplayName("marks messages as read")
  class Reading {

    @Test
    @DisplayName("once, and counts them; a change for each of the two")
    void once() {
      long a = stored(newMessage(ALICE, BOB, "a")).messageId();
      long b = stored(newMessage(ALICE, BOB, "b")).messageId();
      assertThat(read(BOB, a, b)).containsExactly(new ReadMark(BOB, ALICE, 3, 3, 0, b));
      assertThat(read(BOB, a, b)).isEmpty();
      assertThat(state().unread(BOB)).isEmpty();
      assertThat(state().total(BOB)).isZero();
      assertThat(state().count(BOB, ALICE)).isZero();
      assertThat(state().readUpTo(BOB, ALICE)).isEqualTo(b);
      assertThat(state().head(ALICE)).isEqualTo(3);
      assertThat(state().changed(ALICE, BOB)).isEqualTo(3);
      assertThat(state().changed(BOB, ALICE)).isEqualTo(3);
    }

    @Test
    @DisplayName("of the reader alone; others and unknown ones are passed over")
    void others() {
      long a = stored(newMessage(ALICE, BOB, "a")).messageId();
      assertThat(read(ALICE, a)).isEmpty();
      assertThat(read(CAROL, a, 999_999L)).isEmpty();
      assertThat(state().total(BOB)).isEqualTo(1);
      assertThat(state().head(BOB)).isEqualTo(1);
      assertThat(state().head(CAROL)).isZero();
    }

    @Test
    @DisplayName("with a change for each sender")
    void senders() {
      long a = stored(newMessage(ALICE, BOB, "a")).messageId();
      long c = stored(newMessage(CAROL, BOB, "c")).messageId();
      long n = stored(newMessage(0, BOB, "n")).messageId();
      List<ReadMark> marks = read(BOB, a, c, n);
      assertThat(marks.stream().map(ReadMark::readerChange)).containsExactlyInAnyOrder(4L, 5L, 6L);
      Map<Long, ReadMark> bySender =
          marks.stream().collect(Collectors.toMap(ReadMark::senderId, mark -> mark));
      assertThat(bySender.get(0L).senderChange()).isZero();
      assertThat(bySender.get(ALICE).senderChange()).isEqualTo(2);
      assertThat(bySender.get(0L).readUpTo()).isEqualTo(n);
      for (ReadMark mark : marks) {
        assertThat(state().changed(BOB, mark.senderId())).isEqualTo(mark.readerChange());
      }
      assertThat(state().head(BOB)).isEqualTo(6);
    }

    @Test
    @DisplayName("of two who write to each other, in one call")
    void bothDirections() {
      long a = stored(newMessage(ALICE, BOB, "a")).messageId();
      long b = stored(newMessage(BOB, ALICE, "b")).messageId();
      List<ReadMark> marks =
          store().markRead(Map.of(ALICE, List.of(a, b), BOB, List.of(a, b)), true);
      assertThat(marks).hasSize(2);
      assertThat(marks.stream().map(mark -> changeOf(mark, ALICE)))
          .containsExactlyInAnyOrder(3L, 4L);
      assertThat(marks.stream().map(mark -> changeOf(mark, BOB))).containsExactlyInAnyOrder(3L, 4L);
      assertThat(state().total(ALICE)).isZero();
      assertThat(state().count(BOB, ALICE)).isZero();
      assertThat(state().readUpTo(BOB, ALICE)).isEqualTo(a);
      assertThat(state().readUpTo(ALICE, BOB)).isEqualTo(b);
      assertThat(state().changed(ALICE, BOB)).isEqualTo(4);
    }

    private long changeOf(ReadMark mark, long user) {
      return mark.readerId() == user ? mark.readerChange() : mark.senderChange();
    }

    @Test
    @DisplayName("of oneself: one change")
    void oneself() {
      long a = stored(newMessage(ALICE, ALICE, "a")).messageId();
      assertThat(read(ALICE, a)).containsExactly(new ReadMark(ALICE, ALICE, 2, 2, 0, a));
      assertThat(state().head(ALICE)).isEqualTo(2);
      assertThat(state().changed(ALICE, ALICE)).isEqualTo(2);
    }

    @Test
    @DisplayName("here and there: read up to stays below the first unread one, and never falls")
    void sparse() {
      long[] ids =
          IntStream.range(0, 5)
              .mapToLong(i -> stored(newMessage(ALICE, BOB, "k" + i)).messageId())
              .toArray();
      stored(newMessage(CAROL, BOB, "between"));
      stored(newMessage(BOB, ALICE, "back"));
      assertThat(read(BOB, ids[2]).get(0).readUpTo()).isZero();
      assertThat(read(BOB, ids[4]).get(0).readUpTo()).isZero();
      assertThat(read(BOB, ids[0]).get(0).readUpTo()).isEqualTo(ids[0]);
      assertThat(read(BOB, ids[1])).containsExactly(new ReadMark(BOB, ALICE, 11, 10, 1, ids[2]));
      assertThat(read(BOB, ids[3]).get(0).readUpTo()).isEqualTo(ids[4]);
      long later = stored(newMessage(ALICE, BOB, "later")).messageId();
      assertThat(state().readUpTo(BOB, ALICE)).isEqualTo(ids[4]);
      assertThat(read(BOB, later).get(0).readUpTo()).isEqualTo(later);
      assertThat(state().readUpTo(ALICE, BOB)).isZero();
      assertThat(state().count(BOB, CAROL)).isEqualTo(1);
    }

    /** Twelve thousand from Alice to Bob. */
    private List<Long> addMany() {
      List<Long> ids = new ArrayList<>();
      for (int batch = 0; batch < 24; batch++) {
        String name = "k" + batch + "-";
        NewMessage[] newMessages =
            IntStream.range(0, 500)
                .mapToObj(i -> newMessage(ALICE, BOB, name + i))
                .toArray(NewMessage[]::new);
        add(newMessages).forEach(each -> ids.add(((Stored) each).messageId()));
      }
      return ids;
    }

    @Test
    @DisplayName("around a long row of others: read up to may need some readings to be there")
    void longGap() {
      List<Long> ids = addMany();
      long last = ids.get(ids.size() - 1);
      store().markRead(Map.of(BOB, ids.subList(1, ids.size() - 1)), true);
      assertThat(state().readUpTo(BOB, ALICE)).isZero();
      assertThat(read(BOB, ids.get(0)).get(0).readUpTo()).isBetween(ids.get(9_999), last - 1);
      long another = stored(newMessage(ALICE, BOB, "another")).messageId();
      assertThat(read(BOB, another).get(0).readUpTo()).isEqualTo(ids.get(ids.size() - 2));
      assertThat(read(BOB, last).get(0).readUpTo()).isEqualTo(another);
    }

    @Test
    @DisplayName("around a long row of others: where nothing is left unread it is there at once")
    void longGapAndNothingLeft() {
      List<Long> ids = addMany();
      store().markRead(Map.of(BOB, ids.subList(1, ids.size())), true);
      assertThat(read(BOB, ids.get(0)).get(0).readUpTo()).isEqualTo(ids.get(ids.size() - 1));
    }

    @Test
    @DisplayName("of many readers at once")
    void many() {
      NewMessage[] newMessages =
          LongStream.rangeClosed(1, 300)
              .mapToObj(i -> newMessage(1000 + i % 30, 2000 + i % 100, "k" + i))
              .toArray(NewMessage[]::new);
      Map<Long, List<Long>> ids = new HashMap<>();
      List<Outcome> outcomes = add(newMessages);
      for (int i = 0; i < newMessages.length; i++) {
        ids.computeIfAbsent(newMessages[i].recipientId(), reader -> new ArrayList<>())
            .add(((Stored) outcomes.get(i)).messageId());
      }
      List<ReadMark> marks = store().markRead(ids, true);
      assertThat(marks).allMatch(mark -> mark.unread() == 0);
      assertThat(state().head(2007))
          .isEqualTo(3 + marks.stream().filter(m -> m.readerId() == 2007).count());
      assertThat(state().head(1007))
          .isEqualTo(10 + marks.stream().filter(m -> m.senderId() == 1007).count());
    }
  }

  @Nested
  @DisplayName("counts anew")
  class Recounting {

    @Test
    @DisplayName("and finds that all was right")
    void right() {
      add(newMessage(ALICE, BOB, "a"), newMessage(CAROL, BOB, "c"), newMessage(BOB, ALICE, "b"));
      assertThat(store().recount(BOB)).isEqualTo(new Recount(2, 2, 0));
      assertThat(store().recount(999)).isEqualTo(new Recount(0, 0, 0));
      assertThat(state().head(BOB)).isEqualTo(3);
    }

    @Test
    @DisplayName("and puts right what was wrong, as a change of each conversation")
    void wrong() {
      add(newMessage(ALICE, BOB, "a"), newMessage(CAROL, BOB, "c"), newMessage(BOB, ALICE, "b"));
      state().miscount(BOB, ALICE, 7);
      state().miscount(BOB, CAROL, -1);
      assertThat(store().recount(BOB)).isEqualTo(new Recount(8, 2, 2));
      assertThat(state().total(BOB)).isEqualTo(2);
      assertThat(state().count(BOB, ALICE)).isEqualTo(1);
      assertThat(state().count(BOB, CAROL)).isEqualTo(1);
      assertThat(state().count(ALICE, BOB)).isEqualTo(1);
      assertThat(state().head(BOB)).isEqualTo(5);
      assertThat(state().head(ALICE)).isEqualTo(2);
      assertThat(List.of(state().changed(BOB, ALICE), state().changed(BOB, CAROL)))
          .containsExactlyInAnyOrder(4L, 5L);
    }

    @Test
    @DisplayName("also with oneself and with the system")
    void oneself() {
      add(newMessage(BOB, BOB, "a"), newMessage(0, BOB, "n"));
      state().miscount(BOB, BOB, 1);
      assertThat(store().recount(BOB)).isEqualTo(new Recount(3, 2, 1));
      assertThat(state().changed(BOB, BOB)).isEqualTo(3);
      state().miscount(BOB, 0, 1);
      assertThat(store().recount(BOB)).isEqualTo(new Recount(3, 2, 1));
      assertThat(state().changed(BOB, 0)).isEqualTo(4);
      assertThat(read(BOB, state().unread(BOB).get(0)).get(0).unread()).isZero();
      assertThat(state().changed(BOB, BOB)).isEqualTo(5);
    }

    @Test
    @DisplayName("and has what is read up to stay below what is unread")
    void readUpTo() {
      long first = stored(newMessage(ALICE, BOB, "a")).messageId();
      stored(newMessage(ALICE, BOB, "b"));
      long last = stored(newMessage(ALICE, BOB, "c")).messageId();
      state().miscount(BOB, ALICE, -2);
      assertThat(read(BOB, last)).extracting(ReadMark::unread).containsExactly(0L);
      assertThat(store().recount(BOB)).isEqualTo(new Recount(0, 2, 1));
      assertThat(state().readUpTo(BOB, ALICE)).isZero();
      assertThat(read(BOB, first)).containsExactly(new ReadMark(BOB, ALICE, 6, 5, 1, first));
    }
  }

  @Nested
  @DisplayName("with several writers at once")
  class SeveralWriters {

    @Test
    @DisplayName("orders ids, changes and commits alike, without a gap, a double or a deadlock")
    void order() throws Exception {
      ExecutorService threads = Executors.newFixedThreadPool(4 + Readers.COUNT);
      try {
        Readers readers = new Readers(state(), threads);
        List<Future<List<Event>>> writers =
            IntStream.range(0, 4)
                .mapToObj(seed -> threads.submit(() -> new RandomWriter(store(), seed).write(60)))
                .toList();
        List<Event> events = new ArrayList<>();
        for (Future<List<Event>> writer : writers) {
          events.addAll(writer.get(60, TimeUnit.SECONDS));
        }
        readers.assertNothingMissed();
        assertOrder(events);
      } finally {
        threads.shutdownNow();
      }
    }

    @Test
    @DisplayName("stores one of those that have the same key and other texts, and refuses the rest")
    void oneKey() throws Exception {
      ExecutorService threads = Executors.newFixedThreadPool(4);
      try {
        List<Future<List<Outcome>>> writers =
            IntStream.range(0, 4)
                .mapToObj(writer -> threads.submit(() -> addWithTextsOf(writer)))
                .toList();
        List<List<Outcome>> outcomes = new ArrayList<>();
        for (Future<List<Outcome>> writer : writers) {
          outcomes.add(writer.get(60, TimeUnit.SECONDS));
        }
        for (int i = 0; i < KEYS; i++) {
          int key = i;
          List<Outcome> ofKey = outcomes.stream().map(each -> each.get(key)).toList();
          List<Stored> stored =
              ofKey.stream().filter(Stored.class::isInstance).map(Stored.class::cast).toList();
          assertThat(stored).hasSize(1);
          assertThat(ofKey)
              .filteredOn(Reused.class::isInstance)
              .hasSize(3)
              .containsOnly(new Reused(stored.get(0).messageId()));
        }
        assertThat(state().total(BOB)).isEqualTo(KEYS);
      } finally {
        threads.shutdownNow();
      }
    }

    private static final int KEYS = 60;

    private List<Outcome> addWithTextsOf(int writer) {
      List<Outcome> outcomes = new ArrayList<>();
      for (int i = 0; i < KEYS; i += 3) {
        outcomes.addAll(
            store()
                .add(
                    IntStream.range(i, i + 3)
                        .mapToObj(n -> newMessage(ALICE, BOB, "k" + n, "text of " + writer, null))
                        .toList(),
                    SiteRules.OPEN));
      }
      return outcomes;
    }
  }

  /** Of each user one, who pages by ids while others write. */
  static final class Readers {

    static final int COUNT = RandomWriter.USERS.size() - 1;

    private static final long PAUSE = TimeUnit.MILLISECONDS.toNanos(1);

    private final StoreState state;
    private final AtomicBoolean end = new AtomicBoolean();
    private final Map<Long, Future<List<Long>>> found = new HashMap<>();

    Readers(StoreState state, ExecutorService threads) {
      this.state = state;
      for (long user : RandomWriter.USERS.subList(1, RandomWriter.USERS.size())) {
        found.put(user, threads.submit(() -> read(user)));
      }
    }

    private List<Long> read(long user) {
      List<Long> ids = new ArrayList<>();
      boolean last = false;
      while (!Thread.currentThread().isInterrupted()) {
        List<Long> page = state.page(user, ids.isEmpty() ? 0 : ids.get(ids.size() - 1));
        ids.addAll(page);
        if (page.isEmpty() && last) {
          return ids;
        }
        last = end.get();
        if (page.isEmpty()) { // else five readers without a pause take the processor from writers
          LockSupport.parkNanos(PAUSE);
        }
      }
      return ids;
    }

    /** To be called when all is written. */
    void assertNothingMissed() throws Exception {
      end.set(true);
      for (Map.Entry<Long, Future<List<Long>>> reader : found.entrySet()) {
        List<Long> all = new ArrayList<>();
        for (List<Long> page = state.page(reader.getKey(), 0);
            !page.isEmpty();
            page = state.page(reader.getKey(), all.get(all.size() - 1))) {
          all.addAll(page);
        }
        assertThat(reader.getValue().get(60, TimeUnit.SECONDS))
            .as("what user %d has read", reader.getKey())
            .isEqualTo(all);
      }
    }
  }

  /** Of what the store returned to writers, and of what is stored. */
  void assertOrder(Collection<Event> events) {
    List<Event> stored = events.stream().filter(each -> each.kind().equals("stored")).toList();
    Map<Long, Long> idByNumber = new HashMap<>();
    for (Event event : stored) {
      assertThat(idByNumber.put(event.number(), event.id()))
          .as("stored before: message %d", event.number())
          .isNull();
    }
    assertThat(stored).hasSizeGreaterThan(100);
    assertThat(events.stream().filter(each -> each.kind().equals("known")))
        .isNotEmpty()
        .allSatisfy(retry -> assertThat(idByNumber).containsEntry(retry.number(), retry.id()));
    for (long user : RandomWriter.USERS.subList(1, RandomWriter.USERS.size())) {
      assertNumbers(user, events);
      assertCounts(user);
      RandomWriter.USERS.forEach(other -> assertConversation(user, other, events));
    }
  }

  private void assertConversation(long user, long other, Collection<Event> events) {
    List<Event> changes =
        events.stream()
            .filter(each -> !each.kind().equals("known"))
            .filter(
                each ->
                    each.senderId() == user && each.recipientId() == other
                        || each.senderId() == other && each.recipientId() == user)
            .toList();
    assertThat(state().changed(user, other))
        .as("the last change of %d and %d that %1$d sees", user, other)
        .isEqualTo(
            changes.stream()
                .mapToLong(
                    each -> each.senderId() == user ? each.senderChange() : each.recipientChange())
                .max()
                .orElse(0));
    List<Long> unread = state().unread(user);
    assertThat(state().readUpTo(user, other))
        .as("what %d has read of %d", user, other)
        .isEqualTo(
            changes.stream()
                .filter(each -> each.kind().equals("stored") && each.recipientId() == user)
                .filter(each -> each.senderId() == other)
                .map(Event::id)
                .sorted()
                .takeWhile(id -> !unread.contains(id))
                .reduce(0L, Math::max));
  }

  private void assertNumbers(long user, Collection<Event> events) {
    Map<Long, Event> byChange = new HashMap<>();
    for (Event event : events) {
      List<Long> changes = new ArrayList<>();
      if (!event.kind().equals("known") && event.senderId() == user) {
        changes.add(event.senderChange());
      }
      if (!event.kind().equals("known")
          && event.recipientId() == user
          && event.senderId() != user) {
        changes.add(event.recipientChange());
      }
      for (long change : changes) {
        assertThat(byChange.put(change, event)).as("change %d of %d", change, user).isNull();
      }
    }
    assertThat(byChange.keySet())
        .as("the changes of user %d", user)
        .isEqualTo(
            LongStream.rangeClosed(1, state().head(user)).boxed().collect(Collectors.toSet()));
    assertThat(
            byChange.entrySet().stream()
                .filter(change -> change.getValue().kind().equals("stored"))
                .sorted(Map.Entry.comparingByKey(Comparator.naturalOrder()))
                .map(change -> change.getValue().id()))
        .as("the ids of user %d, in the order of the changes", user)
        .isSorted();
  }

  private void assertCounts(long user) {
    assertThat(state().total(user)).isEqualTo(state().unread(user).size());
    assertThat(store().recount(user).corrected()).isZero();
  }

  @Nested
  @DisplayName("writes what the host application is to be told")
  class Telling {

    private long add(NewMessage newMessage) {
      Outcome outcome = telling().add(List.of(newMessage), SiteRules.OPEN).get(0);
      return ((Stored) outcome).messageId();
    }

    @Test
    @DisplayName("of each message, reading and recall, in the order in which they happen")
    void inOrder() {
      MessageStore store = telling();
      List<Long> ids =
          store
              .add(
                  List.of(
                      newMessage(ALICE, BOB, "a"),
                      newMessage(BOB, ALICE, "b"),
                      newMessage(ALICE, BOB, "c"),
                      newMessage(0, BOB, "d"),
                      newMessage(ALICE, ALICE, "e")),
                  SiteRules.OPEN)
              .stream()
              .map(outcome -> ((Stored) outcome).messageId())
              .toList();
      store.markRead(Map.of(BOB, List.of(ids.get(0))), true);
      store.recall(ALICE, ids.get(2), CAME, CAME);
      store.markRead(Map.of(ALICE, List.of(ids.get(1))), false);
      assertThat(state().events())
          .containsExactly(
              "message.stored 10-20 by 10: " + ids.get(0),
              "message.stored 10-20 by 20: " + ids.get(1),
              "message.stored 10-20 by 10: " + ids.get(2),
              "message.stored 0-20 by 0: " + ids.get(3),
              "message.stored 10-10 by 10: " + ids.get(4),
              "message.read 10-20 by 20: " + ids.get(0) + " left 1",
              "message.recalled 10-20 by 10: " + ids.get(2),
              "message.read 10-20 by 10: " + ids.get(1) + " left 0");
      assertThat(state().queue()).containsExactly("0-20", "10-10", "10-20");
    }

    @Test
    @DisplayName("also where nothing else of the conversation waits to be told")
    void queued() {
      long read = stored(newMessage(ALICE, BOB, "a")).messageId();
      long recalled = stored(newMessage(ALICE, CAROL, "b")).messageId();
      telling().markRead(Map.of(BOB, List.of(read)), true);
      telling().recall(ALICE, recalled, CAME, CAME);
      assertThat(state().queue()).containsExactly("10-20", "10-30");
    }

    @Test
    @DisplayName("not of what is silenced, refused, a retry, or not done")
    void nothing() {
      MessageStore store = telling();
      store.set(BOB, ALICE, SettingsChange.block(true));
      long silenced = add(newMessage(ALICE, BOB, "a"));
      store.recall(ALICE, silenced, CAME, CAME);
      store.add(
          List.of(newMessage(ALICE, BOB, "b")),
          new SiteRules(SiteRules.NO_BOUND, SiteRules.NO_BOUND, false));
      store.markRead(Map.of(BOB, List.of(silenced)), true);
      assertThat(state().events()).isEmpty();
      add(newMessage(BOB, CAROL, "c"));
      List<String> once = state().events();
      store.add(List.of(newMessage(BOB, CAROL, "c")), SiteRules.OPEN);
      store.recall(BOB, silenced, CAME, CAME);
      assertThat(state().events()).isEqualTo(once).hasSize(1);
      assertThat(state().queue()).containsExactly("20-30");
      assertThat(state().unseen()).containsExactly("30 of 20");
    }

    @Test
    @DisplayName("in the transaction of the change: none where it is rolled back")
    void rolledBack() {
      assertThatThrownBy(
              () ->
                  telling()
                      .add(
                          List.of(newMessage(ALICE, BOB, "a"), tooLong(ALICE, BOB, "b")),
                          SiteRules.OPEN))
          .isInstanceOf(StorageException.class);
      assertThat(state().events()).isEmpty();
      assertThat(state().queue()).isEmpty();
      assertThat(state().unseen()).isEmpty();
    }

    @Test
    @DisplayName("with a retry in the batch only of what is new")
    void retry() {
      add(newMessage(ALICE, BOB, "a"));
      telling()
          .add(List.of(newMessage(ALICE, BOB, "a"), newMessage(ALICE, BOB, "b")), SiteRules.OPEN);
      assertThat(state().events()).hasSize(2);
    }

    @Test
    @DisplayName("and waits for a conversation to be seen until something of it is read")
    void unseen() {
      long first = add(newMessage(ALICE, BOB, "a"));
      add(newMessage(ALICE, BOB, "b"));
      add(newMessage(CAROL, BOB, "c"));
      add(newMessage(BOB, ALICE, "d"));
      add(newMessage(BOB, BOB, "e"));
      add(newMessage(0, BOB, "f"));
      assertThat(state().unseen()).containsExactly("10 of 20", "20 of 0", "20 of 10", "20 of 30");
      telling().markRead(Map.of(BOB, List.of(first)), true);
      assertThat(state().unseen()).containsExactly("10 of 20", "20 of 0", "20 of 30");
    }

    @Test
    @DisplayName("or until the last one that is unread is recalled")
    void unseenRecalled() {
      long first = add(newMessage(ALICE, BOB, "a"));
      long second = add(newMessage(ALICE, BOB, "b"));
      telling().recall(ALICE, second, CAME, CAME);
      assertThat(state().unseen()).containsExactly("20 of 10");
      telling().recall(ALICE, first, CAME, CAME);
      assertThat(state().unseen()).isEmpty();
    }

    @Test
    @DisplayName("nothing of it where nobody is to be told")
    void off() {
      long id = stored(newMessage(ALICE, BOB, "a")).messageId();
      read(BOB, id);
      store().recall(ALICE, id, CAME, CAME);
      assertThat(state().events()).isEmpty();
      assertThat(state().queue()).isEmpty();
      assertThat(state().unseen()).isEmpty();
    }

    @Test
    @DisplayName("in each conversation in the order of the messages, whatever writers there are")
    void severalWriters() throws Exception {
      ExecutorService threads = Executors.newFixedThreadPool(4);
      List<Future<?>> writers = new ArrayList<>();
      for (int writer = 0; writer < 4; writer++) {
        String name = "w" + writer + ".";
        long from = writer % 2 == 0 ? ALICE : BOB;
        writers.add(
            threads.submit(
                () -> {
                  for (int i = 0; i < 50; i++) {
                    telling()
                        .add(
                            List.of(
                                newMessage(from, CAROL, name + i),
                                newMessage(CAROL, from, name + i),
                                newMessage(from, CAROL, name + i + "b")),
                            SiteRules.OPEN);
                  }
                }));
      }
      for (Future<?> writer : writers) {
        writer.get(60, TimeUnit.SECONDS);
      }
      threads.shutdown();
      Map<String, List<Long>> byConversation =
          state().events().stream()
              .map(event -> event.split(" "))
              .collect(
                  Collectors.groupingBy(
                      words -> words[1],
                      Collectors.mapping(words -> Long.parseLong(words[4]), Collectors.toList())));
      assertThat(byConversation).containsOnlyKeys("10-30", "20-30");
      assertThat(byConversation.values())
          .allSatisfy(ids -> assertThat(ids).hasSize(300).isSorted());
    }
  }
}
