package imserver.message;

import imserver.message.Outcome.Duplicate;
import imserver.message.Outcome.Stored;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Writes as a server does, at random: batches of new messages and of what others, or it itself,
 * have sent already; and read-acks. Many write the same messages between the same few users at
 * once.
 */
final class RandomWriter {

  /** Who writes to each other, and the system, who is first. */
  static final List<Long> USERS = List.of(0L, 3L, 5L, 11L, 12L, 40L);

  private static final int MOST_IN_BATCH = 12;

  /** So far others may be behind or ahead of this writer in what they send. */
  private static final int SPREAD = 40;

  private final MessageStore store;
  private final Random random;
  private final Set<Long> seen = new HashSet<>();

  RandomWriter(MessageStore store, int seed) {
    this.store = store;
    this.random = new Random(seed);
  }

  /**
   * What came of one message or of one reading.
   *
   * @param kind {@code stored}, {@code known} or {@code read}
   * @param number which message it is of all that writers send, or the reader
   * @param id of the message, or the sender whose messages were read
   * @param senderChange the number of this change for the sender of the messages
   * @param recipientChange the same for the recipient, or reader
   */
  record Event(String kind, long number, long id, long senderChange, long recipientChange) {

    /** As another process writes it. */
    static Event parse(String line) {
      String[] parts = line.split(" ");
      return new Event(
          parts[0],
          Long.parseLong(parts[1]),
          Long.parseLong(parts[2]),
          Long.parseLong(parts[3]),
          Long.parseLong(parts[4]));
    }

    String text() {
      return Stream.of(number, id, senderChange, recipientChange)
          .map(String::valueOf)
          .collect(Collectors.joining(" ", kind + " ", ""));
    }

    long senderId() {
      return kind.equals("read") ? id : sender(number);
    }

    long recipientId() {
      return kind.equals("read") ? number : recipient(number);
    }
  }

  private static long sender(long number) {
    return USERS.get((int) (number % USERS.size()));
  }

  private static long recipient(long number) {
    return USERS.get(1 + (int) (number / USERS.size() % (USERS.size() - 1)));
  }

  /** The message with a number: the same from every writer. */
  static NewMessage newMessage(long number) {
    long sender = sender(number);
    return new NewMessage(
        new DedupeKey(sender, "n" + number),
        recipient(number),
        "text " + number,
        "",
        OffsetDateTime.of(2026, 1, 2, 3, 4, 5, 0, ZoneOffset.UTC),
        sender == 0 ? new NoticeDetails("title " + number, null) : null);
  }

  /** So many batches; what came of them. */
  List<Event> write(int batches) {
    List<Event> events = new ArrayList<>();
    for (int batch = 0; batch < batches; batch++) {
      long from = (long) batch * MOST_IN_BATCH;
      List<Long> numbers =
          random.longs(1 + random.nextInt(MOST_IN_BATCH), from, from + SPREAD).boxed().toList();
      add(numbers, events);
      if (random.nextBoolean()) {
        markRead(events);
      }
    }
    return events;
  }

  private void add(List<Long> numbers, List<Event> events) {
    List<Outcome> outcomes =
        store.add(numbers.stream().map(RandomWriter::newMessage).toList(), SiteRules.OPEN);
    for (int i = 0; i < numbers.size(); i++) {
      long number = numbers.get(i);
      if (outcomes.get(i) instanceof Stored stored) {
        events.add(
            new Event(
                "stored",
                number,
                stored.messageId(),
                stored.senderChange(),
                stored.recipientChange()));
        seen.add(stored.messageId());
      } else if (outcomes.get(i) instanceof Duplicate duplicate) {
        events.add(new Event("known", number, duplicate.messageId(), 0, 0));
        seen.add(duplicate.messageId());
      } else {
        throw new AssertionError(outcomes.get(i).toString());
      }
    }
  }

  /**
   * Some of the ids that this writer has seen, and some that others may be about to use, for every
   * reader: each knows which are his.
   */
  private void markRead(List<Event> events) {
    List<Long> ids = new ArrayList<>(seen);
    ids.sort(Comparator.reverseOrder());
    Set<Long> some = random.ints(8, 0, ids.size()).mapToObj(ids::get).collect(Collectors.toSet());
    some.addAll(random.longs(8, 1, SPREAD).map(ahead -> ids.get(0) + ahead).boxed().toList());
    Map<Long, Set<Long>> byReader =
        USERS.stream().skip(1).collect(Collectors.toMap(user -> user, user -> some));
    for (ReadMark mark : store.markRead(byReader, true)) {
      events.add(
          new Event(
              "read", mark.readerId(), mark.senderId(), mark.senderChange(), mark.readerChange()));
    }
  }
}
