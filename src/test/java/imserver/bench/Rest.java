package imserver.bench;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;

/** What a user asks of a server over HTTP beside the load. */
final class Rest {

  private static final HttpClient HTTP =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

  private Rest() {}

  /** What it says of a user's unread messages. */
  static String unread(int port, long user) throws IOException {
    return send(request(port, user, "unread").build()).body();
  }

  /** Has a user block another. */
  static void block(int port, long user, long other) throws IOException {
    HttpRequest request =
        request(port, user, "blocks/" + other).PUT(BodyPublishers.noBody()).build();
    int status = send(request).statusCode();
    if (status != 204) {
      throw new IOException("to block was answered with " + status);
    }
  }

  private static HttpRequest.Builder request(int port, long user, String path) {
    return HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + "/teaching/api/" + path))
        .header("Authorization", "Bearer " + user);
  }

  private static HttpResponse<String> send(HttpRequest request) throws IOException {
    try {
      return HTTP.send(request, BodyHandlers.ofString());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException(e);
    }
  }
}
