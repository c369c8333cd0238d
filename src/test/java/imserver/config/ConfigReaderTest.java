package imserver.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import imserver.config.Config.AuthMode;
import imserver.config.Config.Blocked;
import imserver.config.Config.LogFormat;
import imserver.config.Config.OnPolicyFailure;
import imserver.config.Config.Recipients;
import imserver.config.Config.Switch;
import java.net.URI;
import java.time.ZoneId;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayName("The reader of settings")
class ConfigReaderTest {

  private static Config read(Map<String, String> environment, Map<String, String> properties) {
    return new ConfigReader(environment::get, properties::get).read();
  }

  @Nested
  @DisplayName("gives, where nothing is set,")
  class Defaults {

    private final Config config = read(Map.of(), Map.of());

    @Test
    @DisplayName("jwt mode with HS256 and the claim sub")
    void auth() {
      assertThat(config.auth())
          .isEqualTo(
              new Config.Auth(
                  AuthMode.JWT,
                  "HS256",
                  null,
                  null,
                  null,
                  null,
                  null,
                  "sub",
                  "roles",
                  "imserver-service",
                  null,
                  0,
                  null,
                  "imserver-moderator",
                  "imserver-metrics"));
    }

    @Test
    @DisplayName("the limits of the protocol")
    void limits() {
      assertThat(config.limits())
          .isEqualTo(
              new Config.Limits(
                  4000,
                  65536,
                  20,
                  10,
                  1000,
                  1000,
                  10_000,
                  500,
                  10_000,
                  30,
                  Recipients.ANY,
                  1000,
                  50,
                  30,
                  60));
    }

    @Test
    @DisplayName("metrics, and a log as the container writes its own")
    void monitoring() {
      assertThat(config.monitoring()).isEqualTo(new Config.Monitoring(Switch.ON, LogFormat.PLAIN));
    }

    @Test
    @DisplayName("the embedded database, in a folder of the server")
    void storage() {
      assertThat(config.storage()).isEqualTo(new Config.Storage(null, null, null, null, null, 1));
    }
  }

  @Nested
  @DisplayName("takes")
  class Takes {

    @Test
    @DisplayName("a system property before an environment variable")
    void order() {
      Map<String, String> environment = Map.of("IMSERVER_MAX_CONTENT", "5");
      assertThat(read(environment, Map.of()).limits().maxContent()).isEqualTo(5);
      assertThat(read(environment, Map.of("imserver.max.content", "6")).limits().maxContent())
          .isEqualTo(6);
    }

    @ParameterizedTest(name = "[{index}] ''{0}''")
    @ValueSource(strings = {"", " ", "\t\n"})
    @DisplayName("a blank text as unset:")
    void blank(String blank) {
      assertThat(Configs.with("IMSERVER_MAX_CONTENT", blank)).isEqualTo(Configs.with());
      assertThat(Configs.with("IMSERVER_JWT_SECRET", blank).auth().secret()).isNull();
      assertThat(read(Map.of("IMSERVER_RATE", "7"), Map.of("imserver.rate", blank)).limits().rate())
          .isEqualTo(7);
    }

    @Test
    @DisplayName("a text without the white space around it")
    void stripped() {
      assertThat(Configs.with("IMSERVER_RATE", " 7\n").limits().rate()).isEqualTo(7);
      assertThat(Configs.with("IMSERVER_DATA", " /d a \n").storage().data()).isEqualTo("/d a");
    }

    @Test
    @DisplayName("constants in any case")
    void constants() {
      assertThat(Configs.with("IMSERVER_AUTH_MODE", "Open").auth().mode()).isEqualTo(AuthMode.OPEN);
      assertThat(Configs.with("IMSERVER_RECIPIENTS", "KNOWN").limits().recipients())
          .isEqualTo(Recipients.KNOWN);
    }

