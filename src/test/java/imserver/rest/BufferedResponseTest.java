package imserver.rest;

import static org.assertj.core.api.Assertions.assertThat;

import jakarta.servlet.ServletOutputStream;
import jakarta.servlet.WriteListener;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.lang.reflect.Proxy;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("An answer that is kept until all of it is there")
class BufferedResponseTest {

  /** As the container has it. */
  private int status = 200;

  private final BufferedResponse response =
      new BufferedResponse(
          (HttpServletResponse)
              Proxy.newProxyInstance(
                  BufferedResponseTest.class.getClassLoader(),
                  new Class<?>[] {HttpServletResponse.class},
                  (proxy, method, arguments) -> {
                    if (method.getName().equals("setStatus")) {
                      status = (int) arguments[0];
                    }
                    return method.getReturnType() == int.class ? status : null;
                  }),
          false,
          0);

  private final ServletOutputStream stream = response.getOutputStream();

  private final List<Throwable> errors = new ArrayList<>();

  private WriteListener writing(byte[] text, IOException failure) {
    return new WriteListener() {
      @Override
      public void onWritePossible() throws IOException {
        stream.write(text);
        if (failure != null) {
          throw failure;
        }
      }

      @Override
      public void onError(Throwable error) {
        errors.add(error);
      }
    };
  }

  @Test
  @DisplayName("can be written at once by who waits until it can be, as RESTEasy does")
  void listener() {
    stream.setWriteListener(writing("text".getBytes(StandardCharsets.UTF_8), null));
    assertThat(response.finish()).asString(StandardCharsets.UTF_8).isEqualTo("text");
    assertThat(errors).isEmpty();
  }

  @Test
  @DisplayName("tells such a one of its own failure")
  void failure() {
    IOException failure = new IOException("no more");
    stream.setWriteListener(writing(new byte[0], failure));
    assertThat(errors).containsExactly(failure);
  }

  @Test
  @DisplayName(
      "has the status that was set, also where the container has forgotten it, as GlassFish")
  void forgotten() {
    response.setStatus(413);
    status = 200;
    response.finish();
    assertThat(status).isEqualTo(413);
  }

  @Test
  @DisplayName("has the container's status where none was set since it was begun anew")
  void unset() {
    response.setStatus(413);
    response.reset();
    status = 204;
    response.finish();
    assertThat(status).isEqualTo(204);
  }
}
