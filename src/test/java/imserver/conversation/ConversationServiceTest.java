package imserver.conversation;

import static imserver.message.TestMessages.ALICE;
import static imserver.message.TestMessages.BOB;
import static org.assertj.core.api.Assertions.assertThat;

import imserver.config.Configs;
import imserver.conversation.ConversationListPage.Bookmark;
import imserver.directory.UserDirectory;
import imserver.directory.UserProfile;
import imserver.message.Conversation;
import imserver.message.TestMessages;
import imserver.packet.Response.ConversationState;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.LongStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

@DisplayName("Users read")
class ConversationServiceTest {

  /** A user of whom nothing is stored at first. */
  private static final long USER = 1;

  /** What is done once, after the next query for conversations, for messages, or for the last. */
  private final Then afterNewest = new Then();

  private final Then afterDirection = new Then();
  private final Then afterLastId = new Then();

  private final ConversationRepository conversations =
      new ConversationRepository() {
        @Override
        List<Conversation> newest(long user, long aboveId, long belowId, int limit) {
          return afterNewest.after(super.newest(user, aboveId, belowId, limit));
        }

        @Override
        List<StoredMessage> newestOf(
            long sender, long recipient, long aboveId, long belowId, int limit) {
          return afterDirection.after(super.newestOf(sender, recipient, aboveId, belowId, limit));
        }

        @Override
        List<StoredMessage> oldestOf(
            long sender, long recipient, long aboveId, long belowId, int limit) {
          return afterDirection.after(super.oldestOf(sender, recipient, aboveId, belowId, limit));
        }

        @Override
        List<Long> newestIds(long sender, long recipient, long belowId, int limit) {
          return afterDirection.after(super.newestIds(sender, recipient, belowId, limit));
        }

        @Override
        long head(long user) {
          return afterHead.after(super.head(user));
        }

        @Override
        long lastId(long user) {
          return afterLastId.after(super.lastId(user));
        }
      };

  private final Then afterHead = new Then();

  /** Something that is done once, after a query. */
  private static final class Then {

    @Nullable Runnable task;

    <T> T after(T found) {
      Runnable now = task;
      task = null;
      if (now != null) {
        now.run();
      }
      return found;
    }
  }

  /** What the directory knows. */
  private final Map<Long, UserProfile> profiles = new HashMap<>();

  private final UserDirectory directory =
      new UserDirectory() {
        @Override
        public Map<Long, UserProfile> find(Set<Long> userIds) {
          Map<Long, UserProfile> found = new HashMap<>(profiles);
          found.keySet().retainAll(userIds);
          return found;
        }
      };

  private final ConversationService service =
      new ConversationService(conversations, directory, Configs.with());
  private final TestMessages stored;
  private int count;

  ConversationServiceTest() throws ReflectiveOperationException {
    stored = new TestMessages(ConversationRepository.class, conversations);
  }

  @AfterEach
  void close() {
    stored.close();
  }

  private long send(long sender, long recipient) {
    return stored.add(sender, recipient, "m" + count++, null);
  }

  @Nested
  @DisplayName("what has changed,")
  class Changes {

    private ConversationChanges changes(long since, int limit) {
      return service.changesSince(USER, since, limit).orElseThrow();
    }

    private List<Long> others(ConversationChanges changes) {
      return changes.conversations().stream().map(ConversationState::otherId).toList();
    }

    @Test
    @DisplayName("each conversation once, the one that changed last at the end, on both sides")
    void ascending() {
      long high = 9;
      send(2, USER);
      send(USER, high);
      send(2, USER);
      ConversationChanges all = changes(0, 10);
      assertThat(others(all)).containsExactly(high, 2L);
      assertThat(all.conversations()).extracting(ConversationState::change).containsExactly(2L, 3L);
      assertThat(all.next()).isEqualTo(3);
      assertThat(all.more()).isFalse();
      assertThat(others(changes(2, 10))).containsExactly(2L);
      assertThat(others(changes(3, 10))).isEmpty();
      assertThat(service.changesSince(USER, 4, 10)).isEmpty();
    }

    @Test
    @DisplayName("in parts")
    void parts() {
      LongStream.rangeClosed(2, 6).forEach(other -> send(other, USER));
      ConversationChanges part = changes(0, 2);
      assertThat(others(part)).containsExactly(2L, 3L);
      assertThat(part.more()).isTrue();
      assertThat(part.next()).isEqualTo(2);
      assertThat(part.head()).isEqualTo(5);
      assertThat(others(changes(part.next(), 10))).containsExactly(4L, 5L, 6L);
    }

