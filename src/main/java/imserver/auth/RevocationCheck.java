package imserver.auth;

/** Refuses credentials that another verifier accepts and that are revoked. */
record RevocationCheck(CredentialVerifier verifier, Revocations revocations)
    implements CredentialVerifier {

  @Override
  public UserPrincipal verify(String credential) throws InvalidCredentialException {
    UserPrincipal principal = verifier.verify(credential);
    if (revocations.cover(principal)) {
      throw new InvalidCredentialException("revoked: the host application has ended this access");
    }
    return principal;
  }
}
