package imserver.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import jakarta.json.JsonObject;
import java.io.IOException;
import java.net.http.HttpRequest.BodyPublishers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("no-server") // it is the same whatever server the others are tested on
@DisplayName("The command of the WAR")
class CopyIT {

  private final long alice = Users.next();
  private final long bob = Users.next();
  private final Path folder = TestEnvironment.folder("copy-" + System.nanoTime());
  private final Path temporary = folder.resolve("tmp");
  private int commands;

  /** What a command has said, and how it ended. */
  private record Said(int status, String text) {}

  private Said run(Map<String, String> environment, String... arguments)
      throws IOException, InterruptedException {
    List<String> command =
        new ArrayList<>(
            List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx64m",
                "-XX:TieredStopAtLevel=1",
                "-XX:+UseSerialGC",
                "-Djava.io.tmpdir=" + Files.createDirectories(temporary),
                "-jar",
                System.getProperty("imserver.test.war")));
    command.addAll(List.of(arguments));
    Path output = folder.resolve("command-" + commands++ + ".log");
    ProcessBuilder builder =
        new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(output.toFile());
    builder.environment().keySet().removeIf(key -> key.startsWith("IMSERVER_"));
    builder.environment().putAll(environment);
    Process process = builder.start();
    if (!process.waitFor(2, TimeUnit.MINUTES)) {
      process.destroyForcibly();
    }
    try (Stream<Path> left = Files.list(temporary)) {
      assertThat(left.filter(each -> each.getFileName().toString().startsWith("imserver-")))
          .isEmpty();
    }
    return new Said(process.waitFor(), Files.readString(output));
  }

  /** An empty database: its address, or null for an embedded one. */
  private static String newDatabase() throws SQLException {
    if (!TestEnvironment.onPostgres()) {
      return null;
    }
    String name = "copy" + System.nanoTime();
    try (Connection connection = DriverManager.getConnection(TestEnvironment.postgresUrl());
        Statement statement = connection.createStatement()) {
      statement.execute("create database " + name);
    }
    return TestEnvironment.postgresUrl().replaceFirst("/postgres\\b", "/" + name);
  }

  private static void awaitInLog(ServerProcess server, String line) {
    await()
        .atMost(Duration.ofSeconds(90))
        .pollInterval(ServerProcess.INTERVAL)
        .untilAsserted(() -> assertThat(Files.readString(server.log())).contains(line));
  }

  @Test
  @DisplayName("moves a site: users go on in the new database where they were in the old one")
  void move() throws Exception {
    Path from = folder.resolve("from");
    Path to = folder.resolve("to");
    String url = newDatabase();
    Map<String, String> old = Map.of("IMSERVER_DATA", from.toString());
    Map<String, String> now = new HashMap<>(Map.of("IMSERVER_DATA", to.toString()));
    Map<String, String> ofTarget = new HashMap<>();
    List<String> command = new ArrayList<>(List.of("copy"));
    if (url == null) {
      command.addAll(List.of("--to-data", to.toString()));
    } else {
      now.put("IMSERVER_DB_URL", url);
      command.addAll(List.of("--to-url", url));
    }
    String[] arguments = command.toArray(String[]::new);
    ofTarget.putAll(old);

    long id;
    long file;
    String epoch;
    int cursor;
    try (ServerProcess server = ServerProcess.start(TestEnvironment.freePort(), folder, old)) {
      Api a = new Api(server.address(), alice);
      Said refused = run(ofTarget, arguments);
      assertThat(refused.status()).as(refused.text()).isEqualTo(1);
      assertThat(refused.text()).contains("not copied: ").contains("open").hasLineCount(1);
      id = a.sendMessage(bob, "你好 😀");
      file =
          a.send(a.request("api/files?name=a.txt").POST(BodyPublishers.ofString("of a file")))
              .ok()
              .getJsonNumber("fileId")
              .longValueExact();
      a.post(
          "api/conversations/" + bob + "/messages",
          "{\"content\":\"with a file\",\"attachments\":[" + file + "]}");
      try (CommandClient device = CommandClient.connect(server.address(), bob)) {
        epoch = device.await("welcome").getString("epoch");
        cursor = device.command("1", "{\"op\":\"sync\",\"id\":1,\"since\":0}").getInt("next");
      }
    }

    Said copied = run(ofTarget, arguments);
    assertThat(copied.status()).as(copied.text()).isZero();
    assertThat(copied.text()).contains("done: ").containsPattern("message +2 +[0-9a-f]{32} +same");
    Said again = run(ofTarget, arguments);
    assertThat(again.status()).isEqualTo(1);
    assertThat(again.text()).contains("it is not empty");
    unfinish(url, to);
    try (ServerProcess server =
        ServerProcess.launch(TestEnvironment.freePort(), folder.resolve("refused"), now)) {
      awaitInLog(server, "imserver cannot start: ");
      assertThat(Files.readString(server.log())).contains("a copy into it was not finished");
      assertThat(server.isUp()).isFalse();
    }
    Said anew = run(ofTarget, arguments);
    assertThat(anew.status()).as(anew.text()).isZero();
    assertThat(anew.text()).contains("an unfinished copy is removed");

    try (ServerProcess server =
        ServerProcess.start(TestEnvironment.freePort(), folder.resolve("moved"), now)) {
      Api b = new Api(server.address(), bob);
      List<JsonObject> history = b.history(alice, "");
      assertThat(Api.contents(history)).endsWith("你好 😀");
      assertThat(Api.number(history.get(history.size() - 1), "messageId")).isEqualTo(id);
      assertThat(b.unread()).isEqualTo(2);
      JsonObject link = b.get("api/files/" + file).ok();
      assertThat(b.getRaw(link.getString("url")).text()).isEqualTo("of a file");
      long next = new Api(server.address(), alice).sendMessage(bob, "next");
      assertThat(next).isGreaterThan(id + 1);
      try (CommandClient device = CommandClient.connect(server.address(), bob)) {
        assertThat(device.await("welcome").getString("epoch")).isEqualTo(epoch);
        JsonObject changes =
            device.command(
                "1",
                "{\"op\":\"sync\",\"id\":1,\"since\":%d,\"epoch\":\"%s\"}"
                    .formatted(cursor, epoch));
        assertThat(changes.getJsonArray("conversations")).hasSize(1);
        assertThat(changes.getInt("next")).isEqualTo(cursor + 1);
      }
    }
  }

  private static void unfinish(String url, Path data) throws SQLException {
    try (Connection connection =
            DriverManager.getConnection(
                url == null
                    ? "jdbc:h2:file:"
                        + data.resolve("imserver")
                        + ";MODE=PostgreSQL;DATABASE_TO_LOWER=TRUE;USER=sa"
                    : url);
        Statement statement = connection.createStatement()) {
      statement.execute("update installation set is_unfinished_copy = true");
    }
  }

  @Test
  @DisplayName("says in a line what it does not do, and nobody can download it")
  void usage() throws Exception {
    Files.createDirectories(folder);
    assertThat(run(Map.of()).status()).isEqualTo(2);
    Said help = run(Map.of(), "--help");
    assertThat(help.status()).isZero();
    assertThat(help.text()).contains("IMSERVER_TO_DB_PASSWORD");
    Said password = run(Map.of(), "copy", "--to-url", "jdbc:postgresql://h/d?password=x");
    assertThat(password.status()).isEqualTo(2);
    assertThat(password.text()).contains("IMSERVER_TO_DB_PASSWORD").hasLineCount(1);
    Said none =
        run(Map.of("IMSERVER_DATA", folder.resolve("none").toString()), "copy", "--to-data", "x");
    assertThat(none.status()).isEqualTo(1);
    assertThat(none.text()).contains("there is no embedded database in").hasLineCount(1);
  }
}
