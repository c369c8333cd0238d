package example;

import jakarta.annotation.security.DeclareRoles;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.security.enterprise.authentication.mechanism.http.FormAuthenticationMechanismDefinition;
import jakarta.security.enterprise.authentication.mechanism.http.LoginToContinue;
import jakarta.ws.rs.ApplicationPath;
import jakarta.ws.rs.core.Application;

/** Log-in by form, and REST under {@code /api}. */
@FormAuthenticationMechanismDefinition(
    loginToContinue =
        @LoginToContinue(loginPage = "/login.html", errorPage = "/login.html?error", useForwardToLogin = false))
@DeclareRoles("user")
@ApplicationScoped
@ApplicationPath("api")
public class SchoolApplication extends Application {}
