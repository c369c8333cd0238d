package imserver.auth;

import imserver.config.Config;
import imserver.config.InvalidConfigException;
import jakarta.annotation.PostConstruct;
import jakarta.ejb.ConcurrencyManagement;
import jakarta.ejb.ConcurrencyManagementType;
import jakarta.ejb.DependsOn;
import jakarta.ejb.Singleton;
import jakarta.ejb.Startup;
import jakarta.ejb.TransactionManagement;
import jakarta.ejb.TransactionManagementType;
import jakarta.enterprise.inject.Instance;
import jakarta.inject.Inject;
import java.lang.System.Logger.Level;
import java.util.List;

/**
 * Keeps the application from starting where a setting of this package cannot be used, such as the
 * key for tokens: otherwise the fault would show only at the first handshake, as a server that runs
 * and refuses everybody.
 */
@Singleton
@ConcurrencyManagement(ConcurrencyManagementType.BEAN)
@Startup
@DependsOn("Monitoring") // which has the log written as the settings say
@TransactionManagement(TransactionManagementType.BEAN)
public class StartupCheck {

  private static final System.Logger LOG = System.getLogger(StartupCheck.class.getName());

  @Inject private Instance<CredentialVerifier> verifier;
  @Inject private Config config;

  /** For the container, which injects the rest. */
  public StartupCheck() {}

  @PostConstruct
  void verify() {
    try {
      verifier.get();
      var unused = List.of(new Origins(config), new RemoteAddresses(config));
    } catch (InvalidConfigException e) {
      LOG.log(Level.ERROR, "imserver cannot start: {0}", e.getMessage());
      throw e;
    }
  }
}
