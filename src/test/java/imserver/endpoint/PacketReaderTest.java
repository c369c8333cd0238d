package imserver.endpoint;

import static org.assertj.core.api.Assertions.assertThat;

import imserver.packet.FailureCode;
import imserver.packet.MalformedRequest;
import imserver.packet.MarkRead;
import imserver.packet.Request;
import imserver.packet.SendMessage;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.LongStream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayName("The reader of packets")
class PacketReaderTest {

  /** A packet of type 0 to user 7 with these fields before its timestamp: {@code "a":1,}. */
  private static Request message(String fields) {
    return PacketReader.read("{%s\"type\":0,\"toId\":7,\"timestamp\":\"t1\"}".formatted(fields));
  }

  private static Request ack(String content) {
    return PacketReader.read(
        "{\"type\":1,\"toId\":0,\"timestamp\":\"t1\",\"content\":%s}".formatted(content));
  }

  private static SendMessage sent(Request request) {
    assertThat(request).isInstanceOf(SendMessage.class);
    return (SendMessage) request;
  }

  private static void refused(Request request, FailureCode code, String timestamp) {
    assertThat(request).isInstanceOf(MalformedRequest.class);
    MalformedRequest malformed = (MalformedRequest) request;
    assertThat(malformed.code()).isEqualTo(code);
    assertThat(malformed.timestamp()).isEqualTo(timestamp);
    assertThat(malformed.reason())
        .isNotBlank()
        .doesNotContain("imserver", "jakarta", "Exception", "secretive");
  }

  private static String nested(int levels, String open, String close) {
    return open.repeat(levels) + close.repeat(levels);
  }

  @Nested
  @DisplayName("of a private message takes")
  class Message {

    @Test
    @DisplayName("the six fields as the note has them")
    void note() {
      assertThat(
              PacketReader.read(
                  "{\"fromId\":42,\"toId\":7,\"type\":0,\"content\":\"你好 😀\","
                      + "\"timestamp\":\"1577808000000\",\"Describe\":\"\"}"))
          .isEqualTo(new SendMessage(42L, 7, "你好 😀", "1577808000000", null));
    }

    @Test
    @DisplayName("them in any order, with white space and unknown fields between")
    void anyOrder() {
      assertThat(
              PacketReader.read(
                  " \n{ \"Describe\" : \"\" , \"extra\":{\"a\":[1,{}]}, \"more\":[[]], \"x\":null,\n"
                      + "\"b\":true,\"timestamp\":\"t\",\"content\":\"c\",\"type\":0,\"toId\":7}\t\n"))
          .isEqualTo(new SendMessage(null, 7, "c", "t", null));
    }

    @ParameterizedTest(name = "[{index}] {0}")
    @ValueSource(strings = {"7", "\"7\"", "\"007\""})
    @DisplayName("ids as numbers or as digits in a string:")
    void ids(String id) {
      assertThat(
              PacketReader.read(
                  "{\"fromId\":%1$s,\"toId\":%1$s,\"type\":0,\"content\":\"c\"}".formatted(id)))
          .isEqualTo(new SendMessage(7L, 7, "c", "", null));
    }

    @Test
    @DisplayName("the largest ids there are")
    void largestIds() {
      assertThat(
              PacketReader.read(
                  "{\"fromId\":9223372036854775807,\"toId\":\"9223372036854775807\",\"type\":0}"))
          .isEqualTo(new SendMessage(Long.MAX_VALUE, Long.MAX_VALUE, "", "", null));
    }

    @ParameterizedTest(name = "[{index}] {0}")
    @ValueSource(strings = {"", "\"fromId\":null,", "\"fromId\":\"\","})
    @DisplayName("an absent, null or empty fromId as the connected user:")
    void noFromId(String fromId) {
      assertThat(sent(message(fromId)).fromId()).isNull();
    }

    @ParameterizedTest(name = "[{index}] {0}")
    @ValueSource(strings = {"", ",\"toId\":null", ",\"toId\":\"\"", ",\"toId\":0"})
    @DisplayName("an absent, null, empty or zero toId as nobody, for the rules to judge:")
    void noToId(String toId) {
      assertThat(sent(PacketReader.read("{\"type\":0%s}".formatted(toId))).toId()).isZero();
    }

