package imserver.auth;

/** Tells who stands behind a credential. Used by many threads at a time. */
public interface CredentialVerifier {

  /**
   * The user of {@code credential}. May wait for a key server, for seconds at most; never for the
   * database.
   *
   * @throws InvalidCredentialException if it proves nothing
   */
  UserPrincipal verify(String credential) throws InvalidCredentialException;
}
