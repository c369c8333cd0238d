package imserver.file;

import static org.assertj.core.api.Assertions.assertThat;

import imserver.config.Configs;
import imserver.packet.Attachment;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("The address of a file")
class FileAddressesTest {

  private static final Instant NOON = Instant.parse("2026-01-02T12:00:00Z");
  private static final Pattern ADDRESS =
      Pattern.compile(
          "/teaching/api/files/(\\d+)/(content|preview)\\?e=(\\d+)&s=([\\w-]{22})(&m=1)?");

  private static Attachment file(long id, boolean hasPreview) {
    return new Attachment(id, "a.jpg", "image/jpeg", 3, 640, 480, null, null, hasPreview);
  }

  private static FileAddresses at(Instant moment, String secret, String... settings) {
    return new FileAddresses(Configs.with(settings), Clock.fixed(moment, ZoneOffset.UTC), secret);
  }

  private static FileAddresses at(Instant moment) {
    return at(moment, "secret");
  }

  private static Matcher parts(String address) {
    Matcher parts = ADDRESS.matcher(address);
    assertThat(parts.matches()).as(address).isTrue();
    return parts;
  }

  @Test
  @DisplayName("is good for one to two hours, and the same within an hour")
  void expiry() {
    String address = at(NOON).link(file(12, true)).url();
    assertThat(at(NOON.plusSeconds(3599)).link(file(12, true)).url()).isEqualTo(address);
    assertThat(at(NOON.plusSeconds(3600)).link(file(12, true)).url()).isNotEqualTo(address);
    Matcher parts = parts(address);
    assertThat(parts.group(1)).isEqualTo("12");
    assertThat(parts.group(2)).isEqualTo("content");
    assertThat(left(at(NOON), 12, FileVariant.CONTENT, false, parts)).contains(Duration.ofHours(2));
    assertThat(left(at(NOON.plusSeconds(7199)), 12, FileVariant.CONTENT, false, parts))
        .contains(Duration.ofSeconds(1));
    assertThat(left(at(NOON.plusSeconds(7200)), 12, FileVariant.CONTENT, false, parts)).isEmpty();
  }

  private static Optional<Duration> left(
      FileAddresses addresses, long id, FileVariant variant, boolean sealed, Matcher parts) {
    return addresses.timeLeft(id, variant, sealed, parts.group(3), parts.group(4));
  }

  @Test
  @DisplayName("is of one file, one variant and one purpose alone")
  void otherThings() {
    FileAddresses addresses = at(NOON);
    Matcher content = parts(addresses.link(file(12, true)).url());
    Matcher preview = parts(String.valueOf(addresses.link(file(12, true)).previewUrl()));
    Matcher sealed = parts(addresses.linkSealed(file(12, true)).url());
    assertThat(preview.group(2)).isEqualTo("preview");
    assertThat(sealed.group(5)).isEqualTo("&m=1");
    assertThat(left(addresses, 12, FileVariant.PREVIEW, false, preview)).isPresent();
    assertThat(left(addresses, 12, FileVariant.CONTENT, true, sealed)).isPresent();
    assertThat(left(addresses, 13, FileVariant.CONTENT, false, content)).isEmpty();
    assertThat(left(addresses, 12, FileVariant.PREVIEW, false, content)).isEmpty();
    assertThat(left(addresses, 12, FileVariant.CONTENT, true, content)).isEmpty();
    assertThat(left(addresses, 12, FileVariant.CONTENT, false, preview)).isEmpty();
    assertThat(left(addresses, 12, FileVariant.CONTENT, false, sealed)).isEmpty();
    assertThat(addresses.link(file(12, false)).previewUrl()).isNull();
    assertThat(addresses.linkSealed(file(12, false)).previewUrl()).isNull();
  }

  @Test
  @DisplayName("is refused where it is forged, or made with another secret")
  void forged() {
    FileAddresses addresses = at(NOON);
    Matcher parts = parts(addresses.link(file(12, true)).url());
    String expires = parts.group(3);
    String signature = parts.group(4);
    String later = Long.toString(Long.parseLong(expires) + 1);
    assertThat(addresses.timeLeft(12, FileVariant.CONTENT, false, later, signature)).isEmpty();
    assertThat(addresses.timeLeft(12, FileVariant.CONTENT, false, "0" + expires, signature))
        .isPresent(); // the same moment
    for (String other :
        new String[] {"", "AAAAAAAAAAAAAAAAAAAAAA", signature.substring(1), signature + "A"}) {
      assertThat(addresses.timeLeft(12, FileVariant.CONTENT, false, expires, other)).isEmpty();
    }
    for (String other : new String[] {"", "-1", "x", "٣", "99999999999999999999"}) {
      assertThat(addresses.timeLeft(12, FileVariant.CONTENT, false, other, signature)).isEmpty();
    }
    assertThat(addresses.timeLeft(12, FileVariant.CONTENT, false, null, signature)).isEmpty();
    assertThat(addresses.timeLeft(12, FileVariant.CONTENT, false, expires, null)).isEmpty();
    assertThat(left(at(NOON, "another"), 12, FileVariant.CONTENT, false, parts)).isEmpty();
  }

  @Test
  @DisplayName(
      "begins with the origin of files, where there is one, and the path of the application")
  void origin() {
    FileAddresses addresses = at(NOON, "secret", "IMSERVER_FILES_ORIGIN", "https://f.example:8443");
    addresses.setContextPath("/chat");
    assertThat(addresses.link(file(1, false)).url())
        .startsWith("https://f.example:8443/chat/api/files/1/content?");
  }
}
