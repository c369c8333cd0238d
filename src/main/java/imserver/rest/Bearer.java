package imserver.rest;

import imserver.auth.CredentialVerifier;
import imserver.auth.InvalidCredentialException;
import imserver.auth.RefusalLog;
import imserver.auth.UserPrincipal;
import jakarta.enterprise.inject.spi.CDI;
import jakarta.servlet.http.HttpServletRequest;
import org.jspecify.annotations.Nullable;

/** The credential of a request, verified once. */
final class Bearer {

  /** The attribute of a request with its {@link UserPrincipal}, or {@link #NOBODY}. */
  static final String CALLER = Bearer.class.getName() + ".caller";

  /** Stands for a credential that is missing or does not verify. */
  static final Object NOBODY = "nobody";

  private static final String SCHEME = "bearer ";

  private Bearer() {}

  /** Who asks, null for nobody; known by the request from now on. */
  static @Nullable UserPrincipal verified(HttpServletRequest request, CredentialVerifier verifier) {
    UserPrincipal caller = verified(request.getHeader("Authorization"), verifier);
    request.setAttribute(CALLER, caller == null ? NOBODY : caller);
    return caller;
  }

  /** Who asks, as far as the request knows; null for nobody. */
  static @Nullable UserPrincipal caller(HttpServletRequest request) {
    return request.getAttribute(CALLER) instanceof UserPrincipal caller ? caller : null;
  }

  /** Who asks by this header, null for nobody. */
  static @Nullable UserPrincipal verified(@Nullable String header, CredentialVerifier verifier) {
    if (header == null || !header.regionMatches(true, 0, SCHEME, 0, SCHEME.length())) {
      return null;
    }
    try {
      return verifier.verify(header.substring(SCHEME.length()).strip());
    } catch (InvalidCredentialException e) {
      CDI.current()
          .select(RefusalLog.class)
          .get()
          .log(RefusalLog.Kind.CREDENTIAL, () -> "refused a request: " + e.getMessage());
      return null;
    }
  }
}
