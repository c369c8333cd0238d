package imserver.auth;

/** A credential is not valid. The message says why and contains no part of the credential. */
public final class InvalidCredentialException extends Exception {

  private static final long serialVersionUID = 1L;

  InvalidCredentialException(String message) {
    super(message);
  }
}
