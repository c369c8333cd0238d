package imserver.message;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import imserver.auth.UserPrincipal;
import imserver.cluster.Change;
import imserver.cluster.Change.ProfileChanged;
import imserver.cluster.Change.Untold;
import imserver.message.Outcome.Stored;
import imserver.moderation.ModerationStep;
import imserver.moderation.ModerationStep.Action;
import imserver.moderation.SuspensionScope;
import imserver.packet.SendMessage;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/**
 * What {@link RetentionStore} and {@link ErasureStore} do on each database, step by step: whatever
 * the step, counts are what a recount would find.
 */
abstract class StepContract {

  private static final OffsetDateTime OLD =
      OffsetDateTime.of(2026, 1, 2, 3, 4, 5, 0, ZoneOffset.UTC);
  private static final OffsetDateTime LIMIT = OLD.plusDays(1);
  private static final OffsetDateTime NEW = OLD.plusDays(2);

  static final long A = 3;
  static final long B = 5;
  static final long C = 11;
  private static final Set<Long> USERS = Set.of(A, B, C, 12L, 40L);

  private int sent;

  abstract MessageStore store();

  abstract SqlStoreState state();

  abstract StepDatabase database();

  final long add(long sender, long recipient, OffsetDateTime at) {
    return add(sender, recipient, at, 1).get(0);
  }

  private List<Long> add(long sender, long recipient, OffsetDateTime at, int amount) {
    List<NewMessage> newMessages = new ArrayList<>();
    for (int i = 0; i < amount; i++) {
      newMessages.add(
          new NewMessage(
              new DedupeKey(sender, "k" + sent++),
              recipient,
              "text",
              "",
              at,
              sender == 0 ? new NoticeDetails("title", null) : null));
    }
    return store().add(newMessages, SiteRules.OPEN).stream()
        .map(outcome -> ((Stored) outcome).messageId())
        .toList();
  }

  private void read(long reader, Long... ids) {
    store().markRead(Map.of(reader, List.of(ids)), true);
  }

  /** That counts, numbers and rows agree; a recount of each user, which changes nothing. */
  private void assertCounted() {
    for (long user : USERS) {
      long head = state().head(user);
      assertThat(store().recount(user))
          .satisfies(
              recount -> {
                assertThat(recount.corrected()).as("conversations of %d", user).isZero();
                assertThat(recount.before()).as("total of %d", user).isEqualTo(recount.after());
              });
      assertThat(state().head(user)).isEqualTo(head);
      List<Long> changed =
          state()
              .all(
                  "select changed_low from conversation where low_id = ? and low_id <> high_id and"
                      + " changed_low > 0 union all select changed_high from conversation where"
                      + " high_id = ? and changed_high > 0",
                  user,
                  user);
      assertThat(changed).doesNotHaveDuplicates().allMatch(change -> change <= head);
    }
    assertThat(
            state()
                .all(
                    "select u.message_id from unread u where not exists (select 1 from message m"
                        + " where m.id = u.message_id and m.content <> '')"))
        .isEmpty();
    assertThat(
            state()
                .all(
                    "select message_id from recall r where not exists (select 1 from message m"
                        + " where m.id = r.message_id and m.content = '')"))
        .isEmpty();
  }

  private Optional<Done> delete(OffsetDateTime before) {
    state().update("update retention set due_at = 0");
    return new RetentionStore(database()).step(before);
  }

  /** Until there is nothing old; what users are told. */
  private List<Change> deleteAll() {
    List<Change> told = new ArrayList<>();
    for (Done done = delete(LIMIT).orElseThrow();
        done.isWork();
        done = delete(LIMIT).orElseThrow()) {
      told.addAll(done.changes());
      assertCounted();
    }
    return told;
  }

  final void attach(long messageId, long file) {
    state()
        .update(
            "insert into file (id, owner_id, name, size, received, is_complete, created_at)"
                + " select ?, "
                + A
                + ", 'a', 5, 5, true, current_timestamp"
                + " where not exists (select 1 from file where id = "
                + file
                + ")",
            file);
    state().update("insert into attachment values (?, 0, ?)", messageId, file);
  }

