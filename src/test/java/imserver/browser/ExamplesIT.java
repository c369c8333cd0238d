package imserver.browser;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.microsoft.playwright.Browser;
import com.microsoft.playwright.Page;
import imserver.server.ServerProcess;
import imserver.server.ServerProduct;
import imserver.server.TestEnvironment;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.function.BiConsumer;
import java.util.regex.Pattern;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** The applications of {@code examples/}, as the build has made them of their own files. */
@ExtendWith(Chromium.class)
@DisplayName("The chat in the example for")
class ExamplesIT {

  private static final String SECRET = "0123456789abcdef0123456789abcdef";
  private static final Pattern ALICE = Pattern.compile("alice", Pattern.CASE_INSENSITIVE);
  private static final Duration START = Duration.ofSeconds(120);

  private static Path built(String file) {
    return Path.of(System.getProperty("imserver.test.examples")).resolve(file).toAbsolutePath();
  }

  private static Path folder(String name) throws IOException {
    return Files.createDirectories(TestEnvironment.folder(name + "-" + System.nanoTime()));
  }

  @Test
  @DisplayName("Jakarta EE is of who has logged in by the container's form")
  void jakarta(Browser browser) throws Exception {
    Path folder = folder("example-jakarta-ee");
    Path others = Files.createDirectories(folder.resolve(ServerProduct.OTHER_WARS));
    Files.copy(built("jakarta-ee/target/school.war"), others.resolve("school.war"));
    try (ServerProcess server =
        ServerProcess.start(
            ServerProduct.PAYARA_MICRO,
            TestEnvironment.freePort(),
            folder,
            Map.of("IMSERVER_AUTH_MODE", "jwt", "IMSERVER_JWT_SECRET", SECRET))) {
      URI school = server.address().resolve("/school/");
      awaitAnswer(school.resolve("login.html"), null);
      assertThat(unknown(school.resolve("api/chat-token")).body()).doesNotStartWith("ey");
      converse(
          browser,
          school,
          (page, name) -> {
            page.locator("[name=j_username]").fill(name);
            page.locator("[name=j_password]").fill(name);
          });
    }
  }

  @Test
  @DisplayName("Spring Boot is of who has logged in by Spring Security's form")
  void spring(Browser browser) throws Exception {
    int port = TestEnvironment.freePort();
    URI school = URI.create("http://127.0.0.1:" + port + "/");
    try (ServerProcess imserver =
        ServerProcess.start(
            TestEnvironment.freePort(),
            folder("example-imserver"),
            Map.of(
                "IMSERVER_AUTH_MODE",
                "jwt",
                "IMSERVER_JWT_SECRET",
                SECRET,
                "IMSERVER_ALLOWED_ORIGINS",
                "http://127.0.0.1:" + port))) {
      Path folder = folder("example-spring-boot");
      ProcessBuilder builder =
          new ProcessBuilder(
                  Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                  "-XX:TieredStopAtLevel=1",
                  "-jar",
                  built("spring-boot/target/school.jar").toString(),
                  "--server.port=" + port,
                  "--imserver.url=" + imserver.address().resolve("/teaching/"))
              .directory(folder.toFile())
              .redirectErrorStream(true)
              .redirectOutput(folder.resolve("server.log").toFile());
      builder.environment().put("IMSERVER_JWT_SECRET", SECRET);
      Process application = builder.start();
      try {
        awaitAnswer(school.resolve("login"), application);
        assertThat(unknown(school.resolve("chat-token")).body()).doesNotStartWith("ey");
        converse(
            browser,
            school,
            (page, name) -> {
              page.locator("[name=username]").fill(name);
              page.locator("[name=password]").fill(name);
            });
      } finally {
        application.destroyForcibly().waitFor();
      }
    }
  }

  private static void awaitAnswer(URI address, Process application) {
    await()
        .atMost(START)
        .ignoreExceptionsInstanceOf(IOException.class)
        .until(
            () -> {
              if (application != null && !application.isAlive()) {
                throw new AssertionError("the application has ended");
              }
              return unknown(address).statusCode() == 200;
            });
  }

  /** What is answered to who has not logged in. */
  private static HttpResponse<String> unknown(URI address)
      throws IOException, InterruptedException {
    return HttpClient.newHttpClient()
        .send(HttpRequest.newBuilder(address).build(), BodyHandlers.ofString());
  }

  /** Alice, who is user 1, writes to Bob, who is user 2. */
  private static void converse(Browser browser, URI school, BiConsumer<Page, String> fill) {
    try (ChatPage alice = logIn(browser, school, "alice", fill);
        ChatPage bob = logIn(browser, school, "bob", fill)) {
      open(alice, "2");
      alice.awaitConnection().write("to the other").awaitSent("to the other");
      assertThat(bob.conversation(1)).containsText("to the other");
      assertThat(bob.conversation(1)).containsText(ALICE);
      assertThat(bob.page()).hasTitle("(1) School");
      open(bob, "1");
      bob.awaitMessage("to the other").write("and back").awaitSent("and back");
      alice.awaitMessage("and back");
      assertThat(alice.complaints()).isEmpty();
      assertThat(bob.complaints()).isEmpty();
    }
  }

  private static ChatPage logIn(
      Browser browser, URI school, String name, BiConsumer<Page, String> fill) {
    ChatPage chat = ChatPage.open(browser, ChatPage.english(), school);
    fill.accept(chat.page(), name);
    chat.page().locator("button").click();
    assertThat(chat.page()).hasTitle("School");
    return chat;
  }

  private static void open(ChatPage chat, String user) {
    chat.page().locator("im-chat").evaluate("(chat, user) => chat.open(user)", user);
  }
}
