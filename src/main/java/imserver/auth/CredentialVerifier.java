package imserver.auth;

/** Verifies credentials. Used by many threads at a time. */
public interface CredentialVerifier {

  /**
   * The user, host application or reader of metrics whose credential this is. May wait for a key
   * server, for seconds at most; never for the database.
   *
   * @throws InvalidCredentialException if it is not valid
   */
  UserPrincipal verify(String credential) throws InvalidCredentialException;

  /**
   * The same for a user.
   *
   * @throws InvalidCredentialException also if it is of one that is no user
   */
  default UserPrincipal verifyUser(String credential) throws InvalidCredentialException {
    UserPrincipal principal = verify(credential);
    if (!principal.isUser()) {
      throw new InvalidCredentialException("not of a user");
    }
    return principal;
  }
}