  private List<Long> files() {
    return state().all("select id from file order by id");
  }

  @Test
  @DisplayName("a step that ends with an error of the JVM leaves nothing of what it has done")
  void rolledBackAfterAnError() {
    long id = add(A, B, NEW);
    assertThatThrownBy(
            () ->
                database()
                    .commit(
                        statements -> {
                          statements.run("delete from unread");
                          throw new StackOverflowError();
                        }))
        .isInstanceOf(StackOverflowError.class);
    assertThat(state().all("select message_id from unread where recipient_id = ?", B)).contains(id);
  }

  @Test
  @DisplayName("deletes the files of what is old, unless another message carries them")
  void filesOfOld() {
    attach(add(A, B, OLD), 100);
    attach(add(A, B, OLD), 101);
    attach(add(A, B, NEW), 101);
    deleteAll();
    assertThat(files()).containsExactly(101L);
    assertThat(state().all("select file_id from attachment")).containsExactly(101L);
    state().update("delete from attachment");
    state().update("delete from file");
  }

  @Test
  @DisplayName("deletes what is old, read or not, and nothing else")
  void old() {
    long read = add(A, B, OLD);
    add(A, B, OLD);
    long recalled = add(B, A, OLD);
    add(0, B, OLD);
    add(B, B, OLD);
    add(C, A, OLD);
    long kept = add(A, B, NEW);
    read(B, read);
    store().recall(B, recalled, OLD, NEW);
    long headOfC = state().head(C);
    long headOfA = state().head(A);
    List<Change> told = deleteAll();

    assertThat(state().all("select id from message")).containsExactly(kept);
    assertThat(state().all("select message_id from recall")).isEmpty();
    assertThat(state().all("select message_id from notice")).isEmpty();
    assertThat(state().unread(B)).containsExactly(kept);
    assertThat(state().unread(A)).isEmpty();
    assertThat(state().last(A, B)).isEqualTo(kept);
    assertThat(state().last(B, A)).isEqualTo(kept);
    assertThat(state().last(B, 0)).isZero();
    assertThat(state().last(B, B)).isZero();
    assertThat(state().last(A, C)).isZero();
    assertThat(state().last(C, A)).isZero();
    assertThat(state().readUpTo(B, A)).isEqualTo(read);
    assertThat(state().changed(C, A)).isEqualTo(headOfC + 1);
    assertThat(state().changed(A, C)).as("and nothing changed for A with B").isEqualTo(headOfA + 1);
    assertThat(told).contains(new Untold(C, headOfC + 1), new Untold(A, headOfA + 1));
  }

  @Test
  @DisplayName("keeps what users have set, and who has written to whom, where no message is left")
  void oldSettings() {
    add(A, B, OLD);
    store().set(B, A, new SettingsChange(true, true, true, null));
    add(A, B, OLD); // silenced
    deleteAll();
    assertThat(state().all("select id from message")).isEmpty();
    assertThat(
            state()
                .all(
                    "select sent_low from conversation where low_id = ? and blocked_by_high and"
                        + " muted_by_high and pinned_by_high",
                    A))
        .containsExactly(2L);
    assertThat(state().last(A, B)).isZero();
    long seen = add(A, C, NEW);
    assertThat(state().last(C, A)).isEqualTo(seen);
    assertCounted();
  }

