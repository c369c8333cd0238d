package imserver;

import static com.tngtech.archunit.base.DescribedPredicate.not;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static java.util.Map.entry;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import jakarta.ejb.Singleton;
import jakarta.ejb.Stateless;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.Arrays;
import java.util.Date;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

@DisplayName("The architecture")
class ArchitectureTest {

  private static final JavaClasses CLASSES =
      new ClassFileImporter()
          .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
          .importPackages("imserver");

  /** Which packages of ours each package may import. */
  private static final Map<String, String[]> MAY_IMPORT =
      Map.ofEntries(
          entry("packet", allowed()),
          entry("config", allowed()),
          entry("auth", allowed("packet", "config")),
          entry("monitoring", allowed("config")),
          entry("session", allowed("packet", "monitoring", "config", "auth")),
          entry("database", allowed("config")),
          entry("container", allowed("packet", "config", "session")),
          entry("cluster", allowed("packet", "monitoring", "config", "database")),
          entry("api", allowed()),
          entry("content", allowed("packet", "session", "moderation", "config", "database")),
          entry("policy", allowed("api", "packet", "session", "webhook", "config")),
          entry("access", allowed("packet", "session", "auth", "config", "database")),
          entry("directory", allowed("auth", "config", "database")),
          entry("moderation", allowed("packet", "auth", "session", "file", "webhook", "database")),
          entry(
              "file",
              allowed("packet", "monitoring", "auth", "session", "query", "config", "database")),
          entry(
              "webhook",
              allowed("packet", "monitoring", "session", "cluster", "config", "database")),
          entry(
              "message",
              allowed(
                  "packet",
                  "monitoring",
                  "auth",
                  "session",
                  "api",
                  "policy",
                  "content",
                  "directory",
                  "file",
                  "moderation",
                  "cluster",
                  "webhook",
                  "config",
                  "database")),
          entry("query", allowed("packet", "monitoring", "auth")),
          entry(
              "conversation",
              allowed(
                  "packet",
                  "auth",
                  "session",
                  "query",
                  "directory",
                  "file",
                  "message",
                  "config",
                  "database")),
          entry(
              "lifecycle",
              allowed("session", "message", "cluster", "webhook", "config", "database")),
          entry(
              "endpoint",
              allowed(
                  "packet",
                  "monitoring",
                  "auth",
                  "session",
                  "directory",
                  "message",
                  "conversation",
                  "config",
                  "container",
                  "lifecycle")),
          entry(
              "rest",
              allowed(
                  "packet",
                  "monitoring",
                  "auth",
                  "session",
                  "query",
                  "access",
                  "content",
                  "directory",
                  "file",
                  "moderation",
                  "message",
                  "cluster",
                  "webhook",
                  "conversation",
                  "file",
                  "config",
                  "database")),
          entry("transfer", allowed("file", "config", "database")),
          entry(
              "legacy",
              allowed("packet", "auth", "query", "directory", "conversation", "config", "rest")),
          entry("web", allowed("auth")),
          entry("ejb", allowed("database")));

  private static String[] allowed(String... packages) {
    return packages;
  }

  private static String[] full(String... packages) {
    return Arrays.stream(packages).map(name -> "imserver." + name).toArray(String[]::new);
  }

  static Stream<String> packages() {
    return MAY_IMPORT.keySet().stream().sorted();
  }

  @ParameterizedTest
  @MethodSource("packages")
  @DisplayName("lets a package import only what the table of the design allows:")
  void imports(String name) {
    DescribedPredicate<JavaClass> forbidden =
        resideInAPackage("imserver..")
            .and(not(resideInAPackage("imserver." + name)))
            .and(not(resideInAnyPackage(full(MAY_IMPORT.get(name)))));
    noClasses()
        .that()
        .resideInAPackage("imserver." + name)
        .should()
        .dependOnClassesThat(forbidden.as("packages that " + name + " may not import"))
        .check(CLASSES);
  }

  @Test
  @DisplayName("has no package that the table does not know")
  void everyPackage() {
    assertThat(CLASSES.stream().map(JavaClass::getPackageName).distinct())
        .filteredOn(name -> !name.equals("imserver"))
        .isSubsetOf(full(MAY_IMPORT.keySet().toArray(String[]::new)));
  }

  @Test
  @DisplayName("has no cycles")
  void cycles() {
    slices().matching("imserver.(*)..").should().beFreeOfCycles().check(CLASSES);
  }

  @Test
  @DisplayName("has WebSocket only in endpoint and container")
  void webSocket() {
    only("jakarta.websocket..", "imserver.endpoint", "imserver.container");
  }

  @Test
  @DisplayName(
      "has JPA only in message, conversation, file, directory, access, content, moderation and webhook, and in what makes it work on Tomcat")
  void jpa() {
    only(
        "jakarta.persistence..",
        "imserver.message",
        "imserver.conversation",
        "imserver.file",
        "imserver.directory",
        "imserver.access",
        "imserver.content",
        "imserver.moderation",
        "imserver.webhook",
        "imserver.ejb");
  }

