package imserver.server;

import jakarta.json.Json;
import jakarta.json.JsonArray;
import jakarta.json.JsonObject;
import java.io.IOException;
import java.io.StringReader;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpHeaders;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublisher;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** A client of the REST paths, with one user's credential. */
public final class Api {

  private static final HttpClient HTTP =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

  private final URI server;
  private final @Nullable Object credential;

  /**
   * A client.
   *
   * @param credential null for none
   */
  public Api(URI server, @Nullable Object credential) {
    this.server = server;
    this.credential = credential;
  }

  /** In open mode, of the host application. */
  public static Api service(URI server) {
    return new Api(server, 0);
  }

  /**
   * What came back.
   *
   * @param text the body, "" for none
   */
  public record Answer(int status, String text, HttpHeaders headers) {

    public JsonObject json() {
      try (var reader = Json.createReader(new StringReader(text))) {
        return reader.readObject();
      }
    }

    /** The body, where all went well. */
    public JsonObject ok() {
      if (status != 200 && status != 201) {
        throw new AssertionError(this);
      }
      return json();
    }

    /** The code of a problem. */
    String code() {
      return json().getString("code");
    }

    String header(String name) {
      return headers.firstValue(name).orElse("");
    }
  }

  public Answer get(String path) {
    return send(request(path).GET());
  }

  public Answer post(String path, String json) {
    return send(request(path).POST(json(json)).header("Content-Type", "application/json"));
  }

  public Answer put(String path, String json) {
    return send(request(path).PUT(json(json)).header("Content-Type", "application/json"));
  }

  public Answer delete(String path) {
    return send(request(path).DELETE());
  }

  Answer form(String path, Map<String, Object> fields) {
    String body =
        fields.entrySet().stream()
            .map(
                field ->
                    field.getKey()
                        + "="
                        + URLEncoder.encode(field.getValue().toString(), StandardCharsets.UTF_8))
            .collect(Collectors.joining("&"));
    return send(
        request(path).POST(json(body)).header("Content-Type", "application/x-www-form-urlencoded"));
  }

  private static BodyPublisher json(String text) {
    return BodyPublishers.ofString(text);
  }

  /** What is at an address, or at a path from the root of the server. */
  Answer getRaw(String address) {
    return send(
        HttpRequest.newBuilder(server.resolve(address)).timeout(Duration.ofSeconds(20)).GET());
  }

  /** A request that a test may add to. */
  HttpRequest.Builder request(String path) {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(server.resolve("/teaching/" + path)).timeout(Duration.ofSeconds(20));
    return credential == null ? request : request.header("Authorization", "Bearer " + credential);
  }

  Answer send(HttpRequest.Builder request) {
    try {
      HttpResponse<String> answer = HTTP.send(request.build(), BodyHandlers.ofString());
      return new Answer(answer.statusCode(), answer.body(), answer.headers());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }

  /** Uploads a file of text; its id. */
  public long upload(String name, String text) {
    return send(request("api/files?name=" + name).POST(BodyPublishers.ofString(text)))
        .ok()
        .getJsonNumber("fileId")
        .longValueExact();
  }

  /** Sends a message; its id. */
  public long sendMessage(long toId, String content) {
    return post("api/conversations/" + toId + "/messages", content(content))
        .ok()
        .getJsonNumber("messageId")
        .longValueExact();
  }

  /** The body of a message. */
  static String content(String content) {
    return Json.createObjectBuilder().add("content", content).build().toString();
  }

  /** The body of a message that names itself. */
  static String content(String content, String clientMessageId) {
    return Json.createObjectBuilder()
        .add("content", content)
        .add("clientMessageId", clientMessageId)
        .build()
        .toString();
  }

  /** Marks messages as read. */
  void markRead(List<Long> ids) {
    JsonObject body =
        Json.createObjectBuilder().add("messageIds", Json.createArrayBuilder(ids)).build();
    Answer answer = post("api/messages/read", body.toString());
    if (answer.status() != 204) {
      throw new AssertionError(answer);
    }
  }

  /** A page of a conversation, newest first. */
  public List<JsonObject> history(long other, String query) {
    return objects(
        get("api/conversations/" + other + "/messages?" + query).ok().getJsonArray("messages"));
  }

  /** The first page of the list. */
  public List<JsonObject> conversations() {
    return objects(get("api/conversations?limit=100").ok().getJsonArray("conversations"));
  }

  public long unread() {
    return get("api/unread").ok().getJsonNumber("total").longValueExact();
  }

  static List<JsonObject> objects(JsonArray array) {
    return array.getValuesAs(JsonObject.class);
  }

  public static List<String> contents(List<JsonObject> messages) {
    return messages.stream().map(message -> message.getString("content")).toList();
  }

  static List<Long> ids(List<JsonObject> messages) {
    return messages.stream().map(message -> number(message, "messageId")).toList();
  }

  static long number(JsonObject object, String name) {
    return object.getJsonNumber(name).longValueExact();
  }
}
