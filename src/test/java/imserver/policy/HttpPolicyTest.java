package imserver.policy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.standardwebhooks.Webhook;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import imserver.api.MessageDraft;
import imserver.api.PolicyDecision;
import imserver.config.Configs;
import imserver.config.WebhookSecrets;
import imserver.webhook.WebhookSigner;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpHeaders;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@DisplayName("A policy over HTTP")
class HttpPolicyTest {

  private static final String SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
  private static final MessageDraft DRAFT = new MessageDraft(1, 2, "text \"é\"", "c1");

  private final ExecutorService threads = Executors.newCachedThreadPool();
  private HttpServer server;
  private HttpPolicy policy;

  private int status = 200;
  private String body = "{\"decision\":\"allow\"}";
  private String cacheControl = "";
  private final AtomicInteger asked = new AtomicInteger();
  private final CountDownLatch goOn = new CountDownLatch(1);
  private volatile boolean hangs;
  private volatile String received = "";
  private volatile HttpHeaders headers;

  @BeforeEach
  void start() throws IOException {
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.setExecutor(threads);
    server.createContext("/", this::answer);
    server.start();
    URI address = URI.create("http://127.0.0.1:" + server.getAddress().getPort() + "/ask");
    policy = new HttpPolicy(address, new WebhookSigner(secrets()), Clock.systemUTC(), threads);
  }

  private static WebhookSecrets secrets() {
    return Configs.with("IMSERVER_POLICY_URL", "http://h/", "IMSERVER_WEBHOOK_SECRET", SECRET)
        .webhook()
        .secrets();
  }

  @AfterEach
  void stop() {
    goOn.countDown();
    server.stop(0);
    threads.shutdownNow();
  }

  private void answer(HttpExchange exchange) throws IOException {
    received = new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
    headers = HttpHeaders.of(exchange.getRequestHeaders(), (name, value) -> true);
    asked.incrementAndGet();
    if (hangs) {
      try {
        goOn.await();
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    }
    byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
    exchange.getResponseHeaders().add("Cache-Control", cacheControl);
    exchange.getResponseHeaders().add("Location", "http://127.0.0.1:1/private");
    exchange.sendResponseHeaders(status, status == 204 ? -1 : bytes.length);
    if (status != 204) {
      exchange.getResponseBody().write(bytes);
    }
    exchange.close();
  }

  private CompletableFuture<PolicyDecision> ask(MessageDraft draft) {
    return policy.ask(draft, Duration.ofSeconds(10));
  }

  private PolicyDecision decision() throws Exception {
    return ask(DRAFT).get(10, TimeUnit.SECONDS);
  }

  @Test
  @DisplayName("is told of the files of a message, which may have no text")
  void files() throws Exception {
    List<MessageDraft.Attachment> files =
        List.of(new MessageDraft.Attachment(13, "课.pdf", "application/pdf", 5));
    ask(new MessageDraft(1, 2, "", null, files)).get(10, TimeUnit.SECONDS);
    assertThat(received)
        .endsWith(
            "\"content\":\"\",\"attachments\":[{\"fileId\":13,\"name\":\"课.pdf\","
                + "\"type\":\"application/pdf\",\"size\":5}]}}");
  }

  @Test
  @DisplayName("is asked by a request that is signed as Standard Webhooks has it")
  void request() throws Exception {
    assertThat(decision()).isEqualTo(PolicyDecision.allow());
    new Webhook(SECRET).verify(received, headers.map());
    assertThat(received)
        .contains("\"type\":\"message.sending\"")
        .contains(
            "\"data\":{\"fromId\":1,\"toId\":2,\"content\":\"text \\\"é\\\"\",\"clientMessageId\":\"c1\"}");
  }

  @Test
  @DisplayName("allows, refuses and replaces")
  void decisions() throws Exception {
    body = "{\"decision\":\"refuse\",\"reason\":\"不行\"}";
    assertThat(decision()).isEqualTo(PolicyDecision.refuse("不行"));
    body = "{\"decision\":\"refuse\"}";
    assertThat(decision()).isEqualTo(PolicyDecision.refuse(""));
    body = "{\"decision\":\"replace\",\"content\":\"other\"}";
    assertThat(decision()).isEqualTo(PolicyDecision.replace("other"));
    status = 204;
    assertThat(decision()).isEqualTo(PolicyDecision.allow());
  }

  @ParameterizedTest(name = "[{index}] {0} {1}")
  @CsvSource(
      delimiter = '|',
      value = {
        "302|{\"decision\":\"allow\"}",
        "500|{\"decision\":\"allow\"}",
        "201|{\"decision\":\"allow\"}",
        "200|<html>",
        "200|''",
        "200|[]",
        "200|{\"decision\":\"maybe\"}",
        "200|{\"decision\":\"replace\"}",
        "200|{\"decision\":1}",
        "200|{}",
        "200|{\"decision\":\"allow\"} x",
        "200|{\"decision\":\"allow\"},{\"decision\":\"allow\"}"
      })
  @DisplayName("has not decided where its answer is none:")
  void noAnswer(int status, String body) {
    this.status = status;
    this.body = body;
    assertThatThrownBy(this::decision).hasRootCauseInstanceOf(Exception.class);
    assertThat(asked).hasValue(1);
  }

  @Test
  @DisplayName("has not decided where its answer is too long")
  void tooLong() {
    body = "{\"decision\":\"allow\",\"more\":\"" + "x".repeat(70_000) + "\"}";
    assertThatThrownBy(this::decision).hasRootCauseMessage("the answer is too long");
  }

  @Test
  @DisplayName("is asked again of each message, unless it says for how long it allows the two")
  void kept() throws Exception {
    decision();
    decision();
    assertThat(asked).hasValue(2);
    cacheControl = "private, max-age=60";
    decision();
    body = "{\"decision\":\"refuse\"}";
    assertThat(decision()).isEqualTo(PolicyDecision.allow());
    assertThat(asked).hasValue(3);
    MessageDraft back = new MessageDraft(2, 1, "text", null);
    assertThat(ask(back).get(10, TimeUnit.SECONDS)).isEqualTo(PolicyDecision.refuse(""));
    assertThat(ask(back).get(10, TimeUnit.SECONDS)).isEqualTo(PolicyDecision.refuse(""));
    assertThat(asked).hasValue(5); // to refuse is asked each time
  }

  @Test
  @DisplayName("is asked of a bounded number at once, and not at all of what nobody waits for")
  void bounded() {
    hangs = true;
    List<CompletableFuture<PolicyDecision>> answers = new ArrayList<>();
    for (int i = 0; i < 100; i++) {
      answers.add(ask(new MessageDraft(100 + i, 2, "text", null)));
    }
    await().until(() -> asked.get() == 64);
    answers.subList(64, 99).forEach(answer -> answer.cancel(true));
    answers.get(0).cancel(true);
    await().until(() -> asked.get() == 65); // the last one has its place
    goOn.countDown();
    await().until(() -> answers.get(99).isDone());
    assertThat(answers.get(99).join()).isEqualTo(PolicyDecision.allow());
    assertThat(asked).hasValue(65);
  }

  @Test
  @DisplayName("has not decided where it cannot be asked, however often")
  void cannotBeAsked() {
    policy =
        new HttpPolicy(
            URI.create("ftp://127.0.0.1/"),
            new WebhookSigner(secrets()),
            Clock.systemUTC(),
            threads);
    for (int i = 0; i < 100; i++) {
      assertThat(ask(DRAFT)).isCompletedExceptionally();
    }
  }
}
