package imserver.webhook;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import imserver.packet.Attachment;
import imserver.packet.TestFiles;
import imserver.webhook.WebhookEvent.Content;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("The body of an event")
class EventBodyTest {

  private static String body(
      String type, long user, long reference, @Nullable Long unread, @Nullable Content message) {
    return EventBody.of(
        new WebhookEvent(
            9,
            type,
            3,
            5,
            user,
            reference,
            unread,
            Instant.parse("2026-11-27T08:00:00.123456Z"),
            false,
            message,
            List.of(8L, 7L)));
  }

  private static String with(String type, String data) {
    return "{\"type\":\"%s\",\"timestamp\":\"2026-11-27T08:00:00.123456Z\",\"data\":{%s}}"
        .formatted(type, data);
  }

  @Test
  @DisplayName("has a message by the names of REST")
  void stored() {
    assertThat(
            body("message.stored", 5, 7, null, new Content("\"你好\"", "t1", null, null, List.of())))
        .isEqualTo(
            with(
                "message.stored",
                "\"messageId\":7,\"fromId\":5,\"toId\":3,\"content\":\"\\\"你好\\\"\",\"timestamp\":\"t1\""));
    assertThat(body("message.stored", 3, 7, null, new Content("x", "", "Title", "/a", List.of())))
        .isEqualTo(
            with(
                "message.stored",
                "\"messageId\":7,\"fromId\":3,\"toId\":5,\"content\":\"x\",\"timestamp\":\"\",\"title\":\"Title\",\"url\":\"/a\""));
  }

  @Test
  @DisplayName("has the files of a message, which may have no text")
  void files() {
    List<Attachment> files = List.of(TestFiles.PICTURE, TestFiles.VOICE);
    Content content = new Content("\uFFFC\uFFFC", "t", null, null, List.of()).with(files);
    assertThat(body("message.stored", 3, 7, null, content))
        .isEqualTo(
            with(
                "message.stored",
                "\"messageId\":7,\"fromId\":3,\"toId\":5,\"content\":\"\",\"timestamp\":\"t\","
                    + "\"attachments\":[{\"fileId\":12,\"name\":\"a.jpg\",\"type\":\"image/jpeg\","
                    + "\"size\":1234,\"width\":640,\"height\":480},"
                    + "{\"fileId\":13,\"name\":\"v.webm\",\"type\":\"audio/webm\",\"size\":99,"
                    + "\"duration\":5200}]"));
  }

  @Test
  @DisplayName("has no text of a message that is recalled, or gone")
  void withoutText() {
    String expected =
        with("message.stored", "\"messageId\":7,\"fromId\":3,\"toId\":5,\"recalled\":true");
    assertThat(body("message.stored", 3, 7, null, new Content("", "t", null, null, List.of())))
        .isEqualTo(expected);
    assertThat(body("message.stored", 3, 7, null, null)).isEqualTo(expected);
  }

  @Test
  @DisplayName("says who has read, recalled, reported or not seen what")
  void others() {
    assertThat(body("message.read", 5, 7, 2L, null))
        .isEqualTo(with("message.read", "\"readerId\":5,\"fromId\":3,\"readUpTo\":7,\"unread\":2"));
    assertThat(body("message.recalled", 5, 7, null, null))
        .isEqualTo(with("message.recalled", "\"messageId\":7,\"fromId\":5,\"toId\":3"));
    assertThat(body("message.unseen", 5, 0, 12L, null))
        .isEqualTo(
            with("message.unseen", "\"toId\":5,\"fromId\":3,\"unread\":12,\"messageIds\":[8,7]"));
    assertThat(body("report.created", 5, 77, null, null))
        .isEqualTo(with("report.created", "\"reportId\":77,\"reporterId\":5,\"reportedId\":3"));
  }

  @Test
  @DisplayName("is none of an event that another version has written")
  void unknown() {
    assertThatThrownBy(() -> body("message.eaten", 5, 7, null, null))
        .isInstanceOf(IllegalStateException.class);
  }
}
