package imserver.server;

import static org.assertj.core.api.Assertions.assertThat;

import jakarta.json.JsonObject;
import java.net.URI;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** docs/PROTOCOL-2.md, over a real socket. */
@WithServer
@DisplayName("Protocol 2")
class ProtocolTwoIT {

  private URI server;
  private final long alice = Users.next();
  private final long bob = Users.next();

  @BeforeEach
  void address() {
    server = SharedServer.address();
  }

  private static String read(long with, String upTo) {
    return "{\"op\":\"read\",\"id\":\"read\",\"with\":\"%d\",\"upTo\":\"%s\"}"
        .formatted(with, upTo);
  }

  private static String recall(String messageId) {
    return "{\"op\":\"recall\",\"id\":\"recall\",\"messageId\":\"%s\"}".formatted(messageId);
  }

  private static String sync(long since, String epoch) {
    return "{\"op\":\"sync\",\"id\":\"sync\",\"since\":%d,\"epoch\":\"%s\"}"
        .formatted(since, epoch);
  }

  @Test
  @DisplayName("is spoken where a client offers it, in whatever order; else version 1")
  void negotiation() {
    try (CommandClient client =
        CommandClient.connect(server, alice, "bearer.x", "imserver.v1", "imserver.v2")) {
      assertThat(client.subprotocol()).isEqualTo("imserver.v2");
      JsonObject welcome = client.await("welcome");
      assertThat(welcome.getString("user")).isEqualTo(Long.toString(alice));
      assertThat(welcome.getInt("head")).isZero();
      assertThat(welcome.getJsonArray("features").toString())
          .isEqualTo("[\"recall\",\"receipts\",\"typing\",\"settings\",\"files\"]");
    }
    try (Client old =
        Client.connect(server, alice, builder -> builder.subprotocols("imserver.v1", "other"))) {
      assertThat(old.subprotocol()).isEqualTo("imserver.v1");
    }
  }

  @Test
  @DisplayName("tells every device of both users of a message, a reading and a recall, in order")
  void devices() {
    try (CommandClient phone = CommandClient.connect(server, alice);
        CommandClient desk = CommandClient.connect(server, alice);
        CommandClient other = CommandClient.connect(server, bob);
        Client old = Client.connect(server, bob)) {
      JsonObject sent = phone.command("1", CommandClient.send("1", bob, "a", "c1"));
      String id = sent.getString("messageId");
      JsonObject own = desk.awaitMessage("a");
      assertThat(own.getJsonNumber("change")).isEqualTo(sent.getJsonNumber("change"));
      assertThat(own.getString("clientMessageId")).isEqualTo("c1");
      assertThat(own.getString("time")).isEqualTo(sent.getString("time"));
      assertThat(own.containsKey("unread")).isFalse();
      JsonObject theirs = other.awaitMessage("a");
      assertThat(theirs.getInt("unread")).isEqualTo(1);
      assertThat(theirs.getString("with")).isEqualTo(Long.toString(alice));
      assertThat(old.message("a").messageId()).isEqualTo(Long.parseLong(id));

      JsonObject marked = other.command("\"read\"", read(alice, id));
      assertThat(marked.getInt("unread")).isZero();
      for (CommandClient device : List.of(phone, desk)) {
        JsonObject receipt = device.await("read");
        assertThat(receipt.getString("upTo")).isEqualTo(id);
        assertThat(receipt.getString("by")).isEqualTo(Long.toString(bob));
      }
      JsonObject recalled = desk.command("\"recall\"", recall(id));
      assertThat(recalled.getInt("change")).isEqualTo(3);
      assertThat(phone.await("recall").getInt("change")).isEqualTo(3);
      assertThat(other.await("recall").getString("messageId")).isEqualTo(id);
      assertThat(phone.received("message")).as("not what it has caused").isEmpty();
      assertThat(desk.received("recall")).isEmpty();
      assertThat(other.received("read")).isEmpty();
    }
  }

  @Test
  @DisplayName("knows a message of version 1 again, and the other way round")
  void sameMessage() {
    try (CommandClient client = CommandClient.connect(server, alice);
        Client old = Client.connect(server, alice);
        Client recipient = Client.connect(server, bob)) {
      old.send(Packet.message(bob, "a", "t1", "one"));
      long id = Long.parseLong(old.answer("t1").describe().replaceAll("\\D+(\\d+)\"}$", "$1"));
      JsonObject again = client.command("1", CommandClient.send("1", bob, "a", "one"));
      assertThat(again.getString("messageId")).isEqualTo(Long.toString(id));
      assertThat(again.containsKey("change")).isFalse();
      JsonObject first = client.command("2", CommandClient.send("2", bob, "b", "two"));
      old.send(Packet.message(bob, "b", "t2", "two"));
      assertThat(old.answer("t2").describe()).contains(first.getString("messageId"));
      recipient.message("b");
      assertThat(recipient.contents()).containsExactly("a", "b");
    }
  }

