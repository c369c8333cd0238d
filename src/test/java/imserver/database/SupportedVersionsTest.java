package imserver.database;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.reflect.Proxy;
import java.sql.Connection;
import java.sql.DatabaseMetaData;
import org.flywaydb.core.api.callback.Context;
import org.flywaydb.core.api.callback.Event;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("A version of a database")
class SupportedVersionsTest {

  @Test
  @DisplayName("is taken from that on which has what the schema asks for")
  void taken() {
    assertThat(SupportedVersions.refusal("MariaDB", 10, 11)).isNull();
    assertThat(SupportedVersions.refusal("MariaDB", 11, 4)).isNull();
    assertThat(SupportedVersions.refusal("MySQL", 8, 0)).isNull();
    assertThat(SupportedVersions.refusal("MySQL", 9, 1)).isNull();
    assertThat(SupportedVersions.refusal("PostgreSQL", 15, 0)).isNull();
  }

  @Test
  @DisplayName("that is older is refused, and said to be so before a table is made")
  void refused() {
    SupportedVersions versions = new SupportedVersions();
    Context old =
        with(Context.class, "getConnection", with(Connection.class, "getMetaData", old()));
    assertThat(versions.supports(Event.BEFORE_VALIDATE, old)).isTrue();
    assertThatThrownBy(() -> versions.handle(Event.BEFORE_VALIDATE, old))
        .hasMessage("MariaDB 10.5 is too old: take 10.11 or later");
    assertThat(SupportedVersions.refusal("MySQL", 5, 7))
        .isEqualTo("MySQL 5.7 is too old: take 8.0 or later");
  }

  private static DatabaseMetaData old() {
    return (DatabaseMetaData)
        Proxy.newProxyInstance(
            SupportedVersionsTest.class.getClassLoader(),
            new Class<?>[] {DatabaseMetaData.class},
            (proxy, method, arguments) ->
                switch (method.getName()) {
                  case "getDatabaseProductName" -> "MariaDB";
                  case "getDatabaseMajorVersion" -> 10;
                  case "getDatabaseMinorVersion" -> 5;
                  default -> throw new UnsupportedOperationException(method.getName());
                });
  }

  private static <T> T with(Class<T> type, String name, Object result) {
    return type.cast(
        Proxy.newProxyInstance(
            SupportedVersionsTest.class.getClassLoader(),
            new Class<?>[] {type},
            (proxy, method, arguments) -> {
              assertThat(method.getName()).isEqualTo(name);
              return result;
            }));
  }
}
