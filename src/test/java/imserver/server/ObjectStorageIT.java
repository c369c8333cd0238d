package imserver.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import imserver.file.Images;
import jakarta.json.JsonObject;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("h2")
@DisplayName("With an object storage, files")
class ObjectStorageIT {

  private static final String BUCKET = "files";

  private static final HttpClient HTTP = HttpClient.newHttpClient();

  private final Path folder = TestEnvironment.folder("objects-" + System.nanoTime());
  private final long alice = Users.next();
  private final long bob = Users.next();

  private static ServerProcess start(int port, Path folder, S3Proxy storage)
      throws IOException, InterruptedException {
    return ServerProcess.start(
        port,
        folder,
        Map.of(
            "IMSERVER_S3_BUCKET",
            BUCKET + "/of/the/school",
            "IMSERVER_S3_ENDPOINT",
            storage.endpoint().toString(),
            "IMSERVER_S3_ACCESS_KEY",
            S3Proxy.ACCESS_KEY,
            "IMSERVER_S3_SECRET_KEY",
            S3Proxy.SECRET_KEY));
  }

  private JsonObject sent(URI server, byte[] bytes) {
    Api api = new Api(server, alice);
    JsonObject file =
        api.send(api.request("api/files?name=a").POST(BodyPublishers.ofByteArray(bytes))).json();
    api.post(
            "api/conversations/" + bob + "/messages",
            "{\"attachments\":[%d]}".formatted(Api.number(file, "fileId")))
        .ok();
    return file;
  }

  private static HttpResponse<byte[]> download(URI server, String address, String range) {
    try {
      return HTTP.send(
          HttpRequest.newBuilder(server.resolve(address)).header("Range", range).build(),
          BodyHandlers.ofByteArray());
    } catch (IOException | InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  private static byte[] download(URI server, JsonObject file) {
    return download(server, file.getString("url"), "bytes=0-").body();
  }

  @Test
  @DisplayName("go there, and while it is down wait for it, and are sent all the same")
  void moved() throws Exception {
    byte[] bytes = new byte[1_000_001];
    new Random(1).nextBytes(bytes);
    byte[] image = Images.image("jpg", 1200, 900);
    int port = TestEnvironment.freePort();
    JsonObject first;
    JsonObject photo;
    JsonObject late;
    try (S3Proxy storage = new S3Proxy(folder.resolve("s3"), BUCKET)) {
      try (ServerProcess server = start(port, folder, storage)) {
        URI address = server.address();
        first = sent(address, bytes);
        photo = sent(address, image);
        await()
            .atMost(Client.TIMEOUT)
            .until(() -> storage.objects(BUCKET, ".content") == 2 && isEmpty(folder));
        assertThat(storage.objects(BUCKET, ".preview")).isEqualTo(1);
        assertThat(download(address, first)).isEqualTo(bytes);
        assertThat(download(address, photo)).isEqualTo(image);
        assertThat(download(address, photo.getString("previewUrl"), "bytes=0-").body())
            .hasSizeBetween(1000, image.length);
        assertThat(download(address, first.getString("url"), "bytes=500000-700000").body())
            .isEqualTo(Arrays.copyOfRange(bytes, 500_000, 700_001));

        storage.kill();
        late = sent(address, Arrays.copyOf(bytes, 1000));
        assertThat(download(address, late)).isEqualTo(Arrays.copyOf(bytes, 1000));
        assertThat(download(address, first.getString("url"), "bytes=0-").statusCode())
            .isEqualTo(503);
        server.kill();
      }
      storage.start();
      try (ServerProcess server = start(port, folder, storage)) {
        await()
            .atMost(Client.TIMEOUT)
            .until(() -> storage.objects(BUCKET, ".content") == 3 && isEmpty(folder));
        JsonObject again =
            new Api(server.address(), bob).get("api/files/" + Api.number(late, "fileId")).ok();
        assertThat(download(server.address(), again)).isEqualTo(Arrays.copyOf(bytes, 1000));
      }
    }
  }

  /** Whether no bytes of a file are left beside the database. */
  private static boolean isEmpty(Path folder) {
    try (var files = Files.walk(folder)) {
      return files.noneMatch(
          file ->
              file.toString().matches(".*\\.(content|preview|incoming)")
                  && !file.startsWith(folder.resolve("s3")));
    } catch (IOException | UncheckedIOException e) { // one went meanwhile
      return false;
    }
  }
}
