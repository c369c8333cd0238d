package imserver.transfer;

/** The copy is not begun, or not finished: with one line that says why. */
final class CopyRefusedException extends Exception {

  private static final long serialVersionUID = 1L;

  CopyRefusedException(String reason) {
    super(reason);
  }
}
