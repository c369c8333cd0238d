package imserver.database;

import jakarta.ejb.ApplicationException;

/** Ends a transaction that was only rehearsed: the container rolls it back. */
@ApplicationException(rollback = true)
public class Rehearsed extends StorageException {

  private static final long serialVersionUID = 1L;

  /** Of nothing that has failed. */
  public Rehearsed() {
    super(new IllegalStateException("rehearsed"));
  }
}