  @Test
  @DisplayName("deletes some hundred at a time, with pauses, and has come back to them")
  void oldInSteps() {
    add(A, B, OLD, RetentionStore.STEP);
    add(C, B, OLD, RetentionStore.STEP + 7);
    long begun = database().commit(step -> step.numbers("select " + StepDatabase.NOW).get(0));
    assertThat(delete(LIMIT).orElseThrow().messages()).isEqualTo(RetentionStore.STEP);
    assertCounted();
    assertThat(state().all("select due_at from retention").get(0))
        .isGreaterThanOrEqualTo(begun + RetentionStore.PAUSE.toMillis());
    state().update("update retention set due_at = 9007199254740991");
    assertThat(new RetentionStore(database()).step(LIMIT)).as("a pause").isEmpty();
    assertThat(state().total(B)).isEqualTo(RetentionStore.STEP + 7);
    assertThat(delete(LIMIT).orElseThrow().messages()).isEqualTo(RetentionStore.STEP);
    assertThat(delete(LIMIT).orElseThrow().messages()).isEqualTo(7);
    assertThat(delete(LIMIT).orElseThrow().isWork()).isFalse();
    assertThat(state().total(B)).isZero();
    assertCounted();
  }

  @Test
  @DisplayName("forgets that something is to be seen only where nothing is left unread")
  void oldUnseen() {
    add(A, B, OLD);
    add(C, B, OLD);
    add(A, C, OLD);
    add(C, B, NEW);
    add(A, C, NEW);
    state()
        .update(
            "insert into unseen (recipient_id, sender_id, due_at) values (11, 3, current_timestamp)");
    for (long sender : List.of(A, C)) {
      state()
          .update(
              "insert into unseen (recipient_id, sender_id, due_at) values (5, ?,"
                  + " current_timestamp)",
              sender);
    }
    deleteAll();
    assertThat(state().unseen()).containsExactly("5 of 11", "11 of 3");
  }

  @Test
  @DisplayName("stops at the first that is not old, whatever comes after it")
  void oldAfterNew() {
    long first = add(A, B, OLD);
    long second = add(A, B, NEW);
    long third = add(A, B, OLD);
    deleteAll();
    assertThat(state().all("select id from message order by id"))
        .doesNotContain(first)
        .containsExactly(second, third);
  }

  @Test
  @DisplayName("agrees with what others write, read and recall meanwhile")
  void besideWriters() throws Exception {
    ExecutorService threads = Executors.newFixedThreadPool(3);
    try {
      List<Future<?>> writers = new ArrayList<>();
      for (int seed = 1; seed <= 3; seed++) {
        int own = seed;
        writers.add(threads.submit(() -> new RandomWriter(store(), own).write(40)));
      }
      int steps = 0;
      while (writers.stream().anyMatch(writer -> !writer.isDone())) {
        // Sometimes all that there is, at others an erasure.
        if (steps++ % 3 == 0) {
          delete(LIMIT);
        } else {
          erase(A, OLD.plusSeconds(steps));
        }
      }
      for (Future<?> writer : writers) {
        writer.get(60, TimeUnit.SECONDS);
      }
      assertCounted();
      assertThat(steps).isPositive();
    } finally {
      threads.shutdownNow();
    }
  }

  // Erasing.

  private ErasureStore erasures() {
    return new ErasureStore(database());
  }

  static ModerationStep step(long user, OffsetDateTime at) {
    return ModerationStep.of(
            new UserPrincipal(0, null, null, at.toInstant().plusSeconds(60)),
            at,
            Action.ERASE,
            "asked")
        .onUser(user);
  }

  final List<Change> erase(long user, OffsetDateTime at) {
    erasures().start(user, step(user, at));
    return eraseToTheEnd(at.plus(ErasureStore.SETTLED));
  }

  private List<Change> eraseToTheEnd(OffsetDateTime at) {
    List<Change> told = new ArrayList<>();
    Optional<Done> done;
    do {
      done = erasures().step(at);
      done.ifPresent(each -> told.addAll(each.changes()));
    } while (done.isPresent());
    return told;
  }

  private @Nullable String content(long id) {
    List<String> found = state().texts("select content from message where id = ?", id);
    return found.isEmpty() ? null : found.get(0);
  }