  @Test
  @DisplayName("has EclipseLink only in ejb, and where it asks for the data source of the server")
  void eclipseLink() {
    noClasses()
        .that()
        .resideOutsideOfPackage("imserver.ejb")
        .and()
        .doNotHaveSimpleName("ServerPoolJpa")
        .should()
        .dependOnClassesThat()
        .resideInAPackage("org.eclipse.persistence..")
        .check(CLASSES);
  }

  @Test
  @DisplayName("has JAX-RS only in rest and legacy")
  void jaxRs() {
    only("jakarta.ws.rs..", "imserver.rest", "imserver.legacy");
  }

  @Test
  @DisplayName(
      "has JDBC only in database, message, file, cluster, webhook, transfer and what makes pools work on Tomcat")
  void sql() {
    only(
        "java.sql..",
        "imserver.database",
        "imserver.message",
        "imserver.file",
        "imserver.cluster",
        "imserver.webhook",
        "imserver.transfer",
        "imserver.ejb");
  }

  @Test
  @DisplayName("has JDBC drivers and Flyway only in database, and PostgreSQL's where it notifies")
  void jdbc() {
    only("org.h2..", "imserver.database");
    only("org.postgresql..", "imserver.database", "imserver.cluster");
    only("org.mariadb..", "imserver.database");
    only("org.flywaydb..", "imserver.database");
  }

  @Test
  @DisplayName("has the JWT library only in auth")
  void nimbus() {
    only("com.nimbusds..", "imserver.auth");
  }

  @Test
  @DisplayName("has the client for Redis only in cluster")
  void redis() {
    only("redis.clients..", "imserver.cluster");
  }

  @Test
  @DisplayName("has the library that signs requests only in webhook")
  void standardWebhooks() {
    only("com.standardwebhooks..", "imserver.webhook");
  }

  private static void only(String api, String... packages) {
    noClasses()
        .that()
        .resideOutsideOfPackages(packages)
        .should()
        .dependOnClassesThat()
        .resideInAPackage(api)
        .check(CLASSES);
  }

  @Test
  @DisplayName("reads the environment in config alone")
  void environment() {
    noClasses()
        .that()
        .resideOutsideOfPackage("imserver.config")
        .should()
        .callMethod(System.class, "getenv")
        .orShould()
        .callMethod(System.class, "getenv", String.class)
        .orShould()
        .callMethod(System.class, "getProperty", String.class)
        .orShould()
        .callMethod(System.class, "getProperty", String.class, String.class)
        .orShould()
        .callMethod(System.class, "getProperties")
        .check(CLASSES);
  }

  @Test
  @DisplayName("takes the time from the injected clock")
  void time() {
    noClasses()
        .should()
        .callMethod(System.class, "currentTimeMillis")
        .orShould()
        .callMethod(Instant.class, "now")
        .orShould()
        .callMethod(OffsetDateTime.class, "now")
        .orShould()
        .callConstructor(Date.class)
        .check(CLASSES);
  }

  @Test
  @DisplayName("logs by System.Logger: no java.util.logging, no standard streams, no stack traces")
  void logging() {
    noClasses()
        .that()
        .doNotHaveSimpleName("EnvironmentDataSource") // javax.sql.DataSource returns such a logger
        .and()
        .haveNameNotMatching(".*[.]JsonLog([$].*)?") // takes what System.Logger has passed on
        .should()
        .dependOnClassesThat()
        .resideInAPackage("java.util.logging..")
        .check(CLASSES);
    noClasses()
        .that()
        .doNotHaveSimpleName("StartupBanner") // prints the first try, on request
        .should()
        .callMethod(Throwable.class, "printStackTrace")
        .orShould()
        .accessField(System.class, "out")
        .orShould()
        .accessField(System.class, "err")
        .check(CLASSES);
  }

  /** Calls for each message had halved what Payara takes in. */
  @Test
  @DisplayName("who delivers messages calls two session beans, for many at once, and no other")
  void deliveryCallsNoOtherSessionBean() {
    assertThat(
            CLASSES.get("imserver.message.Delivery").getAccessesFromSelf().stream()
                .map(access -> access.getTargetOwner())
                .filter(ArchitectureTest::isSessionBean)
                .map(JavaClass::getSimpleName))
        .containsOnly("UserDirectory", "Cluster");
  }

  private static boolean isSessionBean(JavaClass type) {
    return type.isAnnotatedWith(Stateless.class) || type.isAnnotatedWith(Singleton.class);
  }

  @Test
  @DisplayName("session beans speak in public types: Payara calls them by proxies of other loaders")
  void publicTypesOfSessionBeans() {
    for (JavaClass bean : CLASSES) {
      if (isSessionBean(bean)) {
        bean.getMethods().stream()
            .filter(method -> method.getModifiers().contains(JavaModifier.PUBLIC))
            .flatMap(
                method ->
                    Stream.concat(
                        Stream.of(method.getRawReturnType()),
                        method.getRawParameterTypes().stream()))
            .filter(type -> type.getPackageName().startsWith("imserver"))
            .forEach(
                type ->
                    assertThat(type.getModifiers())
                        .as("%s of %s", type.getName(), bean.getName())
                        .contains(JavaModifier.PUBLIC));
      }
    }
  }
}
