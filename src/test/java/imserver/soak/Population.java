package imserver.soak;

import imserver.server.Users;
import imserver.soak.Device.Habit;
import imserver.soak.Reader.Manner;
import java.net.http.HttpClient;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

/**
 * The users of a run, who write to each other until they are told not to. Each reader has a device
 * at each server, to begin with, and each device a habit of its own.
 */
final class Population implements AutoCloseable {

  private static final int READERS = 24;
  private static final int WRITERS = 8;

  /** One in so many of the readers reads in haste, and one keeps all unread. */
  private static final int KINDS = 6;

  /** One message in so many may go to a user who keeps all: he gets it again at each connect. */
  private static final int TO_KEEPERS = 10;

  private static final Duration PAUSE = Duration.ofMillis(80);
  private static final Duration MARKING = Duration.ofMillis(300);

  private final HttpClient http = HttpClient.newHttpClient();
  private final ScheduledExecutorService timer = Executors.newScheduledThreadPool(2);
  private final List<Reader> readers = new ArrayList<>();
  private final List<Writer> writers = new ArrayList<>();

  Population(Site site, Journal journal, Random random) {
    for (int i = 0; i < READERS; i++) {
      Manner manner =
          switch (i % KINDS) {
            case 0 -> Manner.KEEPING;
            case 1 -> Manner.HASTY;
            default -> Manner.CAREFUL;
          };
      readers.add(reader(site, journal, random, manner));
    }
    for (int i = 0; i < WRITERS; i++) {
      // every other one is a reader as well
      long from = i % 2 == 0 ? readers.get(i).id() : Users.next();
      Random ofWriter = new Random(random.nextLong());
      writers.add(
          new Writer(
              from,
              site.nodes(),
              () -> recipient(ofWriter),
              http,
              journal,
              random.nextLong(),
              PAUSE));
    }
    var unused =
        timer.scheduleWithFixedDelay(
            () -> readers.forEach(Reader::mark),
            MARKING.toMillis(),
            MARKING.toMillis(),
            TimeUnit.MILLISECONDS);
  }

  private Reader reader(Site site, Journal journal, Random random, Manner manner) {
    Reader reader = new Reader(Users.next(), manner);
    Habit[] habits = Habit.values();
    reader.expectDevices(habits.length);
    int first = random.nextInt(habits.length);
    for (int i = 0; i < habits.length; i++) {
      reader.add(
          new Device(
              reader,
              i,
              habits[(first + i) % habits.length],
              site.nodes(),
              http,
              timer,
              journal,
              random.nextLong()));
    }
    return reader;
  }

  private long recipient(Random random) {
    Reader drawn = readers.get(random.nextInt(readers.size()));
    while (drawn.manner() == Manner.KEEPING && random.nextInt(TO_KEEPERS) > 0) {
      drawn = readers.get(random.nextInt(readers.size()));
    }
    return drawn.id();
  }

  List<Reader> readers() {
    return readers;
  }

  List<Writer> writers() {
    return writers;
  }

  /** Whether anything new is written. */
  void sendNew(boolean is) {
    writers.forEach(writer -> writer.sendNew(is));
  }

  @Override
  public void close() throws InterruptedException {
    for (Writer writer : writers) {
      writer.close();
    }
    readers.stream().flatMap(reader -> reader.devices().stream()).forEach(Device::close);
    timer.shutdownNow();
  }
}