  @Test
  @DisplayName("erases the files that a user has sent, and those that he has not")
  void filesOfErased() {
    attach(add(A, B, NEW), 100);
    attach(add(B, A, NEW), 101);
    state().update("update file set owner_id = ? where id = 101", B);
    state()
        .update(
            "insert into file (id, owner_id, name, size, received, created_at)"
                + " values (102, ?, 'a', 5, 1, current_timestamp)",
            A);
    erase(A, NEW);
    assertThat(files()).containsExactly(101L);
    state().update("delete from attachment");
    state().update("delete from file");
  }

  @Test
  @DisplayName("erases what a user has written, for both, and leaves what others have")
  void erased() {
    long read = add(A, B, OLD);
    long unread = add(A, B, OLD);
    long ofOther = add(B, A, OLD);
    long note = add(A, A, OLD);
    long toThird = add(A, C, OLD);
    store().set(C, A, SettingsChange.block(true));
    long silenced = add(A, C, OLD);
    read(B, read);
    long headOfB = state().head(B);
    long headOfC = state().head(C);
    state()
        .update(
            "insert into im_user (id, name, search_name, updated_at) values (3, 'A', 'a',"
                + " current_timestamp)");
    List<Change> told = erase(A, NEW);
    assertCounted();

    for (long own : List.of(read, unread, note, toThird, silenced)) {
      assertThat(content(own)).isEmpty();
      assertThat(state().all("select id from recall where message_id = ?", own)).hasSize(1);
    }
    assertThat(content(ofOther)).isEqualTo("text");
    assertThat(state().unread(A)).containsExactly(ofOther);
    assertThat(state().unread(B)).isEmpty();
    assertThat(state().total(C)).isZero();
    assertThat(state().head(B)).as("one change").isEqualTo(headOfB + 1);
    assertThat(state().changed(B, A)).isEqualTo(headOfB + 1);
    assertThat(state().head(C)).as("what was silenced is none").isEqualTo(headOfC + 1);
    assertThat(told)
        .containsExactlyInAnyOrder(
            new Untold(B, headOfB + 1), new Untold(C, headOfC + 1), new ProfileChanged(A));
    assertThat(state().all("select id from im_user")).isEmpty();
    assertThat(state().steps(A)).containsExactly("erase: asked", "erased: asked");
    Erasure erasure = erasures().find(A).orElseThrow();
    assertThat(erasure.messages()).isEqualTo(5);
    assertThat(erasure.isFinished()).isTrue();
    assertThat(state().readUpTo(B, A)).isEqualTo(read);
    // A retry of what was erased is one, and brings nothing back.
    NewMessage again = new NewMessage(new DedupeKey(A, "k0"), B, "text", "", NEW, null);
    assertThat(store().add(List.of(again), SiteRules.OPEN).get(0))
        .isInstanceOf(Outcome.Duplicate.class);
    assertThat(content(read)).isEmpty();
  }

  @Test
  @DisplayName("erases some hundred messages at a time, and goes on after a kill where it was")
  void erasedInSteps() {
    List<Long> ids = add(A, B, OLD, ErasureStore.STEP);
    add(A, B, OLD, ErasureStore.STEP + 7);
    read(B, ids.get(3));
    store().recall(A, ids.get(5), OLD, NEW);
    erasures().start(A, step(A, NEW));
    assertThat(state().steps(A)).hasSize(1);
    erasures().start(A, step(A, NEW.plusHours(1)));
    assertThat(state().steps(A)).as("it is going on").hasSize(1);
    assertThat(erasures().step(NEW).orElseThrow().messages()).isEqualTo(ErasureStore.STEP - 1);
    assertCounted();
    assertThat(state().count(B, A)).isEqualTo(ErasureStore.STEP + 7);
    assertThat(erasures().find(A).orElseThrow().messages()).isEqualTo(ErasureStore.STEP - 1);
    assertThat(erasures().find(A).orElseThrow().isFinished()).isFalse();
    assertThat(erasures().step(NEW).orElseThrow().messages()).isEqualTo(ErasureStore.STEP);
    assertCounted();
    assertThat(erasures().step(NEW).orElseThrow().messages()).isEqualTo(7);
    assertThat(state().total(B)).isZero();
    eraseToTheEnd(NEW);
    assertThat(erasures().find(A).orElseThrow().isFinished()).as("not settled").isFalse();
    eraseToTheEnd(NEW.plus(ErasureStore.SETTLED));
    assertThat(erasures().find(A).orElseThrow().isFinished()).isTrue();
    assertThat(state().all("select id from message where content <> ''")).isEmpty();
    assertThat(erasures().find(B)).isEmpty();
    assertCounted();
  }

