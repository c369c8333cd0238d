package imserver.rest;

import imserver.auth.CredentialVerifier;
import imserver.auth.InvalidCredentialException;
import imserver.auth.RefusalLog;
import imserver.auth.UserPrincipal;
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

  /** The caller, kept with the request from now on; null without a valid credential. */
  static @Nullable UserPrincipal verified(HttpServletRequest request, CredentialVerifier verifier) {
    UserPrincipal caller = verified(request.getHeader("Authorization"), verifier);
    request.setAttribute(CALLER, caller == null ? NOBODY : caller);
    return caller;
  }

  /** The caller that is kept with the request; null where none is. */
  static @Nullable UserPrincipal caller(HttpServletRequest request) {
    return request.getAttribute(CALLER) instanceof UserPrincipal caller ? caller : null;
  }

  /** The caller by this header; null without a valid credential of a user or host application. */
  static @Nullable UserPrincipal verified(@Nullable String header, CredentialVerifier verifier) {
    UserPrincipal caller = anyone(header, verifier);
    return caller != null && (caller.isUser() || caller.service()) ? caller : null;
  }

  /** The same, also of who may only read the metrics. */
  static @Nullable UserPrincipal anyone(@Nullable String header, CredentialVerifier verifier) {
    if (header == null || !header.regionMatches(true, 0, SCHEME, 0, SCHEME.length())) {
      return null;
    }
    try {
      return verifier.verify(header.substring(SCHEME.length()).strip());
    } catch (InvalidCredentialException e) {
      Beans.get(RefusalLog.class)
          .log(RefusalLog.Kind.CREDENTIAL, () -> "refused a request: " + e.getMessage());
      return null;
    }
  }
}
