package imserver.auth;

/** Open mode: believes everybody. */
final class OpenVerifier implements CredentialVerifier {

  @Override
  public UserPrincipal verify(String credential) throws InvalidCredentialException {
    long userId =
        UserIds.parse(credential)
            .orElseThrow(() -> new InvalidCredentialException("not a user id"));
    return new UserPrincipal(userId, null, null, null);
  }
}
