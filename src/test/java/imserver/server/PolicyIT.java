package imserver.server;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import example.host.SchoolBean;
import example.host.SchoolPolicy;
import imserver.api.MessagePolicy;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicReference;
import java.util.zip.ZipEntry;
import java.util.zip.ZipInputStream;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("h2")
@DisplayName("A host application's jar in WEB-INF/lib")
class PolicyIT {

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
      for (ZipEntry each = in.getNextEntry(); each != null; each = in.getNextEntry()) {
        add(out, each.getName(), in.readAllBytes());
      }
      add(out, "WEB-INF/lib/school.jar", jar());
    }
    return folder;
  }

  @Test
  @DisplayName(
      "has its say in each message, on every path, and costs those nothing whom it lets wait")
  void decides() throws Exception {
    long alice = Users.next();
    long bob = Users.next();
    long carol = Users.next();
    try (ServerProcess server =
        ServerProcess.start(TestEnvironment.freePort(), folderWithJar(), Map.of())) {
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
        assertThat(
                phone.command("1", CommandClient.send("1", bob, "refuse", "c1")).getString("code"))
            .isEqualTo("REFUSED_BY_HOST");
      }
      assertThat(Api.contents(api.history(bob, "")))
          .containsExactly("last", "replaced for " + alice);
      assertThat(Files.readString(server.log()))
          .contains("messages are decided by example.host.SchoolBean")
          .contains("messages are decided by example.host.SchoolPolicy");
    }
  }

  @Test
  @DisplayName("may answer a retry otherwise, or not at all: what was stored stays, and is found")
  void retries() throws Exception {
    long alice = Users.next();
    long bob = Users.next();
    AtomicReference<String> answer = new AtomicReference<>("");
    HttpServer policy =
        HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    policy.createContext(
        "/",
        exchange -> {
          byte[] body = answer.get().getBytes(StandardCharsets.UTF_8);
          exchange.sendResponseHeaders(body.length == 0 ? 500 : 200, body.length);
          exchange.getResponseBody().write(body);
          exchange.close();
        });
    policy.start();
    String allow = "{\"decision\":\"allow\"}";
    String refuse = "{\"decision\":\"refuse\",\"reason\":\"no\"}";
    String replace = "{\"decision\":\"replace\",\"content\":\"replaced\"}";
    try (ServerProcess server =
        ServerProcess.start(
            TestEnvironment.freePort(),
            TestEnvironment.folder("policy-" + System.nanoTime()),
            Map.of(
                "IMSERVER_POLICY_URL",
                "http://127.0.0.1:" + policy.getAddress().getPort() + "/",
                "IMSERVER_POLICY_FAILURE",
                "allow",
                "IMSERVER_WEBHOOK_SECRET",
                "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"))) {
      Api api = new Api(server.address(), alice);
      String path = "api/conversations/" + bob + "/messages";
      String one = "{\"content\":\"one\",\"clientMessageId\":\"c1\"}";
      answer.set(replace);
      long id = Api.number(api.post(path, one).ok(), "messageId");
      for (String other : List.of("", refuse, replace)) {
        answer.set(other);
        assertThat(Api.number(api.post(path, one).ok(), "messageId")).as(other).isEqualTo(id);
      }
      String two = "{\"content\":\"two\",\"clientMessageId\":\"c2\"}";
      answer.set("");
      id = Api.number(api.post(path, two).ok(), "messageId");
      for (String other : List.of(allow, replace)) {
        answer.set(other);
        assertThat(Api.number(api.post(path, two).ok(), "messageId")).as(other).isEqualTo(id);
      }
      answer.set(allow);
      assertThat(api.post(path, two.replace("two", "another")).code()).isEqualTo("REUSED_ID");
      assertThat(Api.contents(api.history(bob, ""))).containsExactly("two", "replaced");
      String carrying = "{\"content\":\"three\",\"clientMessageId\":\"c3\",\"attachments\":[%d]}";
      String three = carrying.formatted(api.upload("one.txt", "text"));
      String another = carrying.formatted(api.upload("two.txt", "text"));
      answer.set(replace);
      id = Api.number(api.post(path, three).ok(), "messageId");
      for (String other : List.of("", allow, refuse, replace)) {
        answer.set(other);
        assertThat(Api.number(api.post(path, three).ok(), "messageId")).as(other).isEqualTo(id);
      }
      assertThat(api.post(path, another).code()).as("with another file").isEqualTo("REUSED_ID");
    } finally {
      policy.stop(0);
    }
  }
}