  @Test
  @DisplayName("erases what a user has set, and leaves what others have set for him")
  void erasedSettings() {
    add(A, B, OLD);
    add(C, B, OLD);
    add(40, 12, OLD);
    store().set(B, A, new SettingsChange(null, true, true, true));
    store().set(B, C, SettingsChange.block(true));
    store().set(A, B, SettingsChange.block(true));
    store().setStrangerQuota(B, 1);
    store().setStrangerQuota(C, 2);
    state()
        .update(
            "insert into new_recipient (sender_id, recipient_id, began_at) values (5, 3,"
                + " current_timestamp)");
    state()
        .update(
            "insert into unseen (recipient_id, sender_id, due_at) values (5, 3,"
                + " current_timestamp)");
    long head = state().head(B);
    erase(B, NEW);
    assertThat(
            state()
                .all(
                    "select low_id from conversation where blocked_by_high or muted_by_high or"
                        + " pinned_by_high or hidden_to_high > 0 or low_id = 5 and blocked_by_low"))
        .isEmpty();
    assertThat(state().all("select low_id from conversation where blocked_by_low"))
        .containsExactly(A);
    assertThat(state().all("select user_id from user_state where stranger_quota is not null"))
        .containsExactly(C);
    assertThat(state().all("select sender_id from new_recipient")).isEmpty();
    assertThat(state().unseen()).isEmpty();
    assertThat(state().head(B)).isEqualTo(head + 2);
    assertCounted();
  }

  @Test
  @DisplayName(
      "leaves the copies of open reports, and takes a user's texts out of those that are closed")
  void erasedReports() {
    for (int i = 1; i <= 4; i++) {
      long reporter = i % 2 == 0 ? A : B;
      state()
          .update(
              "insert into report (id, reporter_id, reported_id, reason, reporter_text, created_at,"
                  + " is_open, note) values (?, ?, ?, 'spam', 'said', current_timestamp, "
                  + (i > 2)
                  + ", '')",
              i,
              reporter,
              A + B - reporter);
      for (long sender : List.of(A, B)) {
        state()
            .update(
                "insert into reported_message (report_id, message_id, sender_id, recipient_id,"
                    + " content, client_timestamp, sent_at, is_named) values (?, ?, ?, ?, 'text',"
                    + " '', current_timestamp, true)",
                i,
                sender,
                sender,
                A + B - sender);
      }
    }
    erase(A, NEW);
    assertThat(
            state().texts("select report_id || ' ' || sender_id from reported_message order by 1"))
        .containsExactly("1 5", "2 5", "3 3", "3 5", "4 3", "4 5");
    assertThat(state().all("select id from report where reporter_text = 'said' order by id"))
        .containsExactly(1L, 3L, 4L);
  }

  @Test
  @DisplayName("has two erased side by side, the shorter one first")
  void two() {
    add(A, C, OLD, ErasureStore.STEP + 1);
    add(B, C, OLD);
    erasures().start(A, step(A, NEW));
    erasures().step(NEW);
    erasures().start(B, step(B, NEW.plusSeconds(1)));
    for (int i = 0; i < 6; i++) {
      erasures().step(NEW.plusSeconds(10));
    }
    assertThat(erasures().find(B).orElseThrow().isFinished()).isTrue();
    assertThat(erasures().find(A).orElseThrow().isFinished()).isFalse();
    store().suspend(A, SuspensionScope.ALL, NEW.plusDays(9), step(A, NEW).as(Action.SUSPEND));
    eraseToTheEnd(NEW.plusSeconds(10));
    assertThat(erasures().find(A).orElseThrow().isFinished()).isTrue();
    assertCounted();
  }

