package imserver.database;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("What a pool of the server lacks")
class PoolSettingsTest {

  @Test
  @DisplayName("is nothing where a lock and a statement are given up in time")
  void nothing() {
    assertThat(PoolSettings.missingTimeouts(3, true, 3.5)).isEmpty();
    assertThat(PoolSettings.missingTimeouts(1, true, 10)).isEmpty();
  }

  @Test
  @DisplayName("is said by what to set: by default both last too long")
  void defaults() {
    assertThat(PoolSettings.missingTimeouts(50, true, 0))
        .containsExactly("sessionVariables=innodb_lock_wait_timeout=3,max_statement_time=3.5");
  }

  @Test
  @DisplayName(
      "is one parameter of the address on PostgreSQL too, in which a second would replace the first")
  void postgresql() {
    assertThat(PoolSettings.missingOptions("0", "auto"))
        .containsExactly(
            "options=-c%20statement_timeout=3500%20-c%20plan_cache_mode=force_custom_plan");
    assertThat(PoolSettings.missingOptions("3500ms", "force_custom_plan")).isEmpty();
  }

  @Test
  @DisplayName("is not said of MySQL where MySQL has no such bound")
  void mySql() {
    assertThat(PoolSettings.missingTimeouts(4, false, 0))
        .containsExactly("sessionVariables=innodb_lock_wait_timeout=3");
  }
}
