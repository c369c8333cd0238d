package imserver.rest;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import imserver.auth.UserPrincipal;
import imserver.config.Configs;
import imserver.session.UserBudgets;
import io.github.bucket4j.TimeMeter;
import jakarta.servlet.AsyncContext;
import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletInputStream;
import jakarta.servlet.ServletOutputStream;
import jakarta.servlet.WriteListener;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.lang.reflect.Proxy;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("A request that ends before its answer can be written")
class NonBlockingFilterTest {

  /** Two of these are more than a user may have unread. */
  private byte[] answer = new byte[5 << 20];

  /** Time stands still. */
  private final UserBudgets budgets =
      UserBudgets.with(
          Configs.with(),
          new TimeMeter() {
            @Override
            public long currentTimeNanos() {
              return 0;
            }

            @Override
            public boolean isWallClockBased() {
              return false;
            }
          });

  private final NonBlockingFilter filter =
      new NonBlockingFilter(
          credential -> new UserPrincipal(1, null, null, null),
          budgets,
          new FileBodies(),
          new ImportBodies());
  private final List<Object> timeouts = new ArrayList<>();
  private final FilterChain noChain = (request, response) -> {};
  private final Map<String, Object> attributes = new HashMap<>();
  private final List<Integer> statuses = new ArrayList<>();
  private int completions;

  /** What the container does when it is asked for the stream of the answer. */
  private Stream stream = () -> new Output(true);

  private boolean jaxRsAnswersLater;

  private interface Stream {
    ServletOutputStream get() throws IOException;
  }

  /** Takes a listener, or says that the request is over. */
  private static final class Output extends ServletOutputStream {

    private final boolean open;

    Output(boolean open) {
      this.open = open;
    }

    @Override
    public void write(int b) {}

    @Override
    public boolean isReady() {
      return false;
    }

    @Override
    public void setWriteListener(WriteListener listener) {
      if (!open) {
        throw new IllegalStateException("the stream was reset");
      }
    }
  }

  private interface Call {
    @Nullable Object on(String method, Object[] arguments) throws IOException;
  }

  private static <T> T proxy(Class<T> type, Call call) {
    return type.cast(
        Proxy.newProxyInstance(
            type.getClassLoader(),
            new Class<?>[] {type},
            (proxy, method, arguments) -> call.on(method.getName(), arguments)));
  }

  private final AsyncContext async =
      proxy(
          AsyncContext.class,
          (method, arguments) -> {
            if (method.equals("complete")) {
              completions++;
            } else if (method.equals("setTimeout")) {
              timeouts.add(arguments[0]);
            }
            return null;
          });

  private HttpServletRequest request(long length, ServletInputStream in) {
    return proxy(
        HttpServletRequest.class,
        (method, arguments) ->
            switch (method) {
              case "getAttribute" -> attributes.get((String) arguments[0]);
              case "getContentLengthLong" -> length;
              case "getProtocol" -> "HTTP/1.1";
              case "getMethod" -> "GET";
              case "getHeader" -> "Bearer x";
              case "getServletPath" -> "/api";
              case "getRequestURI" -> "/teaching/api/conversations";
              case "getInputStream" -> in;
              case "startAsync" -> async;
              default -> null;
            });
  }

  private HttpServletResponse response() {
    return proxy(
        HttpServletResponse.class,
        (method, arguments) ->
            switch (method) {
              case "getStatus" -> HttpServletResponse.SC_OK;
              case "isCommitted" -> false;
              case "getOutputStream" -> stream.get();
              case "setStatus" -> statuses.add((Integer) arguments[0]) ? null : null;
              default -> null;
            });
  }

  private void ask() throws Exception {
    attributes.put(Bearer.CALLER, new UserPrincipal(1, null, null, null));
    FilterChain chain =
        (request, response) -> {
          AsyncContext later = jaxRsAnswersLater ? request.startAsync() : null;
          response.getOutputStream().write(answer);
          if (later != null) {
            later.complete();
          }
        };
    filter.doFilter(request(0, new NoInput()), response(), chain);
  }

  /** There is room for one more answer, and not for two. */
  private void assertNothingIsKept() throws Exception {
    stream = () -> new Output(true);
    statuses.clear();
    ask();
    assertThat(statuses).as("room for an answer").isEmpty();
    ask();
    assertThat(statuses).as("but not for two").containsExactly(429);
  }

  @Test
  @DisplayName("is ended, and leaves room, where there is no stream")
  void noStream() throws Exception {
    for (boolean later : new boolean[] {false, true}) {
      jaxRsAnswersLater = later;
      stream =
          () -> {
            throw new IllegalStateException("recycled");
          };
      ask();
      stream =
          () -> {
            throw new IOException("reset");
          };
      ask();
    }
    assertThat(completions).isEqualTo(4);
    assertThat(statuses).containsOnly(500);
    assertNothingIsKept();
  }

  @Test
  @DisplayName("is ended, and leaves room, where the stream takes no listener")
  void noListener() throws Exception {
    for (boolean later : new boolean[] {false, true}) {
      jaxRsAnswersLater = later;
      stream = () -> new Output(false);
      ask();
    }
    assertThat(completions).isEqualTo(2);
    assertNothingIsKept();
  }

  @Test
  @DisplayName("counts for as many requests as its answer has pieces of 16 KiB")
  void longAnswers() throws Exception {
    answer = new byte[1 << 20];
    for (int i = 0; i < 3; i++) {
      stream = () -> new Output(false); // so that nothing stays unread
      ask(); // 64 pieces
    }
    int left = 0;
    while (budgets.requests().take(1).isZero()) {
      left++;
    }
    assertThat(left).isEqualTo(250 - 3 * 64);
  }

  @Test
  @DisplayName("leaves room for bodies, where its own cannot be listened for")
  void noBody() {
    for (int i = 0; i < 20; i++) {
      assertThatThrownBy(() -> filter.doFilter(request(10, new NoInput()), response(), noChain))
          .isInstanceOf(IllegalStateException.class);
    }
    assertThat(timeouts).as("for a body that is admitted").containsOnly(10_000L);
  }

  /** Takes no listener. */
  private static final class NoInput extends ServletInputStream {

    @Override
    public int read() {
      return -1;
    }

    @Override
    public boolean isFinished() {
      return true;
    }

    @Override
    public boolean isReady() {
      return false;
    }

    @Override
    public void setReadListener(jakarta.servlet.ReadListener listener) {
      throw new IllegalStateException("the stream was reset");
    }
  }
}
