package imserver.database;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import imserver.config.Config;
import imserver.config.Configs;
import imserver.config.InvalidConfigException;
import java.lang.reflect.Proxy;
import java.sql.Connection;
import java.sql.Driver;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Collections;
import java.util.Hashtable;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicInteger;
import javax.naming.Context;
import javax.naming.NameNotFoundException;
import javax.naming.spi.InitialContextFactory;
import javax.sql.DataSource;
import org.h2.jdbcx.JdbcDataSource;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayName("A data source of the server")
class ServerPoolTest {

  private static final Duration LONG = Duration.ofSeconds(20);
  private static final Map<String, Object> BOUND = new ConcurrentHashMap<>();

  private final List<Driver> drivers = Collections.list(DriverManager.getDrivers());

  private String before;

  /** For the tests that follow in this process: the schema takes the JVM's drivers away. */
  @AfterEach
  void giveBackDrivers() throws SQLException {
    for (Driver driver : drivers) {
      DriverManager.registerDriver(driver);
    }
  }

  /** Names of a server that are what {@link #BOUND} says. */
  public static final class Names implements InitialContextFactory {

    /** For JNDI. */
    public Names() {}

    @Override
    public Context getInitialContext(Hashtable<?, ?> environment) {
      return (Context)
          Proxy.newProxyInstance(
              Names.class.getClassLoader(),
              new Class<?>[] {Context.class},
              (proxy, method, arguments) -> {
                if (!method.getName().equals("lookup")) {
                  return null;
                }
                Object found = BOUND.get((String) arguments[0]);
                if (found == null) {
                  throw new NameNotFoundException(arguments[0] + " is not bound\nat all");
                }
                return found;
              });
    }
  }

  @BeforeEach
  void serve() {
    before = System.setProperty(Context.INITIAL_CONTEXT_FACTORY, Names.class.getName());
  }

  @AfterEach
  void serveNoMore() {
    if (before == null) {
      System.clearProperty(Context.INITIAL_CONTEXT_FACTORY);
    } else {
      System.setProperty(Context.INITIAL_CONTEXT_FACTORY, before);
    }
  }

  private static Config.Storage named(String name) {
    return Configs.with("IMSERVER_JNDI", name).storage();
  }

  private static JdbcDataSource h2(String name) {
    JdbcDataSource source = new JdbcDataSource();
    source.setURL("jdbc:h2:mem:" + name);
    return source;
  }

  @Test
  @DisplayName("is looked up once, and is the pool itself")
  void found() {
    DataSource source = h2("found");
    BOUND.put("jdbc/found", source);
    ServerPool pool = ServerPool.of(named("jdbc/found"));
    assertThat(pool.source()).isSameAs(source);
    assertThat(ServerPool.of(named("jdbc/found"))).isSameAs(pool);
  }

  @Test
  @DisplayName("is none where none is named")
  void none() {
    assertThat(ServerPool.of(Configs.with().storage())).isNull();
  }

  @Test
  @DisplayName("that is not there is said in one line, with its name")
  void missing() {
    assertThatThrownBy(() -> ServerPool.of(named("jdbc/missing")))
        .isInstanceOf(InvalidConfigException.class)
        .hasMessage(
            "IMSERVER_JNDI: jdbc/missing: the server has no data source of that name"
                + " (jdbc/missing is not bound)");
  }

  @Test
  @DisplayName("of another server is not asked for")
  void elsewhere() {
    BOUND.put("ldap://127.0.0.1/x", h2("elsewhere"));
    assertThatThrownBy(() -> ServerPool.of(named("ldap://127.0.0.1/x")))
        .isInstanceOf(InvalidConfigException.class)
        .hasMessageContaining("only names of this server");
  }

  @Test
  @DisplayName("that is something else is said to be that")
  void somethingElse() {
    BOUND.put("jdbc/else", "a text");
    assertThatThrownBy(() -> ServerPool.of(named("jdbc/else")))
        .isInstanceOf(InvalidConfigException.class)
        .hasMessage("IMSERVER_JNDI: jdbc/else: no data source, but java.lang.String");
  }

  @Test
  @DisplayName("of a database that is not supported refuses to start, and asks no second time")
  void unsupported() {
    BOUND.put("jdbc/h2", h2("unsupported"));
    Schema schema = new Schema(Configs.with("IMSERVER_JNDI", "jdbc/h2"));
    assertThatThrownBy(schema::migrate)
        .isInstanceOf(IllegalStateException.class)
        .hasMessage(
            "IMSERVER_JNDI: jdbc/h2: H2 is not supported: take PostgreSQL, MariaDB or MySQL");
  }

