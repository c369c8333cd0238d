package imserver.endpoint;

import imserver.auth.UserPrincipal;
import java.security.Principal;

/**
 * The user of a handshake, as the filter hands it to the endpoint.
 *
 * @param user who the credential says it is
 * @param address from where, for the log
 */
record ConnectingUser(UserPrincipal user, String address) implements Principal {

  @Override
  public String getName() {
    return user.getName();
  }
}
