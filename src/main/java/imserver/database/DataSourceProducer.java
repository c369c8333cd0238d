package imserver.database;

import imserver.config.Config;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Inject;
import javax.naming.NamingException;
import javax.sql.DataSource;

/**
 * Gives beans that use JDBC the data source: the server's that is named, or that of the WAR. On
 * Tomcat {@code imserver.ejb} does it.
 */
@ApplicationScoped
public class DataSourceProducer {

  @Inject private Config config;

  /** For the container, which injects the rest. */
  public DataSourceProducer() {}

  /** The data source. */
  @Produces
  public DataSource dataSource() {
    ServerPool pool = ServerPool.of(config.storage());
    if (pool != null) {
      return pool.source();
    }
    try {
      return (DataSource) ServerPool.find(Schema.DATA_SOURCE);
    } catch (NamingException e) {
      throw new IllegalStateException("the server does not have what the WAR defines", e);
    }
  }
}
