package imserver.database;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("What MariaDB may lose in a crash")
class DurabilityTest {

  @Test
  @DisplayName("is nothing where each commit is flushed, and the binary log is, or there is none")
  void nothing() {
    assertThat(Durability.risks(1, true, 1)).isEmpty();
    assertThat(Durability.risks(1, false, 0)).isEmpty();
  }

  @Test
  @DisplayName("is said by what to set")
  void risks() {
    assertThat(Durability.risks(2, false, 0))
        .containsExactly("innodb_flush_log_at_trx_commit=1 (it is 2)");
    assertThat(Durability.risks(0, true, 100))
        .containsExactly("innodb_flush_log_at_trx_commit=1 (it is 0)", "sync_binlog=1 (it is 100)");
  }
}
