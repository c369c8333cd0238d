package imserver.auth;

/** A credential proves nothing. The message says why and holds no part of the credential. */
public final class InvalidCredentialException extends Exception {

  private static final long serialVersionUID = 1L;

  InvalidCredentialException(String message) {
    super(message);
  }
}
