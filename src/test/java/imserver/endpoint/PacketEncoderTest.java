package imserver.endpoint;

import static org.assertj.core.api.Assertions.assertThat;

import imserver.packet.Attachment;
import imserver.packet.FailureCode;
import imserver.packet.MessageFile;
import imserver.packet.Packets;
import imserver.packet.Response.Failure;
import imserver.packet.Response.Incoming;
import imserver.packet.TestFiles;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("The encoder writes exactly the six fields, in order,")
class PacketEncoderTest {

  @Test
  @DisplayName("of a success")
  void success() {
    assertThat(PacketEncoder.encode(Packets.success(42, "1.60E12", 7, null)))
        .isEqualTo(
            "{\"fromId\":0,\"toId\":42,\"type\":0,\"content\":\"\",\"timestamp\":\"1.60E12\","
                + "\"Describe\":\"\"}");
  }

  @Test
  @DisplayName("of a success for a client that names its messages")
  void receipt() {
    assertThat(PacketEncoder.encode(Packets.success(42, "", 2323, "a\"b")))
        .isEqualTo(
            "{\"fromId\":0,\"toId\":42,\"type\":0,\"content\":\"\",\"timestamp\":\"\","
                + "\"Describe\":\"{\\\"clientMessageId\\\":\\\"a\\\\\\\"b\\\","
                + "\\\"messageId\\\":\\\"2323\\\"}\"}");
  }

  @Test
  @DisplayName("of a failure that shall not be repeated")
  void failure() {
    assertThat(PacketEncoder.encode(new Failure(42, "t", FailureCode.UNKNOWN_TYPE, "why")))
        .isEqualTo(
            "{\"fromId\":0,\"toId\":42,\"type\":1,\"content\":\"\",\"timestamp\":\"t\","
                + "\"Describe\":\"{\\\"code\\\":\\\"UNKNOWN_TYPE\\\",\\\"message\\\":\\\"why\\\","
                + "\\\"retryable\\\":false}\"}");
  }

  @Test
  @DisplayName("of a failure that may be repeated")
  void retryable() {
    assertThat(PacketEncoder.encode(new Failure(42, "t", FailureCode.SERVER_BUSY, "why")))
        .endsWith(
            "\"Describe\":\"{\\\"code\\\":\\\"SERVER_BUSY\\\",\\\"message\\\":\\\"why\\\","
                + "\\\"retryable\\\":true}\"}");
  }

  @Test
  @DisplayName("of a message with files, as text with a line for each")
  void files() {
    List<MessageFile> files = TestFiles.linked(TestFiles.PICTURE, TestFiles.VOICE, TestFiles.LIST);
    assertThat(PacketEncoder.encode(new Incoming(1, 42, 7, "hi", "t", "n", "", files)))
        .contains("\"content\":\"hi\\n[图片] /f/12\\n[语音] /f/13\\n[文件] names \\\"1\\\".txt /f/14\"");
    Attachment video = new Attachment(15, "v.mp4", "video/mp4", 9, null, null, null, null, false);
    assertThat(
            PacketEncoder.encode(new Incoming(1, 42, 7, "", "t", "n", "", TestFiles.linked(video))))
        .contains("\"content\":\"[视频] /f/15\"");
    assertThat(PacketEncoder.encode(new Incoming(1, 42, 7, "", "t", "n", "", files.subList(0, 1))))
        .contains("\"content\":\"[图片] /f/12\"");
  }

  @Test
  @DisplayName("of a message")
  void incoming() {
    assertThat(
            PacketEncoder.encode(
                new Incoming(
                    9007199254740991L, 42, 7, "你好 😀\n\"", "t", "李雷", "https://e.org/a.png")))
        .isEqualTo(
            "{\"fromId\":42,\"toId\":7,\"type\":2,\"content\":\"你好 😀\\n\\\"\","
                + "\"timestamp\":\"t\",\"Describe\":\"{\\\"userName\\\":\\\"李雷\\\","
                + "\\\"headURL\\\":\\\"https://e.org/a.png\\\","
                + "\\\"messageId\\\":\\\"9007199254740991\\\"}\"}");
  }

  @Test
  @DisplayName("of a message from a user of whom nothing is known")
  void unknownSender() {
    assertThat(PacketEncoder.encode(new Incoming(1, 42, 7, "c", "", "42", "")))
        .isEqualTo(
            "{\"fromId\":42,\"toId\":7,\"type\":2,\"content\":\"c\",\"timestamp\":\"\","
                + "\"Describe\":\"{\\\"userName\\\":\\\"42\\\",\\\"headURL\\\":\\\"\\\","
                + "\\\"messageId\\\":\\\"1\\\"}\"}");
  }
}