  @Test
  @DisplayName("tells who was away what has changed since, once, as it is now")
  void away() {
    long carol = Users.next();
    String epoch;
    long cursor;
    try (CommandClient client = CommandClient.connect(server, alice)) {
      epoch = client.await("welcome").getString("epoch");
      new Api(server, bob).sendMessage(alice, "first");
      client.awaitMessage("first");
      JsonObject all = client.command("\"sync\"", sync(0, epoch));
      assertThat(all.getJsonArray("conversations")).hasSize(1);
      cursor = all.getInt("next");
    }
    new Api(server, carol).sendMessage(alice, "other");
    new Api(server, bob).sendMessage(alice, "second");
    long last = new Api(server, bob).sendMessage(alice, "third");
    try (CommandClient client = CommandClient.connect(server, alice)) {
      assertThat(client.await("welcome").getInt("head")).isEqualTo(4);
      assertThat(client.received("message")).as("nothing is replayed").isEmpty();
      JsonObject changes = client.command("\"sync\"", sync(cursor, epoch));
      assertThat(changes.getJsonArray("conversations"))
          .extracting(each -> each.asJsonObject().getJsonObject("with").getString("id"))
          .containsExactly(Long.toString(carol), Long.toString(bob));
      JsonObject withBob = changes.getJsonArray("conversations").getJsonObject(1);
      assertThat(withBob.getInt("unread")).isEqualTo(3);
      assertThat(withBob.getJsonObject("lastMessage").getString("messageId"))
          .isEqualTo(Long.toString(last));
      assertThat(changes.getInt("next")).isEqualTo(4);
      assertThat(changes.getBoolean("more")).isFalse();
      JsonObject part =
          client.command("\"sync\"", "{\"op\":\"sync\",\"id\":\"sync\",\"since\":0,\"limit\":1}");
      assertThat(part.getJsonArray("conversations")).hasSize(1);
      assertThat(part.getBoolean("more")).isTrue();
      assertThat(part.getInt("next")).isEqualTo(2);
      assertThat(client.command("\"sync\"", sync(5, epoch)).getString("op")).isEqualTo("reset");
      assertThat(client.command("\"sync\"", sync(1, "x")).getString("op")).isEqualTo("reset");
    }
  }

  @Test
  @DisplayName("erases a recalled message: no replay, no count, no retry brings it back")
  void recalled() {
    Api sender = new Api(server, alice);
    String body = "{\"content\":\"secret\",\"clientMessageId\":\"s\"}";
    String path = "api/conversations/" + bob + "/messages";
    long id = sender.post(path, body).ok().getJsonNumber("messageId").longValueExact();
    assertThat(sender.post("api/messages/" + id + "/recall", "").status()).isEqualTo(204);
    assertThat(sender.post("api/messages/" + id + "/recall", "").status()).isEqualTo(204);
    assertThat(sender.post(path, body).ok().getInt("messageId")).isEqualTo((int) id);
    Api recipient = new Api(server, bob);
    assertThat(recipient.unread()).isZero();
    assertThat(recipient.post("api/messages/" + id + "/recall", "").code()).isEqualTo("NOT_FOUND");
    List<JsonObject> shown = recipient.history(alice, "");
    assertThat(shown).hasSize(1);
    assertThat(shown.get(0).getString("content")).isEmpty();
    assertThat(shown.get(0).getBoolean("recalled")).isTrue();
    List<JsonObject> after = recipient.history(alice, "after=" + id + "&entries=all");
    assertThat(after).hasSize(1);
    assertThat(after.get(0).getString("kind")).isEqualTo("recall");
    assertThat(after.get(0).getInt("of")).isEqualTo((int) id);
    assertThat(recipient.history(alice, "entries=all")).hasSize(2);
    sender.sendMessage(bob, "then");
    try (Client old = Client.connect(server, bob)) {
      old.message("then");
      assertThat(old.contents()).containsExactly("then");
    }
  }

  @Test
  @DisplayName("closes with 1009 where a command is too large, and answers what it cannot read")
  void limits() {
    try (CommandClient client = CommandClient.connect(server, alice)) {
      assertThat(client.command("null", "x").getString("code")).isEqualTo("BAD_COMMAND");
      client.send(CommandClient.send("1", bob, "你".repeat(22_000), "c"));
      assertThat(client.closeCode()).isEqualTo(1009);
    }
  }
}
