package imserver.content;

import imserver.database.StorageException;
import imserver.database.StorageExceptionTranslator;
import imserver.moderation.AuditEntry;
import imserver.moderation.ModerationStep;
import jakarta.ejb.Stateless;
import jakarta.interceptor.Interceptors;
import jakarta.persistence.EntityManager;
import jakarta.persistence.LockModeType;
import jakarta.persistence.PersistenceContext;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/** The lists of words in the database. Every method throws {@link StorageException}. */
@Stateless
@Interceptors(StorageExceptionTranslator.class)
public class WordStore {

  @PersistenceContext private EntityManager entities;

  /** For the container. */
  public WordStore() {}

  /** Changes with each writing, and never comes again. */
  public long version() {
    return entities
        .createQuery("select w.version from StoredWords w", Long.class)
        .getResultStream()
        .mapToLong(Long::longValue)
        .sum();
  }

  /** All lists that were ever put. */
  public Map<WordAction, List<String>> read() {
    return entities
        .createQuery("select w from StoredWords w", StoredWords.class)
        .getResultStream()
        .collect(Collectors.toMap(StoredWords::action, StoredWords::words));
  }

  /**
   * Replaces a list, and notes who did it.
   *
   * @throws StorageException also where two enter the same list at once for the first time
   */
  public void put(WordAction action, List<String> words, ModerationStep step) {
    StoredWords row =
        entities.find(StoredWords.class, action.toString(), LockModeType.PESSIMISTIC_WRITE);
    if (row == null) {
      row = new StoredWords(action);
      entities.persist(row);
    }
    row.replace(words);
    entities.persist(new AuditEntry(step));
    entities.flush();
  }
}
