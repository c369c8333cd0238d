package imserver.rest;

import static org.assertj.core.api.Assertions.assertThat;

import imserver.database.StorageException;
import java.sql.SQLException;
import java.util.concurrent.CompletionException;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("A problem")
class ProblemMapperTest {

  @Test
  @DisplayName("is the same where a later step of a request wraps it")
  void wrapped() {
    Problem problem = Problem.ofStatus(404);
    assertThat(ProblemMapper.of(new CompletionException(problem))).isSameAs(problem);
  }

  @Test
  @DisplayName("of the database may pass, also where a later step of a request wraps it")
  void database() {
    Problem problem =
        ProblemMapper.of(
            new CompletionException(new StorageException(new SQLException("not there"))));
    assertThat(problem.status()).isEqualTo(503);
    assertThat(problem.retryable()).isTrue();
  }
}
