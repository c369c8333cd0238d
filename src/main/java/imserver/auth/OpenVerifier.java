package imserver.auth;

import java.util.List;

/** Open mode: a credential is a bare user id, and is not verified. */
final class OpenVerifier implements CredentialVerifier {

  private final Exemptions exemptions;

  OpenVerifier(Exemptions exemptions) {
    this.exemptions = exemptions;
  }

  /** The id of the system, which stands for the host application, and for a moderator. */
  private static final String SERVICE = "0";

  @Override
  public UserPrincipal verify(String credential) throws InvalidCredentialException {
    if (credential.equals(SERVICE)) {
      return UserPrincipal.ofService().asModerator();
    }
    long userId =
        UserIds.parse(credential)
            .orElseThrow(() -> new InvalidCredentialException("not a user id"));
    UserPrincipal principal = new UserPrincipal(userId, null, null, null);
    return exemptions.cover(userId, List.of()) ? principal.asExempt() : principal;
  }
}
