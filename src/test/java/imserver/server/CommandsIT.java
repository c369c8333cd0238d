package imserver.server;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import imserver.CodeBlock;
import jakarta.json.JsonObject;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * What documents say to type, taken from there: as it is, but for the address of the server and the
 * users 1 and 2, who are others in each test. DocumentsTest holds that each document whose commands
 * are marked as run here is named here.
 */
@WithServer
@Tag("h2") // it is about documents, on whatever database
@DisplayName("The commands of")
class CommandsIT {

  private static final String ADDRESS = "://127.0.0.1:8080/teaching/";

  /** A user in a path, a credential or a packet. */
  private static final Pattern USER =
      Pattern.compile(
          "((?:imserver|conversations|blocks)/|Bearer |\"(?:toId|fromId)\":|\"to\":\""
              + "|userName\\\\\":\\\\\")([12])\\b");

  private static final Pattern MESSAGE_ID = Pattern.compile("(?<=\"messageId\":\")\\d+");

  private final long first = Users.next();
  private final long second = Users.next();
  private URI server;

  @BeforeEach
  void address() {
    server = SharedServer.address();
  }

  @AfterEach
  void noWords() {
    Api.service(server).put("api/words/mask", "{\"words\":[]}").ok();
  }

  /** The blocks of a document that are marked, and those that follow. */
  private List<String> typed(String document, boolean commandsAlone) throws IOException {
    return CodeBlock.in(Path.of(document)).stream()
        .dropWhile(block -> !isRunHere(block))
        .filter(block -> !commandsAlone || isRunHere(block))
        .map(block -> USER.matcher(block.text()).replaceAll(this::withUser))
        .toList();
  }

  private static boolean isRunHere(CodeBlock block) {
    return block.mark().equals("run by CommandsIT");
  }

  private String withUser(MatchResult user) {
    return Matcher.quoteReplacement(user.group(1)) + (user.group(2).equals("1") ? first : second);
  }

  @ParameterizedTest
  @ValueSource(strings = {"docs/REST.md", "docs/RULES.md"})
  @DisplayName("requests are answered as what has been done:")
  void requests(String document, @TempDir Path folder) throws Exception {
    assumeTrue(Programs.find(List.of("curl")).isPresent(), "no curl on the path");
    List<String> commands = typed(document, true);
    assertThat(commands).isNotEmpty();
    for (String command : commands) {
      assertThat(command).contains(ADDRESS);
      Path script = folder.resolve("typed.sh");
      Files.writeString(
          script,
          "set -e\ncurl() { command curl --silent --show-error --fail-with-body \"$@\"; }\n"
              + command.replace("http" + ADDRESS, server.resolve("/teaching/").toString()));
      Process shell =
          new ProcessBuilder("bash", script.toString()).redirectErrorStream(true).start();
      String said = new String(shell.getInputStream().readAllBytes(), UTF_8);
      assertThat(shell.waitFor(1, TimeUnit.MINUTES)).isTrue();
      assertThat(shell.exitValue()).as("%s%s", command, said).isZero();
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"README.md", "README.zh-CN.md"})
  @DisplayName("the first conversation is answered as it says:")
  void firstConversation(String document) throws IOException {
    List<String> blocks = typed(document, false);
    List<String> sockets = blocks.get(0).lines().map(CommandsIT::socket).toList();
    assertThat(sockets).containsExactly("" + first, "" + second);
    String message = blocks.get(1).strip();
    List<String> answers = blocks.get(2).lines().toList();
    try (Client one = Client.connect(server, first)) {
      Packet delivered;
      try (Client two = Client.connect(server, second)) {
        one.send(message);
        delivered = two.firstMessage();
        assertThat(one.answer("1600000000000").toJson()).isEqualTo(answers.get(0));
        assertThat(withAnyId(delivered)).isEqualTo(withAnyId(Packet.parse(answers.get(1))));
      }
      try (Client again = Client.connect(server, second)) {
        assertThat(again.firstMessage()).isEqualTo(delivered);
        String documented = "[" + Packet.parse(answers.get(1)).messageId() + "]";
        assertThat(blocks.get(3)).contains(documented);
        again.send(blocks.get(3).strip().replace(documented, "[" + delivered.messageId() + "]"));
        Api unread = new Api(server, second);
        await().atMost(Client.TIMEOUT).until(() -> unread.unread() == 0);
      }
    }
    assertThat(socket(blocks.get(4).strip().replace(" -s imserver.v2", ""))).isEqualTo("" + second);
    try (CommandClient two = CommandClient.connect(server, second, "imserver.v2")) {
      blocks.get(5).lines().forEach(two::send);
      for (int id = 1; id <= 2; id++) {
        int sent = id;
        JsonObject done = two.await(answer -> answer.getInt("id", 0) == sent);
        assertThat(done.getString("op")).isEqualTo("done");
      }
    }
  }

  /** The credential at the end of the address that a command connects to. */
  private static String socket(String command) {
    Matcher socket =
        Pattern.compile("npx wscat -c ws" + Pattern.quote(ADDRESS) + "imserver/(\\d+)")
            .matcher(command);
    assertThat(socket.matches()).as(command).isTrue();
    return socket.group(1);
  }

  private static Packet withAnyId(Packet packet) {
    return new Packet(
        packet.fromId(),
        packet.toId(),
        packet.type(),
        packet.content(),
        packet.timestamp(),
        MESSAGE_ID.matcher(packet.describe()).replaceAll("1"));
  }
}
