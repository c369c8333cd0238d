package imserver.database;

import javax.sql.DataSource;
import org.eclipse.persistence.sessions.DatasourceLogin;
import org.eclipse.persistence.sessions.JNDIConnector;
import org.eclipse.persistence.sessions.Login;
import org.eclipse.persistence.sessions.Session;
import org.eclipse.persistence.sessions.SessionCustomizer;
import org.eclipse.persistence.sessions.server.ServerSession;

/**
 * Has EclipseLink take its connections from the data source that {@code IMSERVER_JNDI} names, in
 * the place of the one of {@code persistence.xml}, which names this class.
 */
public final class ServerPoolJpa implements SessionCustomizer {

  /** For EclipseLink. */
  public ServerPoolJpa() {}

  @Override
  public void customize(Session session) {
    DataSource source = ServerPool.configured();
    if (source != null) {
      connect(session.getDatasourceLogin(), source);
      if (session instanceof ServerSession server) { // Payara has another for what only reads
        connect(server.getReadConnectionPool().getLogin(), source);
      }
    }
  }

  private static void connect(Login login, DataSource source) {
    ((DatasourceLogin) login).setConnector(new JNDIConnector(source));
  }
}
