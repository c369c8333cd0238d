package imserver.webhook;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.standardwebhooks.Webhook;
import com.standardwebhooks.exceptions.WebhookVerificationException;
import imserver.config.Configs;
import imserver.webhook.Answer.Failed;
import imserver.webhook.Answer.Failed.Kind;
import imserver.webhook.Answer.Taken;
import imserver.webhook.FakeReceiver.Behaviour;
import imserver.webhook.FakeReceiver.Request;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.stream.Collectors;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayName("The endpoint of the webhook")
class WebhookEndpointTest {

  static final String SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
  private static final String OTHER = "whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD6c1mN0vVhQ4=";
  private static final String BODY = "{\"text\":\"你好 👋\"}";

  /** Long enough for what is answered at once, on a busy machine. */
  private static final Duration AMPLE = Duration.ofSeconds(30);

  private static final Duration SHORT = Duration.ofMillis(500);

  private final ExecutorService threads = Executors.newFixedThreadPool(2);
  private FakeReceiver receiver;

  @BeforeEach
  void open() throws IOException {
    receiver = new FakeReceiver();
  }

  @AfterEach
  void close() {
    receiver.close();
    threads.shutdownNow();
  }

  private WebhookEndpoint endpoint(URI address, Duration time) {
    WebhookSigner signer =
        new WebhookSigner(
            Configs.with(
                    "IMSERVER_WEBHOOK_URL",
                    "http://h/",
                    "IMSERVER_WEBHOOK_SECRET",
                    SECRET + " " + OTHER)
                .webhook()
                .secrets());
    return new WebhookEndpoint(address, signer, Clock.systemUTC(), threads, time);
  }

  private Answer send(Behaviour behaviour, Duration time) throws InterruptedException {
    receiver.behaviour = behaviour;
    return endpoint(receiver.address(), time).send("evt_1", BODY);
  }

  private static Map<String, List<String>> headers(Request request) {
    return request.headers().entrySet().stream()
        .collect(Collectors.toMap(Map.Entry::getKey, each -> List.of(each.getValue())));
  }

  @Test
  @DisplayName("gets requests that a verifier of Standard Webhooks takes, by each of the secrets")
  void signed() throws Exception {
    assertThat(send(FakeReceiver.status(200), AMPLE)).isEqualTo(new Taken());
    Request request = receiver.requests.get(0);
    assertThat(request.line()).isEqualTo("POST /hook?x=1 HTTP/1.1");
    assertThat(request.body()).isEqualTo(BODY);
    assertThat(request.headers())
        .containsEntry("content-type", "application/json")
        .containsEntry("webhook-id", "evt_1")
        .doesNotContainKey("upgrade");
    for (String secret : List.of(SECRET, OTHER)) {
      assertThatCode(() -> new Webhook(secret).verify(BODY, headers(request)))
          .doesNotThrowAnyException();
      assertThatThrownBy(() -> new Webhook(secret).verify(BODY + " ", headers(request)))
          .isInstanceOf(WebhookVerificationException.class);
    }
    assertThatThrownBy(
            () ->
                new Webhook("whsec_AAECAwQFBgcICQoLDA0ODxAREhMUFRYX")
                    .verify(BODY, headers(request)))
        .isInstanceOf(WebhookVerificationException.class);
  }

  @Test
  @DisplayName("gets signatures as they are calculated by hand")
  void byHand() throws Exception {
    send(FakeReceiver.status(200), AMPLE);
    Map<String, String> headers = receiver.requests.get(0).headers();
    Mac mac = Mac.getInstance("HmacSHA256");
    mac.init(
        new SecretKeySpec(Base64.getDecoder().decode(SECRET.substring("whsec_".length())), "raw"));
    String signed = "evt_1." + headers.get("webhook-timestamp") + "." + BODY;
    assertThat(headers.get("webhook-signature").split(" "))
        .hasSize(2)
        .contains(
            "v1,"
                + Base64.getEncoder()
                    .encodeToString(mac.doFinal(signed.getBytes(StandardCharsets.UTF_8))));
  }

  @ParameterizedTest(name = "[{index}] {0}")
  @ValueSource(ints = {100 + 99, 300, 304, 400, 404, 429, 500, 503})
  @DisplayName("has not taken what it answers with another status:")
  void statuses(int status) throws Exception {
    assertThat(send(FakeReceiver.status(status), status < 200 ? SHORT : AMPLE))
        .isInstanceOf(Failed.class);
  }

