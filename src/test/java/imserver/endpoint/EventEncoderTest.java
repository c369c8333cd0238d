package imserver.endpoint;

import static org.assertj.core.api.Assertions.assertThat;

import imserver.packet.FailureCode;
import imserver.packet.MessageFile;
import imserver.packet.Response;
import imserver.packet.Response.Behind;
import imserver.packet.Response.ConversationSet;
import imserver.packet.Response.ConversationState;
import imserver.packet.Response.Failure;
import imserver.packet.Response.Incoming;
import imserver.packet.Response.LastMessage;
import imserver.packet.Response.Marked;
import imserver.packet.Response.MessageAdded;
import imserver.packet.Response.MessageRecalled;
import imserver.packet.Response.MessagesRead;
import imserver.packet.Response.Recalled;
import imserver.packet.Response.Reset;
import imserver.packet.Response.Settings;
import imserver.packet.Response.Success;
import imserver.packet.Response.Synchronized;
import imserver.packet.Response.Typing;
import imserver.packet.Response.Welcome;
import imserver.packet.TestFiles;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("What is said in version 2")
class EventEncoderTest {

  private static final Instant TIME = Instant.parse("2026-01-02T03:04:05Z");

  /** With apostrophes in place of quotes. */
  private static void assertText(Response response, String text) {
    assertThat(EventEncoder.encode(response).replace('"', '\'')).isEqualTo(text);
  }

  @Test
  @DisplayName("is the welcome, with what the site has switched on")
  void welcome() {
    assertText(
        new Welcome(Long.MAX_VALUE, 5, "e", 4000, 120, true, true, 20_000_000),
        "{'op':'welcome','user':'9223372036854775807','head':5,'epoch':'e',"
            + "'features':['recall','receipts','typing','settings','strangers','files'],"
            + "'limits':{'maxContent':4000,'recallSeconds':120,'maxFile':20000000,'maxAttachments':9}}");
    assertText(
        new Welcome(7, 0, "e", 10, 0, false, false, 0),
        "{'op':'welcome','user':'7','head':0,'epoch':'e','features':['typing','settings'],"
            + "'limits':{'maxContent':10,'recallSeconds':0}}");
  }

  @Test
  @DisplayName("is the answer to each command, with a change where there was one")
  void answers() {
    assertText(
        new Success(1, "t", 7, "c", "\"a\"", 5, TIME.plusMillis(60), 2L),
        "{'op':'done','id':'a','messageId':'7','change':5,'time':'2026-01-02T03:04:05.060Z','unread':2}");
    assertText(
        new Success(1, "t", 7, "c", "12", 0, TIME, null),
        "{'op':'done','id':12,'messageId':'7','time':'2026-01-02T03:04:05.000Z'}");
    assertText(new Marked("1", 5, 2, 9L), "{'op':'done','id':1,'change':5,'unread':2,'upTo':'9'}");
    assertText(new Marked("1", 0, 2, null), "{'op':'done','id':1,'unread':2}");
    assertText(new Recalled("1", 5, null), "{'op':'done','id':1,'change':5}");
    assertText(new Recalled("1", 5, 3L), "{'op':'done','id':1,'change':5,'unread':3}");
    assertText(new Recalled("1", 0, null), "{'op':'done','id':1}");
    assertText(new Reset("1E2"), "{'op':'reset','id':1E2}");
    assertText(
        new Failure(1, "", FailureCode.SERVER_BUSY, "m", "1"),
        "{'op':'fail','id':1,'code':'SERVER_BUSY','message':'m','retryable':true}");
    assertText(
        new Failure(1, "", FailureCode.BAD_COMMAND, "m", null),
        "{'op':'fail','id':null,'code':'BAD_COMMAND','message':'m','retryable':false}");
  }

