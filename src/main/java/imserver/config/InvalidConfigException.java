package imserver.config;

/** A setting cannot be used. The message is one sentence for the operator and holds no secret. */
public final class InvalidConfigException extends RuntimeException {

  private static final long serialVersionUID = 1L;

  /** With a sentence that names the key and says what to set. */
  public InvalidConfigException(String message) {
    super(message);
  }
}
