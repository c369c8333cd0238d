package imserver.auth;

/** Open mode: a credential is a bare user id, and is not verified. */
final class OpenVerifier implements CredentialVerifier {

  /** The id of the system, which stands for the host application. */
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
