package imserver.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.URI;
import java.net.http.HttpRequest.BodyPublishers;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@WithServer("IMSERVER_MAX_FILE=0")
@Tag("h2")
@DisplayName("A server without files")
class NoFilesIT {

  @Test
  @DisplayName("says so at once, takes none, and goes on with texts")
  void none() {
    URI server = SharedServer.address();
    long alice = Users.next();
    long bob = Users.next();
    Api api = new Api(server, alice);
    try (CommandClient client = CommandClient.connect(server, alice)) {
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