  @Test
  @DisplayName("that gives no connection is asked again, then given up in one line")
  void down() {
    JdbcDataSource source = h2("down;IFEXISTS=TRUE");
    BOUND.put("jdbc/down", source);
    ServerPool pool = ServerPool.of(named("jdbc/down"));
    assertThatThrownBy(() -> pool.connect(2, Duration.ZERO))
        .isInstanceOf(StorageException.class)
        .hasMessageContaining("not found");
  }

  /** A pool of so many connections, which does not wait for one to come back. */
  private static DataSource ofSize(int size, Semaphore left) {
    left.release(size);
    return (DataSource)
        Proxy.newProxyInstance(
            ServerPoolTest.class.getClassLoader(),
            new Class<?>[] {DataSource.class},
            (proxy, method, arguments) -> {
              if (!left.tryAcquire()) {
                throw new SQLException("Timeout waiting for idle object");
              }
              return Proxy.newProxyInstance(
                  ServerPoolTest.class.getClassLoader(),
                  new Class<?>[] {Connection.class},
                  (connection, close, none) -> {
                    left.release();
                    return null;
                  });
            });
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 3})
  @DisplayName("that is too small refuses to start, and all it gave is given back:")
  void tooSmall(int size) {
    Semaphore left = new Semaphore(0);
    BOUND.put("jdbc/small" + size, ofSize(size, left));
    ServerPool pool = ServerPool.of(named("jdbc/small" + size));
    assertThatThrownBy(() -> pool.checkSize(LONG))
        .isInstanceOf(InvalidConfigException.class)
        .hasMessage(
            "IMSERVER_JNDI: jdbc/small%d: gives %d connections at once, and not 4; is the"
                + " pool too small? (docs/DEPLOY.md): Timeout waiting for idle object",
            size, size);
    assertThat(left.availablePermits()).isEqualTo(size);
  }

  @Test
  @DisplayName("that waits without an end is too small as well, and gets back what it gives later")
  void waitsForEver() {
    Semaphore left = new Semaphore(2);
    DataSource waiting = ofSize(0, left);
    AtomicInteger given = new AtomicInteger();
    DataSource slow =
        (DataSource)
            Proxy.newProxyInstance(
                ServerPoolTest.class.getClassLoader(),
                new Class<?>[] {DataSource.class},
                (proxy, method, arguments) -> {
                  while (left.availablePermits() == 0) {
                    Thread.onSpinWait(); // whoever interrupts
                  }
                  given.incrementAndGet();
                  return waiting.getConnection();
                });
    BOUND.put("jdbc/waiting", slow);
    ServerPool pool = ServerPool.of(named("jdbc/waiting"));
    given.set(0); // to load the driver it has asked once
    assertThatThrownBy(() -> pool.checkSize(Duration.ofMillis(200)))
        .isInstanceOf(InvalidConfigException.class)
        .hasMessageContaining("gives 2 connections at once, and not 4")
        .hasMessageEndingWith("it did not give more in time");
    await().until(() -> given.get() == 3 && left.availablePermits() == 2);
  }

  @ParameterizedTest
  @ValueSource(ints = {4, 8, 18})
  @DisplayName("is large enough by:")
  void largeEnough(int size) {
    Semaphore left = new Semaphore(0);
    BOUND.put("jdbc/large" + size, ofSize(size, left));
    ServerPool.of(named("jdbc/large" + size)).checkSize(LONG);
    assertThat(left.availablePermits()).isEqualTo(size);
  }

  @ParameterizedTest
  @CsvSource({
    "PostgreSQL, PostgreSQL JDBC Driver, POSTGRESQL",
    "MariaDB, MariaDB Connector/J, MARIADB",
    "MySQL, MariaDB Connector/J, MARIADB"
  })
  @DisplayName("is of the kind that its driver says:")
  void kinds(String product, String driver, Vendor vendor) {
    assertThat(ServerPool.vendor("x", product, driver)).isEqualTo(vendor);
  }

  @ParameterizedTest
  @CsvSource({
    "MySQL, MySQL Connector/J, take MariaDB Connector/J",
    "PostgreSQL, Another JDBC Driver, take PostgreSQL JDBC Driver",
    "Oracle, Oracle JDBC driver, Oracle is not supported"
  })
  @DisplayName("by another driver is refused:")
  void drivers(String product, String driver, String reason) {
    assertThatThrownBy(() -> ServerPool.vendor("x", product, driver))
        .isInstanceOf(InvalidConfigException.class)
        .hasMessageContaining(reason);
  }

  @Test
  @DisplayName("takes the place of the one of the WAR, which opens nothing then")
  void own() throws Exception {
    try {
      System.setProperty("imserver.jndi", "jdbc/found");
      DataSource own = new EnvironmentDataSource();
      assertThatThrownBy(
              () -> {
                try (Connection connection = own.getConnection()) {
                  connection.commit();
                }
              })
          .hasMessageContaining("IMSERVER_JNDI names another data source");
    } finally {
      System.clearProperty("imserver.jndi");
    }
  }
}
