package imserver.message;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import imserver.database.StorageException;
import imserver.database.UnansweredException;
import java.lang.reflect.Proxy;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.time.OffsetDateTime;
import java.util.List;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("What adds messages, where it does not succeed,")
class MessageInserterTest {

  private static final List<Draft> DRAFTS =
      List.of(new Draft(1, new DedupeKey(1, "k"), 2, "text", "t", OffsetDateTime.MIN, null));

  private @Nullable SQLException ofConnecting;
  private @Nullable SQLException ofExecuting;

  private final MessageInserter inserter =
      new MessageInserter(fake(DataSource.class, () -> ofConnecting));

  private interface Failure {
    @Nullable SQLException get();
  }

  /** Whatever is called returns another of these, or throws. */
  private <T> T fake(Class<T> type, Failure failure) {
    return type.cast(
        Proxy.newProxyInstance(
            type.getClassLoader(),
            new Class<?>[] {type},
            (proxy, method, arguments) -> {
              boolean closes = method.getName().equals("close");
              SQLException thrown = closes ? null : failure.get();
              if (thrown != null) {
                throw thrown;
              }
              return switch (method.getName()) {
                case "getConnection" -> fake(Connection.class, () -> null);
                case "prepareStatement" -> fake(PreparedStatement.class, () -> null);
                case "executeQuery" -> throw ofExecuting;
                default -> null;
              };
            }));
  }

  private Throwable failure() {
    return catchThrowable(() -> inserter.add(DRAFTS, false));
  }

  @Test
  @DisplayName("says that nothing is stored, where there is no connection")
  void noConnection() {
    ofConnecting = new SQLException("refused", "08001");
    assertThat(failure()).isExactlyInstanceOf(StorageException.class);
  }

  @Test
  @DisplayName("says that nothing is stored, where the database says why")
  void refused() {
    ofExecuting = new SQLException("a check", "23514");
    assertThat(failure()).isExactlyInstanceOf(StorageException.class);
    ofExecuting = new SQLException("terminating connection", "57P01");
    assertThat(failure()).isExactlyInstanceOf(StorageException.class);
  }

  @Test
  @DisplayName("says that it may be stored, where the answer is missing")
  void unanswered() {
    ofExecuting = new SQLException("an I/O error", "08006");
    assertThat(failure()).isInstanceOf(UnansweredException.class);
    ofExecuting = new SQLException("who knows");
    assertThat(failure()).isInstanceOf(UnansweredException.class);
  }
}