    @Test
    @DisplayName("a negative toId, for the rules to judge")
    void negativeToId() {
      assertThat(sent(PacketReader.read("{\"type\":0,\"toId\":-5}")).toId()).isEqualTo(-5);
    }

    @ParameterizedTest(name = "[{index}] {0}")
    @ValueSource(strings = {"", "\"content\":null,", "\"content\":\"\","})
    @DisplayName("absent or null content as none, for the rules to judge:")
    void noContent(String content) {
      assertThat(sent(message(content)).content()).isEmpty();
    }

    @ParameterizedTest(name = "[{index}] {0}")
    @ValueSource(strings = {"0", "\"0\"", "\"00\""})
    @DisplayName("its type as a number or digits:")
    void type(String type) {
      sent(PacketReader.read("{\"toId\":7,\"type\":%s}".formatted(type)));
    }

    @Test
    @DisplayName("escapes, line breaks and emoji as what they stand for")
    void escapes() {
      assertThat(sent(message("\"content\":\"\\u4f60\\n\\\"\\\\\\/\\ud83d\\ude00\",")).content())
          .isEqualTo("你\n\"\\/😀");
    }
  }

  @Nested
  @DisplayName("takes as timestamp")
  class Timestamp {

    private String read(String timestamp) {
      return PacketReader.read("{\"type\":0,\"toId\":7,\"timestamp\":%s}".formatted(timestamp))
          .timestamp();
    }

    @ParameterizedTest(name = "[{index}] {0}")
    @ValueSource(
        strings = {
          "1577808000000",
          "1.60E12",
          "1.60e+12",
          "-0",
          "0.10",
          "1e999999999",
          "12345678901234567890"
        })
    @DisplayName("a number, character for character:")
    void numbers(String number) {
      assertThat(read(number)).isEqualTo(number);
    }

    @ParameterizedTest(name = "[{index}] {0}")
    @ValueSource(strings = {"2020-01-01 00:00:00", " ", "现在"})
    @DisplayName("a text, character for character:")
    void texts(String text) {
      assertThat(read("\"" + text + "\"")).isEqualTo(text);
    }

    @Test
    @DisplayName("null as none")
    void none() {
      assertThat(read("null")).isEmpty();
    }

    @Test
    @DisplayName("32 characters, and not 33")
    void length() {
      String longest = "1".repeat(32);
      assertThat(read(longest)).isEqualTo(longest);
      assertThat(read("\"" + longest + "\"")).isEqualTo(longest);
      for (String tooLong : List.of(longest + "1", "\"" + longest + "1\"")) {
        refused(
            PacketReader.read("{\"type\":0,\"toId\":7,\"timestamp\":%s}".formatted(tooLong)),
            FailureCode.BAD_PACKET,
            "");
      }
    }

    @ParameterizedTest(name = "[{index}] {0}")
    @ValueSource(strings = {"true", "false", "{}", "[]", "[1]", "\"\\u0000\"", "\"\\ud800\""})
    @DisplayName("nothing else:")
    void wrongKinds(String timestamp) {
      refused(
          PacketReader.read("{\"type\":0,\"toId\":7,\"timestamp\":%s}".formatted(timestamp)),
          FailureCode.BAD_PACKET,
          "");
    }
  }

  @Nested
  @DisplayName("takes as Describe")
  class Describe {

    @ParameterizedTest(name = "[{index}] {0}")
    @ValueSource(
        strings = {
          "",
          "\"Describe\":null,",
          "\"Describe\":\"\",",
          "\"Describe\":\"  \",",
          "\"Describe\":\"{}\",",
          "\"Describe\":{},",
          "\"describe\":\"\",",
          "\"describe\":{\"a\":1},",
          "\"Describe\":\"{\\\"clientMessageId\\\":null}\",",
          "\"Describe\":{\"clientMessageId\":null},",
          "\"Describe\":{\"clientMessageId\":\"\"},",
          "\"DESCRIBE\":7,"
        })
    @DisplayName("what names no message:")
    void none(String describe) {
      assertThat(sent(message(describe)).clientMessageId()).isNull();
    }

