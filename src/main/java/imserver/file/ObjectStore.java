package imserver.file;

import imserver.config.Config;
import imserver.database.StorageException;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.ScheduledExecutorService;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.AwsCredentialsProvider;
import software.amazon.awssdk.auth.credentials.DefaultCredentialsProvider;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.awscore.exception.AwsServiceException;
import software.amazon.awssdk.core.checksums.RequestChecksumCalculation;
import software.amazon.awssdk.core.checksums.ResponseChecksumValidation;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.http.urlconnection.UrlConnectionHttpClient;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.S3ClientBuilder;
import software.amazon.awssdk.services.s3.model.CompletedPart;
import software.amazon.awssdk.services.s3.model.ListObjectsV2Response;
import software.amazon.awssdk.services.s3.model.NoSuchKeyException;
import software.amazon.awssdk.services.s3.model.S3Object;

/**
 * Complete files in an object storage that speaks S3, an object for each variant. Each request ends
 * in a bounded time. Safe for use by several threads.
 *
 * <p>The names begin with what tells installations apart, so that of two that share a bucket
 * neither takes the objects of the other for leftovers: a hash of the secret, which a copy of the
 * database keeps. After that comes the id of the file with all digits, so that the order of names,
 * in which they are listed, is that of ids.
 *
 * <p>Each part has an MD5 beside it, by which the storage refuses what has changed on the way. The
 * newer checksums of S3 would do the same, but not everything that speaks S3 knows them.
 */
final class ObjectStore implements KeptFiles, AutoCloseable {

  /** More goes in parts of so many bytes; S3 asks for at least 5 MiB. */
  static final int PART = 8 * 1024 * 1024;

  private static final Duration CONNECT = Duration.ofSeconds(3);

  /** Without a byte. */
  private static final Duration SILENCE = Duration.ofSeconds(10);

  /** For a part, at a megabit a second and more; */
  private static final Duration ATTEMPT = Duration.ofSeconds(60);

  /** and with all attempts. */
  private static final Duration CALL = Duration.ofSeconds(150);

  /** For what a user waits for. */
  private static final Duration READ_ATTEMPT = Duration.ofSeconds(5);

  private static final Duration READ = Duration.ofSeconds(12);

  /** After a read that got no answer others fail at once: they would wait as long, and in a row. */
  private static final Duration PAUSE = Duration.ofSeconds(5);

  private static final int OUT_OF_RANGE = 416;

  private static final int DIGITS = 19;

  /** Of the hash that tells installations apart. */
  private static final int NAME_BYTES = 16;

  private final S3Client client;
  private final String bucket;
  private final String prefix;
  private volatile long pausedUntil = System.nanoTime();

  ObjectStore(Config.ObjectStorage settings, String installation, ScheduledExecutorService timer) {
    this.client = client(settings, timer);
    this.bucket = settings.bucket();
    this.prefix = settings.prefix() + installation + "/";
  }

  /**
   * That of a database.
   *
   * @throws StorageException if the database does not answer
   */
  static ObjectStore of(
      Config.ObjectStorage settings, FileDatabase database, ScheduledExecutorService timer) {
    return new ObjectStore(settings, database.read(ObjectStore::installation), timer);
  }

  private static String installation(Connection connection) throws SQLException {
    try (Statement statement = connection.createStatement();
        ResultSet rows = statement.executeQuery("select secret from installation")) {
      if (!rows.next()) {
        throw new SQLException("the table installation is empty");
      }
      byte[] secret = ("objects of " + rows.getString(1)).getBytes(StandardCharsets.UTF_8);
      return HexFormat.of().formatHex(digest("SHA-256", secret), 0, NAME_BYTES);
    }
  }

