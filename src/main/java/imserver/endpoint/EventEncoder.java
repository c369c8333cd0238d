package imserver.endpoint;

import imserver.packet.Attachment;
import imserver.packet.MessageFile;
import imserver.packet.Response;
import imserver.packet.Response.Answer;
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
import imserver.packet.Response.Success;
import imserver.packet.Response.Synchronized;
import imserver.packet.Response.Typing;
import imserver.packet.Response.Welcome;
import jakarta.json.Json;
import jakarta.json.stream.JsonGenerator;
import jakarta.json.stream.JsonGeneratorFactory;
import java.io.StringWriter;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** {@link Response} to text of version 2 (PROTOCOL-2.md, sections 2 to 4): one JSON object. */
final class EventEncoder {

  private static final JsonGeneratorFactory JSON = Json.createGeneratorFactory(Map.of());
  private static final int SPACE = 256; // most fit

  private static final DateTimeFormatter TIME =
      DateTimeFormatter.ofPattern("uuuu-MM-dd'T'HH:mm:ss.SSS'Z'").withZone(ZoneOffset.UTC);

  private final JsonGenerator json;

  private EventEncoder(JsonGenerator json) {
    this.json = json;
  }

  static String encode(Response response) {
    StringWriter text = new StringWriter(SPACE);
    if (response instanceof Answer answer) {
      text.append("{\"op\":\"").append(opOf(answer)).append("\",\"id\":");
      text.append(answer.requestId() == null ? "null" : answer.requestId());
    }
    int head = text.getBuffer().length();
    try (JsonGenerator json = JSON.createGenerator(text)) {
      json.writeStartObject();
      new EventEncoder(json).write(response);
      json.writeEnd();
    }
    if (head > 0) { // the two are one object: the id stays as it was written
      StringBuffer buffer = text.getBuffer();
      boolean alone = buffer.length() == head + "{}".length();
      buffer.replace(head, head + 1, alone ? "" : ",");
    }
    return text.toString();
  }

  private static String opOf(Answer answer) {
    if (answer instanceof Failure) {
      return "fail";
    }
    return answer instanceof Reset ? "reset" : "done";
  }

  private void write(Response response) {
    if (response instanceof Answer answer) {
      writeAnswer(answer);
    } else if (response instanceof MessageAdded message) {
      writeMessage(message);
    } else if (response instanceof MessagesRead read) {
      op("read").write("change", read.change());
      id("with", read.with());
      id("by", read.by());
      id("upTo", read.upTo());
      count("unread", read.unread());
    } else if (response instanceof MessageRecalled recalled) {
      op("recall").write("change", recalled.change());
      id("with", recalled.with());
      id("messageId", recalled.messageId());
      count("unread", recalled.unread());
    } else if (response instanceof ConversationSet set) {
      op("settings").write("change", set.change());
      id("with", set.with());
      json.write("blocked", set.settings().blocked())
          .write("muted", set.settings().muted())
          .write("pinned", set.settings().pinned())
          .write("hidden", set.settings().hidden());
    } else if (response instanceof Typing typing) {
      op("typing");
      id("from", typing.from());
    } else if (response instanceof Behind) {
      op("behind");
    } else if (response instanceof Welcome welcome) {
      writeWelcome(welcome);
    } else {
      throw new IllegalArgumentException("not of version 2: " + response.getClass());
    }
  }

  private void writeAnswer(Answer answer) {
    if (answer instanceof Failure failure) {
      json.write("code", failure.code().name())
          .write("message", failure.message())
          .write("retryable", failure.code().retryable());
    } else {
      writeDone(answer);
    }
  }

  private void writeDone(Answer answer) {
    if (answer instanceof Success success) {
      id("messageId", success.messageId());
      change(success);
      json.write("time", TIME.format(success.time()));
      count("unread", success.unread());
    } else if (answer instanceof Marked marked) {
      change(marked);
      json.write("unread", marked.unread());
      Long upTo = marked.upTo();
      if (upTo != null) {
        id("upTo", upTo);
      }
    } else if (answer instanceof Recalled recalled) {
      change(recalled);
      count("unread", recalled.unread());
    } else if (answer instanceof Synchronized state) {
      json.writeStartArray("conversations");
      state.conversations().forEach(this::writeConversation);
      json.writeEnd()
          .write("next", state.next())
          .write("more", state.more())
          .write("head", state.head());
    }
  }

