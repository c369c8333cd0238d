package imserver.config;

import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.stream.IntStream;

/**
 * What requests to the webhook are signed with, as Standard Webhooks writes it: {@code whsec_} and
 * the base64 of 24 to 64 bytes. While one takes the place of another there are several.
 *
 * @param texts at least one, each with its prefix
 */
public record WebhookSecrets(List<String> texts) {

  private static final String PREFIX = "whsec_";
  private static final int FEWEST_BYTES = 24;
  private static final int MOST_BYTES = 64;
  private static final int MOST_SECRETS = 5;

  /**
   * Reads secrets with blanks between them.
   *
   * @param key the setting, for the error
   * @throws InvalidConfigException if one is none; without the text
   */
  static WebhookSecrets of(String key, String text) {
    List<String> texts = new ArrayList<>();
    for (String secret : text.strip().split("\\s+", -1)) {
      if (!isSecret(secret)) {
        throw new InvalidConfigException(
            "%s must be %s and the base64 of %d to %d random bytes, as from: echo %s$(openssl rand -base64 32)"
                .formatted(key, PREFIX, FEWEST_BYTES, MOST_BYTES, PREFIX));
      }
      texts.add(secret);
    }
    if (texts.size() > MOST_SECRETS) {
      throw new InvalidConfigException(key + " has more than " + MOST_SECRETS + " secrets");
    }
    return new WebhookSecrets(List.copyOf(texts));
  }

  private static boolean isSecret(String text) {
    if (!text.startsWith(PREFIX)) {
      return false;
    }
    try {
      byte[] bytes = Base64.getDecoder().decode(text.substring(PREFIX.length()));
      boolean isVaried = IntStream.range(1, bytes.length).anyMatch(i -> bytes[i] != bytes[0]);
      return isVaried && bytes.length >= FEWEST_BYTES && bytes.length <= MOST_BYTES;
    } catch (IllegalArgumentException e) {
      return false;
    }
  }

  /** Leaves out the secrets. */
  @Override
  public String toString() {
    return texts.size() + (texts.size() == 1 ? " secret" : " secrets");
  }
}
