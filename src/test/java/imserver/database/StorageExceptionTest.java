package imserver.database;

import static org.assertj.core.api.Assertions.assertThat;

import java.sql.SQLException;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("What the database did not do")
class StorageExceptionTest {

  @Test
  @DisplayName("is said in the first line of the cause, since it may be said for each batch")
  void line() {
    SQLException cause = new SQLException("ERROR: read-only\n  Where: SQL statement\nline 3");
    assertThat(new StorageException(new IllegalStateException(cause)))
        .hasMessage("java.sql.SQLException: ERROR: read-only")
        .hasRootCause(cause);
  }
}
