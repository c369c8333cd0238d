package imserver.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Tag("h2")
@Tag("no-server")
@DisplayName("The WAR")
class WarContentsIT {

  private static final List<String> OF_BOTH =
      List.of(
          "annotations",
          "arns",
          "auth",
          "aws-core",
          "aws-query-protocol",
          "aws-xml-protocol",
          "bucket4j_jdk17-core",
          "caffeine",
          "checksums",
          "checksums-spi",
          "common-image",
          "common-io",
          "common-lang",
          "commons-fileupload2-core",
          "commons-io",
          "crt-core",
          "ecs-logging-core",
          "endpoints-spi",
          "error_prone_annotations",
          "eventstream",
          "flyway-core",
          "flyway-database-cockroachdb",
          "flyway-database-postgresql",
          "flyway-mysql",
          "h2",
          "heaven",
          "http-auth",
          "http-auth-aws",
          "http-auth-aws-eventstream",
          "http-auth-spi",
          "http-client-spi",
          "identity-spi",
          "imageio-core",
          "imageio-metadata",
          "imageio-webp",
          "jedis",
          "json-utils",
          "jul-ecs-formatter",
          "mariadb-java-client",
          "metrics-spi",
          "micrometer-commons",
          "micrometer-core",
          "micrometer-observation",
          "micrometer-registry-prometheus",
          "nimbus-jose-jwt",
          "nlp-common",
          "opencc4j",
          "opentelemetry-api",
          "opentelemetry-common",
          "opentelemetry-context",
          "postgresql",
          "profiles",
          "prometheus-metrics-config",
          "prometheus-metrics-core",
          "prometheus-metrics-exposition-formats",
          "prometheus-metrics-exposition-textformats",
          "prometheus-metrics-model",
          "prometheus-metrics-tracer-common",
          "protocol-core",
          "reactive-streams",
          "regions",
          "retries",
          "retries-spi",
          "s3",
          "sdk-core",
          "slf4j-api",
          "slf4j-jdk14",
          "standardwebhooks",
          "third-party-jackson-core",
          "url-connection-client",
          "utils",
          "utils-lite");

  private static final List<String> OF_TOMCAT_ALONE =
      List.of(
          "agroal-api",
          "agroal-pool",
          "aopalliance-repackaged",
          "hk2-api",
          "hk2-locator",
          "hk2-utils",
          "jakarta.annotation-api",
          "jakarta.ejb-api",
          "jakarta.enterprise.cdi-api",
          "jakarta.enterprise.concurrent-api",
          "jakarta.enterprise.lang-model",
          "jakarta.inject-api",
          "jakarta.interceptor-api",
          "jakarta.json-api",
          "jakarta.json.bind-api",
          "jakarta.persistence-api",
          "jakarta.transaction-api",
          "jakarta.validation-api",
          "jakarta.ws.rs-api",
          "javassist",
          "jboss-classfilewriter",
          "jboss-logging",
          "jersey-cdi1x",
          "jersey-cdi1x-servlet",
          "jersey-client",
          "jersey-common",
          "jersey-container-servlet",
          "jersey-container-servlet-core",
          "jersey-hk2",
          "jersey-media-json-binding",
          "jersey-server",
          "org.eclipse.persistence.asm",
          "org.eclipse.persistence.core",
          "org.eclipse.persistence.jpa",
          "org.eclipse.persistence.jpa.jpql",
          "osgi-resource-locator",
          "parsson",
          "weld-api",
          "weld-core-impl",
          "weld-environment-common",
          "weld-lite-extension-translator",
          "weld-servlet-core",
          "weld-spi",
          "weld-web",
          "yasson");

  /** As src/build/third-party.ftl writes it. */
  private static final Pattern LISTED =
      Pattern.compile("(?m)^([\\w.-]+):([\\w.-]+):([\\w.-]+)\\n  (.+)$");

  private record Library(String group, String name, String version, List<String> licences) {

    Library(MatchResult listed) {
      this(listed.group(1), listed.group(2), listed.group(3), List.of(listed.group(4).split(", ")));
    }

    boolean isInScripts() {
      return group.equals("org.webjars.npm");
    }
  }

  private static List<Library> listed(String war) throws IOException {
    String list = text(war, "META-INF/THIRD-PARTY.txt");
    return LISTED.matcher(list).results().map(Library::new).toList();
  }

  private static List<String> entries(String war) throws IOException {
    try (ZipFile zip = new ZipFile(System.getProperty(war))) {
      return zip.stream().map(ZipEntry::getName).toList();
    }
  }

  private static List<String> jars(String war) throws IOException {
    return entries(war).stream()
        .filter(name -> name.startsWith("WEB-INF/lib/") && name.endsWith(".jar"))
        .map(name -> name.substring("WEB-INF/lib/".length()))
        .toList();
  }

  private static List<String> libraries(String war) throws IOException {
    return jars(war).stream().map(name -> name.replaceFirst("-\\d.*", "")).sorted().toList();
  }

  private static List<String> ours(String war) throws IOException {
    return entries(war).stream()
        .filter(name -> name.startsWith("WEB-INF/classes/"))
        .sorted()
        .toList();
  }

  @Test
  @DisplayName("for Jakarta EE servers has no implementation of Jakarta EE")
  void jakarta() throws IOException {
    assertThat(libraries("imserver.test.war")).containsExactlyElementsOf(OF_BOTH);
  }

