package example;

import jakarta.enterprise.context.ApplicationScoped;
import jakarta.security.enterprise.credential.UsernamePasswordCredential;
import jakarta.security.enterprise.identitystore.CredentialValidationResult;
import jakarta.security.enterprise.identitystore.IdentityStore;
import java.util.Set;

/** Who may log in, for the container's own log-in form. */
@ApplicationScoped
public class Users implements IdentityStore {

  public CredentialValidationResult validate(UsernamePasswordCredential credential) {
    User user = User.named(credential.getCaller());
    return user != null && credential.getPassword().compareTo(user.password())
        ? new CredentialValidationResult(user.name(), Set.of("user"))
        : CredentialValidationResult.INVALID_RESULT;
  }
}
