package imserver.endpoint;

import jakarta.enterprise.inject.spi.BeanManager;
import jakarta.enterprise.inject.spi.CDI;
import jakarta.websocket.Extension;
import jakarta.websocket.server.ServerEndpointConfig;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Has the endpoint made by CDI on every container; left to itself, Tomcat would inject nothing. And
 * chooses the version of the protocol, and no extension of it.
 */
public class HandshakeConfigurator extends ServerEndpointConfig.Configurator {

  /** Looked up once: Weld looks through the stack for it, and through all archives. */
  private volatile @Nullable BeanManager beans;

  /** For the container. */
  public HandshakeConfigurator() {}

  @Override
  public <T> T getEndpointInstance(Class<T> endpointClass) {
    BeanManager manager = beans;
    if (manager == null) {
      manager = CDI.current().getBeanManager();
      beans = manager;
    }
    return manager.createInstance().select(endpointClass).get();
  }

  @Override
  public String getNegotiatedSubprotocol(List<String> supported, List<String> requested) {
    return ProtocolVersion.negotiate(requested);
  }

  /**
   * None. Tomcat would compress (permessage-deflate, RFC 7692) for every client that offers it, and
   * so for every browser, which takes more memory than the rest of an idle connection
   * (docs/MEASURE.md) to make packets of some hundred bytes shorter. And on Tomcat packets are
   * written past its extensions ({@code TomcatTransport}).
   */
  @Override
  public List<Extension> getNegotiatedExtensions(
      List<Extension> installed, List<Extension> requested) {
    return List.of();
  }
}
