package imserver.database;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("SQL")
class SqlDialectTest {

  private final SqlDialect mariaDb = new SqlDialect(Vendor.MARIADB);

  private void assertOnMariaDb(String text, String expected) {
    assertThat(mariaDb.sql(text)).isEqualTo(expected);
    assertThat(new SqlDialect(Vendor.POSTGRESQL).sql(text)).isEqualTo(text);
    assertThat(new SqlDialect(Vendor.H2).sql(text)).isEqualTo(text);
  }

  @Test
  @DisplayName("has tables of numbers of JSON on MariaDB, from which what is joined is looked up")
  void tables() {
    assertOnMariaDb(
        "from unnest(cast(?1 as bigint array)) as n (id)\njoin t on",
        "from json_table(?1, '$[*]' columns (id bigint path '$')) as n\nstraight_join t on");
    assertOnMariaDb(
        "unnest(cast(? as bigint array),\n cast(? as bigint array)) as n (low, high) join c",
        "json_table(?, '$[*]' columns (low bigint path '$[0]', high bigint path '$[1]')) as n"
            + " straight_join c");
  }

  @Test
  @DisplayName("is written anew for MariaDB where its words are others")
  void words() {
    assertOnMariaDb(
        "select cast(extract(epoch from current_timestamp) * 1000 as bigint)",
        "select cast(unix_timestamp(current_timestamp(6)) * 1000 as signed)");
    assertOnMariaDb(
        "cast(? as bigint), cast(?2 as boolean), cast(? as timestamp with time zone)",
        "cast(? as signed), ?2, cast(? as datetime(6))");
    assertOnMariaDb(
        "cast(epoch as varchar(36)), cast(? as varchar)",
        "cast(epoch as char(36)), cast(? as char)");
    assertOnMariaDb(
        "current_timestamp(6) >= current_timestamp",
        "current_timestamp(6) >= current_timestamp(6)");
    assertOnMariaDb("u.after_id / 65536", "u.after_id div 65536");
  }

  @Test
  @DisplayName("has numbers as JSON on MariaDB, as arrays on the others")
  void numbers() {
    assertThat(mariaDb.numbers(List.of(1L, 2L))).isEqualTo("[1,2]");
    assertThat(mariaDb.numberPairs(List.of(1L, 2L), List.of(3L, 4L)))
        .isEqualTo(List.of("[[1,3],[2,4]]"));
    assertThat(new SqlDialect(Vendor.H2).numbers(List.of(1L))).isEqualTo(new Long[] {1L});
    assertThat(new SqlDialect(Vendor.POSTGRESQL).numberPairs(List.of(1L), List.of(3L)))
        .containsExactly(new Long[] {1L}, new Long[] {3L});
  }

  @Test
  @DisplayName("locks rows by the clause that each database knows")
  void locking() {
    String clause = "for no key update of s";
    assertThat(mariaDb.locking(clause)).isEqualTo(" for update");
    assertThat(new SqlDialect(Vendor.POSTGRESQL).locking(clause)).isEqualTo(" " + clause);
    assertThat(new SqlDialect(Vendor.H2).locking(clause)).isEmpty();
    assertThat(mariaDb.locking("for update skip locked")).isEqualTo(" for update skip locked");
  }
}
