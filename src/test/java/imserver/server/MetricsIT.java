package imserver.server;

import static java.net.http.HttpRequest.BodyPublishers.noBody;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@WithServer
@DisplayName("Metrics")
class MetricsIT {

  private static final Path DOCS = Path.of("docs");
  private static final Path FILES = DOCS.resolve("monitoring");

  /** A metric of ours, as Prometheus names it. */
  private static final Pattern NAME = Pattern.compile("\\bimserver_[a-z_]+");

  /** What Prometheus adds to the name of a histogram. */
  private static final Pattern PART = Pattern.compile("_(bucket|count|sum|max|created)$");

  private URI server;
  private final long alice = Users.next();
  private final long bob = Users.next();

  @BeforeEach
  void address() {
    server = SharedServer.address();
  }

  private String scrape() {
    Api.Answer answer = new Api(server, null).get("api/metrics");
    assertThat(answer.status()).isEqualTo(200);
    return answer.text();
  }

  private double value(String series) {
    return scrape()
        .lines()
        .filter(line -> line.startsWith(series + " "))
        .mapToDouble(line -> Double.parseDouble(line.substring(series.length() + 1)))
        .findFirst()
        .orElse(0);
  }

  @Test
  @DisplayName("tell of connections, messages, failures and refused handshakes")
  void counted() {
    double stored = value("imserver_messages_stored_total");
    double commits = value("imserver_message_commit_seconds_count");
    double failed = value("imserver_requests_failed_total{code=\"EMPTY_CONTENT\"}");
    double refused = value("imserver_handshakes_refused_total{reason=\"no_upgrade\"}");
    double batches = value("imserver_batch_size_count{lane=\"messages\"}");
    double written = value("imserver_connection_write_seconds_count");
    double closed = value("imserver_connections_closed_total{code=\"1000\"}");
    try (Client a = Client.connect(server, alice);
        Client b = Client.connect(server, bob)) {
      a.send(Packet.message(bob, "one", "1")).send(Packet.message(bob, " ", "2"));
      a.answer("1");
      a.answer("2");
      b.message("one");
      assertThat(value("imserver_connections{protocol=\"1\"}")).isGreaterThanOrEqualTo(2);
      assertThat(value("imserver_users")).isGreaterThanOrEqualTo(2);
    }
    assertThat(new Api(server, null).get("imserver/" + alice).status()).isEqualTo(426);
    assertThat(value("imserver_messages_stored_total")).isGreaterThan(stored);
    assertThat(value("imserver_message_commit_seconds_count")).isGreaterThan(commits);
    assertThat(value("imserver_batch_size_count{lane=\"messages\"}")).isGreaterThan(batches);
    assertThat(value("imserver_connection_write_seconds_count")).isGreaterThan(written);
    assertThat(value("imserver_requests_failed_total{code=\"EMPTY_CONTENT\"}"))
        .isGreaterThan(failed);
    assertThat(value("imserver_handshakes_refused_total{reason=\"no_upgrade\"}"))
        .isGreaterThan(refused);
    await()
        .untilAsserted(
            () ->
                assertThat(value("imserver_connections_closed_total{code=\"1000\"}"))
                    .isGreaterThan(closed));
  }

  private double httpFailures(int status, String code) {
    return value(
        "imserver_http_requests_failed_total{code=\"%s\",status=\"%d\"}".formatted(code, status));
  }

  private double uploads(String outcome) {
    return value("imserver_uploads_total{outcome=\"%s\"}".formatted(outcome));
  }

  /** All of a metric, in whatever order. */
  private List<String> seriesOf(String metric) {
    return scrape()
        .lines()
        .filter(line -> line.startsWith(metric + "{"))
        .map(line -> line.substring(0, line.indexOf('}') + 1))
        .sorted()
        .toList();
  }

  @Test
  @DisplayName("tell of failures over HTTP, each with its status and code, from 0 on")
  void httpFailures() {
    List<String> before = seriesOf("imserver_http_requests_failed_total");
    double unauthorized = httpFailures(401, "UNAUTHORIZED");
    double malformed = httpFailures(400, "BAD_REQUEST");
    double forbidden = httpFailures(403, "FORBIDDEN");
    double unknown = httpFailures(404, "NOT_FOUND");
    double method = httpFailures(405, "METHOD_NOT_ALLOWED");
    double empty = httpFailures(400, "EMPTY_CONTENT");
    Api stranger = new Api(server, null);
    Api user = new Api(server, alice);
    assertThat(stranger.get("api/conversations").status()).isEqualTo(401);
    assertThat(stranger.get("message/conversationList").status()).isEqualTo(200); // of 2020
    assertThat(user.post("api/conversations/" + bob + "/messages", "{").status()).isEqualTo(400);
    assertThat(stranger.get("api/files/1/content?expires=1&signature=x").status()).isEqualTo(403);
    assertThat(user.get("api/no/" + alice).status()).isEqualTo(404);
    assertThat(stranger.delete("api/health").status()).isEqualTo(405);
    new Api(server, alice).post("api/conversations/" + bob + "/messages", Api.content(" "));
    assertThat(httpFailures(401, "UNAUTHORIZED")).isEqualTo(unauthorized + 2);
    assertThat(httpFailures(400, "BAD_REQUEST")).isEqualTo(malformed + 1);
    assertThat(httpFailures(403, "FORBIDDEN")).isEqualTo(forbidden + 1);
    assertThat(httpFailures(404, "NOT_FOUND")).isEqualTo(unknown + 1);
    assertThat(httpFailures(405, "METHOD_NOT_ALLOWED")).isEqualTo(method + 1);
    assertThat(httpFailures(400, "EMPTY_CONTENT")).isEqualTo(empty + 1);
    assertThat(seriesOf("imserver_http_requests_failed_total")).isEqualTo(before);
  }

