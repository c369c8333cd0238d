package imserver.ejb;

import imserver.database.ServerPool;
import io.agroal.api.AgroalDataSource;
import io.agroal.api.cache.ConnectionCache;
import io.agroal.api.configuration.supplier.AgroalConnectionPoolConfigurationSupplier;
import io.agroal.api.configuration.supplier.AgroalDataSourceConfigurationSupplier;
import jakarta.annotation.PreDestroy;
import jakarta.annotation.sql.DataSourceDefinition;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import jakarta.persistence.EntityManagerFactory;
import jakarta.persistence.Persistence;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Map;
import javax.sql.DataSource;
import org.eclipse.persistence.sessions.DatabaseLogin;
import org.eclipse.persistence.sessions.DatabaseSession;

/**
 * The persistence unit of the application over a pool of connections: the server's, where the
 * settings name one, or one of the defined data source.
 */
@Singleton
final class PersistenceUnit {

  private static final String NAME = "imserver";

  /** How long a transaction waits for one of the connections. */
  private static final Duration ACQUISITION_TIMEOUT = Duration.ofSeconds(2);

  private final DataSource pool;
  private final EntityManagerFactory factory;

  /**
   * Opens the pool, and connects.
   *
   * @throws jakarta.persistence.PersistenceException if the unit cannot be used
   */
  @Inject
  PersistenceUnit(SessionBeanExtension application)
      throws ReflectiveOperationException, SQLException {
    DataSource ofTheServer = ServerPool.configured();
    pool = ofTheServer == null ? pool(application.dataSource()) : ofTheServer;
    try {
      factory =
          Persistence.createEntityManagerFactory(
              NAME,
              Map.of(
                  "jakarta.persistence.transactionType",
                  "RESOURCE_LOCAL",
                  "jakarta.persistence.nonJtaDataSource",
                  pool));
      factory.createEntityManager().close(); // connects, and reads the mapping
      tryTwiceWithoutSleep(factory);
    } catch (RuntimeException | Error e) {
      closePool();
      throw e;
    }
  }

  /**
   * Where no transaction can be begun EclipseLink tries again, which helps where pooled connections
   * have died. Once, and not three times, since each may wait for the pool; and without the 5 s
   * that it would sleep before.
   */
  private static void tryTwiceWithoutSleep(EntityManagerFactory factory) {
    DatabaseLogin login = factory.unwrap(DatabaseSession.class).getLogin();
    login.setDelayBetweenConnectionAttempts(0);
    login.setQueryRetryAttemptCount(1);
  }

  private static AgroalDataSource pool(DataSourceDefinition definition)
      throws ReflectiveOperationException, SQLException {
    Class<?> source =
        Class.forName(definition.className(), true, PersistenceUnit.class.getClassLoader());
    AgroalConnectionPoolConfigurationSupplier settings =
        new AgroalConnectionPoolConfigurationSupplier()
            .acquisitionTimeout(ACQUISITION_TIMEOUT)
            .connectionCache(ConnectionCache.none()) // by thread, and the server's outlive us
            .connectionFactoryConfiguration(
                factory -> {
                  factory.connectionProviderClass(source);
                  for (String property : definition.properties()) {
                    String[] parts = property.split("=", 2);
                    if (!parts[0].contains(".")) { // else it is another server's, for its pool
                      factory.jdbcProperty(parts[0], parts[1]);
                    }
                  }
                  return factory;
                });
    if (definition.minPoolSize() >= 0) {
      settings.minSize(definition.minPoolSize());
    }
    if (definition.maxPoolSize() >= 0) {
      settings.maxSize(definition.maxPoolSize());
    }
    return AgroalDataSource.from(
        new AgroalDataSourceConfigurationSupplier().connectionPoolConfiguration(settings));
  }

  EntityManagerFactory factory() {
    return factory;
  }

  DataSource pool() {
    return pool;
  }

  @PreDestroy
  void close() {
    try {
      factory.close();
    } finally {
      closePool();
    }
  }

  /** The server's own is for the server to close. */
  private void closePool() {
    if (pool instanceof AgroalDataSource own) {
      own.close();
    }
  }
}
