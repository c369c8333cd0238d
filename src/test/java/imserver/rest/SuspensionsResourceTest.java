package imserver.rest;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import imserver.auth.UserPrincipal;
import jakarta.json.Json;
import jakarta.ws.rs.core.SecurityContext;
import java.lang.reflect.Field;
import java.security.Principal;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("A moderator")
class SuspensionsResourceTest {

  private static final UserPrincipal MODERATOR =
      new UserPrincipal(7, "7", null, null, null, null, false, false, true, false);

  private static final class Caller implements SecurityContext {

    @Override
    public Principal getUserPrincipal() {
      return MODERATOR;
    }

    @Override
    public boolean isUserInRole(String role) {
      return false;
    }

    @Override
    public boolean isSecure() {
      return false;
    }

    @Override
    public String getAuthenticationScheme() {
      return "Bearer";
    }
  }

  @Test
  @DisplayName("neither replaces nor ends a suspension of his own")
  void own() throws Exception {
    SuspensionsResource resource = new SuspensionsResource();
    Field caller = SuspensionsResource.class.getDeclaredField("caller");
    caller.setAccessible(true);
    caller.set(resource, new Caller());
    Problem ended = catchThrowableOfType(Problem.class, () -> resource.end("7"));
    assertThat(ended.getMessage()).contains("neither suspend themselves nor end that");
    JsonBody body = new JsonBody(Json.createObjectBuilder().build());
    Problem replaced = catchThrowableOfType(Problem.class, () -> resource.suspend("7", body));
    assertThat(replaced.getMessage()).isEqualTo(ended.getMessage());
  }
}
