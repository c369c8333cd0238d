package imserver.policy;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import com.github.benmanes.caffeine.cache.Expiry;
import imserver.api.MessageDraft;
import imserver.api.PolicyDecision;
import imserver.webhook.HostHttp;
import imserver.webhook.WebhookSigner;
import jakarta.json.Json;
import jakarta.json.JsonArray;
import jakarta.json.JsonArrayBuilder;
import jakarta.json.JsonException;
import jakarta.json.JsonObject;
import jakarta.json.JsonObjectBuilder;
import jakarta.json.JsonReader;
import java.io.IOException;
import java.io.StringReader;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.Executor;
import java.util.function.BooleanSupplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Asks the address of the settings, many messages at once. Whatever it does costs no thread, and
 * little memory.
 */
final class HttpPolicy implements Policy {

  private static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(3);

  /** So many requests at a time, of one sender half of them at most; others wait for their turn. */
  private static final int MOST_REQUESTS = 64;

  private static final int MOST_KEPT = 100_000;
  private static final Pattern MAX_AGE = Pattern.compile("(?:^|[,\\s])max-age=(\\d{1,6})");
  private static final Pattern NOT_KEPT = Pattern.compile("(?:^|[,\\s])no-(?:store|cache)");

  private final URI address;
  private final WebhookSigner signer;
  private final Clock clock;
  private final HttpClient http;
  private final FairTurns turns = new FairTurns(MOST_REQUESTS);

  /** For how long a sender may write to a recipient unasked. */
  private final Cache<Pair, Duration> allowed =
      Caffeine.newBuilder()
          .maximumSize(MOST_KEPT)
          .expireAfter(Expiry.creating((Pair pair, Duration time) -> time))
          .build();

  private record Pair(long senderId, long recipientId) {

    static Pair of(MessageDraft draft) {
      return new Pair(draft.senderId(), draft.recipientId());
    }
  }

  /**
   * A policy.
   *
   * @param executor for the short tasks of the HTTP client, which wait for nothing
   */
  HttpPolicy(URI address, WebhookSigner signer, Clock clock, Executor executor) {
    this.address = address;
    this.signer = signer;
    this.clock = clock;
    this.http = HostHttp.client(executor, CONNECT_TIMEOUT);
  }

  @Override
  public CompletableFuture<PolicyDecision> ask(MessageDraft draft, Duration within) {
    if (allowed.getIfPresent(Pair.of(draft)) != null) {
      return CompletableFuture.completedFuture(PolicyDecision.allow());
    }
    CompletableFuture<PolicyDecision> answer = new CompletableFuture<>();
    BooleanSupplier begin = () -> send(draft, answer);
    var unused =
        answer.whenComplete(
            (decision, error) -> turns.drop(draft.senderId(), begin)); // if it waits
    turns.begin(draft.senderId(), begin);
    return answer;
  }

  /** False where no request was begun; else its turn ends with the exchange. */
  private boolean send(MessageDraft draft, CompletableFuture<PolicyDecision> answer) {
    if (answer.isDone()) { // nobody waits for it any more
      return false;
    }
    CompletableFuture<HttpResponse<byte[]>> exchange;
    try {
      exchange = http.sendAsync(request(draft), info -> new BoundedBody());
    } catch (RuntimeException | Error e) {
      answer.completeExceptionally(e);
      return false;
    }
    var unused =
        exchange.whenComplete(
            (response, error) -> {
              complete(draft, answer, response, error);
              turns.ended(draft.senderId());
            });
    cancelWith(answer, exchange);
    return true;
  }

  /** Where nobody waits any more the connection is closed. */
  private static void cancelWith(CompletableFuture<?> answer, CompletableFuture<?> exchange) {
    var unused =
        answer.whenComplete(
            (decision, error) -> {
              if (answer.isCancelled()) {
                exchange.cancel(true);
              }
            });
  }

  private void complete(
      MessageDraft draft,
      CompletableFuture<PolicyDecision> answer,
      HttpResponse<byte[]> response,
      Throwable error) {
    if (error != null) {
      answer.completeExceptionally(
          error instanceof CompletionException && error.getCause() != null
              ? error.getCause()
              : error);
      return;
    }
    try {
      answer.complete(decision(draft, response));
    } catch (IOException | RuntimeException e) {
      answer.completeExceptionally(e);
    }
  }

  private HttpRequest request(MessageDraft draft) {
    Instant now = clock.instant();
    JsonObjectBuilder data =
        Json.createObjectBuilder()
            .add("fromId", draft.senderId())
            .add("toId", draft.recipientId())
            .add("content", draft.content());
    if (draft.clientMessageId() != null) {
      data.add("clientMessageId", draft.clientMessageId());
    }
    if (!draft.attachments().isEmpty()) {
      data.add("attachments", attachments(draft));
    }
    String body =
        Json.createObjectBuilder()
            .add("type", "message.sending")
            .add("timestamp", now.toString())
            .add("data", data)
            .build()
            .toString();
    String id = "ask_" + UUID.randomUUID();
    return HostHttp.request(address, signer, id, now.getEpochSecond(), body)
        .header("Accept", "application/json")
        .build();
  }

  private static JsonArrayBuilder attachments(MessageDraft draft) {
    JsonArrayBuilder files = Json.createArrayBuilder();
    for (MessageDraft.Attachment each : draft.attachments()) {
      files.add(
          Json.createObjectBuilder()
              .add("fileId", each.fileId())
              .add("name", each.name())
              .add("type", each.type())
              .add("size", each.size()));
    }
    return files;
  }

  private PolicyDecision decision(MessageDraft draft, HttpResponse<byte[]> response)
      throws IOException {
    PolicyDecision decision =
        switch (response.statusCode()) {
          case 204 -> PolicyDecision.allow();
          case 200 -> decision(response.body());
          default -> throw new IOException("HTTP " + response.statusCode());
        };
    if (decision instanceof PolicyDecision.Allow) {
      Duration time = keptFor(response);
      if (!time.isZero()) {
        allowed.put(Pair.of(draft), time);
      }
    }
    return decision;
  }

  private static PolicyDecision decision(byte[] body) throws IOException {
    // As the only element of an array: a reader of JSON-P does not look at what follows an object.
    String array = "[" + new String(body, StandardCharsets.UTF_8) + "]";
    try (JsonReader reader = Json.createReader(new StringReader(array))) {
      JsonArray answers = reader.readArray();
      if (answers.size() != 1) {
        throw new IOException("an answer that is not one object");
      }
      JsonObject answer = answers.getJsonObject(0);
      String decision = answer.getString("decision");
      return switch (decision) {
        case "allow" -> PolicyDecision.allow();
        case "refuse" -> PolicyDecision.refuse(answer.getString("reason", ""));
        case "replace" -> PolicyDecision.replace(answer.getString("content"));
        default -> throw new IOException("there is no decision " + decision);
      };
    } catch (JsonException | NullPointerException | ClassCastException e) {
      throw new IOException("an answer that cannot be read", e);
    }
  }

  private static Duration keptFor(HttpResponse<byte[]> response) {
    String header = String.join(",", response.headers().allValues("Cache-Control"));
    Matcher seconds = MAX_AGE.matcher(header);
    return seconds.find() && !NOT_KEPT.matcher(header).find()
        ? Duration.ofSeconds(Long.parseLong(seconds.group(1)))
        : Duration.ZERO;
  }
}
