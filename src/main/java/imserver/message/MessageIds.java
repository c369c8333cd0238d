package imserver.message;

import jakarta.ejb.ConcurrencyManagement;
import jakarta.ejb.ConcurrencyManagementType;
import jakarta.ejb.Singleton;
import jakarta.ejb.TransactionManagement;
import jakarta.ejb.TransactionManagementType;
import jakarta.inject.Inject;

/**
 * Hands out message ids, ascending for all lanes of this process together, so that a conversation,
 * whose two directions are in two lanes, reads in the order in which it was written. What a stopped
 * process had left of its block is skipped.
 */
@Singleton
@ConcurrencyManagement(ConcurrencyManagementType.BEAN)
@TransactionManagement(TransactionManagementType.BEAN)
public class MessageIds {

  @Inject private MessageService service;

  private long last;
  private long lastOfBlock;

  /** For the container, which injects the rest. */
  public MessageIds() {}

  /**
   * The next id. Waits for the database once in a block.
   *
   * @throws imserver.database.StorageException if a new block was needed and could not be had
   */
  public synchronized long next() {
    ensureBlock();
    return ++last;
  }

  /**
   * The last id that was handed out, or one above all that were ever stored.
   *
   * @throws imserver.database.StorageException as {@link #next}
   */
  public synchronized long last() {
    ensureBlock();
    return last;
  }

  private void ensureBlock() {
    if (last == lastOfBlock) {
      lastOfBlock = service.nextIdBlock();
      last = lastOfBlock - MessageRepository.ID_BLOCK;
    }
  }
}