    @Test
    @DisplayName("in shorter parts where texts are long")
    void longTexts() {
      LongStream.rangeClosed(2, 60)
          .forEach(other -> stored.add(other, USER, other + "x".repeat(4000), null));
      ConversationChanges part = changes(0, 100);
      assertThat(part.conversations()).hasSizeBetween(16, 32);
      assertThat(part.more()).isTrue();
      assertThat(part.next()).isEqualTo(part.conversations().size());
    }

    @Test
    @DisplayName("and what changes meanwhile comes again")
    void meanwhile() {
      send(2, USER);
      afterHead.task = () -> send(USER, 9);
      ConversationChanges changes = changes(0, 10);
      assertThat(changes.next()).isEqualTo(1);
      assertThat(others(changes)).startsWith(2L);
      assertThat(others(changes(1, 10))).containsExactly(9L);
    }

    @Test
    @DisplayName("also a conversation that changes meanwhile, with what it was before")
    void movedMeanwhile() {
      long id = send(2, USER);
      stored.read(USER, id);
      afterHead.task = () -> send(2, USER);
      ConversationChanges changes = changes(0, 10);
      assertThat(changes.next()).isEqualTo(2);
      assertThat(changes.conversations().get(0).readUpTo()).isEqualTo(id);
      send(3, USER);
      afterHead.task = () -> send(3, USER);
      ConversationChanges part = changes(2, 1);
      assertThat(part.next()).as("no more than was there").isLessThanOrEqualTo(4);
      assertThat(others(changes(part.next(), 10))).contains(3L);
    }
  }

  @Test
  @DisplayName("not whether another has read what they sent, without receipts")
  void withoutReceipts() {
    ConversationService discreet =
        new ConversationService(conversations, directory, Configs.with("IMSERVER_RECEIPTS", "off"));
    stored.read(BOB, stored.first);
    stored.read(ALICE, stored.back);
    assertThat(
            discreet.messagesBefore(ALICE, BOB, Long.MAX_VALUE, 10, false).messages().stream()
                .filter(StoredMessage::isRead)
                .map(StoredMessage::id))
        .containsExactly(stored.back);
    assertThat(service.messagesBefore(ALICE, BOB, Long.MAX_VALUE, 10, false).messages())
        .filteredOn(StoredMessage::isRead)
        .hasSize(2);
    stored.read(BOB, stored.second);
    long last = send(ALICE, BOB);
    stored.read(BOB, last);
    assertThat(discreet.list(ALICE, null, 10).orElseThrow().conversations().get(0).last().isRead())
        .isFalse();
    assertThat(discreet.list(BOB, null, 10).orElseThrow().conversations())
        .allMatch(each -> each.last().senderId() != ALICE || each.last().isRead());
    assertThat(discreet.changesSince(ALICE, 0, 10).orElseThrow().conversations())
        .allMatch(each -> each.theyReadUpTo() == null);
  }

  @Nested
  @DisplayName("the list of their conversations,")
  class ListOfConversations {

    /** Conversations with 2, 3, ..., of which the last is the newest. */
    private void conversationsUpTo(long last) {
      LongStream.rangeClosed(2, last).forEach(other -> send(other, USER));
    }

    private ConversationListPage part(@Nullable Bookmark bookmark, int limit) {
      Optional<ConversationListPage> page = service.list(USER, bookmark, limit);
      assertThat(page).isPresent();
      return page.get();
    }

    private List<Long> others(ConversationListPage page) {
      return page.conversations().stream().map(each -> each.other().userId()).toList();
    }

    /** The others in all parts that follow on a bookmark, two by two. */
    private List<Long> rest(@Nullable Bookmark bookmark) {
      List<Long> others = new ArrayList<>();
      for (Bookmark next = bookmark; next != null; ) {
        ConversationListPage page = part(next, 2);
        assertThat(page.conversations()).hasSizeLessThanOrEqualTo(2);
        assertThat(others).as("there is an end").hasSizeLessThan(20);
        others.addAll(others(page));
        next = page.next();
      }
      return others;
    }

    @Test
    @DisplayName("newest first, in parts, up to the last")
    void parts() {
      conversationsUpTo(6);
      ConversationListPage first = part(null, 2);
      assertThat(others(first)).containsExactly(6L, 5L);
      assertThat(rest(first.next())).containsExactly(4L, 3L, 2L);
      assertThat(part(null, 5).next()).as("there is no more").isNull();
      assertThat(part(null, 4).next()).isNotNull();
    }

    @Test
    @DisplayName("with the newest message, what is unread, and the other one's name, if it has one")
    void summaries() {
      profiles.put(3L, new UserProfile(3, "Carol", null));
      send(2, USER);
      send(3, USER);
      long last = send(3, USER);
      send(USER, 4);
      List<ConversationSummary> found = part(null, 10).conversations();
      assertThat(found)
          .extracting(each -> each.other().displayName())
          .containsExactly("4", "Carol", "2");
      assertThat(found).extracting(ConversationSummary::unread).containsExactly(0L, 2L, 1L);
      assertThat(found.get(1).last().id()).isEqualTo(last);
    }

