package imserver.content;

import imserver.config.Config;
import imserver.config.InvalidConfigException;
import imserver.database.StorageException;
import imserver.moderation.ModerationStep;
import imserver.session.Workers;
import jakarta.annotation.PostConstruct;
import jakarta.ejb.ConcurrencyManagement;
import jakarta.ejb.ConcurrencyManagementType;
import jakarta.ejb.DependsOn;
import jakarta.ejb.Singleton;
import jakarta.ejb.Startup;
import jakarta.ejb.TransactionManagement;
import jakarta.ejb.TransactionManagementType;
import jakarta.inject.Inject;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/**
 * Keeps the words of the {@link WordFilter} as those of the file or address and of the database
 * are, on each server within some seconds. Where one cannot be read, what was read before holds.
 */
@Singleton
@Startup
@DependsOn("Schema")
@ConcurrencyManagement(ConcurrencyManagementType.BEAN)
@TransactionManagement(TransactionManagementType.BEAN)
public class WordLists {

  private static final System.Logger LOG = System.getLogger(WordLists.class.getName());

  /** The longest word, in letters and in code points. */
  public static final int MAX_WORD = WordMatcher.MAX_WORD;

  private static final Duration POLL = Duration.ofSeconds(5);
  private static final Duration POLL_SOURCE = Duration.ofSeconds(30);

  @Inject private Config config;
  @Inject private Workers workers;
  @Inject private WordFilter filter;
  @Inject private WordStore store;

  private @Nullable WordSource source;
  private Map<WordAction, List<String>> ofSource = Map.of();
  private Map<WordAction, List<String>> ofDatabase = Map.of();
  private long version = -1;
  private final AtomicBoolean readingSource = new AtomicBoolean();
  private final AtomicBoolean readingDatabase = new AtomicBoolean();
  private boolean sourceFails;
  private boolean databaseFails;

  /** For the container, which injects the rest. */
  public WordLists() {}

  /** For tests; not started. */
  WordLists(Config config, Workers workers, WordFilter filter, WordStore store) {
    this.config = config;
    this.workers = workers;
    this.filter = filter;
    this.store = store;
  }

  @PostConstruct
  void start() {
    String place = config.rules().words();
    if (place != null) {
      source = new WordSource(place, workers::runIn);
      readFirst(place);
      workers.runEvery(
          POLL_SOURCE,
          () -> once(readingSource, () -> workers.runForClient(this::readSourceIfItCan)));
    }
    readDatabase();
    workers.runEvery(
        POLL, () -> once(readingDatabase, () -> workers.run(this::readDatabaseIfPossible)));
  }

  /**
   * What is not there, or cannot be used, is better found at the start; but an address may be down.
   */
  private void readFirst(String place) {
    try {
      readSource();
    } catch (IOException | RuntimeException e) {
      if (!place.startsWith("http")) {
        LOG.log(Level.ERROR, "imserver cannot start: IMSERVER_WORDS: {0}", e.getMessage());
        throw new InvalidConfigException("IMSERVER_WORDS cannot be read: " + e.getMessage());
      }
      sourceFailed(e);
    }
  }

  /** One at a time: while one hangs no other is started. */
  private static void once(AtomicBoolean running, Runnable task) {
    if (running.compareAndSet(false, true)) {
      task.run();
    }
  }

  private void readSourceIfItCan() {
    try {
      readSource();
      sourceFails = false;
    } catch (IOException | RuntimeException e) {
      sourceFailed(e);
    } finally {
      readingSource.set(false);
    }
  }

  private void sourceFailed(Exception e) {
    LOG.log(
        sourceFails ? Level.DEBUG : Level.WARNING,
        "the words of IMSERVER_WORDS cannot be read, those that were read before hold: {0}",
        e.toString());
    sourceFails = true;
  }

  private void readSource() throws IOException {
    WordSource known = source;
    Map<WordAction, List<String>> words = known == null ? null : known.read();
    if (words != null) {
      synchronized (this) {
        ofSource = words;
        use();
      }
    }
  }

  private void readDatabaseIfPossible() {
    try {
      readDatabase();
      databaseFails = false;
    } catch (RuntimeException e) {
      LOG.log(
          databaseFails ? Level.DEBUG : Level.WARNING,
          "the words in the database cannot be read: {0}",
          e.getMessage());
      databaseFails = true;
    } finally {
      readingDatabase.set(false);
    }
  }

  private void readDatabase() {
    long current = store.version();
    synchronized (this) {
      if (current != version) {
        ofDatabase = store.read();
        version = current; // read before: what is newer is read once more
        use();
      }
    }
  }

  private void use() {
    Map<WordAction, List<String>> all = new EnumMap<>(WordAction.class);
    for (WordAction action : WordAction.values()) {
      if (ofSource.containsKey(action) || ofDatabase.containsKey(action)) {
        List<String> words = new ArrayList<>(ofSource.getOrDefault(action, List.of()));
        words.addAll(ofDatabase.getOrDefault(action, List.of()));
        all.put(action, words);
      }
    }
    filter.use(all);
    LOG.log(
        Level.INFO,
        "words: {0} to refuse, {1} to mask, {2} to report",
        filter.size(WordAction.REFUSE),
        filter.size(WordAction.MASK),
        filter.size(WordAction.REPORT));
  }

  /** Whether a word can be looked for: it has a letter or digit, not too many, and no line end. */
  public static boolean isUsable(String word) {
    int letters = WordMatcher.letters(word).length();
    return letters > 0 && letters <= MAX_WORD && word.lines().count() == 1;
  }

  /**
   * Replaces a list in the database; it holds here when this returns, and on other servers some
   * seconds later.
   *
   * @param step who does it
   * @throws StorageException if it was not stored, or perhaps not
   */
  public void put(WordAction action, List<String> words, ModerationStep step) {
    store.put(action, words, step);
    readDatabase();
  }

  /** The lists in the database, without those of the file or address. */
  public Map<WordAction, List<String>> stored() {
    return store.read();
  }
}
