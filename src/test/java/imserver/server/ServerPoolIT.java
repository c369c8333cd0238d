package imserver.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("postgresql")
@Tag("server-pool")
@DisplayName("On a data source of Tomcat")
class ServerPoolIT {

  /** As docs/DEPLOY.md has it, with a name by which its connections are known. */
  private static final String CONTEXT =
      """
      <Context>
        <Resource name="jdbc/imserver" auth="Container" type="javax.sql.DataSource"
                  driverClassName="org.postgresql.Driver" username="postgres" password="postgres"
                  url="%s" maxTotal="18" maxIdle="18" minIdle="2" maxWaitMillis="2000"
                  testOnBorrow="true" validationQueryTimeout="1"/>
      </Context>
      """;

  private static final String PARAMETERS =
      "ApplicationName=pool-of-tomcat&connectTimeout=2&socketTimeout=4&tcpKeepAlive=true"
          + "&reWriteBatchedInserts=true&options=-c%20plan_cache_mode=force_custom_plan"
          + "%20-c%20statement_timeout=3500";

  /** Of its own, so that all connections to it are of this server. */
  private static final String DATABASE = "server_pool";

  private static ServerProcess server;

  @BeforeAll
  static void start() throws IOException, SQLException {
    try (Connection connection = DriverManager.getConnection(TestEnvironment.postgresUrl());
        Statement statement = connection.createStatement()) {
      statement.execute("create database " + DATABASE);
    }
    Path folder = TestEnvironment.folder("server-pool-" + System.nanoTime());
    Path context = folder.resolve("conf/Catalina/localhost/teaching.xml");
    ServerProduct.underTest().prepare(folder, TestEnvironment.freePort());
    int port = TestEnvironment.freePort();
    Folders.edit(
        folder.resolve("conf/server.xml"),
        xml -> xml.replaceFirst("port=\"\\d+\" address", "port=\"" + port + "\" address"));
    Files.createDirectories(context.getParent());
    Files.writeString(context, CONTEXT.formatted(url().replace("&", "&amp;")));
    Path driver =
        Path.of(
            org.postgresql.Driver.class
                .getProtectionDomain()
                .getCodeSource()
                .getLocation()
                .getPath());
    Files.copy(driver, Files.createDirectories(folder.resolve("lib")).resolve("postgresql.jar"));
    server =
        ServerProcess.start(port, folder, Map.of("IMSERVER_JNDI", "java:comp/env/jdbc/imserver"));
  }

  private static String url() {
    String plain = TestEnvironment.postgresUrl().replaceFirst("/postgres(?=\\?|$)", "/" + DATABASE);
    return plain + (plain.contains("?") ? "&" : "?") + PARAMETERS;
  }

  @AfterAll
  static void stop() {
    if (server != null) {
      server.close();
    }
  }

  @Test
  @DisplayName(
      "messages are stored, told, read and listed, over connections of that pool and no others")
  void works() throws Exception {
    long sender = Users.next();
    long recipient = Users.next();
    try (Client from = Client.connect(server.address(), sender);
        Client to = Client.connect(server.address(), recipient)) {
      from.send(Packet.message(recipient, "over the pool", "t"));
      assertThat(from.answer("t").isSuccess()).isTrue();
      await().atMost(Client.TIMEOUT).until(() -> !to.messages().isEmpty());
    }
    assertThat(new Api(server.address(), recipient).history(sender, "limit=5").toString())
        .contains("over the pool");
    assertThat(connections("application_name = 'pool-of-tomcat'")).isPositive();
    assertThat(connections("application_name not in ('pool-of-tomcat', '')"))
        .as("but the one that listens")
        .isLessThanOrEqualTo(1);
  }

  @Test
  @DisplayName("what other servers store is heard, by the server's driver")
  void hears() {
    await()
        .atMost(Client.TIMEOUT)
        .until(
            () ->
                connections(
                        "application_name like 'imserver listener%' and query = 'listen imserver'")
                    > 0);
    assertThat(new Api(server.address(), Users.next()).get("api/health").text())
        .contains("\"bus\":\"up\"");
  }

  private static int connections(String which) throws SQLException {
    try (Connection connection = DriverManager.getConnection(TestEnvironment.postgresUrl());
        Statement statement = connection.createStatement();
        ResultSet rows =
            statement.executeQuery(
                "select count(*) from pg_stat_activity where datname = '%s' and %s"
                    .formatted(DATABASE, which))) {
      rows.next();
      return rows.getInt(1);
    }
  }
}
