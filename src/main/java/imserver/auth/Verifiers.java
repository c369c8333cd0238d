package imserver.auth;

import imserver.config.Config;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Singleton;
import java.time.Clock;

/** Produces the verifier for the configured mode. */
@ApplicationScoped
public class Verifiers {

  /**
   * The verifier of this server.
   *
   * @throws imserver.config.InvalidConfigException in {@code jwt} mode without a usable key
   */
  @Produces
  @Singleton
  public CredentialVerifier verifier(Config config, Clock clock, Revocations revocations) {
    return switch (config.auth().mode()) {
      case OPEN -> new OpenVerifier(new Exemptions(config.auth().exempt()));
      case JWT ->
          new RevocationCheck(
              new JwtVerifier(config.auth(), JwtKeys.of(config.auth()), clock), revocations);
    };
  }
}
