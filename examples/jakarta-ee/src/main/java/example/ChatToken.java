package example;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.crypto.MACSigner;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.SignedJWT;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.CacheControl;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.Response;
import jakarta.ws.rs.core.SecurityContext;
import java.time.Instant;
import java.util.Date;

/** A token for the logged-in user, which imserver takes as proof of who that is. */
@Path("chat-token")
public class ChatToken {

  private static final long SECONDS = 600; // the page asks for another one in time

  /** The same text as imserver's, in the environment of the server. */
  private static final String SECRET = System.getenv("IMSERVER_JWT_SECRET");

  @GET
  @Produces("text/plain")
  public Response token(@Context SecurityContext security) throws JOSEException {
    User user = User.named(security.getUserPrincipal().getName()); // web.xml: nobody else comes here
    Instant now = Instant.now();
    SignedJWT token =
        new SignedJWT(
            new JWSHeader(JWSAlgorithm.HS256),
            new JWTClaimsSet.Builder()
                .subject(String.valueOf(user.id()))
                .claim("name", user.fullName())
                .issueTime(Date.from(now))
                .expirationTime(Date.from(now.plusSeconds(SECONDS)))
                .build());
    token.sign(new MACSigner(SECRET));
    CacheControl never = new CacheControl();
    never.setNoStore(true);
    return Response.ok(token.serialize()).cacheControl(never).build();
  }
}
