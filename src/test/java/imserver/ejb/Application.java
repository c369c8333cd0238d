package imserver.ejb;

import jakarta.annotation.sql.DataSourceDefinition;
import jakarta.enterprise.inject.se.SeContainer;
import java.util.stream.Stream;
import org.jboss.weld.environment.se.Weld;

/** An application of a few beans, under the extension, without a server. */
final class Application {

  /** The address of its database. */
  static final String DATABASE = "jdbc:h2:mem:application;LOCK_TIMEOUT=200";

  private Application() {}

  /** Defines the data source. */
  @DataSourceDefinition(
      name = "java:app/jdbc/test",
      className = "org.h2.jdbcx.JdbcDataSource",
      minPoolSize = 1,
      maxPoolSize = 3,
      properties = "url=" + DATABASE)
  static class Database {}

  /** Starts an application of these classes alone. */
  static SeContainer of(Class<?>... beans) {
    return new Weld()
        .disableDiscovery()
        .addExtension(new SessionBeanExtension())
        .beanClasses(
            Stream.concat(
                    Stream.of(
                        Database.class,
                        CurrentUnitOfWork.class,
                        PersistenceUnit.class,
                        ResourceProducers.class),
                    Stream.of(beans))
                .toArray(Class<?>[]::new))
        .initialize();
  }
}
