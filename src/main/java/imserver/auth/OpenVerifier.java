package imserver.auth;

/** Open mode: believes everybody. */
final class OpenVerifier implements CredentialVerifier {

  /** The id of the system, which speaks for the host application. */
  private static final String SERVICE = "0";

  @Override
  public UserPrincipal verify(String credential) throws InvalidCredentialException {
    if (credential.equals(SERVICE)) {
      return UserPrincipal.ofService();
    }
    long userId =
        UserIds.parse(credential)
            .orElseThrow(() -> new InvalidCredentialException("not a user id"));
    return new UserPrincipal(userId, null, null, null);
  }
}
