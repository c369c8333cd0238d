package imserver.endpoint;

import jakarta.enterprise.inject.spi.CDI;
import jakarta.websocket.server.ServerEndpointConfig;
import java.util.List;

/**
 * Has the endpoint made by CDI on every container; left to itself, Tomcat would inject nothing. And
 * chooses the version of the protocol.
 */
public class HandshakeConfigurator extends ServerEndpointConfig.Configurator {

  /** For the container. */
  public HandshakeConfigurator() {}

  @Override
  public <T> T getEndpointInstance(Class<T> endpointClass) {
    return CDI.current().select(endpointClass).get();
  }

  @Override
  public String getNegotiatedSubprotocol(List<String> supported, List<String> requested) {
    return ProtocolVersion.negotiate(requested);
  }
}