    @Test
    @DisplayName("each key for its own component")
    void everyKey() {
      Config config =
          Configs.with(
              "IMSERVER_JWT_ALGORITHM", "RS256",
              "IMSERVER_JWT_SECRET", "s",
              "IMSERVER_JWT_PUBLIC_KEY", "p",
              "IMSERVER_JWT_JWKS_URL", "j",
              "IMSERVER_JWT_ISSUER", "i",
              "IMSERVER_JWT_AUDIENCE", "a",
              "IMSERVER_JWT_USER_CLAIM", "c",
              "IMSERVER_MAX_CONTENT", "1",
              "IMSERVER_MAX_FRAME", "1024",
              "IMSERVER_RATE", "3",
              "IMSERVER_MAX_CONNECTIONS_PER_USER", "4",
              "IMSERVER_REPLAY_LIMIT", "5",
              "IMSERVER_OUTBOX", "16",
              "IMSERVER_INTAKE", "107",
              "IMSERVER_BATCH", "8",
              "IMSERVER_PROFILES", "9",
              "IMSERVER_PING_INTERVAL", "10",
              "IMSERVER_READ_RATE", "12",
              "IMSERVER_REQUEST_RATE", "13",
              "IMSERVER_SEARCH_RATE", "14",
              "IMSERVER_CONNECT_RATE", "15",
              "IMSERVER_DB_URL", "u",
              "IMSERVER_DB_USER", "n",
              "IMSERVER_DB_PASSWORD", "w",
              "IMSERVER_DATA", "d",
              "IMSERVER_LANES", "11",
              "IMSERVER_SERVICE_CLAIM", "r",
              "IMSERVER_SERVICE_ROLE", "l",
              "IMSERVER_ALLOWED_ORIGINS", "o",
              "IMSERVER_JWT_MAX_LIFETIME", "12",
              "IMSERVER_ORIGINAL_PATHS", "off",
              "IMSERVER_TIME_ZONE", "Asia/Shanghai",
              "IMSERVER_TYRUS_TIMERS", "off",
              "IMSERVER_WRITE_BATCHING", "off",
              "IMSERVER_USER_SEARCH", "off",
              "IMSERVER_TRUSTED_PROXIES", "t",
              "IMSERVER_ANNOUNCE", "x",
              "IMSERVER_DRAIN", "17",
              "IMSERVER_RECALL", "19",
              "IMSERVER_RECEIPTS", "off",
              "IMSERVER_EXEMPT", "teacher",
              "IMSERVER_MODERATOR_ROLE", "m",
              "IMSERVER_BLOCKED", "refuse",
              "IMSERVER_STRANGERS", "quota:21",
              "IMSERVER_NEW_RECIPIENTS", "22",
              "IMSERVER_WORDS", "words.txt",
              "IMSERVER_RETENTION", "25",
              "IMSERVER_POLICY_TIMEOUT", "23",
              "IMSERVER_POLICY_FAILURE", "allow",
              "IMSERVER_WEBHOOK_URL", "https://h:23/w?x",
              "IMSERVER_WEBHOOK_SECRET", "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
              "IMSERVER_UNSEEN", "24",
              "IMSERVER_POLICY_URL", "http://h:25/p",
              "IMSERVER_MAX_FILE", "26",
              "IMSERVER_FILES_PER_DAY", "27",
              "IMSERVER_UPLOAD_RATE", "35",
              "IMSERVER_FILES_ORIGIN", "https://f:28",
              "IMSERVER_SCANNER", "s:29",
              "IMSERVER_S3_BUCKET", "bucket-30/a/b",
              "IMSERVER_S3_ENDPOINT", "https://s3:31",
              "IMSERVER_S3_REGION", "r32",
              "IMSERVER_S3_ACCESS_KEY", "a33",
              "IMSERVER_S3_SECRET_KEY", "k34",
              "IMSERVER_METRICS", "off",
              "IMSERVER_METRICS_ROLE", "36",
              "IMSERVER_LOG", "json",
              "IMSERVER_REDIS_URL", "redis://h:18");
      assertThat(config)
          .isEqualTo(
              new Config(
                  new Config.Auth(
                      AuthMode.JWT,
                      "RS256",
                      "s",
                      "p",
                      "j",
                      "i",
                      "a",
                      "c",
                      "r",
                      "l",
                      "o",
                      12,
                      "teacher",
                      "m",
                      "36"),
                  new Config.Limits(
                      1, 1024, 3, 4, 5, 16, 107, 8, 9, 10, Recipients.ANY, 12, 13, 14, 15),
                  new Config.Storage("u", "n", "w", null, "d", 11),
                  new Config.Server(
                      "x",
                      Switch.OFF,
                      ZoneId.of("Asia/Shanghai"),
                      Switch.OFF,
                      Switch.OFF,
                      Switch.OFF,
                      "t",
                      17,
                      new RedisUrl(false, null, null, null, List.of(new RedisUrl.Host("h", 18)))),
                  new Config.Rules(
                      19,
                      Switch.OFF,
                      Blocked.REFUSE,
                      new StrangerRule(21),
                      22,
                      "words.txt",
                      25,
                      23,
                      OnPolicyFailure.ALLOW),
                  new Config.Webhook(
                      URI.create("https://h:23/w?x"),
                      new WebhookSecrets(List.of("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")),
                      24,
                      URI.create("http://h:25/p")),
                  new Config.Files(26, 27, 35, URI.create("https://f:28"), "s:29"),
                  new Config.ObjectStorage(
                      "bucket-30/a/b", URI.create("https://s3:31"), "r32", "a33", "k34"),
                  new Config.Monitoring(Switch.OFF, LogFormat.JSON)));
    }