  @Test
  @DisplayName("is what has changed")
  void changes() {
    LastMessage message = new LastMessage(9, 8, 7, "a", TIME, "t", null, null);
    LastMessage recalled = new LastMessage(9, 0, 7, "", TIME, "", "T", "/u");
    assertText(
        new Synchronized(
            "1",
            List.of(
                new ConversationState(
                    8, "n", "", message, 3, 5, 0L, true, new Settings(true, true, true, true), 11),
                new ConversationState(0, "0", "v", recalled, 0, 0, null, false, Settings.NONE, 12),
                new ConversationState(9, "9", "", null, 0, 0, null, false, Settings.NONE, 13)),
            13,
            true,
            20),
        "{'op':'done','id':1,'conversations':["
            + "{'with':{'id':'8','name':'n','avatar':''},"
            + "'lastMessage':{'messageId':'9','from':'8','to':'7','content':'a',"
            + "'time':'2026-01-02T03:04:05.000Z','timestamp':'t'},"
            + "'unread':3,'readUpTo':'5','theyReadUpTo':'0','stranger':true,'blocked':true,"
            + "'muted':true,'pinned':true,'hidden':true,'change':11},"
            + "{'with':{'id':'0','name':'0','avatar':'v'},"
            + "'lastMessage':{'messageId':'9','from':'0','to':'7','content':'',"
            + "'time':'2026-01-02T03:04:05.000Z','timestamp':'','title':'T','url':'/u',"
            + "'recalled':true},"
            + "'unread':0,'readUpTo':'0','change':12},"
            + "{'with':{'id':'9','name':'9','avatar':''},'unread':0,'readUpTo':'0','change':13}],"
            + "'next':13,'more':true,'head':20}");
  }

  @Test
  @DisplayName("has the files of a message")
  void files() {
    List<MessageFile> files = TestFiles.linked(TestFiles.PICTURE, TestFiles.VOICE);
    String text =
        "'attachments':["
            + "{'fileId':'12','name':'a.jpg','type':'image/jpeg','size':1234,'width':640,'height':480,"
            + "'url':'/f/12','previewUrl':'/p/12'},"
            + "{'fileId':'13','name':'v.webm','type':'audio/webm','size':99,'duration':5200,"
            + "'waveform':'0a9z','url':'/f/13'}]";
    assertText(
        new MessageAdded(
            5, 8, new Incoming(9, 8, 7, "", "t", "n", "v", files), TIME, 3L, null, null, null),
        "{'op':'message','change':5,'with':'8','messageId':'9','from':'8','to':'7','content':'',"
            + "'time':'2026-01-02T03:04:05.000Z','timestamp':'t',"
            + text
            + ",'name':'n','avatar':'v','unread':3}");
    LastMessage last = new LastMessage(9, 8, 7, "", TIME, "t", null, null, files);
    assertText(
        new Synchronized(
            "1",
            List.of(new ConversationState(8, "n", "", last, 0, 0, null, false, Settings.NONE, 11)),
            11,
            false,
            11),
        "{'op':'done','id':1,'conversations':[{'with':{'id':'8','name':'n','avatar':''},"
            + "'lastMessage':{'messageId':'9','from':'8','to':'7','content':'',"
            + "'time':'2026-01-02T03:04:05.000Z','timestamp':'t',"
            + text
            + "},'unread':0,'readUpTo':'0','change':11}],'next':11,'more':false,'head':11}");
  }

  @Test
  @DisplayName("is each event")
  void events() {
    Incoming message = new Incoming(9, 8, 7, "a", "t", "n", "v");
    assertText(
        new MessageAdded(5, 8, message, TIME, 3L, null, "T", "/u"),
        "{'op':'message','change':5,'with':'8','messageId':'9','from':'8','to':'7','content':'a',"
            + "'time':'2026-01-02T03:04:05.000Z','timestamp':'t','name':'n','avatar':'v',"
            + "'unread':3,'title':'T','url':'/u'}");
    assertText(
        new MessageAdded(5, 7, message, TIME, null, "c", null, null),
        "{'op':'message','change':5,'with':'7','messageId':'9','from':'8','to':'7','content':'a',"
            + "'time':'2026-01-02T03:04:05.000Z','timestamp':'t','name':'n','avatar':'v',"
            + "'clientMessageId':'c'}");
    assertText(
        new MessagesRead(5, 8, 7, 9, 0L),
        "{'op':'read','change':5,'with':'8','by':'7','upTo':'9','unread':0}");
    assertText(
        new MessagesRead(5, 8, 8, 9, null),
        "{'op':'read','change':5,'with':'8','by':'8','upTo':'9'}");
    assertText(
        new MessageRecalled(5, 8, 9, 2L),
        "{'op':'recall','change':5,'with':'8','messageId':'9','unread':2}");
    assertText(
        new ConversationSet(5, 8, new Settings(true, false, true, false)),
        "{'op':'settings','change':5,'with':'8',"
            + "'blocked':true,'muted':false,'pinned':true,'hidden':false}");
    assertText(new Typing(8), "{'op':'typing','from':'8'}");
    assertText(new Behind(), "{'op':'behind'}");
  }
}
