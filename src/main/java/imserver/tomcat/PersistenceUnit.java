package imserver.tomcat;

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
import org.eclipse.persistence.sessions.DatabaseSession;

/**
 * The persistence unit of the application over a pool of connections of the defined data source.
 */
@Singleton
final class PersistenceUnit {

  private static final String NAME = "imserver";

  /** How long a transaction waits for one of the connections. */
  private static final Duration PATIENCE = Duration.ofSeconds(30);

  private final AgroalDataSource pool;
  private final EntityManagerFactory factory;

  /**
   * Opens the pool, and connects.
   *
   * @throws jakarta.persistence.PersistenceException if the unit cannot be used
   */
  @Inject
  PersistenceUnit(SessionBeans application) throws ReflectiveOperationException, SQLException {
    pool = pool(application.dataSource());
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
      doNotSleep(factory);
    } catch (RuntimeException | Error e) {
      pool.close();
      throw e;
    }
  }

  /**
   * Where no transaction can be begun EclipseLink tries again, up to three times, which helps where
   * pooled connections have died; but from the second time on it would sleep for 5 s.
   */
  private static void doNotSleep(EntityManagerFactory factory) {
    factory.unwrap(DatabaseSession.class).getLogin().setDelayBetweenConnectionAttempts(0);
  }

  private static AgroalDataSource pool(DataSourceDefinition definition)
      throws ReflectiveOperationException, SQLException {
    Class<?> source =
        Class.forName(definition.className(), true, PersistenceUnit.class.getClassLoader());
    AgroalConnectionPoolConfigurationSupplier settings =
        new AgroalConnectionPoolConfigurationSupplier()
            .acquisitionTimeout(PATIENCE)
            .connectionCache(ConnectionCache.none()) // by thread, and the server's outlive us
            .connectionFactoryConfiguration(
                factory -> {
                  factory.connectionProviderClass(source);
                  for (String property : definition.properties()) {
                    String[] parts = property.split("=", 2);
                    factory.jdbcProperty(parts[0], parts[1]);
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
      pool.close();
    }
  }
}
