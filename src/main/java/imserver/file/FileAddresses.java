package imserver.file;

import imserver.config.Config;
import imserver.packet.Attachment;
import imserver.packet.MessageFile;
import jakarta.annotation.PostConstruct;
import jakarta.ejb.ConcurrencyManagement;
import jakarta.ejb.ConcurrencyManagementType;
import jakarta.ejb.DependsOn;
import jakarta.ejb.Singleton;
import jakarta.ejb.Startup;
import jakarta.ejb.TransactionManagement;
import jakarta.ejb.TransactionManagementType;
import jakarta.inject.Inject;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Duration;
import java.util.Arrays;
import java.util.Base64;
import java.util.Locale;
import java.util.Optional;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;

/**
 * The addresses under which files are downloaded without a credential: each says until when it is
 * good, and is signed (HMAC-SHA256, RFC 2104) with what only the servers on this database know. It
 * is good for one to two hours, and is the same within an hour. Safe for use by several threads; no
 * method waits.
 */
@Singleton
@Startup
@DependsOn("Schema")
@ConcurrencyManagement(ConcurrencyManagementType.BEAN)
@TransactionManagement(TransactionManagementType.BEAN)
public class FileAddresses {

  /** The parameters of an address: until when it is good, in seconds since 1970, */
  public static final String EXPIRES = "e";

  /** its signature, */
  public static final String SIGNATURE = "s";

  /** and, with the value 1, that it is of a copy that a report has sealed. */
  public static final String SEALED = "m";

  private static final long HOUR = Duration.ofHours(1).toSeconds();
  private static final String MAC = "HmacSHA256";

  /** Half of it, as RFC 2104 allows: addresses are in texts of version 1. */
  private static final int SIGNATURE_BYTES = 16;

  /** Ten digits until the year 2286, and room for some more. */
  private static final int MAX_DIGITS = 12;

  @Inject private Config config;
  @Inject private Clock clock;

  @Inject private DataSource database;

  private SecretKeySpec key;
  private volatile String contextPath = "/teaching";

  /** For the container, which injects the rest. */
  public FileAddresses() {}

  /** With a secret. */
  FileAddresses(Config config, Clock clock, String secret) {
    this.config = config;
    this.clock = clock;
    this.key = keyOf(secret);
  }

  /**
   * Reads the secret of the installation.
   *
   * @throws IllegalStateException if the database does not answer
   */
  @PostConstruct
  void start() {
    try (Connection connection = database.getConnection();
        PreparedStatement statement =
            connection.prepareStatement("select secret from installation");
        ResultSet rows = statement.executeQuery()) {
      if (!rows.next()) {
        throw new SQLException("the table installation is empty");
      }
      key = keyOf(rows.getString(1));
    } catch (SQLException e) {
      throw new IllegalStateException("the secret of the installation cannot be read", e);
    }
  }

  /** The path of the application, where it is not the usual one; before it serves. */
  public void setContextPath(String path) {
    contextPath = path;
  }

  /** A key for this purpose alone: the servers seal what they tell each other with the secret. */
  private static SecretKeySpec keyOf(String secret) {
    byte[] bytes = secret.getBytes(StandardCharsets.UTF_8);
    return new SecretKeySpec(mac(new SecretKeySpec(bytes, MAC), "addresses of files"), MAC);
  }

  private static byte[] mac(SecretKeySpec key, String text) {
    try {
      Mac mac = Mac.getInstance(MAC);
      mac.init(key);
      return mac.doFinal(text.getBytes(StandardCharsets.UTF_8));
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("every Java has " + MAC, e);
    }
  }

  /** A file, with where the two of the conversation, or its owner, download it. */
  public MessageFile link(Attachment file) {
    return link(file, false);
  }

  /** The same for moderators, of a file that a report has sealed. */
  public MessageFile linkSealed(Attachment file) {
    return link(file, true);
  }

  private MessageFile link(Attachment file, boolean sealed) {
    return new MessageFile(
        file,
        address(file.fileId(), FileVariant.CONTENT, sealed),
        file.hasPreview() ? address(file.fileId(), FileVariant.PREVIEW, sealed) : null);
  }

  private String address(long fileId, FileVariant variant, boolean sealed) {
    long expires = (clock.instant().getEpochSecond() / HOUR + 2) * HOUR;
    String origin = config.files().origin() == null ? "" : config.files().origin().toString();
    return "%s%s/api/files/%d/%s?%s=%d&%s=%s%s"
        .formatted(
            origin,
            contextPath,
            fileId,
            variant.name().toLowerCase(Locale.ROOT),
            EXPIRES,
            expires,
            SIGNATURE,
            signature(fileId, variant, sealed, expires),
            sealed ? "&" + SEALED + "=1" : "");
  }

  private String signature(long fileId, FileVariant variant, boolean sealed, long expires) {
    byte[] mac =
        mac(key, "%d %s %s %d".formatted(fileId, variant, sealed ? "sealed" : "sent", expires));
    return Base64.getUrlEncoder()
        .withoutPadding()
        .encodeToString(Arrays.copyOf(mac, SIGNATURE_BYTES));
  }

  /**
   * For how long an address is still good that a client has.
   *
   * @param sealed whether it says that it is of a sealed copy
   * @param expires as it says
   * @param signature as it says
   * @return empty where it was not made here, or is not good any more
   */
  public Optional<Duration> timeLeft(
      long fileId,
      FileVariant variant,
      boolean sealed,
      @Nullable String expires,
      @Nullable String signature) {
    if (expires == null
        || signature == null
        || expires.isEmpty()
        || expires.length() > MAX_DIGITS
        || !expires.chars().allMatch(c -> c >= '0' && c <= '9')) {
      return Optional.empty();
    }
    long moment = Long.parseLong(expires);
    boolean ours =
        MessageDigest.isEqual(
            signature(fileId, variant, sealed, moment).getBytes(StandardCharsets.UTF_8),
            signature.getBytes(StandardCharsets.UTF_8));
    long left = moment - clock.instant().getEpochSecond();
    return ours && left > 0 ? Optional.of(Duration.ofSeconds(left)) : Optional.empty();
  }
}