  // Importing.

  private static ImportedMessage old(
      long sender, long recipient, String id, OffsetDateTime at, boolean read) {
    return new ImportedMessage(sender, recipient, id, "text of " + id, at, read);
  }

  private List<ImportOutcome> importAll(ImportedMessage... messages) {
    return new ImportStore(database()).add(List.of(messages)).outcomes();
  }

  private List<String> imported() {
    return state()
        .texts(
            "select sender_id || ' ' || recipient_id || ' ' || content || ' ' || client_timestamp"
                + " from message order by id");
  }

  @Test
  @DisplayName("imports messages with their times, read or not, in their order, each once")
  void imports() {
    List<ImportedMessage> messages =
        List.of(
            old(A, B, "1", OLD, true),
            old(B, A, "1", OLD.plusSeconds(1), true),
            old(A, B, "2", OLD.plusSeconds(1), false),
            old(A, B, "3", OLD.plusSeconds(2), true),
            old(0, B, "4", OLD, false),
            old(B, B, "5", OLD, false),
            old(C, A, "6", OLD.minusYears(50), true));
    ImportStore.Added added = new ImportStore(database()).add(messages);
    assertThat(added.outcomes()).hasSize(7).containsOnly(ImportOutcome.IMPORTED);
    assertCounted();
    String time = Long.toString(OLD.toInstant().toEpochMilli());
    assertThat(imported())
        .hasSize(7)
        .startsWith(A + " " + B + " text of 1 " + time)
        .endsWith(C + " " + A + " text of 6 " + OLD.minusYears(50).toInstant().toEpochMilli());
    List<Long> ids = state().all("select id from message order by id");
    assertThat(state().unread(B)).containsExactly(ids.get(2), ids.get(4), ids.get(5));
    assertThat(state().total(A)).isZero();
    assertThat(state().readUpTo(B, A)).as("before the unread one").isEqualTo(ids.get(0));
    assertThat(state().readUpTo(A, B)).isEqualTo(ids.get(1));
    assertThat(state().last(A, B)).isEqualTo(ids.get(3));
    assertThat(state().last(B, 0)).isEqualTo(ids.get(4));
    assertThat(state().head(B)).as("a change for each conversation").isEqualTo(3);
    assertThat(state().head(A)).isEqualTo(2);
    assertThat(added.changes())
        .containsExactly(new Untold(A, 1), new Untold(B, 1), new Untold(C, 1));

    assertThat(new ImportStore(database()).add(messages).outcomes())
        .hasSize(7)
        .containsOnly(ImportOutcome.PRESENT);
    assertThat(new ImportStore(database()).add(messages).changes()).isEmpty();
    assertThat(imported()).hasSize(7);
    assertThat(state().head(B)).isEqualTo(3);
    read(B, ids.get(2));
    assertThat(state().readUpTo(B, A)).isEqualTo(ids.get(3));
    assertCounted();
  }

  @Test
  @DisplayName("imports nothing older than the last message of its conversation")
  void importsInOrder() {
    assertThat(
            importAll(
                old(A, B, "1", OLD.plusSeconds(2), true),
                old(B, A, "2", OLD.plusSeconds(1), true),
                old(A, C, "3", OLD, true),
                old(B, A, "4", OLD.plusSeconds(2), true)))
        .containsExactly(
            ImportOutcome.IMPORTED,
            ImportOutcome.OUT_OF_ORDER,
            ImportOutcome.IMPORTED,
            ImportOutcome.IMPORTED);
    store().set(C, A, SettingsChange.block(true));
    long sent = add(A, C, NEW); // silenced
    assertThat(importAll(old(C, A, "5", NEW.minusSeconds(1), false)))
        .containsExactly(ImportOutcome.OUT_OF_ORDER);
    assertThat(importAll(old(A, C, "6", NEW, false)))
        .as("blocked or not")
        .containsExactly(ImportOutcome.IMPORTED);
    assertThat(state().last(C, A)).isGreaterThan(sent);
    assertCounted();
  }