  @Test
  @DisplayName("tells Payara in which libraries no bean is, by their version")
  void unscanned() throws IOException {
    String aws =
        entries("imserver.test.war").stream()
            .filter(name -> name.matches("WEB-INF/lib/sdk-core-.*[.]jar"))
            .map(name -> name.replaceAll(".*sdk-core-|[.]jar$", ""))
            .findFirst()
            .orElseThrow();
    try (ZipFile zip = new ZipFile(System.getProperty("imserver.test.war"));
        InputStream xml = zip.getInputStream(zip.getEntry("WEB-INF/payara-web.xml"))) {
      assertThat(new String(xml.readAllBytes(), StandardCharsets.UTF_8))
          .contains("<scanning-exclude>*-" + aws + "</scanning-exclude>");
    }
  }

  @Test
  @DisplayName("for Tomcat has what Tomcat lacks besides, and no more")
  void tomcat() throws IOException {
    TreeSet<String> all = new TreeSet<>(Comparator.naturalOrder());
    all.addAll(OF_BOTH);
    all.addAll(OF_TOMCAT_ALONE);
    assertThat(libraries("imserver.test.tomcat.war")).containsExactlyElementsOf(all);
  }

  @Test
  @DisplayName(
      "for Tomcat has of ours, besides, only the package imserver.ejb, its service file and settings of Weld")
  void ours() throws IOException {
    List<String> besides = new java.util.ArrayList<>(ours("imserver.test.tomcat.war"));
    besides.removeAll(ours("imserver.test.war"));
    assertThat(ours("imserver.test.tomcat.war")).containsAll(ours("imserver.test.war"));
    assertThat(besides)
        .filteredOn(name -> !name.endsWith("/"))
        .filteredOn(name -> !name.startsWith("WEB-INF/classes/imserver/ejb/"))
        .containsExactly(
            "WEB-INF/classes/META-INF/services/jakarta.enterprise.inject.spi.Extension",
            "WEB-INF/classes/weld.properties");
  }

  @ParameterizedTest
  @ValueSource(strings = {"imserver.test.war", "imserver.test.tomcat.war"})
  @DisplayName("begins with one class where it is run without a server:")
  void launcher(String war) throws IOException {
    assertThat(entries(war))
        .filteredOn(name -> name.contains("launcher") && !name.endsWith("/"))
        .containsExactly("launcher/Main.class");
    assertThat(text(war, "META-INF/MANIFEST.MF")).contains("Main-Class: launcher.Main");
  }

  @ParameterizedTest
  @ValueSource(strings = {"imserver.test.war", "imserver.test.tomcat.war"})
  @DisplayName(
      "has one bundle of each script that pages load, named where they load it, and the modules:")
  void bundles(String war) throws IOException {
    List<String> entries = entries(war);
    List<String> bundles =
        entries.stream().filter(name -> name.matches("bundle/.+")).sorted().toList();
    assertThat(bundles).hasSize(6);
    for (int i = 0; i < 6; i += 2) {
      String name = List.of("im-chat", "imserver-client", "page").get(i / 2);
      assertThat(bundles.get(i)).matches("bundle/" + name + "-[A-Z0-9]{8}\\.js");
      assertThat(bundles.get(i + 1)).isEqualTo(bundles.get(i) + ".map");
      assertThat(text(war, bundles.get(i)))
          .as("self-contained: " + name)
          .doesNotContainPattern(
              "(?m)^import\\b|[;}]import\\b|from\\s*\"\\."); // also text says "import"
    }
    assertThat(text(war, bundles.get(0))).contains("SPDX-License-Identifier: BSD-3-Clause");
    assertThat(text(war, "im-chat.js")).isEqualTo("export * from \"./" + bundles.get(0) + "\";\n");
    assertThat(text(war, "imserver-client.js"))
        .isEqualTo("export * from \"./" + bundles.get(2) + "\";\n");
    assertThat(text(war, "index.html")).contains("src=\"" + bundles.get(4) + '"');
    assertThat(entries)
        .contains("page.js", "chat/texts.js", "client/im-client.js")
        .contains("lib/lit/lit-element.js", "lib/lit/LICENSE");
    assertThat(text(war, "im-chat-modules.js"))
        .isEqualTo(
            Files.readString(Path.of("src/main/webapp/im-chat.js"))
                .replace("\"./imserver-client.js\";", "\"./imserver-client-modules.js\";"));
    assertThat(text(war, "imserver-client-modules.js"))
        .isEqualTo(Files.readString(Path.of("src/main/webapp/imserver-client.js")));
  }

  @ParameterizedTest
  @ValueSource(strings = {"imserver.test.war", "imserver.test.tomcat.war"})
  @DisplayName(
      "lists each library that it contains, and no other, with a licence whose text it has:")
  void licences(String war) throws IOException {
    assertThat(text(war, "META-INF/LICENSE")).isEqualTo(Files.readString(Path.of("LICENSE")));
    List<Library> listed = listed(war);
    assertThat(listed)
        .filteredOn(library -> !library.isInScripts())
        .extracting(library -> library.name() + '-' + library.version() + ".jar")
        .containsExactlyInAnyOrderElementsOf(jars(war));
    assertThat(listed)
        .filteredOn(Library::isInScripts)
        .extracting(Library::name)
        .containsExactlyInAnyOrder("lit-element", "lit-html", "lit__reactive-element");
    List<String> texts =
        entries(war).stream()
            .filter(name -> name.matches("META-INF/licenses/.+[.]txt"))
            .map(name -> name.replaceAll("META-INF/licenses/|[.]txt$", ""))
            .toList();
    assertThat(listed)
        .allSatisfy(library -> assertThat(library.licences()).containsAnyElementsOf(texts));
  }

  private static String text(String war, String name) throws IOException {
    try (ZipFile zip = new ZipFile(System.getProperty(war));
        InputStream in = zip.getInputStream(zip.getEntry(name))) {
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    }
  }
}
