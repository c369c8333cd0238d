package imserver.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import imserver.file.Images;
import jakarta.json.JsonObject;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.Socket;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@WithServer
@DisplayName("A file")
class FilesIT {

  /** What a file may have, in millions of bytes: room for those of the pages. */
  static final int MEGABYTES = 7;

  /** How many files a user may send in a day: more than a test sends that is not about this. */
  static final int A_DAY = 40;

  private static final HttpClient HTTP =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

  private URI server;
  private final long alice = Users.next();
  private final long bob = Users.next();
  private Api a;
  private Api b;

  @BeforeEach
  void address() {
    server = SharedServer.address();
    a = new Api(server, alice);
    b = new Api(server, bob);
  }

  private static byte[] random(int length) {
    byte[] bytes = new byte[length];
    new Random(length).nextBytes(bytes);
    bytes[0] = 1; // the beginning of nothing that is known
    return bytes;
  }

  private static Api.Answer upload(Api api, String query, byte[] bytes) {
    return api.send(
        api.request("api/files?" + query)
            .POST(BodyPublishers.ofByteArray(bytes))
            .header("Content-Type", "image/png"));
  }

  private HttpResponse<byte[]> download(String address, String... headers) {
    HttpRequest.Builder request = HttpRequest.newBuilder(server.resolve(address)).GET();
    for (int i = 0; i < headers.length; i += 2) {
      request.header(headers[i], headers[i + 1]);
    }
    try {
      return HTTP.send(request.build(), BodyHandlers.ofByteArray());
    } catch (IOException | InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  @Test
  @DisplayName("comes back as it was, with its name and the type of its bytes, whatever it claims")
  void roundTrip() {
    byte[] bytes = random(700_001);
    String name = "../x\u202E/课件 \"1\".pptx";
    Api.Answer answer = upload(a, "name=" + URLEncoder.encode(name, StandardCharsets.UTF_8), bytes);
    assertThat(answer.status()).as(answer.text()).isEqualTo(201);
    JsonObject file = answer.json();
    assertThat(file.getString("name")).isEqualTo("课件 \"1\".pptx");
    assertThat(file.getString("type")).isEqualTo("application/octet-stream");
    assertThat(Api.number(file, "size")).isEqualTo(bytes.length);
    assertThat(file).doesNotContainKeys("width", "previewUrl", "duration");
    HttpResponse<byte[]> content = download(file.getString("url"));
    assertThat(content.statusCode()).isEqualTo(200);
    assertThat(content.body()).isEqualTo(bytes);
    assertThat(header(content, "Content-Disposition"))
        .startsWith(
            "attachment; filename=\"__ _1_.pptx\"; filename*=UTF-8''%E8%AF%BE%E4%BB%B6%20%221%22");
    assertThat(header(content, "X-Content-Type-Options")).isEqualTo("nosniff");
    assertThat(header(content, "Content-Security-Policy")).isEqualTo("sandbox; default-src 'none'");
    assertThat(header(content, "Cross-Origin-Resource-Policy")).isEqualTo("cross-origin");
    assertThat(header(content, "Cache-Control")).matches("private, max-age=\\d+, immutable");
    JsonObject again = a.get("api/files/" + Api.number(file, "fileId")).ok();
    assertThat(again).isEqualTo(file);
  }

  @Test
  @DisplayName("comes back as it was where its length was not announced")
  void chunked() {
    for (int size : new int[] {1, 262_144, 262_145, 700_001}) {
      byte[] bytes = random(size);
      Api.Answer answer =
          a.send(
              a.request("api/files?name=a")
                  .POST(BodyPublishers.ofInputStream(() -> new ByteArrayInputStream(bytes))));
      assertThat(answer.status()).as(answer.text()).isEqualTo(201);
      assertThat(download(answer.json().getString("url")).body()).isEqualTo(bytes);
    }
  }

  private static String header(HttpResponse<?> answer, String name) {
    return answer.headers().firstValue(name).orElse("");
  }

  @Test
  @DisplayName("is read in ranges, and not anew where it is known")
  void ranges() {
    byte[] bytes = random(300_000);
    String url = upload(a, "name=a", bytes).ok().getString("url");
    String tag = header(download(url), "ETag");
    assertThat(tag).matches("\"\\d+-0\"");
    assertThat(download(url, "If-None-Match", tag).statusCode()).isEqualTo(304);
    HttpResponse<byte[]> part = download(url, "Range", "bytes=262143-262145");
    assertThat(part.statusCode()).isEqualTo(206);
    assertThat(header(part, "Content-Range")).isEqualTo("bytes 262143-262145/300000");
    assertThat(part.body()).isEqualTo(Arrays.copyOfRange(bytes, 262_143, 262_146));
    assertThat(download(url, "Range", "bytes=299990-").body()).hasSize(10);
    assertThat(download(url, "Range", "bytes=-5").body())
        .isEqualTo(Arrays.copyOfRange(bytes, 299_995, 300_000));
    assertThat(download(url, "Range", "bytes=0-999999").body()).isEqualTo(bytes);
    HttpResponse<byte[]> none = download(url, "Range", "bytes=300000-");
    assertThat(none.statusCode()).isEqualTo(416);
    assertThat(header(none, "Content-Range")).isEqualTo("bytes */300000");
    for (String odd : List.of("bytes=5-1", "bytes=-", "bytes=0-1,3-4", "lines=1-2")) {
      assertThat(download(url, "Range", odd).statusCode()).as(odd).isEqualTo(200);
    }
    assertThat(download(url, "Range", "bytes=0-1", "If-Range", "\"x\"").statusCode())
        .isEqualTo(200);
  }

  @Test
  @DisplayName("is all there, whatever its size, and however many come")
  void sizes() {
    List<Integer> sizes = List.of(1, 262_143, 262_144, 262_145, 300_000, 524_288, 600_000);
    List<CompletableFuture<Void>> users =
        IntStream.range(0, 12)
            .mapToObj(
                i ->
                    CompletableFuture.runAsync(
                        () -> {
                          Api api = new Api(server, Users.next());
                          for (int size : sizes) {
                            byte[] bytes = random(size);
                            JsonObject file = upload(api, "name=a", bytes).ok();
                            assertThat(file.getInt("size")).isEqualTo(size);
                            assertThat(download(file.getString("url")).body()).isEqualTo(bytes);
                          }
                        }))
            .toList();
    users.forEach(CompletableFuture::join);
  }

  @Test
  @DisplayName("is given to nobody without its address, and to no other user by its id")
  void access() {
    JsonObject file = upload(a, "name=a", random(10)).ok();
    String url = file.getString("url");
    long id = Api.number(file, "fileId");
    for (String forged :
        List.of(
            url.contains("s=_") ? url.replace("s=_", "s=-") : url.replaceAll("s=.", "s=_"),
            url.replaceAll("&s=.*", ""),
            url.replaceAll("e=\\d", "e=9"),
            url.replace("/" + id + "/", "/" + (id + 1) + "/"),
            url.replace("/content", "/preview"),
            url.replaceAll("e=\\d+", "e=%25"),
            url + "&m=1")) {
      assertThat(download(forged).statusCode()).as(forged).isEqualTo(403);
    }
    assertThat(b.get("api/files/" + id).status()).isEqualTo(404);
    assertThat(a.get("api/files/" + (id + 1000)).status()).isEqualTo(404);
    assertThat(new Api(server, null).get("api/files/" + id).status()).isEqualTo(401);
    JsonObject ofHost = Api.service(server).get("api/files/" + id).ok();
    assertThat(download(ofHost.getString("url")).body()).hasSize(10);
    assertThat(Api.service(server).get("api/files/" + (id + 1000)).status()).isEqualTo(404);
    assertThat(upload(new Api(server, null), "name=a", random(10)).status()).isEqualTo(401);
  }

  @Test
  @DisplayName("that is an image has its place taken out, its pixels counted, and a preview made")
  void image() {
    JsonObject photo = upload(a, "name=a.jpg", Images.photo(1300, 900, 6)).ok();
    assertThat(photo.getString("type")).isEqualTo("image/jpeg");
    assertThat(photo.getInt("width")).isEqualTo(900);
    assertThat(photo.getInt("height")).isEqualTo(1300);
    HttpResponse<byte[]> content = download(photo.getString("url"));
    assertThat(new String(content.body(), StandardCharsets.ISO_8859_1)).doesNotContain("Secret");
    assertThat(content.body()).hasSize(photo.getInt("size"));
    assertThat(header(content, "Content-Disposition")).startsWith("inline; ");
    HttpResponse<byte[]> preview = download(photo.getString("previewUrl"));
    assertThat(header(preview, "Content-Type")).isEqualTo("image/jpeg");
    assertThat(preview.body()).startsWith(0xff, 0xd8);
    JsonObject webp = upload(a, "name=a.webp", Images.webp()).ok();
    assertThat(webp.getString("type")).isEqualTo("image/webp");
    JsonObject bomb = upload(a, "name=a.png", Images.pngBomb(50_000, 50_000)).ok();
    assertThat(bomb.getString("type")).isEqualTo("application/octet-stream");
    assertThat(bomb).doesNotContainKeys("width", "previewUrl");
  }

  private static Api.Answer form(Api api, String boundary, String body) {
    return api.send(
        api.request("api/files")
            .POST(BodyPublishers.ofString(body))
            .header("Content-Type", "multipart/form-data; boundary=" + boundary));
  }

  @Test
  @DisplayName("may come in a form")
  void form() {
    String body =
        """
        --b
        Content-Disposition: form-data; name="clientFileId"

        f1
        --b
        Content-Disposition: form-data; name="file"; filename="作业.txt"
        Content-Type: image/png

        %s
        --b
        Content-Disposition: form-data; name="duration"

        1200
        --b--
        """
            .replace("\n", "\r\n");
    String text = "你好\n--b \n".repeat(60_000);
    Api.Answer answer = form(a, "b", body.formatted(text));
    assertThat(answer.status()).as(answer.text()).isEqualTo(201);
    assertThat(answer.json().getString("name")).isEqualTo("作业.txt");
    assertThat(answer.json().getString("type")).isEqualTo("text/plain");
    assertThat(answer.json()).as("of a text").doesNotContainKey("duration");
    assertThat(download(answer.json().getString("url")).body())
        .isEqualTo(text.getBytes(StandardCharsets.UTF_8));
    Api.Answer retry = form(a, "b", body.formatted(text));
    assertThat(retry.status()).isEqualTo(200);
    assertThat(Api.number(retry.json(), "fileId")).isEqualTo(Api.number(answer.json(), "fileId"));
    for (String odd : List.of("x", "--b--\r\n", body.replace("\"file\"", "\"other\""))) {
      assertThat(form(a, "b", odd).status()).isEqualTo(400);
    }
    assertThat(form(a, "", "x").status()).isEqualTo(400);
  }

  @Test
  @DisplayName("is the same with the same name, one after the other and at once")
  void retry() {
    byte[] bytes = random(400_000);
    List<CompletableFuture<Api.Answer>> tries =
        IntStream.range(0, 3)
            .mapToObj(
                i -> CompletableFuture.supplyAsync(() -> upload(a, "name=a&clientFileId=x", bytes)))
            .toList();
    Set<Long> ids = new HashSet<>();
    for (CompletableFuture<Api.Answer> each : tries) {
      ids.add(Api.number(each.join().ok(), "fileId"));
    }
    Api.Answer again = upload(a, "name=a&clientFileId=x", bytes);
    assertThat(again.status()).isEqualTo(200);
    ids.add(Api.number(again.json(), "fileId"));
    assertThat(ids).hasSize(1);
    assertThat(upload(a, "name=other&clientFileId=x", bytes).code()).isEqualTo("REUSED_ID");
    assertThat(upload(a, "name=a&clientFileId=x", random(5)).code()).isEqualTo("REUSED_ID");
    assertThat(upload(b, "name=a&clientFileId=x", bytes).status()).isEqualTo(201);
  }

  @Test
  @DisplayName(
      "that is empty, too large, or described wrongly, is refused, and nothing is left of it")
  void refused() {
    assertThat(upload(a, "name=a", new byte[0]).code()).isEqualTo("EMPTY_FILE");
    assertThat(upload(a, "name=a", random(MEGABYTES * 1_000_000)).status()).isEqualTo(201);
    assertThat(upload(a, "name=a&clientFileId=%20", random(5)).status()).isEqualTo(400);
    assertThat(upload(a, "name=a&duration=-1", random(5)).status()).isEqualTo(400);
    assertThat(upload(a, "name=a&waveform=!", random(5)).status()).isEqualTo(400);
  }

  @Test
  @DisplayName("that is too large is refused before all of it has come")
  void tooLarge() throws IOException {
    try (Socket socket = new Socket(server.getHost(), server.getPort())) {
      socket.setSoTimeout(20_000);
      OutputStream out = socket.getOutputStream();
      out.write(
          """
          POST /teaching/api/files?name=a HTTP/1.1
          Host: %s:%d
          Authorization: Bearer %d
          Content-Length: 1000000000

          """
              .formatted(server.getHost(), server.getPort(), alice)
              .replace("\n", "\r\n")
              .getBytes(StandardCharsets.US_ASCII));
      try {
        for (int i = 0; i <= MEGABYTES; i++) {
          out.write(new byte[1_000_000]);
        }
      } catch (IOException e) {
        // it has answered, and closed
      }
      byte[] line = socket.getInputStream().readNBytes(12);
      assertThat(new String(line, StandardCharsets.US_ASCII)).isEqualTo("HTTP/1.1 413");
    }
  }

  /** 404; or 429 where too many uploads of the user are on their way. Counts for nothing. */
  private static Api.Answer partOfNothing(Api api) {
    return api.send(
        api.request("api/files/9007199254740991")
            .method("PATCH", BodyPublishers.ofString("x"))
            .header("Tus-Resumable", "1.0.0")
            .header("Upload-Offset", "0")
            .header("Content-Type", "application/offset+octet-stream"));
  }

  @Test
  @Waits
  @DisplayName("that does not come gets 408, and makes room for others")
  void slow() throws IOException {
    List<SlowClient> clients = new ArrayList<>();
    do { // three get in; one may come while the question has a place
      clients.add(SlowClient.post(server, "api/files?name=a", alice, clients.size() == 1));
    } while (partOfNothing(a).status() != 429);
    Api.Answer more = upload(a, "name=a", random(5));
    assertThat(more.status()).isEqualTo(429);
    assertThat(more.code()).isEqualTo("RATE_LIMITED");
    assertThat(upload(b, "name=a", random(5)).status()).isEqualTo(201);
    for (SlowClient each : clients) {
      assertThat(each.status()).isEqualTo(408);
      each.close();
    }
    assertThat(upload(a, "name=a", random(5)).status()).isEqualTo(201);
  }

  @Test
  @DisplayName("is one of so many a day, also where they come at once")
  void quota() {
    List<CompletableFuture<List<Api.Answer>>> tries =
        IntStream.range(0, 3)
            .mapToObj(
                i ->
                    CompletableFuture.supplyAsync(
                        () ->
                            IntStream.range(0, 15)
                                .mapToObj(j -> upload(a, "name=a", random(10)))
                                .toList()))
            .toList();
    List<Api.Answer> answers = tries.stream().flatMap(each -> each.join().stream()).toList();
    assertThat(answers).filteredOn(answer -> answer.status() == 201).hasSize(A_DAY);
    assertThat(answers)
        .filteredOn(answer -> answer.status() != 201)
        .hasSize(5)
        .allMatch(answer -> answer.status() == 429 && answer.code().equals("FILE_QUOTA"));
    assertThat(upload(b, "name=a", random(10)).status()).isEqualTo(201);
  }

  private static HttpRequest.Builder tus(Api api, String path) {
    return api.request(path).header("Tus-Resumable", "1.0.0");
  }

  private static String base64(String text) {
    return Base64.getEncoder().encodeToString(text.getBytes(StandardCharsets.UTF_8));
  }

  private static Api.Answer create(Api api, String name, String clientFileId, int length) {
    return api.send(
        tus(api, "api/files")
            .POST(BodyPublishers.noBody())
            .header("Upload-Length", Integer.toString(length))
            .header(
                "Upload-Metadata",
                "filename " + base64(name) + ",clientFileId " + base64(clientFileId)));
  }

  private static Api.Answer patch(Api api, String id, int offset, byte[] bytes) {
    return api.send(
        tus(api, "api/files/" + id)
            .method("PATCH", BodyPublishers.ofByteArray(bytes))
            .header("Content-Type", "application/offset+octet-stream")
            .header("Upload-Offset", Integer.toString(offset)));
  }

  private static Api.Answer head(Api api, String id) {
    return api.send(tus(api, "api/files/" + id).method("HEAD", BodyPublishers.noBody()));
  }

  @Test
  @DisplayName("may come in parts, and go on where it broke off")
  void resumable() {
    byte[] bytes = Images.concat(random(900_000), random(100_000));
    Api.Answer begun = create(a, "大.bin", "big", bytes.length);
    assertThat(begun.status()).as(begun.text()).isEqualTo(201);
    String id = begun.json().getString("fileId");
    assertThat(begun.header("Location")).isEqualTo("/teaching/api/files/" + id);
    assertThat(begun.header("Tus-Resumable")).isEqualTo("1.0.0");
    assertThat(head(a, id).header("Upload-Offset")).isEqualTo("0");
    Api.Answer first = patch(a, id, 0, Arrays.copyOf(bytes, 400_001));
    assertThat(first.status()).as(first.text()).isEqualTo(204);
    assertThat(first.header("Upload-Offset")).isEqualTo("400001");
    assertThat(a.get("api/files/" + id).status()).isEqualTo(404); // not complete
    assertThat(patch(a, id, 0, bytes).status()).isEqualTo(409);
    assertThat(patch(b, id, 400_001, bytes).status()).isEqualTo(404);
    assertThat(head(b, id).status()).isEqualTo(404);
    assertThat(create(a, "大.bin", "big", bytes.length).json().getString("fileId")).isEqualTo(id);
    assertThat(create(a, "大.bin", "big", 5).status()).isEqualTo(409);
    Api.Answer offset = head(a, id);
    assertThat(offset.header("Upload-Offset")).isEqualTo("400001");
    assertThat(offset.header("Upload-Length")).isEqualTo("1000000");
    assertThat(patch(a, id, 400_001, new byte[700_000]).status()).isEqualTo(413);
    int at = Integer.parseInt(head(a, id).header("Upload-Offset"));
    assertThat(
            patch(a, id, at, Arrays.copyOfRange(bytes, at, bytes.length)).header("Upload-Offset"))
        .isEqualTo("1000000");
    JsonObject file = a.get("api/files/" + id).ok();
    assertThat(file.getString("name")).isEqualTo("大.bin");
    assertThat(download(file.getString("url")).body()).hasSize(1_000_000);
    assertThat(head(a, id).header("Upload-Offset")).isEqualTo("1000000");
    assertThat(create(a, "x", "y", MEGABYTES * 1_000_000 + 1).code()).isEqualTo("FILE_TOO_LARGE");
    assertThat(create(a, "x", "y", 0).code()).isEqualTo("EMPTY_FILE");
  }

  @Test
  @DisplayName("whose client leaves in the midst is kept as far as it came, where it is resumable")
  void brokenOff() throws IOException {
    byte[] bytes = random(1_000_000);
    String id = create(a, "a", "z", bytes.length).json().getString("fileId");
    try (Socket socket = new Socket(server.getHost(), server.getPort())) {
      socket
          .getOutputStream()
          .write(
              """
              PATCH /teaching/api/files/%s HTTP/1.1
              Host: %s:%d
              Authorization: Bearer %d
              Tus-Resumable: 1.0.0
              Upload-Offset: 0
              Content-Type: application/offset+octet-stream
              Content-Length: 1000000

              """
                  .formatted(id, server.getHost(), server.getPort(), alice)
                  .replace("\n", "\r\n")
                  .getBytes(StandardCharsets.US_ASCII));
      socket.getOutputStream().write(bytes, 0, 600_000);
      socket.getOutputStream().flush();
    }
    await()
        .until(
            () ->
                Integer.parseInt(head(a, id).header("Upload-Offset")) >= 524_288
                    && patch(
                                a,
                                id,
                                Integer.parseInt(head(a, id).header("Upload-Offset")),
                                new byte[0])
                            .status()
                        == 204);
    int at = Integer.parseInt(head(a, id).header("Upload-Offset"));
    assertThat(patch(a, id, at, Arrays.copyOfRange(bytes, at, bytes.length)).status())
        .isEqualTo(204);
    JsonObject file = a.get("api/files/" + id).ok();
    assertThat(download(file.getString("url")).body()).isEqualTo(bytes);
  }
}