    @ParameterizedTest(name = "[{index}] {0}")
    @ValueSource(
        strings = {
          "\"Describe\":\"{\\\"clientMessageId\\\":\\\"17\\\"}\",",
          "\"Describe\":{\"clientMessageId\":\"17\",\"x\":{}},",
          "\"describe\":\"{\\\"clientMessageId\\\":\\\"17\\\"}\",",
          "\"describe\":{\"clientMessageId\":\"17\"},",
          "\"describe\":{\"clientMessageId\":17},",
          "\"Describe\":null,\"describe\":{\"clientMessageId\":17},"
        })
    @DisplayName("an object, or one in a string, under either name:")
    void named(String describe) {
      assertThat(sent(message(describe)).clientMessageId()).isEqualTo("17");
    }

    @Test
    @DisplayName("a clientMessageId of 64 characters, and not of 65")
    void length() {
      String longest = "i".repeat(64);
      String describe = "\"Describe\":{\"clientMessageId\":\"%s\"},";
      assertThat(sent(message(describe.formatted(longest))).clientMessageId()).isEqualTo(longest);
      refused(message(describe.formatted(longest + "i")), FailureCode.BAD_PACKET, "t1");
    }

    @ParameterizedTest(name = "[{index}] {0}")
    @ValueSource(
        strings = {
          "true",
          "7",
          "[]",
          "\"secretive\"",
          "\"null\"",
          "\"[]\"",
          "\"{\"",
          "\"7\"",
          "\"{} x\"",
          "\"{}{}\"",
          "{\"clientMessageId\":true}",
          "{\"clientMessageId\":{}}",
          "{\"clientMessageId\":[1]}",
          "{\"clientMessageId\":\"\\u0000\"}",
          "{\"clientMessageId\":\"a\\ud800\"}",
          "\"{\\\"clientMessageId\\\":\\\"\\\\u0000\\\"}\""
        })
    @DisplayName("nothing else:")
    void wrongKinds(String describe) {
      refused(message("\"Describe\":%s,".formatted(describe)), FailureCode.BAD_PACKET, "t1");
    }

    @ParameterizedTest(name = "[{index}] {0} and {1}")
    @CsvSource({"Describe, describe", "describe, Describe", "Describe, Describe"})
    @DisplayName("only one:")
    void twice(String one, String two) {
      refused(
          PacketReader.read(
              "{\"timestamp\":\"t\",\"type\":0,\"toId\":7,\"%s\":\"\",\"%s\":\"\"}"
                  .formatted(one, two)),
          FailureCode.BAD_PACKET,
          "t");
    }
  }

  @Nested
  @DisplayName("of a read-ack takes")
  class ReadAck {

    @ParameterizedTest(name = "[{index}] {0}")
    @ValueSource(
        strings = {
          "\"[12,13,14]\"",
          "[12,13,14]",
          "[12,\"13\",14]",
          "\"[12,\\\"13\\\",14]\"",
          "[\"12\",\"13\",\"14\"]",
          "\" [ 12 , 13,14 ] \""
        })
    @DisplayName("the ids as an array or as one in a string:")
    void ids(String content) {
      assertThat(ack(content)).isEqualTo(new MarkRead(null, List.of(12L, 13L, 14L), "t1"));
    }

    @ParameterizedTest(name = "[{index}] {0}")
    @ValueSource(strings = {"\"[]\"", "[]"})
    @DisplayName("an empty array:")
    void empty(String content) {
      assertThat(ack(content)).isEqualTo(new MarkRead(null, List.of(), "t1"));
    }

    @Test
    @DisplayName("repeated ids, the largest id there is, and fromId")
    void odd() {
      assertThat(
              PacketReader.read(
                  "{\"type\":\"1\",\"fromId\":\"42\",\"content\":[5,5,9223372036854775807]}"))
          .isEqualTo(new MarkRead(42L, List.of(5L, 5L, Long.MAX_VALUE), ""));
    }

    @Test
    @DisplayName("1000 ids, and not 1001")
    void tooMany() {
      String thousand = array(1000);
      assertThat(((MarkRead) ack(thousand)).messageIds()).hasSize(1000);
      assertThat(((MarkRead) ack("\"" + thousand + "\"")).messageIds()).hasSize(1000);
      refused(ack(array(1001)), FailureCode.BAD_READ_ACK, "t1");
      refused(ack("\"" + array(1001) + "\""), FailureCode.BAD_READ_ACK, "t1");
    }

    private static String array(int ids) {
      return LongStream.rangeClosed(1, ids)
          .mapToObj(Long::toString)
          .collect(Collectors.joining(",", "[", "]"));
    }