  @Test
  @DisplayName("imports an id of another system once, and takes it for none of a client's")
  void importsIds() {
    NewMessage own =
        new NewMessage(
            DedupeKey.of(A, new SendMessage(null, B, "text", "", "1")), B, "text", "", OLD, null);
    store().add(List.of(own), SiteRules.OPEN);
    assertThat(
            importAll(
                old(A, B, "1", NEW, true),
                old(A, B, "1", NEW, false),
                old(A, C, "1", NEW, true),
                new ImportedMessage(A, B, "1", "other", NEW, true)))
        .containsExactly(
            ImportOutcome.IMPORTED,
            ImportOutcome.PRESENT,
            ImportOutcome.REUSED_ID,
            ImportOutcome.REUSED_ID);
    assertThat(importAll(old(A, C, "1", NEW, true), old(A, B, "1", NEW, true)))
        .containsExactly(ImportOutcome.REUSED_ID, ImportOutcome.PRESENT);
    assertThat(store().add(List.of(own), SiteRules.OPEN).get(0))
        .isInstanceOf(Outcome.Duplicate.class);
    erase(A, NEW);
    assertThat(importAll(old(A, B, "1", NEW, true), old(A, B, "9", NEW, true)))
        .as("what was erased does not come again")
        .containsExactly(ImportOutcome.PRESENT, ImportOutcome.ERASED_SENDER);
    assertCounted();
  }

  @Test
  @DisplayName("makes nobody a stranger of whom he has written to in another system")
  void importsAcquaintance() {
    importAll(old(A, B, "1", OLD, true), old(B, B, "2", OLD, true));
    assertThat(state().all("select sent_low from conversation order by high_id, low_id"))
        .containsExactly(1L, 1L);
    SiteRules strict = new SiteRules(0, SiteRules.NO_BOUND, true);
    assertThat(
            store()
                .add(
                    List.of(
                        new NewMessage(new DedupeKey(B, "x"), A, "text", "", NEW, null),
                        new NewMessage(new DedupeKey(C, "x"), A, "text", "", NEW, null)),
                    strict))
        .satisfiesExactly(
            outcome -> assertThat(outcome).isInstanceOf(Stored.class),
            outcome -> assertThat(outcome).isNotInstanceOf(Stored.class));
  }

  @Test
  @DisplayName("imports the same from two sides at once, each once, beside others who write")
  void importsAtOnce() throws Exception {
    List<List<ImportedMessage>> batches = new ArrayList<>();
    for (int i = 0; i < 10; i++) {
      List<ImportedMessage> batch = new ArrayList<>();
      for (int j = 0; j < 50; j++) {
        long sender = List.of(A, B, C, 0L, 12L).get((i + j) % 5);
        long recipient = List.of(B, 40L, A, C).get(j % 4);
        batch.add(old(sender, recipient, i + "." + j, NEW.plusYears(1).plusSeconds(i), j % 3 > 0));
      }
      batches.add(batch);
    }
    ExecutorService threads = Executors.newFixedThreadPool(3);
    try {
      Callable<Long> importing =
          () ->
              batches.stream()
                  .flatMap(batch -> new ImportStore(database()).add(batch).outcomes().stream())
                  .filter(outcome -> outcome == ImportOutcome.IMPORTED)
                  .count();
      Future<Long> one = threads.submit(importing);
      Future<Long> other = threads.submit(importing);
      Future<?> writer = threads.submit(() -> new RandomWriter(store(), 9).write(30));
      long stored = one.get(60, TimeUnit.SECONDS) + other.get(60, TimeUnit.SECONDS);
      writer.get(60, TimeUnit.SECONDS);
      assertThat(stored).isEqualTo(500);
      assertThat(state().all("select count(*) from message where dedupe_key like '~%'"))
          .containsExactly(500L);
      assertCounted();
    } finally {
      threads.shutdownNow();
    }
  }
}