    @Test
    @DisplayName(
        "as it was when they began, where messages come meanwhile: each once, none missing")
    void moved() {
      conversationsUpTo(6);
      ConversationListPage first = part(null, 2);
      long newest = send(3, USER); // is still to be shown
      send(6, USER); // was shown
      send(7, USER); // is new
      ConversationListPage second = part(first.next(), 2);
      assertThat(others(second)).containsExactly(4L, 3L);
      assertThat(second.conversations().get(1).last().id())
          .as("at its old place with its newest message")
          .isEqualTo(newest);
      assertThat(rest(second.next())).containsExactly(2L);
    }

    @Test
    @DisplayName("each once, also where one comes to the top while the first part is being read")
    void movedDuringFirstPart() {
      conversationsUpTo(4);
      afterLastId.task = () -> send(2, USER);
      ConversationListPage first = part(null, 2);
      assertThat(others(first)).containsExactly(2L, 4L);
      assertThat(rest(first.next())).containsExactly(3L);
    }

    @Test
    @DisplayName("none missing, also where one comes to the top while a later part is being read")
    void movedDuringNextPart() {
      conversationsUpTo(6);
      Bookmark bookmark = part(null, 2).next();
      afterNewest.task = () -> send(4, USER);
      assertThat(rest(bookmark)).containsExactly(4L, 3L, 2L);
    }

    @Test
    @DisplayName("from the beginning again, where very many conversations have come to the top")
    void tooManyMoved() {
      conversationsUpTo(4);
      Bookmark bookmark = part(null, 2).next();
      assertThat(bookmark).isNotNull();
      stored
          .entities()
          .createNativeQuery(
              """
              insert into conversation (low_id, high_id, last_low, last_high, changed_low, changed_high)
              select 1, 1000 + n.x, 1000000 + n.x, 1000000 + n.x, 1, 1 from system_range(1, ?1) as n (x)
              """)
          .setParameter(1, ConversationService.MAX_MOVED)
          .executeUpdate();
      assertThat(service.list(USER, bookmark, 2)).isPresent();
      send(3, USER);
      assertThat(service.list(USER, bookmark, 2)).isEmpty();
    }

    @Test
    @DisplayName("without those whose newest message an operator has deleted")
    void deleted() {
      conversationsUpTo(4);
      stored
          .entities()
          .createNativeQuery("delete from message where sender_id = 3")
          .executeUpdate();
      assertThat(others(part(null, 10))).containsExactly(4L, 2L);
    }

    @Test
    @DisplayName("and a numbered part of those with other users")
    void withUsers() {
      conversationsUpTo(5);
      send(0, USER);
      assertThat(service.withUsers(USER, 0, 2))
          .extracting(each -> each.other().userId())
          .containsExactly(5L, 4L);
      assertThat(service.withUsers(USER, 2, 10))
          .extracting(each -> each.other().userId())
          .containsExactly(3L, 2L);
    }
  }

  @Test
  @DisplayName("the name of the other one, if they have a conversation, and else no name")
  void otherOf() {
    for (long user : List.of(USER, ALICE, BOB, 7L)) {
      profiles.put(user, new UserProfile(user, "name of " + user, null));
    }
    assertThat(service.otherOf(ALICE, BOB).name()).isEqualTo("name of 20");
    assertThat(service.otherOf(ALICE, 7)).isEqualTo(UserProfile.unknown(7));
    assertThat(service.otherOf(USER, USER).name()).as("of oneself").isEqualTo("name of 1");
    send(ALICE, 8);
    assertThat(service.otherOf(ALICE, 8)).isEqualTo(UserProfile.unknown(8));
  }

  @Nested
  @DisplayName("the history of a conversation,")
  class History {

    private List<Long> ids(MessagePage page) {
      return page.messages().stream().map(StoredMessage::id).toList();
    }

    @Test
    @DisplayName("newest first, by numbered parts")
    void numbered() {
      MessagePage page = service.messagesFromNewest(BOB, ALICE, 0, 2);
      assertThat(ids(page)).containsExactly(stored.back, stored.second);
      assertThat(page.more()).isTrue();
      page = service.messagesFromNewest(BOB, ALICE, 2, 2);
      assertThat(ids(page)).containsExactly(stored.first);
      assertThat(page.more()).isFalse();
      assertThat(service.messagesFromNewest(BOB, ALICE, 0, 3).more()).isFalse();
    }