    @ParameterizedTest(name = "[{index}] {0}")
    @ValueSource(
        strings = {
          "null",
          "\"\"",
          "\"12\"",
          "12",
          "true",
          "{}",
          "\"{}\"",
          "\"secretive\"",
          "\"[12\"",
          "\"[12] x\"",
          "\"[12][13]\"",
          "\"null\"",
          "[0]",
          "[-1]",
          "[\"0\"]",
          "[1.5]",
          "[1.0]",
          "[1e3]",
          "[\"\"]",
          "[\"x\"]",
          "[null]",
          "[true]",
          "[[12]]",
          "[{}]",
          "[12,[13]]",
          "\"[[12]]\"",
          "[9223372036854775808]",
          "[99999999999999999999]",
          "[1e999999999]",
          "[\" 12\"]",
          "[\"+12\"]",
          "[\"٧\"]"
        })
    @DisplayName("nothing else:")
    void wrongKinds(String content) {
      refused(ack(content), FailureCode.BAD_READ_ACK, "t1");
    }

    @Test
    @DisplayName("no absent content")
    void absent() {
      refused(PacketReader.read("{\"type\":1,\"timestamp\":3}"), FailureCode.BAD_READ_ACK, "3");
    }
  }

  @Nested
  @DisplayName("does not know the type")
  class UnknownType {

    @ParameterizedTest(name = "[{index}] {0}")
    @ValueSource(
        strings = {
          "",
          "\"type\":null,",
          "\"type\":\"\",",
          "\"type\":2,",
          "\"type\":\"2\",",
          "\"type\":-1,",
          "\"type\":9223372036854775807,"
        })
    @DisplayName("that is")
    void unknown(String type) {
      refused(
          PacketReader.read("{%s\"toId\":7,\"timestamp\":1.50}".formatted(type)),
          FailureCode.UNKNOWN_TYPE,
          "1.50");
    }
  }

  @Nested
  @DisplayName("refuses as a bad packet")
  class BadPacket {

    @ParameterizedTest(name = "[{index}] {0}")
    @ValueSource(
        strings = {
          "",
          " ",
          "secretive",
          "{",
          "}",
          "[]",
          "[{}]",
          "null",
          "7",
          "\"{}\"",
          "true",
          "{]",
          "{\"a\"}",
          "{\"a\":}",
          "{a:1}",
          "{'a':1}",
          "{\"a\":1,}",
          "{\"a\":01}",
          "{\"a\":+1}",
          "{\"a\":NaN}",
          "{\"a\":\"\n\"}",
          "{\"a\":\"\\x\"}",
          "{\"a\":1 \"b\":2}",
          "\uFEFF{}",
          "//\n{}"
        })
    @DisplayName("what is not a JSON object:")
    void notJson(String text) {
      refused(PacketReader.read(text), FailureCode.BAD_PACKET, "");
    }

    @ParameterizedTest(name = "[{index}] {0}")
    @ValueSource(strings = {"x", "{}", "}", "]", ",", "1", "\"\"", "\u0000"})
    @DisplayName("anything after the object, and echoes the timestamp:")
    void trailing(String garbage) {
      refused(
          PacketReader.read("{\"type\":0,\"toId\":7,\"timestamp\":5}" + garbage),
          FailureCode.BAD_PACKET,
          "5");
    }

    @Test
    @DisplayName("an object that breaks off, and echoes the timestamp where it was read before")
    void truncated() {
      refused(
          PacketReader.read("{\"timestamp\":\"5\",\"type\":0,\"toId"), FailureCode.BAD_PACKET, "5");
      refused(PacketReader.read("{\"type\":0,\"timestamp\":\"5"), FailureCode.BAD_PACKET, "");
    }

    @ParameterizedTest(name = "[{index}] {0}")
    @ValueSource(strings = {"fromId", "toId", "type", "content", "unknown"})
    @DisplayName("a field that stands twice:")
    void duplicates(String name) {
      refused(
          PacketReader.read("{\"timestamp\":\"t\",\"%1$s\":\"1\",\"%1$s\":\"1\"}".formatted(name)),
          FailureCode.BAD_PACKET,
          "t");
    }

    @Test
    @DisplayName("two timestamps, of which it echoes the first")
    void twoTimestamps() {
      refused(
          PacketReader.read("{\"type\":0,\"toId\":7,\"timestamp\":\"a\",\"timestamp\":\"b\"}"),
          FailureCode.BAD_PACKET,
          "a");
    }

