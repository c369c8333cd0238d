package imserver.auth;

/** Tells who stands behind a credential. Used by many threads at a time. */
public interface CredentialVerifier {

  /**
   * Who stands behind {@code credential}. May wait for a key server, for seconds at most; never for
   * the database.
   *
   * @throws InvalidCredentialException if it proves nothing
   */
  UserPrincipal verify(String credential) throws InvalidCredentialException;

  /**
   * The user behind {@code credential}, as {@link #verify}.
   *
   * @throws InvalidCredentialException also if it is of the host application, which is no user
   */
  default UserPrincipal verifyUser(String credential) throws InvalidCredentialException {
    UserPrincipal principal = verify(credential);
    if (!principal.isUser()) {
      throw new InvalidCredentialException("not of a user");
    }
    return principal;
  }
}