  @Test
  @DisplayName("may say that it is gone, or for how long to wait")
  void gone() throws Exception {
    assertThat(send(FakeReceiver.status(410), AMPLE))
        .isEqualTo(new Failed("HTTP 410", null, Kind.GONE));
    assertThat(send(FakeReceiver.status(429, "Retry-After: 17"), AMPLE))
        .isEqualTo(new Failed("HTTP 429", Duration.ofSeconds(17), Kind.PASSING));
    assertThat(send(FakeReceiver.status(503, "Retry-After: Wed, 21 Oct 2026 07:28:00 GMT"), AMPLE))
        .isEqualTo(Failed.of("HTTP 503"));
    assertThat(send(FakeReceiver.status(503, "Retry-After: -1"), AMPLE))
        .isEqualTo(Failed.of("HTTP 503"));
  }

  @Test
  @DisplayName("is not followed to where it redirects")
  void redirect() throws Exception {
    try (FakeReceiver inner = new FakeReceiver()) {
      for (int status : new int[] {301, 302, 303, 307, 308}) {
        assertThat(send(FakeReceiver.status(status, "Location: " + inner.address()), AMPLE))
            .isEqualTo(Failed.of("HTTP " + status));
      }
      assertThat(inner.requests).isEmpty();
    }
  }

  @Test
  @DisplayName("is waited for no longer than the time, and then its connection is closed")
  void slow() throws Exception {
    assertThat(send((request, connection) -> true, SHORT))
        .isEqualTo(Failed.of("no answer within 0 s"));
    await().until(() -> receiver.connections() == 0);
  }

  @Test
  @DisplayName("may never read")
  void neverReading() throws Exception {
    receiver.reads = false;
    String body = "x".repeat(20_000_000);
    assertThat(endpoint(receiver.address(), SHORT).send("evt_1", body)).isInstanceOf(Failed.class);
    assertThat(receiver.requests).isEmpty();
  }

  @ParameterizedTest(name = "[{index}] {0}")
  @ValueSource(
      strings = {
        "\r\n\r\n\r\n",
        "SSH-2.0-OpenSSH_9.2\r\n",
        "HTTP/1.1 abc\r\n\r\n",
        "HTTP/1.1 200",
        "HTTP/1.1 200 OK\r\nContent-Length: "
      })
  @DisplayName("may answer rubbish:")
  void garbage(String text) throws Exception {
    Behaviour hangingUp =
        (request, connection) -> {
          FakeReceiver.text(text).answer(request, connection);
          return false;
        };
    assertThat(send(hangingUp, AMPLE)).isInstanceOf(Failed.class);
    assertThat(send(FakeReceiver.text(text), SHORT)).isInstanceOf(Failed.class);
  }

  @Test
  @DisplayName("may answer with headers without end")
  void endlessHeaders() throws Exception {
    Answer answer = send(FakeReceiver.endless("HTTP/1.1 200 OK\r\n", "X-A: b\r\n"), SHORT);
    assertThat(answer).isInstanceOf(Failed.class);
  }

  @Test
  @DisplayName("has taken it by its status, whatever the body: without end, too slow, or cut off")
  void bodies() throws Exception {
    String head = "HTTP/1.1 200 OK\r\nContent-Length: 1000000000000\r\n\r\n";
    assertThat(send(FakeReceiver.endless(head, "x".repeat(10_000)), AMPLE)).isEqualTo(new Taken());
    await().until(() -> receiver.connections() == 0);
    assertThat(send(FakeReceiver.text(head + "x"), SHORT)).isEqualTo(new Taken());
    await().until(() -> receiver.connections() == 0);
    Behaviour cutOff =
        (request, connection) -> {
          FakeReceiver.text(head + "x").answer(request, connection);
          return false;
        };
    assertThat(send(cutOff, AMPLE)).isEqualTo(new Taken());
    assertThat(
            send(
                FakeReceiver.text("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n"),
                SHORT))
        .isEqualTo(new Taken());
    assertThat(send(FakeReceiver.text("HTTP/1.1 200 OK\r\nContent-Length: many\r\n\r\n"), SHORT))
        .isEqualTo(new Taken());
  }

  @Test
  @DisplayName("keeps its connection for the next request")
  void keepAlive() throws Exception {
    WebhookEndpoint endpoint = endpoint(receiver.address(), AMPLE);
    receiver.behaviour = FakeReceiver.text("HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nabc");
    for (int i = 0; i < 5; i++) {
      assertThat(endpoint.send("evt_" + i, BODY)).isEqualTo(new Taken());
    }
    assertThat(receiver.connections()).isEqualTo(1);
  }

  @Test
  @DisplayName("may be down, or hang up without an answer")
  void down() throws Exception {
    assertThat(send((request, connection) -> false, AMPLE)).isInstanceOf(Failed.class);
    receiver.close();
    assertThat(send(FakeReceiver.status(200), AMPLE)).isInstanceOf(Failed.class);
  }

  @Test
  @DisplayName("is left when the thread is interrupted")
  void interrupted() throws Exception {
    Thread.currentThread().interrupt();
    assertThatThrownBy(() -> send((request, connection) -> true, AMPLE))
        .isInstanceOf(InterruptedException.class);
    await().until(() -> receiver.connections() == 0);
  }
}