  private void writeConversation(ConversationState state) {
    json.writeStartObject().writeStartObject("with");
    id("id", state.otherId());
    json.write("name", state.name()).write("avatar", state.avatar()).writeEnd();
    LastMessage last = state.lastMessage();
    if (last != null) {
      json.writeStartObject("lastMessage");
      ids(last.messageId(), last.fromId(), last.toId());
      text(last.content(), last.time(), last.timestamp());
      optional("title", last.title());
      optional("url", last.url());
      files(last.files());
      if (last.isRecalled()) {
        json.write("recalled", true);
      }
      json.writeEnd();
    }
    json.write("unread", state.unread());
    id("readUpTo", state.readUpTo());
    Long theyReadUpTo = state.theyReadUpTo();
    if (theyReadUpTo != null) {
      id("theyReadUpTo", theyReadUpTo);
    }
    flag("stranger", state.stranger());
    flag("blocked", state.settings().blocked());
    flag("muted", state.settings().muted());
    flag("pinned", state.settings().pinned());
    flag("hidden", state.settings().hidden());
    json.write("change", state.change()).writeEnd();
  }

  private void writeMessage(MessageAdded added) {
    Incoming message = added.message();
    op("message").write("change", added.change());
    id("with", added.with());
    ids(message.messageId(), message.fromId(), message.toId());
    text(message.content(), added.time(), message.timestamp());
    files(message.files());
    json.write("name", message.userName()).write("avatar", message.headUrl());
    count("unread", added.unread());
    optional("clientMessageId", added.clientMessageId());
    optional("title", added.title());
    optional("url", added.url());
  }

  private void writeWelcome(Welcome welcome) {
    op("welcome");
    id("user", welcome.userId());
    json.write("head", welcome.head()).write("epoch", welcome.epoch());
    json.writeStartArray("features");
    if (welcome.recallSeconds() > 0) {
      json.write("recall");
    }
    if (welcome.receipts()) {
      json.write("receipts");
    }
    json.write("typing").write("settings");
    if (welcome.strangers()) {
      json.write("strangers");
    }
    if (welcome.maxFile() > 0) {
      json.write("files");
    }
    json.writeEnd();
    json.writeStartObject("limits")
        .write("maxContent", welcome.maxContent())
        .write("recallSeconds", welcome.recallSeconds());
    if (welcome.maxFile() > 0) {
      json.write("maxFile", welcome.maxFile()).write("maxAttachments", Attachment.MAX);
    }
    json.writeEnd();
  }

  /** Left out where there are none. */
  private void files(List<MessageFile> files) {
    if (files.isEmpty()) {
      return;
    }
    json.writeStartArray("attachments");
    for (MessageFile file : files) {
      Attachment attachment = file.attachment();
      json.writeStartObject();
      id("fileId", attachment.fileId());
      json.write("name", attachment.name())
          .write("type", attachment.type())
          .write("size", attachment.size());
      number("width", attachment.width());
      number("height", attachment.height());
      number("duration", attachment.duration());
      optional("waveform", attachment.waveform());
      json.write("url", file.url());
      optional("previewUrl", file.previewUrl());
      json.writeEnd();
    }
    json.writeEnd();
  }

  private void number(String name, @Nullable Integer number) {
    if (number != null) {
      json.write(name, number);
    }
  }

  private JsonGenerator op(String op) {
    return json.write("op", op);
  }

  private void ids(long messageId, long fromId, long toId) {
    id("messageId", messageId);
    id("from", fromId);
    id("to", toId);
  }

  private void text(String content, Instant time, String timestamp) {
    json.write("content", content).write("time", TIME.format(time)).write("timestamp", timestamp);
  }

  /** In digits: JavaScript rounds numbers beyond 2^53. */
  private void id(String name, long id) {
    json.write(name, Long.toString(id));
  }

  private void change(Answer answer) {
    if (answer.change() > 0) {
      json.write("change", answer.change());
    }
  }

  private void count(String name, @Nullable Long count) {
    if (count != null) {
      json.write(name, count);
    }
  }

  /** Left out where it does not hold. */
  private void flag(String name, boolean holds) {
    if (holds) {
      json.write(name, true);
    }
  }

  private void optional(String name, @Nullable String text) {
    if (text != null) {
      json.write(name, text);
    }
  }
}
