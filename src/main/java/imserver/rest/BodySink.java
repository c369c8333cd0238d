package imserver.rest;

import java.util.concurrent.CompletableFuture;

/**
 * Takes a body part by part. Its methods wait for nothing; {@link #write} and {@link #finish} are
 * called one after the other, each when what the one before has returned is done. {@link #close}
 * may be called at any time, once or more.
 */
interface BodySink<T> {

  /** Bytes of the body at most. */
  long maxBytes();

  /** How many bytes have to come within a second, on the average of some. */
  long slowest();

  /** What is answered where there are more. */
  Problem tooLarge();

  /**
   * Takes the next bytes of the body.
   *
   * @param bytes not to be changed until it is done
   * @return failed where the body is refused; what follows is of no use then
   */
  CompletableFuture<Void> write(byte[] bytes, int length);

  /** What came of it, when all bytes were taken. */
  CompletableFuture<T> finish();

  /** Whether also what came last before a connection broke is to be handed over. */
  boolean keepsParts();

  /** Ends it. */
  void close();
}