    @Test
    @DisplayName("newest first, backwards from a message")
    void backwards() {
      MessagePage page = service.messagesBefore(BOB, ALICE, Long.MAX_VALUE, 2, false);
      assertThat(ids(page)).containsExactly(stored.back, stored.second);
      assertThat(page.more()).isTrue();
      page = service.messagesBefore(BOB, ALICE, stored.second, 2, false);
      assertThat(ids(page)).containsExactly(stored.first);
      assertThat(page.more()).isFalse();
      assertThat(service.messagesBefore(BOB, ALICE, Long.MAX_VALUE, 3, false).more()).isFalse();
    }

    @Test
    @DisplayName("onwards from a message: those that followed it at once, newest first")
    void onwards() {
      MessagePage page = service.messagesAfter(BOB, ALICE, 0, 2, false);
      assertThat(ids(page)).containsExactly(stored.second, stored.first);
      assertThat(page.more()).isTrue();
      page = service.messagesAfter(BOB, ALICE, stored.second, 2, false);
      assertThat(ids(page)).containsExactly(stored.back);
      assertThat(page.more()).isFalse();
      assertThat(service.messagesAfter(BOB, ALICE, 0, 3, false).more()).isFalse();
    }

    @Test
    @DisplayName("without what comes while it is read, of which the page would show a part only")
    void cameMeanwhile() {
      Runnable bothWrite =
          () -> {
            send(ALICE, BOB);
            send(BOB, ALICE);
          };
      List<Long> all = List.of(stored.back, stored.second, stored.first);
      afterDirection.task = bothWrite;
      assertThat(ids(service.messagesBefore(BOB, ALICE, Long.MAX_VALUE, 10, false))).isEqualTo(all);
      long end =
          service.messagesBefore(BOB, ALICE, Long.MAX_VALUE, 1, false).messages().get(0).id();
      afterDirection.task = bothWrite;
      assertThat(ids(service.messagesAfter(BOB, ALICE, 0, 10, false))).startsWith(end).hasSize(5);
      afterDirection.task = bothWrite;
      assertThat(ids(service.messagesFromNewest(BOB, ALICE, 0, 10))).hasSize(7);
    }

    @Test
    @DisplayName("with themselves, each message once")
    void withOneself() {
      long note = send(USER, USER);
      assertThat(ids(service.messagesFromNewest(USER, USER, 0, 10))).containsExactly(note);
      assertThat(ids(service.messagesBefore(USER, USER, Long.MAX_VALUE, 10, false)))
          .containsExactly(note);
      assertThat(ids(service.messagesAfter(USER, USER, 0, 10, false))).containsExactly(note);
    }

    @Test
    @DisplayName("and nothing of a conversation of others")
    void ofOthers() {
      assertThat(ids(service.messagesFromNewest(USER, ALICE, 0, 10))).isEmpty();
      assertThat(ids(service.messagesBefore(USER, ALICE, Long.MAX_VALUE, 10, false))).isEmpty();
      assertThat(ids(service.messagesAfter(USER, ALICE, 0, 10, false))).isEmpty();
    }
  }

  @Test
  @DisplayName("what they have not read, in all, of one sender, and of the system")
  void unread() {
    long another = stored.add(0, BOB, "another", null);
    assertThat(service.unread(BOB)).isEqualTo(new UnreadCount(4, 2));
    assertThat(service.unreadFrom(ALICE, BOB)).isEqualTo(2);
    assertThat(service.unreadIds(ALICE, BOB, Long.MAX_VALUE, 10))
        .containsExactly(stored.first, stored.second);
    assertThat(service.unreadIds(ALICE, BOB, Long.MAX_VALUE, 1)).containsExactly(stored.first);
    assertThat(service.unreadIds(ALICE, BOB, stored.first, 10)).containsExactly(stored.first);
    assertThat(service.unreadNotices(BOB, 10))
        .extracting(StoredNotice::id)
        .containsExactly(another, stored.notice);
    assertThat(service.unreadNotices(BOB, 1)).extracting(StoredNotice::id).containsExactly(another);

    stored.read(BOB, stored.first, stored.second, stored.notice, another);
    assertThat(service.unread(BOB)).isEqualTo(new UnreadCount(0, 0));
    assertThat(service.unreadFrom(ALICE, BOB)).isZero();
    assertThat(service.unreadIds(ALICE, BOB, Long.MAX_VALUE, 10)).isEmpty();
    assertThat(service.unreadNotices(BOB, 10)).isEmpty();
    assertThat(service.unreadFrom(BOB, ALICE)).as("of others").isEqualTo(1);
    assertThat(service.unreadIds(USER, BOB, Long.MAX_VALUE, 10)).isEmpty();
  }
}