    @Test
    @DisplayName("a data source of the server in the place of an address")
    void jndi() {
      assertThat(Configs.with("IMSERVER_JNDI", "jdbc/imserver").storage().jndi())
          .isEqualTo("jdbc/imserver");
    }

    @ParameterizedTest(name = "[{index}] {0} = {1}")
    @CsvSource({
      "IMSERVER_RATE, 0",
      "IMSERVER_REPLAY_LIMIT, 0",
      "IMSERVER_MAX_CONTENT, 100000",
      "IMSERVER_MAX_FRAME, 1048576",
      "IMSERVER_LANES, 64"
    })
    @DisplayName("the edges of a range:")
    void edges(String key, String text) {
      assertThat(Configs.with(key, text)).isNotEqualTo(Configs.with());
    }
  }

  @Nested
  @DisplayName("refuses, with one sentence that names the key,")
  class Refuses {

    @ParameterizedTest(name = "[{index}] {0} = {1}")
    @CsvSource({
      "IMSERVER_MAX_CONTENT, 0",
      "IMSERVER_MAX_CONTENT, 100001",
      "IMSERVER_MAX_CONTENT, -5",
      "IMSERVER_MAX_FRAME, 1023",
      "IMSERVER_MAX_FRAME, 1048577",
      "IMSERVER_RATE, -1",
      "IMSERVER_OUTBOX, 9",
      "IMSERVER_LANES, 0",
      "IMSERVER_LANES, 65",
      "IMSERVER_BATCH, 99999999999",
      "IMSERVER_BATCH, many",
      "IMSERVER_BATCH, 1.5",
      "IMSERVER_BATCH, 0x10",
      "IMSERVER_BATCH, '1,000'"
    })
    @DisplayName("a number out of range or no number:")
    void numbers(String key, String text) {
      assertThatThrownBy(() -> Configs.with(key, text))
          .isInstanceOf(InvalidConfigException.class)
          .hasMessageMatching(key + " must be a number from \\d+ to \\d+, not '" + text + "'");
    }

    @ParameterizedTest
    @ValueSource(
        strings = {"https://f/", "https://f/x", "https://f?x", "f", "ftp://f", "https://u@f"})
    @DisplayName("an origin of files that is none:")
    void originOfFiles(String text) {
      assertThatThrownBy(() -> Configs.with("IMSERVER_FILES_ORIGIN", text))
          .isInstanceOf(InvalidConfigException.class)
          .hasMessageStartingWith("IMSERVER_FILES_ORIGIN must be ");
    }

    @ParameterizedTest
    @ValueSource(strings = {"IMSERVER_DB_URL", "IMSERVER_DB_USER", "IMSERVER_DB_PASSWORD"})
    @DisplayName("a data source of the server beside an address:")
    void twoDatabases(String key) {
      assertThatThrownBy(() -> Configs.with("IMSERVER_JNDI", "jdbc/imserver", key, "x"))
          .isInstanceOf(InvalidConfigException.class)
          .hasMessageStartingWith("IMSERVER_JNDI takes the place of ");
    }

    @Test
    @DisplayName("an unknown constant")
    void constants() {
      assertThatThrownBy(() -> Configs.with("IMSERVER_AUTH_MODE", "none"))
          .isInstanceOf(InvalidConfigException.class)
          .hasMessage("IMSERVER_AUTH_MODE must be one of [jwt, open], not 'none'");
    }
  }

  @Test
  @DisplayName("shows no secret where its settings are printed")
  void secrets() {
    Config config =
        Configs.with("IMSERVER_JWT_SECRET", "hidden-one", "IMSERVER_DB_PASSWORD", "hidden-two");
    assertThat(config.auth().secret()).isEqualTo("hidden-one");
    assertThat(config.toString()).doesNotContain("hidden");
  }

  @Test
  @DisplayName("has a meaning for every key, and no key twice")
  void keys() {
    assertThat(ConfigReader.keys())
        .doesNotHaveDuplicates()
        .allMatch(k -> k.startsWith("IMSERVER_"));
    assertThat(ConfigReader.settings())
        .allSatisfy(
            setting -> assertThat(setting.meaning()).isNotBlank().doesNotContain("|", "\n"));
  }
}
