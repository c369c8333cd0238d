package imserver.webhook;

import imserver.webhook.Answer.Failed;
import imserver.webhook.Answer.Failed.Kind;
import imserver.webhook.Answer.Taken;
import java.net.ProtocolException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.ResponseInfo;
import java.time.Clock;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * The address that is told. It may do whatever it likes: a request takes {@code time} at most, and
 * little memory. Safe for use by several threads, each of which waits for its own request.
 */
final class WebhookEndpoint {

  private static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(5);
  private static final int GONE = 410;

  private final URI address;
  private final WebhookSigner signer;
  private final Clock clock;
  private final Duration time;
  private final HttpClient http;

  /**
   * An endpoint.
   *
   * @param executor for the short tasks of the HTTP client, which wait for nothing
   * @param time for a whole exchange
   */
  WebhookEndpoint(
      URI address, WebhookSigner signer, Clock clock, Executor executor, Duration time) {
    this.address = address;
    this.signer = signer;
    this.clock = clock;
    this.time = time;
    this.http = HostHttp.client(executor, CONNECT_TIMEOUT);
  }

  /**
   * Sends one event, and waits for the answer.
   *
   * @param id the same for each attempt
   * @throws InterruptedException if this thread was interrupted: it is not known what became of it
   */
  Answer send(String id, String body) throws InterruptedException {
    AtomicReference<@Nullable ResponseInfo> head = new AtomicReference<>();
    CompletableFuture<HttpResponse<Void>> exchange =
        http.sendAsync(
            HostHttp.request(address, signer, id, clock.instant().getEpochSecond(), body).build(),
            info -> {
              head.set(info);
              return new DroppedBody();
            });
    String failure;
    try {
      exchange.get(time.toMillis(), TimeUnit.MILLISECONDS);
      failure = "no status";
    } catch (TimeoutException e) {
      failure = "no answer within " + time.toSeconds() + " s";
    } catch (ExecutionException e) {
      failure = String.valueOf(e.getCause());
      if (e.getCause() instanceof ProtocolException) {
        return new Failed(failure, null, Kind.NO_HTTP);
      }
    } finally {
      exchange.cancel(true); // closes the connection, where the exchange is not over
    }
    ResponseInfo info = head.get(); // a body that does not end, or ends too early, is no matter
    return info == null ? Failed.of(failure) : answer(info);
  }

  private static Answer answer(ResponseInfo info) {
    int status = info.statusCode();
    if (status / 100 == 2) {
      return new Taken();
    }
    return new Failed(
        "HTTP " + status, retryAfter(info), status == GONE ? Kind.GONE : Kind.PASSING);
  }

  /** Of its two forms the one in seconds; a date is taken for none. */
  private static @Nullable Duration retryAfter(ResponseInfo info) {
    Optional<String> text = info.headers().firstValue("Retry-After");
    return text.filter(seconds -> seconds.matches("[0-9]{1,6}"))
        .map(seconds -> Duration.ofSeconds(Long.parseLong(seconds)))
        .orElse(null);
  }
}