  @Test
  @DisplayName("tell of uploads what became of each")
  void uploads() {
    List<String> before = seriesOf("imserver_uploads_total");
    double stored = uploads("stored");
    double repeated = uploads("repeated");
    double part = uploads("part");
    double refused = uploads("refused");
    Api user = new Api(server, alice);
    for (int i = 0; i < 2; i++) {
      user.send(
          user.request("api/files?name=a.txt&clientFileId=once")
              .POST(BodyPublishers.ofString("text")));
    }
    assertThat(user.post("api/files?name=b.txt", "").code()).isEqualTo("EMPTY_FILE");
    assertThat(user.post("api/files?name=b.txt&duration=x", "b").status()).isEqualTo(400);
    String id =
        user.send(tus(user, "api/files").header("Upload-Length", "3").POST(noBody()))
            .ok()
            .getString("fileId");
    patch(user, id, 0, "on");
    patch(user, id, 2, "e");
    assertThat(patch(user, id, 1, "x").status()).isEqualTo(409);
    assertThat(uploads("stored")).isEqualTo(stored + 2);
    assertThat(uploads("repeated")).isEqualTo(repeated + 1);
    assertThat(uploads("part")).isEqualTo(part + 1);
    assertThat(uploads("refused")).isEqualTo(refused + 3);
    assertThat(seriesOf("imserver_uploads_total")).isEqualTo(before).hasSize(7);
  }

  private static HttpRequest.Builder tus(Api api, String path) {
    return api.request(path).header("Tus-Resumable", "1.0.0");
  }

  private static Api.Answer patch(Api api, String id, int offset, String text) {
    return api.send(
        tus(api, "api/files/" + id)
            .method("PATCH", BodyPublishers.ofString(text))
            .header("Content-Type", "application/offset+octet-stream")
            .header("Upload-Offset", Integer.toString(offset)));
  }

  @Test
  @DisplayName("are for this machine alone, and for the host application")
  void access() {
    assertThat(from("X-Forwarded-For", "10.0.0.1", null).status()).isEqualTo(401);
    assertThat(from("X-Forwarded-For", "10.0.0.1", alice).status()).isEqualTo(403);
    assertThat(from("X-Forwarded-For", "10.0.0.1", 0).status()).isEqualTo(200);
    Api.Answer answer = from("Accept", "application/openmetrics-text; version=1.0.0", null);
    assertThat(answer.status()).isEqualTo(200);
    assertThat(answer.header("Content-Type"))
        .startsWithIgnoringCase("application/openmetrics-text");
    assertThat(answer.header("Cache-Control")).contains("no-store");
    assertThat(answer.text()).endsWith("# EOF\n");
  }

  private Api.Answer from(String header, String value, Object credential) {
    Api api = new Api(server, credential);
    HttpRequest.Builder request = api.request("api/metrics").header(header, value);
    return api.send(request);
  }

  private static Set<String> names(String text) {
    return NAME.matcher(text)
        .results()
        .map(MatchResult::group)
        .map(name -> PART.matcher(name).replaceFirst(""))
        .collect(Collectors.toCollection(TreeSet::new));
  }

  @Test
  @DisplayName(
      "are those of the documentation, all of them; the board and the rules ask for no other")
  void documented() throws IOException {
    new Api(server, alice).post("api/conversations/" + bob + "/messages", "{\"content\":\" \"}");
    try (Client a = Client.connect(server, alice)) {
      a.send(Packet.message(bob, "x", "1")).answer("1");
    }
    await()
        .untilAsserted(
            () -> assertThat(names(scrape())).contains("imserver_connections_closed_total"));
    Set<String> told = names(scrape());
    Set<String> ofWebhook =
        Set.of("imserver_webhook_waiting", "imserver_webhook_parked"); // where there is one
    Set<String> documented = names(Files.readString(DOCS.resolve("METRICS.md")));
    TreeSet<String> all = new TreeSet<>(told);
    all.addAll(ofWebhook);
    assertThat(documented).isEqualTo(all);
    try (Stream<Path> files = Files.list(FILES)) {
      List<Path> some = files.toList();
      assertThat(some).isNotEmpty();
      for (Path file : some) {
        assertThat(all).as(file.toString()).containsAll(names(Files.readString(file)));
      }
    }
  }
}
