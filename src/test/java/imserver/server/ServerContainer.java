package imserver.server;

import fish.payara.arquillian.container.payara.embedded.PayaraContainer;
import java.io.IOException;
import java.util.Map;
import java.util.TreeMap;
import org.jboss.arquillian.container.spi.client.container.ContainerConfiguration;
import org.jboss.arquillian.container.spi.client.container.DeployableContainer;
import org.jboss.arquillian.container.spi.client.container.DeploymentException;
import org.jboss.arquillian.container.spi.client.protocol.ProtocolDescription;
import org.jboss.arquillian.container.spi.client.protocol.metadata.HTTPContext;
import org.jboss.arquillian.container.spi.client.protocol.metadata.ProtocolMetaData;
import org.jboss.arquillian.core.spi.LoadableExtension;
import org.jboss.shrinkwrap.api.Archive;

/**
 * A server in a process of its own, as a container of Arquillian, so that the tests which run on
 * Payara Embedded run on every server: to deploy is to start the server with the settings of {@link
 * Wars} in its environment, to undeploy is to stop it.
 */
public final class ServerContainer implements DeployableContainer<ServerContainer.Configuration> {

  /** Nothing to configure: {@link TestEnvironment} names the server. */
  public static final class Configuration implements ContainerConfiguration {

    @Override
    public void validate() {}
  }

  /** Puts it into the place of Payara Embedded where a server is named. */
  public static final class Registration implements LoadableExtension {

    @Override
    public void register(ExtensionBuilder builder) {
      if (System.getProperty("imserver.test.server") != null) {
        builder.override(DeployableContainer.class, PayaraContainer.class, ServerContainer.class);
      }
    }
  }

  private static ServerProcess running;

  /** The server that the tests of a class talk to; null where that is in this JVM. */
  static ServerProcess running() {
    return running;
  }

  @Override
  public Class<Configuration> getConfigurationClass() {
    return Configuration.class;
  }

  @Override
  public ProtocolDescription getDefaultProtocol() {
    return new ProtocolDescription("Servlet 6.0");
  }

  @Override
  public ProtocolMetaData deploy(Archive<?> war) throws DeploymentException {
    try {
      running =
          ServerProcess.start(
              TestEnvironment.freePort(),
              TestEnvironment.folder(
                  System.getProperty("imserver.test.server") + "-" + System.nanoTime()),
              settings());
    } catch (IOException e) {
      throw new DeploymentException("the server did not start", e);
    }
    return new ProtocolMetaData()
        .addContext(new HTTPContext(running.address().getHost(), running.address().getPort()));
  }

  private static Map<String, String> settings() {
    Map<String, String> settings = new TreeMap<>();
    Wars.settings().forEach((name, value) -> settings.put(Wars.keyOf(name), value));
    return settings;
  }

  @Override
  public void undeploy(Archive<?> war) {
    running.stop();
    running = null;
  }
}
