package imserver.message;

import imserver.auth.UserPrincipal;
import imserver.config.Config;
import imserver.packet.Attachment;
import imserver.packet.BlankText;
import imserver.packet.FailureCode;
import imserver.packet.SendMessage;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import org.jspecify.annotations.Nullable;

/** What holds for a request, whether it came by the socket or over HTTP. */
@ApplicationScoped
public class MessageRules {

  @Inject private Config config;

  /** For the container, which injects the rest. */
  public MessageRules() {}

  MessageRules(Config config) {
    this.config = config;
  }

  /** Why {@code sender} may not send this; null if that is allowed. */
  public @Nullable FailureCode validate(SendMessage request, UserPrincipal sender) {
    if (isForeign(request.fromId(), sender)) {
      return FailureCode.FORBIDDEN_SENDER;
    }
    if (request.toId() <= 0) {
      return FailureCode.INVALID_RECIPIENT;
    }
    String content = request.content();
    int files = request.files().size();
    if (files > Attachment.MAX) {
      return FailureCode.TOO_MANY_FILES;
    }
    if (files == 0 && BlankText.isBlank(content)) {
      return FailureCode.EMPTY_CONTENT;
    }
    if (content.codePointCount(0, content.length()) > config.limits().maxContent()) {
      return FailureCode.CONTENT_TOO_LONG;
    }
    return null;
  }

  /** Whether {@code fromId} names somebody else than {@code sender}. */
  public boolean isForeign(@Nullable Long fromId, UserPrincipal sender) {
    return fromId != null && fromId != sender.userId();
  }
}
