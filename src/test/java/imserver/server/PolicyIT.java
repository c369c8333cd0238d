package imserver.server;

import static org.assertj.core.api.Assertions.assertThat;

import example.host.SchoolBean;
import example.host.SchoolPolicy;
import imserver.api.MessagePolicy;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.http.HttpRequest.BodyPublishers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.zip.Deflater;
import java.util.zip.ZipEntry;
import java.util.zip.ZipInputStream;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("h2")
@DisplayName("A host application's jar in WEB-INF/lib")
class PolicyIT {

  private static ServerProcess server;

  private final long alice = Users.next();
  private final long bob = Users.next();

  private static void add(ZipOutputStream out, String name, byte[] bytes) throws IOException {
    out.putNextEntry(new ZipEntry(name));
    out.write(bytes);
  }

  private static byte[] classFile(Class<?> type) throws IOException {
    String file = "/" + type.getName().replace('.', '/') + ".class";
    try (InputStream in = type.getResourceAsStream(file)) {
      return in.readAllBytes();
    }
  }

  private static byte[] jar() throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (ZipOutputStream jar = new ZipOutputStream(bytes)) {
      for (Class<?> type : new Class<?>[] {SchoolPolicy.class, SchoolBean.class}) {
        add(jar, type.getName().replace('.', '/') + ".class", classFile(type));
      }
      add(
          jar,
          "META-INF/services/" + MessagePolicy.class.getName(),
          SchoolPolicy.class.getName().getBytes(StandardCharsets.UTF_8));
      add(
          jar,
          "META-INF/beans.xml",
          "<beans xmlns=\"https://jakarta.ee/xml/ns/jakartaee\" version=\"4.0\" bean-discovery-mode=\"annotated\"/>"
              .getBytes(StandardCharsets.UTF_8));
    }
    return bytes.toByteArray();
  }

  private static Path folderWithJar() throws IOException {
    Path folder = TestEnvironment.folder("policy-" + System.nanoTime());
    Files.createDirectories(folder);
    try (ZipInputStream in =
            new ZipInputStream(Files.newInputStream(ServerProduct.underTest().war()));
        ZipOutputStream out =
            new ZipOutputStream(Files.newOutputStream(folder.resolve(ServerProduct.OWN_WAR)))) {
      out.setLevel(Deflater.BEST_SPEED);
      for (ZipEntry each = in.getNextEntry(); each != null; each = in.getNextEntry()) {
        add(out, each.getName(), in.readAllBytes());
      }
      add(out, "WEB-INF/lib/school.jar", jar());
    }
    return folder;
  }

  @BeforeAll
  static void start() throws IOException {
    server =
        ServerProcess.start(
            TestEnvironment.freePort(), folderWithJar(), Map.of("IMSERVER_MAX_FILE", "0"));
  }

  @AfterAll
  static void stop() {
    if (server != null) {
      server.close();
    }
  }

  @Test
  @DisplayName(
      "has its say in each message, on every path, and costs those nothing whom it lets wait")
  void decides() throws Exception {
    long carol = Users.next();
    Api api = new Api(server.address(), alice);
    String path = "api/conversations/" + bob + "/messages";
    assertThat(api.post(path, Api.content("bean")).text()).contains("by the bean");
    Api.Answer refused = api.post(path, Api.content("refuse"));
    assertThat(refused.status()).isEqualTo(403);
    assertThat(refused.code()).isEqualTo("REFUSED_BY_HOST");
    assertThat(refused.text()).contains("不可以 in class");
    try (Client old = Client.connect(server.address(), alice);
        CommandClient phone = CommandClient.connect(server.address(), alice);
        Client other = Client.connect(server.address(), carol)) {
      old.send(Packet.message(bob, "hang", "t1"));
      old.send(Packet.message(bob, "replace", "t2"));
      old.send(Packet.message(bob, "refuse", "t3"));
      old.send(Packet.message(bob, "last", "t4"));
      for (int i = 0; i < 5; i++) {
        other.send(Packet.message(bob, "of another " + i, "t" + i));
        other.answer("t" + i);
      }
      assertThat(old.answer("t4").isSuccess()).isTrue();
      assertThat(old.received().get(0)).isEqualTo(old.answer("t1")); // it holds back the others
      assertThat(old.answer("t1").code()).isEqualTo("SERVER_BUSY");
      assertThat(old.answer("t2").isSuccess()).isTrue();
      assertThat(old.answer("t3").describe()).contains("不可以 in class");
      assertThat(phone.command("1", CommandClient.send("1", bob, "refuse", "c1")).getString("code"))
          .isEqualTo("REFUSED_BY_HOST");
    }
    assertThat(Api.contents(api.history(bob, ""))).containsExactly("last", "replaced for " + alice);
    assertThat(Files.readString(server.log()))
        .contains("messages are decided by example.host.SchoolBean")
        .contains("messages are decided by example.host.SchoolPolicy");
  }

  @Test
  @DisplayName(
      "is here on a server without files: it says so at once, takes none, and goes on with texts")
  void noFiles() {
    Api api = new Api(server.address(), alice);
    try (CommandClient client = CommandClient.connect(server.address(), alice)) {
      assertThat(client.await("welcome").toString()).doesNotContain("files", "maxFile");
    }
    Api.Answer whole =
        api.send(api.request("api/files?name=a").POST(BodyPublishers.ofString("text")));
    assertThat(whole.status()).isEqualTo(413);
    assertThat(whole.code()).isEqualTo("FILE_TOO_LARGE");
    Api.Answer begun =
        api.send(
            api.request("api/files")
                .POST(BodyPublishers.noBody())
                .header("Tus-Resumable", "1.0.0")
                .header("Upload-Length", "4"));
    assertThat(begun.status()).isEqualTo(413);
    assertThat(api.post("api/conversations/" + bob + "/messages", "{\"attachments\":[1]}").code())
        .isEqualTo("UNKNOWN_FILE");
    api.sendMessage(bob, "text");
  }
}
