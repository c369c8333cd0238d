package imserver.webhook;

import imserver.packet.Attachment;
import imserver.webhook.WebhookEvent.Content;
import jakarta.json.Json;
import jakarta.json.JsonArrayBuilder;
import jakarta.json.JsonBuilderFactory;
import jakarta.json.JsonObject;
import jakarta.json.JsonObjectBuilder;
import java.util.Map;

/**
 * What is sent of an event: JSON in the form that Standard Webhooks recommends, with {@code type},
 * {@code timestamp} and {@code data}.
 */
final class EventBody {

  private static final JsonBuilderFactory JSON = Json.createBuilderFactory(Map.of());

  private EventBody() {}

  static String of(WebhookEvent event) {
    return JSON.createObjectBuilder()
        .add("type", event.type())
        .add("timestamp", event.time().toString())
        .add("data", data(event))
        .build()
        .toString();
  }

  private static JsonObject data(WebhookEvent event) {
    JsonObjectBuilder data = JSON.createObjectBuilder();
    switch (event.type()) {
      case WebhookEvent.STORED -> addMessage(data, event);
      case WebhookEvent.RECALLED ->
          data.add("messageId", event.reference())
              .add("fromId", event.userId())
              .add("toId", event.otherId());
      case WebhookEvent.READ ->
          data.add("readerId", event.userId())
              .add("fromId", event.otherId())
              .add("readUpTo", event.reference())
              .add("unread", unread(event));
      case WebhookEvent.UNSEEN -> {
        JsonArrayBuilder ids = JSON.createArrayBuilder();
        event.unseen().forEach(ids::add);
        data.add("toId", event.userId())
            .add("fromId", event.otherId())
            .add("unread", unread(event))
            .add("messageIds", ids);
      }
      case WebhookEvent.REPORT_CREATED ->
          data.add("reportId", event.reference())
              .add("reporterId", event.userId())
              .add("reportedId", event.otherId());
      default -> throw new IllegalStateException("no such event: " + event.type());
    }
    return data.build();
  }

  private static long unread(WebhookEvent event) {
    return event.unread() == null ? 0 : event.unread();
  }

  /** By the names that REST has for it. */
  private static void addMessage(JsonObjectBuilder data, WebhookEvent event) {
    data.add("messageId", event.reference())
        .add("fromId", event.userId())
        .add("toId", event.otherId());
    Content message = event.message();
    if (message == null || (message.text().isEmpty() && message.attachments().isEmpty())) {
      data.add("recalled", true);
      return;
    }
    data.add("content", message.text()).add("timestamp", message.timestamp());
    if (message.title() != null) {
      data.add("title", message.title());
    }
    if (message.url() != null) {
      data.add("url", message.url());
    }
    if (!message.attachments().isEmpty()) {
      JsonArrayBuilder attachments = JSON.createArrayBuilder();
      message.attachments().forEach(each -> attachments.add(attachment(each)));
      data.add("attachments", attachments);
    }
  }

  private static JsonObjectBuilder attachment(Attachment attachment) {
    JsonObjectBuilder file =
        JSON.createObjectBuilder()
            .add("fileId", attachment.fileId())
            .add("name", attachment.name())
            .add("type", attachment.type())
            .add("size", attachment.size());
    if (attachment.width() != null && attachment.height() != null) {
      file.add("width", attachment.width()).add("height", attachment.height());
    }
    if (attachment.duration() != null) {
      file.add("duration", attachment.duration());
    }
    return file;
  }
}