  private static S3Client client(Config.ObjectStorage settings, ScheduledExecutorService timer) {
    S3ClientBuilder builder =
        S3Client.builder()
            .region(Region.of(settings.region()))
            .credentialsProvider(credentials(settings))
            .httpClientBuilder(
                UrlConnectionHttpClient.builder().connectionTimeout(CONNECT).socketTimeout(SILENCE))
            .requestChecksumCalculation(RequestChecksumCalculation.WHEN_REQUIRED)
            .responseChecksumValidation(ResponseChecksumValidation.WHEN_REQUIRED)
            .overrideConfiguration(
                each ->
                    each.apiCallAttemptTimeout(ATTEMPT)
                        .apiCallTimeout(CALL)
                        .scheduledExecutorService(timer));
    URI endpoint = settings.endpoint();
    if (endpoint != null) {
      String host = endpoint.getHost();
      boolean isBucketInHost = host.startsWith(settings.bucket() + ".");
      builder
          .endpointOverride(
              isBucketInHost
                  ? withHost(endpoint, host.substring(settings.bucket().length() + 1))
                  : endpoint)
          .forcePathStyle(!isBucketInHost);
    }
    return builder.build();
  }

  private static URI withHost(URI address, String host) {
    String port = address.getPort() < 0 ? "" : ":" + address.getPort();
    return URI.create(address.getScheme() + "://" + host + port);
  }

  private static AwsCredentialsProvider credentials(Config.ObjectStorage settings) {
    String key = settings.accessKey();
    String secret = settings.secretKey();
    return key == null || secret == null
        ? DefaultCredentialsProvider.builder().build()
        : StaticCredentialsProvider.create(AwsBasicCredentials.create(key, secret));
  }

  private String keysOf(long fileId) {
    return prefix + ("%0" + DIGITS + "d").formatted(fileId);
  }

  private String key(long fileId, FileVariant variant) {
    return keysOf(fileId) + "." + variant.name().toLowerCase(Locale.ROOT);
  }

  /**
   * Keeps all of a variant, in place of what that was, and looks whether it is there.
   *
   * @param size how many bytes it has
   * @throws StorageException also if there are more or fewer
   */
  void put(long fileId, FileVariant variant, InputStream bytes, long size) {
    String key = key(fileId, variant);
    call(
        s3 -> {
          try {
            if (size <= PART) {
              putWhole(s3, key, bytes, size);
            } else {
              putParts(s3, key, bytes, size);
            }
          } catch (IOException e) {
            throw new StorageException(e);
          }
          return true;
        });
    long there = size(fileId, variant);
    if (there != size) {
      throw wrongSize(there, size);
    }
  }

  private static StorageException wrongSize(long found, long size) {
    return new StorageException(
        new IOException("a file has %d bytes and should have %d".formatted(found, size)));
  }

  private void putWhole(S3Client s3, String key, InputStream bytes, long size) throws IOException {
    byte[] all = bytes.readNBytes((int) size);
    if (all.length < size || bytes.read() >= 0) {
      throw wrongSize(all.length, size);
    }
    s3.putObject(
        put -> put.bucket(bucket).key(key).contentMD5(md5(all)),
        RequestBody.fromRemainingByteBuffer(ByteBuffer.wrap(all)));
  }

  private void putParts(S3Client s3, String key, InputStream bytes, long size) throws IOException {
    String upload = s3.createMultipartUpload(create -> create.bucket(bucket).key(key)).uploadId();
    boolean isDone = false;
    try {
      List<CompletedPart> parts = new ArrayList<>();
      long sent = 0;
      byte[] part = bytes.readNBytes(PART);
      while (part.length > 0) {
        parts.add(putPart(s3, key, upload, parts.size() + 1, part));
        sent += part.length;
        part = bytes.readNBytes(PART);
      }
      if (sent != size) {
        throw wrongSize(sent, size);
      }
      s3.completeMultipartUpload(
          complete ->
              complete
                  .bucket(bucket)
                  .key(key)
                  .uploadId(upload)
                  .multipartUpload(all -> all.parts(parts)));
      isDone = true;
    } finally {
      if (!isDone) {
        abort(key, upload);
      }
    }
  }

  private CompletedPart putPart(S3Client s3, String key, String upload, int number, byte[] part) {
    String tag =
        s3.uploadPart(
                put ->
                    put.bucket(bucket)
                        .key(key)
                        .uploadId(upload)
                        .partNumber(number)
                        .contentMD5(md5(part)),
                RequestBody.fromRemainingByteBuffer(ByteBuffer.wrap(part)))
            .eTag();
    return CompletedPart.builder().partNumber(number).eTag(tag).build();
  }

  /** What fails here is left to {@link #abortBefore}. */
  private void abort(String key, String upload) {
    try {
      client.abortMultipartUpload(end -> end.bucket(bucket).key(key).uploadId(upload));
    } catch (SdkException e) {
      // The failure that led here is the one to be told.
    }
  }

