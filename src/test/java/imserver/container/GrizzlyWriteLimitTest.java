package imserver.container;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("The limit of what Grizzly queues for a client")
class GrizzlyWriteLimitTest {

  /** As Payara's request leads to Grizzly's connection, of classes that are not public. */
  private static final class ServerRequest {
    private final Connection connection = new Connection();

    @SuppressWarnings("UnusedMethod") // called by its name
    public CoyoteRequest getCoyoteRequest() {
      return new CoyoteRequest(connection);
    }
  }

  private record CoyoteRequest(Connection connection) {
    @SuppressWarnings("UnusedMethod")
    public Context getContext() {
      return new Context(connection);
    }
  }

  private record Context(Connection connection) {
    @SuppressWarnings("UnusedMethod")
    public Connection getConnection() {
      return connection;
    }
  }

  private static final class Connection {
    private int max;

    @SuppressWarnings("UnusedMethod")
    public void setMaxAsyncWriteQueueSize(int bytes) {
      max = bytes;
    }
  }

  @Test
  @DisplayName("is 256 kB on the connection of the request")
  void bound() {
    ServerRequest request = new ServerRequest();
    GrizzlyWriteLimit.bound(request);
    assertThat(request.connection.max).isEqualTo(256 * 1024);
  }

  @Test
  @DisplayName("is left out on another server, and nothing fails")
  void anotherServer() {
    GrizzlyWriteLimit.bound(null);
    GrizzlyWriteLimit.bound(new Object());
  }
}
