package example;

import com.nimbusds.jose.jwk.source.ImmutableSecret;
import java.nio.charset.StandardCharsets;
import java.security.Principal;
import java.time.Instant;
import java.util.Map;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.security.oauth2.jose.jws.MacAlgorithm;
import org.springframework.security.oauth2.jwt.JwsHeader;
import org.springframework.security.oauth2.jwt.JwtClaimsSet;
import org.springframework.security.oauth2.jwt.JwtEncoder;
import org.springframework.security.oauth2.jwt.JwtEncoderParameters;
import org.springframework.security.oauth2.jwt.NimbusJwtEncoder;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RestController;

/** A token for the logged-in user, which imserver takes as proof of who that is. */
@RestController
class ChatTokens {

  private static final long SECONDS = 600; // the page asks for another one in time

  /** imserver knows users by numbers. Yours have one in your database. */
  private static final Map<String, Long> IDS = Map.of("alice", 1L, "bob", 2L);

  private final JwtEncoder encoder;

  ChatTokens(@Value("${imserver.jwt.secret}") String secret) {
    encoder = new NimbusJwtEncoder(new ImmutableSecret<>(secret.getBytes(StandardCharsets.UTF_8)));
  }

  @GetMapping(path = "/chat-token", produces = "text/plain")
  String token(Principal user) {
    Instant now = Instant.now();
    JwtClaimsSet claims =
        JwtClaimsSet.builder()
            .subject(String.valueOf(IDS.get(user.getName())))
            .claim("name", user.getName())
            .issuedAt(now)
            .expiresAt(now.plusSeconds(SECONDS))
            .build();
    JwsHeader header = JwsHeader.with(MacAlgorithm.HS256).build();
    return encoder.encode(JwtEncoderParameters.from(header, claims)).getTokenValue();
  }
}
