package imserver.webhook;

import com.standardwebhooks.Webhook;
import com.standardwebhooks.exceptions.EmptyWebhookSecretException;
import com.standardwebhooks.exceptions.WebhookSigningException;
import imserver.config.WebhookSecrets;
import java.util.ArrayList;
import java.util.List;

/** Signs requests as Standard Webhooks has it, by each secret. Safe for use by several threads. */
public final class WebhookSigner {

  private final List<Webhook> signers = new ArrayList<>();

  /** Signs by these secrets. */
  public WebhookSigner(WebhookSecrets secrets) {
    for (String secret : secrets.texts()) {
      try {
        signers.add(new Webhook(secret));
      } catch (EmptyWebhookSecretException e) {
        throw new IllegalArgumentException("a secret without bytes", e);
      }
    }
  }

  /**
   * The text of {@code webhook-signature}.
   *
   * @param id without a dot
   * @param timestamp seconds since 1970
   */
  public String sign(String id, long timestamp, String body) {
    List<String> signatures = new ArrayList<>(signers.size());
    for (Webhook signer : signers) {
      try {
        signatures.add(signer.sign(id, timestamp, body));
      } catch (WebhookSigningException e) {
        throw new IllegalStateException("a request could not be signed", e);
      }
    }
    return String.join(" ", signatures);
  }
}
