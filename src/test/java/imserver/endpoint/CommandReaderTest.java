package imserver.endpoint;

import static org.assertj.core.api.Assertions.assertThat;

import imserver.packet.FailureCode;
import imserver.packet.MalformedRequest;
import imserver.packet.MarkReadUpTo;
import imserver.packet.RecallMessage;
import imserver.packet.Request;
import imserver.packet.SendMessage;
import imserver.packet.Synchronize;
import imserver.packet.Typing;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayName("A command")
class CommandReaderTest {

  /** With apostrophes in place of quotes. */
  private static Request read(String text) {
    return CommandReader.read(text.replace('\'', '"'));
  }

  @Test
  @DisplayName("sends")
  void send() {
    assertThat(
            read(
                "{'timestamp':16e2,'content':'a','clientMessageId':'x','to':'9223372036854775807',"
                    + "'id':'n\\'1','op':'send','more':[{}]}"))
        .isEqualTo(new SendMessage(null, Long.MAX_VALUE, "a", "16e2", "x", "\"n\\\"1\""));
    assertThat(read("{'op':'send','id':1,'to':2,'clientMessageId':'x','timestamp':null}"))
        .isEqualTo(new SendMessage(null, 2, "", "", "x", "1")); // the rules refuse it
  }

  @Test
  @DisplayName("sends files, by their ids")
  void files() {
    String send = "{'op':'send','id':1,'to':2,'clientMessageId':'x','attachments':%s}";
    assertThat(read(send.formatted("['12',13]")))
        .isEqualTo(new SendMessage(null, 2, "", "", "x", "1", List.of(12L, 13L)));
    assertThat(read(send.formatted("[]"))).isEqualTo(new SendMessage(null, 2, "", "", "x", "1"));
    for (String wrong :
        List.of("12", "'12'", "{}", "[0]", "[-1]", "['a']", "[1.5]", "[null]", "[[1]]")) {
      assertMalformed(read(send.formatted(wrong)), FailureCode.BAD_COMMAND, "1");
    }
  }

  @Test
  @DisplayName("marks as read, recalls, asks for changes, and says that the user is writing")
  void others() {
    assertThat(read("{'op':'read','id':1,'with':'0','upTo':'12'}"))
        .isEqualTo(new MarkReadUpTo(0, 12, "1"));
    assertThat(read("{'op':'recall','id':2,'messageId':12}")).isEqualTo(new RecallMessage(12, "2"));
    assertThat(read("{'op':'sync','id':3,'since':0}"))
        .isEqualTo(new Synchronize(0, null, 100, "3"));
    assertThat(read("{'op':'sync','id':3,'since':'7','epoch':'e','limit':200}"))
        .isEqualTo(new Synchronize(7, "e", 200, "3"));
    assertThat(read("{'op':'typing','to':'7'}")).isEqualTo(new Typing(7));
  }

  private static void assertMalformed(
      Request request, FailureCode code, @Nullable String requestId) {
    assertThat(request)
        .isInstanceOfSatisfying(
            MalformedRequest.class,
            malformed -> {
              assertThat(malformed.code()).isEqualTo(code);
              assertThat(malformed.requestId()).isEqualTo(requestId);
              assertThat(malformed.reason()).isNotBlank().doesNotContain("secret");
            });
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "{'id':1}",
        "{'op':7,'id':1}",
        "{'op':null,'id':1}",
        "{'op':'send','id':1,'to':'7','content':'secret'}",
        "{'op':'send','id':1,'to':'7','content':'secret','clientMessageId':''}",
        "{'op':'send','id':1,'to':'7','content':'secret','clientMessageId':7}",
        "{'op':'send','id':1,'to':'7','content':7,'clientMessageId':'x'}",
        "{'op':'send','id':1,'to':'secret','content':'a','clientMessageId':'x'}",
        "{'op':'send','id':1,'to':'-1','content':'a','clientMessageId':'x'}",
        "{'op':'send','id':1,'to':1.0,'content':'a','clientMessageId':'x'}",
        "{'op':'send','id':1,'to':'7','content':'\\u0000','clientMessageId':'x'}",
        "{'op':'send','id':1,'to':'7','content':'a','clientMessageId':'\\ud800'}",
        "{'op':'send','id':1,'to':'7','content':'a','clientMessageId':'x','timestamp':[]}",
        "{'op':'read','id':1,'upTo':1}",
        "{'op':'read','id':1,'with':'7'}",
        "{'op':'read','id':1,'with':'7','upTo':0}",
        "{'op':'recall','id':1}",
        "{'op':'recall','id':1,'messageId':'99999999999999999999'}",
        "{'op':'sync','id':1}",
        "{'op':'sync','id':1,'since':-1}",
        "{'op':'sync','id':1,'since':0,'limit':0}",
        "{'op':'sync','id':1,'since':0,'limit':201}",
        "{'op':'sync','id':1,'since':0,'epoch':7}",
        "{'op':'typing','id':1}",
        "{'op':'typing','id':1,'to':'0'}",
      })
  @DisplayName("that cannot be read is answered by its name:")
  void bad(String text) {
    assertMalformed(read(text), FailureCode.BAD_COMMAND, "1");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "secret",
        "[]",
        "'secret'",
        "{}",
        "{'op':'recall','messageId':1}",
        "{'op':'recall','messageId':1,'id':null}",
        "{'op':'recall','messageId':1,'id':['secret']}",
        "{'op':'recall','messageId':1,'id':'\\u0000'}",
        "{'op':'recall','messageId':1,'id':true}",
      })
  @DisplayName("without a name is answered all the same:")
  void unnamed(String text) {
    assertMalformed(read(text), FailureCode.BAD_COMMAND, null);
  }

  @Test
  @DisplayName("has a name of 64 characters at most, a timestamp of 32, a clientMessageId of 64")
  void lengths() {
    String name = "n".repeat(64);
    assertThat(read("{'op':'recall','messageId':1,'id':'" + name + "'}"))
        .isEqualTo(new RecallMessage(1, '"' + name + '"'));
    assertMalformed(
        read("{'op':'recall','messageId':1,'id':'" + name + "n'}"), FailureCode.BAD_COMMAND, null);
    String send =
        "{'op':'send','id':1,'to':7,'content':'a','clientMessageId':'%s','timestamp':'%s'}";
    assertThat(read(send.formatted(name, "t".repeat(32)))).isInstanceOf(SendMessage.class);
    assertMalformed(read(send.formatted(name + "n", "t")), FailureCode.BAD_COMMAND, "1");
    assertMalformed(read(send.formatted(name, "t".repeat(33))), FailureCode.BAD_COMMAND, "1");
  }

  @Test
  @DisplayName("is ambiguous where a field stands twice, or something follows")
  void twice() {
    assertMalformed(read("{'op':'typing','to':1,'to':2}"), FailureCode.BAD_COMMAND, null);
    assertMalformed(read("{'op':'recall','id':1,'messageId':1}{}"), FailureCode.BAD_COMMAND, "1");
  }

  @Test
  @DisplayName("that is not known is said to be so")
  void unknown() {
    assertMalformed(read("{'op':'secret','id':'a'}"), FailureCode.UNKNOWN_OP, "\"a\"");
  }
}