    @ParameterizedTest(name = "[{index}] {0}")
    @ValueSource(
        strings = {
          "true",
          "{}",
          "[]",
          "[7]",
          "1.5",
          "7.0",
          "1e3",
          "1e999999999",
          "99999999999999999999",
          "9223372036854775808",
          "-9223372036854775809",
          "\"x\"",
          "\" 7\"",
          "\"7 \"",
          "\"+7\"",
          "\"7.0\"",
          "\"-\"",
          "\"1-2\"",
          "\"٧\"",
          "\"99999999999999999999\"",
          "\"0x7\"",
          "\"secretive\""
        })
    @DisplayName("a fromId, toId or type that is no 64-bit integer:")
    void notAnId(String value) {
      for (String name : List.of("fromId", "toId", "type")) {
        String others = name.equals("type") ? "\"toId\":7," : "\"type\":0,";
        refused(
            PacketReader.read("{%s\"%s\":%s,\"timestamp\":\"t1\"}".formatted(others, name, value)),
            FailureCode.BAD_PACKET,
            "t1");
      }
    }

    @ParameterizedTest(name = "[{index}] {0}")
    @ValueSource(strings = {"7", "true", "{}", "[]", "[\"x\"]"})
    @DisplayName("content of a message that is not text:")
    void contentKind(String content) {
      refused(message("\"content\":%s,".formatted(content)), FailureCode.BAD_PACKET, "t1");
    }

    @ParameterizedTest(name = "[{index}] {0}")
    @ValueSource(
        strings = {
          "a\\u0000b",
          "\\ud83d",
          "\\ude00",
          "\\ude00\\ud83d",
          "a\\ud83db",
          "\\ud83d\\ud83d"
        })
    @DisplayName("content with U+0000 or half of a surrogate pair:")
    void notStorable(String content) {
      refused(message("\"content\":\"%s\",".formatted(content)), FailureCode.BAD_PACKET, "t1");
    }

    @ParameterizedTest(name = "[{index}] {0}")
    @ValueSource(strings = {"content", "Describe", "timestamp", "toId", "unknown"})
    @DisplayName("30,000 levels of nesting, in a known and in an unknown field:")
    void deep(String name) {
      for (String value :
          List.of(nested(30_000, "[", "]"), "{\"a\":".repeat(30_000) + "1" + "}".repeat(30_000))) {
        refused(
            PacketReader.read("{\"type\":0,\"toId\":7,\"%s\":%s}".formatted(name, value)),
            FailureCode.BAD_PACKET,
            "");
        refused(
            PacketReader.read("{\"type\":0,\"toId\":7,\"%s\":%s".formatted(name, value)),
            FailureCode.BAD_PACKET,
            "");
      }
    }

    @Test
    @DisplayName("30,000 levels of nesting in a text that is read as JSON")
    void deepText() {
      String deep = nested(30_000, "[", "]");
      refused(
          PacketReader.read("{\"type\":0,\"Describe\":\"%s\"}".formatted(deep)),
          FailureCode.BAD_PACKET,
          "");
      refused(
          PacketReader.read("{\"type\":1,\"content\":\"%s\"}".formatted(deep)),
          FailureCode.BAD_READ_ACK,
          "");
    }

    @Test
    @DisplayName("30,000 levels of nesting around everything")
    void deepPacket() {
      refused(PacketReader.read(nested(30_000, "[", "]")), FailureCode.BAD_PACKET, "");
      refused(PacketReader.read("{\"a\":".repeat(30_000)), FailureCode.BAD_PACKET, "");
    }

    @Test
    @DisplayName("a number of 60,000 digits where an id is wanted")
    void hugeNumber() {
      String digits = "9".repeat(60_000);
      refused(
          PacketReader.read("{\"type\":0,\"toId\":%s}".formatted(digits)),
          FailureCode.BAD_PACKET,
          "");
      assertThat(PacketReader.read("{\"type\":1,\"content\":[%s]}".formatted(digits)))
          .isInstanceOf(MalformedRequest.class);
    }
  }

  @Test
  @DisplayName("ignores numbers of any size in unknown fields")
  void hugeUnknownNumber() {
    sent(message("\"x\":1e999999999,\"y\":99999999999999999999,\"z\":[1e999999999],"));
  }
}
