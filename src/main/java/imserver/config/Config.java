package imserver.config;

import java.net.URI;
import java.time.ZoneId;
import org.jspecify.annotations.Nullable;

/**
 * The settings of this server, valid in themselves. Whether a key or a database can be used is for
 * those who use it.
 *
 * @param auth who may connect
 * @param limits what is bounded, and where
 * @param storage where messages are kept
 * @param server how the server shows itself
 * @param rules what users may do, and learn
 * @param webhook where the host application is told what happened
 * @param files what users may upload
 * @param objectStorage where the bytes of files are kept, if not with the messages
 * @param monitoring what the server tells of itself while it runs
 */
public record Config(
    Auth auth,
    Limits limits,
    Storage storage,
    Server server,
    Rules rules,
    Webhook webhook,
    Files files,
    ObjectStorage objectStorage,
    Monitoring monitoring) {

  /** What the credential in a connection's address is. */
  public enum AuthMode {
    /** A signed JSON Web Token. */
    JWT,
    /** A bare user id, which anyone can write. */
    OPEN
  }

  /** Whether something is there. */
  public enum Switch {
    /** It is. */
    ON,
    /** It is not. */
    OFF
  }

  /** How lines of the log are written. */
  public enum LogFormat {
    /** As the container writes its own. */
    PLAIN,
    /** As JSON, to the standard output. */
    JSON
  }

  /** What becomes of what a blocked user sends. */
  public enum Blocked {
    /** It is acknowledged, and shown to its sender alone. */
    SILENT,
    /** It is refused. */
    REFUSE
  }

  /** What becomes of a message of which the host application does not decide in time. */
  public enum OnPolicyFailure {
    /** It is stored. */
    ALLOW,
    /** It is refused for now, and may be sent again. */
    REFUSE
  }

  /** To whom a message may be sent. */
  public enum Recipients {
    /** To every positive user id. */
    ANY,
    /** To users in the directory only. */
    KNOWN
  }

  /**
   * Who may connect (PROTOCOL.md, section 1).
   *
   * @param mode what a credential is
   * @param algorithm the one JWS algorithm that is accepted
   * @param secret for HS*; null if unset
   * @param publicKey for the others, a PEM or the path of one; null if unset
   * @param jwksUrl in the public key's place; null if unset
   * @param issuer what {@code iss} must be; null to accept any
   * @param audience what {@code aud} must contain; null to accept any
   * @param userClaim the claim that holds the user id
   * @param serviceClaim the claim that holds roles
   * @param serviceRole the role of the host application
   * @param allowedOrigins origins with commas between them; null for the server's own
   * @param maxLifetime seconds until the furthest {@code exp} that is accepted, 0 for no bound
   * @param exempt to whom rules for strangers do not apply: roles and user ids; null for nobody
   * @param moderatorRole the role of moderators
   * @param metricsRole the role of who may read the metrics
   */
  public record Auth(
      @Setting(
              key = "IMSERVER_AUTH_MODE",
              fallback = "jwt",
              meaning =
                  "`jwt`: a credential is a signed token; `open`: a bare user id, for a first try only")
          AuthMode mode,
      @Setting(
              key = "IMSERVER_JWT_ALGORITHM",
              fallback = "HS256",
              meaning =
                  "the one algorithm that is accepted: `HS256/384/512`, `RS256/384/512`, `PS256/384/512`, `ES256/384/512`, `EdDSA`")
          String algorithm,
      @Setting(
              key = "IMSERVER_JWT_SECRET",
              meaning =
                  "HS*: the secret's text (its UTF-8 bytes), or `base64:…`; shorter than the hash, an example of the documentation or one character repeated refuses to start")
          @Nullable String secret,
      @Setting(
              key = "IMSERVER_JWT_PUBLIC_KEY",
              meaning =
                  "RS*, PS*, ES*, EdDSA: a PEM (public key or certificate), or the path of one")
          @Nullable String publicKey,
      @Setting(
              key = "IMSERVER_JWT_JWKS_URL",
              meaning = "in its place: where the keys are published as a JSON Web Key Set")
          @Nullable String jwksUrl,
      @Setting(key = "IMSERVER_JWT_ISSUER", meaning = "if set, the claim `iss` must be this")
          @Nullable String issuer,
      @Setting(
              key = "IMSERVER_JWT_AUDIENCE",
              meaning = "if set, the claim `aud` must be or contain this")
          @Nullable String audience,
      @Setting(
              key = "IMSERVER_JWT_USER_CLAIM",
              fallback = "sub",
              meaning = "the claim with the user id, a number or digits in a string")
          String userClaim,
      @Setting(
              key = "IMSERVER_SERVICE_CLAIM",
              fallback = "roles",
              meaning =
                  "the claim with the roles, a list or a text with blanks between them; `realm_access.roles` looks into an object")
          String serviceClaim,
      @Setting(
              key = "IMSERVER_SERVICE_ROLE",
              fallback = "imserver-service",
              meaning =
                  "the role of the host application, which may write the directory and send notices")
          String serviceRole,
      @Setting(
              key = "IMSERVER_ALLOWED_ORIGINS",
              meaning =
                  "web origins beside the server's own whose pages may use it, like `https://school.example`, with commas between them, or `*`; in open mode also every loopback origin, and it answers only under loopback names and the hosts of these")
          @Nullable String allowedOrigins,
      @Setting(
              key = "IMSERVER_JWT_MAX_LIFETIME",
              fallback = "0",
              min = 0,
              meaning =
                  "seconds: a token whose `exp` is further than this after now, or after its `iat`, is refused; `0` turns it off")
          int maxLifetime,
      @Setting(
              key = "IMSERVER_EXEMPT",
              meaning =
                  "roles and user ids, with commas between them, of users who are bounded neither by `IMSERVER_STRANGERS` nor by `IMSERVER_NEW_RECIPIENTS`, like `teacher, 1001`")
          @Nullable String exempt,
      @Setting(
              key = "IMSERVER_MODERATOR_ROLE",
              fallback = "imserver-moderator",
              meaning =
                  "the role of moderators, in the claim `IMSERVER_SERVICE_CLAIM`, beside the user id that every user has")
          String moderatorRole,
      @Setting(
              key = "IMSERVER_METRICS_ROLE",
              fallback = "imserver-metrics",
              meaning =
                  "whoever's token has this role (in `IMSERVER_SERVICE_CLAIM`) may read the metrics from anywhere; the host application may, too")
          String metricsRole) {

    /** Leaves out the secret. */
    @Override
    public String toString() {
      return "Auth[mode=" + mode + ", algorithm=" + algorithm + "]";
    }
  }

  /**
   * What is bounded (PROTOCOL.md, section 7).
   *
   * @param maxContent code points in a message
   * @param maxFrame UTF-8 bytes in a packet from a client
   * @param rate messages a second and user, 0 for no limit
   * @param maxConnectionsPerUser connections of one user at a time
   * @param replayLimit unread messages pushed on connect
   * @param outbox packets waiting for one connection
   * @param intake messages and read-acks waiting to be stored
   * @param batch messages in one transaction, and about as many ids in read-acks
   * @param profiles user profiles kept in memory
   * @param pingInterval seconds between pings
   * @param recipients to whom a message may be sent
   * @param readRate ids in read-acks a second and user, 0 for no limit
   * @param requestRate requests over HTTP a second and user, 0 for no limit
   * @param searchRate searches of the directory a minute and user, 0 for no limit
   * @param connectRate WebSocket handshakes a minute and user, 0 for no limit
   */
  public record Limits(
      @Setting(
              key = "IMSERVER_MAX_CONTENT",
              fallback = "4000",
              max = 100_000,
              meaning = "Unicode code points in a message; more gets `CONTENT_TOO_LONG`")
          int maxContent,
      @Setting(
              key = "IMSERVER_MAX_FRAME",
              fallback = "65536",
              min = 1024,
              max = 1_048_576,
              meaning = "bytes in a packet from a client; more closes with 1009")
          int maxFrame,
      @Setting(
              key = "IMSERVER_RATE",
              fallback = "20",
              min = 0,
              max = 1_000_000,
              meaning =
                  "messages a second and user, over all connections and REST together, in bursts of five seconds' worth; more gets `RATE_LIMITED`; `0` turns it off")
          int rate,
      @Setting(
              key = "IMSERVER_MAX_CONNECTIONS_PER_USER",
              fallback = "10",
              max = 10_000,
              meaning = "connections of one user; one more closes the oldest with 4409")
          int maxConnectionsPerUser,
      @Setting(
              key = "IMSERVER_REPLAY_LIMIT",
              fallback = "1000",
              min = 0,
              max = 1_000_000,
              meaning = "unread messages pushed on connect, oldest first")
          int replayLimit,
      @Setting(
              key = "IMSERVER_OUTBOX",
              fallback = "1000",
              min = 10,
              max = 1_000_000,
              meaning = "packets waiting for one connection; more closes it with 4508")
          int outbox,
      @Setting(
              key = "IMSERVER_INTAKE",
              fallback = "10000",
              min = 100,
              max = 10_000_000,
              meaning =
                  "messages and read-acks waiting to be stored, of one user no more than there is still room for; more gets `SERVER_BUSY`")
          int intake,
      @Setting(
              key = "IMSERVER_BATCH",
              fallback = "500",
              max = 10_000,
              meaning =
                  "messages stored in one transaction, half of them of one user at most, and an eighth where many wait; about as many ids of read-acks")
          int batch,
      @Setting(
              key = "IMSERVER_PROFILES",
              fallback = "10000",
              max = 10_000_000,
              meaning = "names and avatars of users kept in memory")
          int profiles,
      @Setting(
              key = "IMSERVER_PING_INTERVAL",
              fallback = "30",
              max = 3600,
              meaning = "seconds between pings; two without a pong close with 4408")
          int pingInterval,
      @Setting(
              key = "IMSERVER_RECIPIENTS",
              fallback = "any",
              meaning =
                  "`any`: messages go to every user id; `known`: only to users in the directory, others get `UNKNOWN_RECIPIENT`")
          Recipients recipients,
      @Setting(
              key = "IMSERVER_READ_RATE",
              fallback = "1000",
              min = 0,
              max = 1_000_000,
              meaning =
                  "message ids in read-acks a second and user, in bursts of five seconds' worth; more gets `RATE_LIMITED`; `0` turns it off")
          int readRate,
      @Setting(
              key = "IMSERVER_REQUEST_RATE",
              fallback = "50",
              min = 0,
              max = 1_000_000,
              meaning =
                  "requests over HTTP a second and user, in bursts of five seconds' worth, of which each 16 KiB of an answer count for one more; more gets 429; `0` turns it off")
          int requestRate,
      @Setting(
              key = "IMSERVER_SEARCH_RATE",
              fallback = "30",
              min = 0,
              max = 1_000_000,
              meaning =
                  "searches for users a minute and user, in bursts of a minute's worth; more gets 429; `0` turns it off")
          int searchRate,
      @Setting(
              key = "IMSERVER_CONNECT_RATE",
              fallback = "60",
              min = 0,
              max = 1_000_000,
              meaning =
                  "WebSocket handshakes a minute and user, in bursts of a minute's worth; more gets 429; `0` turns it off")
          int connectRate) {}

  /**
   * Where messages are kept.
   *
   * @param url a JDBC address of PostgreSQL (or H2); null for the embedded database
   * @param user null if unset
   * @param password null if unset
   * @param jndi the name of a data source of the server, in the place of these three; null if unset
   * @param data the folder of the embedded database, relative to the server's working directory;
   *     null for one in the server's own folder
   * @param lanes how many writers store messages side by side, beside the one that marks as read
   */
  public record Storage(
      @Setting(
              key = "IMSERVER_DB_URL",
              meaning =
                  "`jdbc:postgresql://HOST:PORT/DATABASE`, or with `mariadb` or `mysql` in its place; unset, messages lie in an embedded database")
          @Nullable String url,
      @Setting(key = "IMSERVER_DB_USER", meaning = "the database's user") @Nullable String user,
      @Setting(key = "IMSERVER_DB_PASSWORD", meaning = "and its password")
          @Nullable String password,
      @Setting(
              key = "IMSERVER_JNDI",
              meaning =
                  "in the place of these three: the JNDI name of a data source of the server, like `jdbc/imserver`; see [DEPLOY.md](DEPLOY.md#a-data-source-of-the-server)")
          @Nullable String jndi,
      @Setting(
              key = "IMSERVER_DATA",
              meaning =
                  "the folder of the embedded database; unset, `imserver` in the server's own folder (`CATALINA_BASE`, the domain), or `data` where Payara Micro was started")
          @Nullable String data,
      @Setting(
              key = "IMSERVER_LANES",
              fallback = "1",
              max = 64,
              meaning =
                  "writers that store messages side by side, each with a database connection of its"
                      + " own, at times two; one more marks as read, and one recalls")
          int lanes) {

    /**
     * This, if its settings go together.
     *
     * @throws InvalidConfigException if they name two databases
     */
    Storage complete() {
      if (jndi != null && (url != null || user != null || password != null)) {
        throw new InvalidConfigException(
            "IMSERVER_JNDI takes the place of IMSERVER_DB_URL, IMSERVER_DB_USER and"
                + " IMSERVER_DB_PASSWORD: set it or these");
      }
      return this;
    }

    /** Leaves out the password. */
    @Override
    public String toString() {
      return "Storage[url=%s, user=%s, jndi=%s, data=%s]".formatted(url, user, jndi, data);
    }
  }

  /**
   * How the server shows itself.
   *
   * @param announce the address of the application, null for no announcement
   * @param originalPaths whether the paths of the original back end are served
   * @param timeZone in which they tell times
   * @param userSearch whether users may search the directory by name
   * @param tyrusTimers whether the timers of Tyrus are replaced
   * @param writeBatching whether several packets of a connection are written at once
   * @param trustedProxies addresses and ranges of proxies with commas between them; null for none
   * @param drain seconds over which a stop closes connections where other servers are alive
   * @param redis what servers on one database tell each other by; null for the database itself
   */
  public record Server(
      @Setting(
              key = "IMSERVER_ANNOUNCE",
              meaning =
                  "the application's address, to be printed with a first try once it answers; `mvn -Prun` sets it")
          @Nullable String announce,
      @Setting(
              key = "IMSERVER_ORIGINAL_PATHS",
              fallback = "on",
              meaning =
                  "`on`: the original back end's paths under `message/` are served; `off`: not")
          Switch originalPaths,
      @Setting(
              key = "IMSERVER_TIME_ZONE",
              meaning =
                  "the zone in which these tell times, like `Asia/Shanghai`; unset, that of the server")
          ZoneId timeZone,
      @Setting(
              key = "IMSERVER_USER_SEARCH",
              fallback = "on",
              meaning =
                  "`on`: every user may look up others in the directory, by the beginning of their names or by id; `off`: nobody, but for users with whom there is a conversation, by id")
          Switch userSearch,
      @Setting(
              key = "IMSERVER_TYRUS_TIMERS",
              fallback = "on",
              meaning =
                  "`on`: on Payara and GlassFish a costly timer of their WebSocket engine is replaced by a cheap one; `off`: not")
          Switch tyrusTimers,
      @Setting(
              key = "IMSERVER_WRITE_BATCHING",
              fallback = "on",
              meaning =
                  "`on`: on Tomcat, Payara and GlassFish several packets of a connection are written at once; `off`: each by itself")
          Switch writeBatching,
      @Setting(
              key = "IMSERVER_TRUSTED_PROXIES",
              meaning =
                  "IP addresses and ranges (`10.0.0.0/8`) of your proxies, with commas between them, whose `X-Forwarded-For` tells the log where clients are")
          @Nullable String trustedProxies,
      @Setting(
              key = "IMSERVER_DRAIN",
              fallback = "5",
              min = 0,
              max = 60,
              meaning =
                  "seconds over which a server that stops closes its connections one by one, where others are alive to which their clients connect")
          int drain,
      @Setting(
              key = "IMSERVER_REDIS_URL",
              meaning =
                  "`redis://USER:PASSWORD@HOST:PORT`, `rediss://…` or `redis-sentinel://…#MASTER`: servers on one database tell each other by this Redis or Valkey; unset, by the database itself")
          @Nullable RedisUrl redis) {}

  /**
   * What users may do, and learn.
   *
   * @param recall for how many seconds a sender may recall a message, 0 for never
   * @param receipts whether a sender is told what the other one has read
   * @param blocked what becomes of what a blocked user sends
   * @param strangers how many messages one may send to a user who has never written to him
   * @param newRecipients to how many users one may write first within an hour, 0 for no limit
   * @param words the path of a file with words, or its address; null for none
   * @param retention for how many days messages are kept, 0 for ever
   * @param policyTimeout milliseconds for a decision of the host application
   * @param policyFailure what becomes of a message where there is no decision
   */
  public record Rules(
      @Setting(
              key = "IMSERVER_RECALL",
              fallback = "120",
              min = 0,
              meaning =
                  "seconds within which the sender of a message may recall it, so that its text is erased; `0` turns it off")
          int recall,
      @Setting(
              key = "IMSERVER_RECEIPTS",
              fallback = "on",
              meaning =
                  "`on`: clients of protocol 2 are told up to where the other one has read; `off`: not")
          Switch receipts,
      @Setting(
              key = "IMSERVER_BLOCKED",
              fallback = "silent",
              meaning =
                  "what a blocked user sends is `silent`: acknowledged, and shown to its sender alone, for ever; or `refuse`: gets `BLOCKED`")
          Blocked blocked,
      @Setting(
              key = "IMSERVER_STRANGERS",
              fallback = "open",
              meaning =
                  "what one may send to a user who has never written to him: `open`: as much as he likes; `quota:N`: N messages; `closed`: nothing; more gets `STRANGER`. A user may choose less for himself")
          StrangerRule strangers,
      @Setting(
              key = "IMSERVER_NEW_RECIPIENTS",
              fallback = "0",
              min = 0,
              max = 1_000_000,
              meaning =
                  "to how many users one may write first within an hour, over all servers together; more gets `TOO_MANY_RECIPIENTS`; `0` turns it off")
          int newRecipients,
      @Setting(
              key = "IMSERVER_WORDS",
              meaning =
                  "words that are not allowed in messages, beside those that moderators put: a file in UTF-8 or an address, a word in each line; lines `[refuse]` (`REFUSED_CONTENT`), `[mask]` and `[report]` begin a list; read anew within half a minute")
          @Nullable String words,
      @Setting(
              key = "IMSERVER_RETENTION",
              fallback = "0",
              min = 0,
              max = 36_500,
              meaning =
                  "days for which messages are kept: older ones are deleted, read or not; `0` keeps them for ever")
          int retention,
      @Setting(
              key = "IMSERVER_POLICY_TIMEOUT",
              fallback = "1000",
              min = 10,
              max = 4000,
              meaning =
                  "milliseconds that the host application has to decide of a message (`MessagePolicy`, `IMSERVER_POLICY_URL`)")
          int policyTimeout,
      @Setting(
              key = "IMSERVER_POLICY_FAILURE",
              fallback = "refuse",
              meaning =
                  "where it has not decided by then, or failed: `refuse`: the message gets `SERVER_BUSY`, and may be sent again; `allow`: it is stored")
          OnPolicyFailure policyFailure) {}

  /**
   * Where the host application is told what happened, and asked of messages (docs/WEBHOOKS.md).
   *
   * @param url null where nobody is told anything
   * @param secrets what each request is signed with; null only where both addresses are
   * @param unseen after how many seconds an unread message is told, 0 for never
   * @param policyUrl where it is asked of each message; null where it is not
   */
  public record Webhook(
      @Setting(
              key = "IMSERVER_WEBHOOK_URL",
              meaning =
                  "`https://…` (or `http://…`): where the host application is told of each message stored, read, recalled or not seen, as [WEBHOOKS.md](WEBHOOKS.md) says; unset, nobody is told, and nothing is written for it")
          @Nullable URI url,
      @Setting(
              key = "IMSERVER_WEBHOOK_SECRET",
              meaning =
                  "what these requests are signed with: `whsec_` and the base64 of 24 to 64 random bytes; several with blanks between them while one takes the place of another")
          @Nullable WebhookSecrets secrets,
      @Setting(
              key = "IMSERVER_UNSEEN",
              fallback = "0",
              min = 0,
              max = 604_800,
              meaning =
                  "seconds after which the webhook is told of a conversation with unread messages whose recipient has no device connected, once until something of it is read; `0` turns it off")
          int unseen,
      @Setting(
              key = "IMSERVER_POLICY_URL",
              meaning =
                  "`https://…` (or `http://…`): where the host application is asked of each message of a user before it is stored, as [WEBHOOKS.md](WEBHOOKS.md) says; signed with `IMSERVER_WEBHOOK_SECRET`")
          @Nullable URI policyUrl) {

    /** Whether anybody is told anything. */
    public boolean isOn() {
      return url != null;
    }

    /**
     * Refuses what is valid only alone.
     *
     * @throws InvalidConfigException if a setting lacks another
     */
    Webhook complete() {
      if (url != null && secrets == null) {
        throw new InvalidConfigException(
            "IMSERVER_WEBHOOK_URL needs an IMSERVER_WEBHOOK_SECRET, by which the receiver knows who asks");
      }
      if (policyUrl != null && secrets == null) {
        throw new InvalidConfigException(
            "IMSERVER_POLICY_URL needs an IMSERVER_WEBHOOK_SECRET, by which the receiver knows who asks");
      }
      if (url == null && policyUrl == null && secrets != null) {
        throw new InvalidConfigException(
            "IMSERVER_WEBHOOK_SECRET needs an IMSERVER_WEBHOOK_URL or IMSERVER_POLICY_URL, where to send");
      }
      if (url == null && unseen > 0) {
        throw new InvalidConfigException(
            "IMSERVER_UNSEEN needs an IMSERVER_WEBHOOK_URL, where to tell it");
      }
      return this;
    }
  }

  /**
   * What users may upload, to be sent with messages.
   *
   * @param maxMegabytes of one file, 0 where there are none
   * @param perDay how many files a user may upload within 24 hours
   * @param megabytesPerSecond of all uploads to this server together, 0 for no bound
   * @param origin under which they are downloaded; null for that of the server
   * @param scanner the address of a clamd; null for none
   */
  public record Files(
      @Setting(
              key = "IMSERVER_MAX_FILE",
              fallback = "20",
              min = 0,
              max = 2000,
              meaning =
                  "MB (1,000,000 bytes; KiB and MiB are powers of two, here as everywhere) of a picture, a recording or a file; more gets `FILE_TOO_LARGE`; `0` turns files off")
          int maxMegabytes,
      @Setting(
              key = "IMSERVER_FILES_PER_DAY",
              fallback = "200",
              max = 1_000_000,
              meaning =
                  "files that a user may upload within 24 hours, over all servers together; more gets `FILE_QUOTA`, and so does who has four times as many uploads that failed")
          int perDay,
      @Setting(
              key = "IMSERVER_UPLOAD_RATE",
              fallback = "20",
              min = 0,
              max = 1000,
              meaning =
                  "MB a second that a server keeps of all uploads together, so that messages, which wait for the same disk, stay fast; `0` for no bound")
          int megabytesPerSecond,
      @Setting(
              key = "IMSERVER_FILES_ORIGIN",
              meaning =
                  "an origin like `https://files.school.example`, another name of this server, under which files are downloaded; unset, that of the server")
          @Nullable URI origin,
      @Setting(
              key = "IMSERVER_SCANNER",
              meaning =
                  "`HOST:PORT` of a clamd, which is asked of each file: what it refuses gets `REFUSED_FILE`, and while it does not answer `SERVER_BUSY`; unset, nobody is asked")
          @Nullable String scanner) {

    private static final long BYTES_OF_A_MEGABYTE = 1_000_000;

    /** Whether there are any. */
    public boolean isOn() {
      return maxMegabytes > 0;
    }

    /** Bytes of one file at most. */
    public long maxBytes() {
      return maxMegabytes * BYTES_OF_A_MEGABYTE;
    }

    /** Bytes that are kept in a second of all uploads together, 0 for no bound. */
    public long uploadBytesPerSecond() {
      return megabytesPerSecond * BYTES_OF_A_MEGABYTE;
    }

    /**
     * Refuses an origin that says more than an origin, and a scanner that is no address.
     *
     * @throws InvalidConfigException if it does
     */
    Files complete() {
      if (origin != null && (!origin.getRawPath().isEmpty() || origin.getRawQuery() != null)) {
        throw new InvalidConfigException(
            "IMSERVER_FILES_ORIGIN must be an origin like https://HOST, without a path");
      }
      if (scanner != null && !scanner.matches(".+:[1-9]\\d{0,4}")) {
        throw new InvalidConfigException("IMSERVER_SCANNER must be HOST:PORT");
      }
      return this;
    }
  }

  /**
   * An object storage that speaks S3, where there is one.
   *
   * @param place the bucket, and after a slash what its names begin with; null for none
   * @param endpoint its address; null for that of Amazon in the region
   * @param region of the bucket
   * @param accessKey by which requests are signed; null for what the AWS SDK finds
   * @param secretKey that belongs to it; null where that is
   */
  public record ObjectStorage(
      @Setting(
              key = "IMSERVER_S3_BUCKET",
              meaning =
                  "`BUCKET` or `BUCKET/PREFIX` of an S3-compatible storage to which the bytes of files are moved ([FILES.md](FILES.md)); unset, they stay in the database (with H2 in a folder beside it)")
          @Nullable String place,
      @Setting(
              key = "IMSERVER_S3_ENDPOINT",
              meaning =
                  "its address; where its host begins with `BUCKET.`, the bucket is named there and not in the path; unset, Amazon S3")
          @Nullable URI endpoint,
      @Setting(key = "IMSERVER_S3_REGION", fallback = "us-east-1", meaning = "of the bucket")
          String region,
      @Setting(
              key = "IMSERVER_S3_ACCESS_KEY",
              meaning =
                  "unset with the next one, the AWS SDK looks where it usually does: its own environment variables, a profile, the role of the container or the machine")
          @Nullable String accessKey,
      @Setting(key = "IMSERVER_S3_SECRET_KEY", meaning = "of the access key")
          @Nullable String secretKey) {

    /** As S3 and those that speak it allow. */
    private static final String PLACE = "[a-z0-9][a-z0-9.-]{1,61}[a-z0-9](/[A-Za-z0-9._-]+)*";

    /** Whether there is one. */
    public boolean isOn() {
      return place != null;
    }

    /** The bucket. */
    public String bucket() {
      return parts()[0];
    }

    /** What each name in the bucket begins with: empty, or with a slash at its end. */
    public String prefix() {
      String[] parts = parts();
      return parts.length == 1 ? "" : parts[1] + "/";
    }

    private String[] parts() {
      if (place == null) {
        throw new IllegalStateException("there is no object storage");
      }
      return place.split("/", 2);
    }

    /**
     * Refuses a place that is no bucket, and half of a key.
     *
     * @throws InvalidConfigException if it is
     */
    ObjectStorage complete() {
      if (place != null && !place.matches(PLACE)) {
        throw new InvalidConfigException("IMSERVER_S3_BUCKET must be BUCKET or BUCKET/PREFIX");
      }
      if ((accessKey == null) != (secretKey == null)) {
        throw new InvalidConfigException(
            "IMSERVER_S3_ACCESS_KEY and IMSERVER_S3_SECRET_KEY need each other");
      }
      if (endpoint != null
          && (!endpoint.getRawPath().matches("/?") || endpoint.getRawQuery() != null)) {
        throw new InvalidConfigException(
            "IMSERVER_S3_ENDPOINT must be an address like https://HOST:PORT, without a path");
      }
      if (place == null && (endpoint != null || accessKey != null)) {
        throw new InvalidConfigException(
            "IMSERVER_S3_ENDPOINT and keys need an IMSERVER_S3_BUCKET");
      }
      return this;
    }

    /** Leaves out the secret. */
    @Override
    public String toString() {
      return "ObjectStorage[" + place + ", " + endpoint + ", " + region + "]";
    }
  }

  /**
   * What the server tells of itself while it runs.
   *
   * @param metrics whether there are metrics
   * @param log how lines of the log are written
   */
  public record Monitoring(
      @Setting(
              key = "IMSERVER_METRICS",
              fallback = "on",
              meaning =
                  "`on`: Prometheus can read metrics at `/teaching/api/metrics`, from this machine, or with a credential that has the role; `off`: there are none")
          Switch metrics,
      @Setting(
              key = "IMSERVER_LOG",
              fallback = "plain",
              meaning =
                  "`plain`: this application's log goes where the container's goes; `json`: to the standard output, a line of JSON for each event (Elastic Common Schema), with `connection.id` and `user.id` where there are some")
          LogFormat log) {}
}