  private static String md5(byte[] bytes) {
    return Base64.getEncoder().encodeToString(digest("MD5", bytes));
  }

  private static byte[] digest(String algorithm, byte[] bytes) {
    try {
      return MessageDigest.getInstance(algorithm).digest(bytes);
    } catch (NoSuchAlgorithmException e) {
      throw new LinkageError("every Java platform has " + algorithm, e);
    }
  }

  /** Forgets parts of files that a server which has died was putting. */
  void abortBefore(Instant time) {
    call(
        s3 -> {
          s3.listMultipartUploads(list -> list.bucket(bucket).prefix(prefix)).uploads().stream()
              .filter(each -> each.initiated().isBefore(time))
              .forEach(each -> abort(each.key(), each.uploadId()));
          return true;
        });
  }

  /** Bytes of a variant; -1 where there is none. */
  long size(long fileId, FileVariant variant) {
    return call(
        s3 -> {
          try {
            return s3.headObject(head -> head.bucket(bucket).key(key(fileId, variant)))
                .contentLength();
          } catch (NoSuchKeyException e) {
            return -1L;
          }
        });
  }

  @Override
  public int read(long fileId, FileVariant variant, long offset, byte[] target, int length) {
    if (pausedUntil - System.nanoTime() > 0) {
      throw new StorageException(new IOException("the object storage has not answered just now"));
    }
    return call(
        s3 -> {
          byte[] found = range(s3, key(fileId, variant), offset, length);
          if (found == null || found.length == 0) {
            return END;
          }
          System.arraycopy(found, 0, target, 0, found.length);
          return found.length;
        });
  }

  private byte @Nullable [] range(S3Client s3, String key, long offset, int length) {
    try {
      byte[] found =
          s3.getObjectAsBytes(
                  get ->
                      get.bucket(bucket)
                          .key(key)
                          .range("bytes=%d-%d".formatted(offset, offset + length - 1))
                          .overrideConfiguration(
                              each ->
                                  each.apiCallAttemptTimeout(READ_ATTEMPT).apiCallTimeout(READ)))
              .asByteArrayUnsafe();
      return found.length <= length ? found : Arrays.copyOf(found, length);
    } catch (NoSuchKeyException e) {
      return null;
    } catch (AwsServiceException e) {
      if (e.statusCode() == OUT_OF_RANGE) {
        return null;
      }
      throw e;
    } catch (SdkException e) { // not an answer
      pausedUntil = System.nanoTime() + PAUSE.toNanos();
      throw e;
    }
  }

  @Override
  public void delete(long fileId) {
    call(
        s3 -> {
          for (FileVariant variant : List.of(FileVariant.CONTENT, FileVariant.PREVIEW)) {
            s3.deleteObject(gone -> gone.bucket(bucket).key(key(fileId, variant)));
          }
          return true;
        });
  }

  @Override
  public List<Long> kept(long aboveId, int limit) {
    return call(
        s3 -> {
          List<Long> found = new ArrayList<>();
          String after = keysOf(aboveId) + "~"; // after all of its variants
          boolean isMore = true;
          while (isMore && found.size() < limit) {
            String last = after;
            ListObjectsV2Response page =
                s3.listObjectsV2(
                    list -> list.bucket(bucket).prefix(prefix).startAfter(last).maxKeys(1000));
            for (S3Object each : page.contents()) {
              after = each.key();
              add(found, after);
            }
            isMore = Boolean.TRUE.equals(page.isTruncated()) && !page.contents().isEmpty();
          }
          return found.stream().limit(limit).toList();
        });
  }

  /** Names that are not ours are left alone. */
  private void add(List<Long> found, String key) {
    String name = key.substring(prefix.length());
    if (name.matches("\\d{" + DIGITS + "}\\.[a-z]+")) {
      long id = Long.parseLong(name.substring(0, DIGITS));
      if (found.isEmpty() || found.get(found.size() - 1) != id) {
        found.add(id);
      }
    }
  }

  private <R> R call(Function<S3Client, R> request) {
    try {
      return request.apply(client);
    } catch (SdkException e) {
      throw new StorageException(e);
    }
  }

  @Override
  public void close() {
    client.close();
  }
}
