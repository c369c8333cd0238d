package imserver.transfer;

import java.nio.charset.StandardCharsets;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Types;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * What a column holds, whatever a database calls that. A value is a {@code Long} of a number or
 * flag, a {@code String} of a text or UUID, an {@code Instant}, or bytes, so that it can be written
 * into a column that keeps the same in another way, and means the same when it is read there.
 */
enum ColumnType {
  NUMBER {
    @Override
    @Nullable Object read(ResultSet row, int column) throws SQLException {
      long value = row.getLong(column);
      return row.wasNull() ? null : value;
    }

    @Override
    void write(PreparedStatement statement, int parameter, Object value) throws SQLException {
      statement.setLong(parameter, (Long) value);
    }
  },
  FLAG {
    @Override
    @Nullable Object read(ResultSet row, int column) throws SQLException {
      boolean value = row.getBoolean(column);
      return row.wasNull() ? null : value ? 1L : 0L;
    }

    @Override
    void write(PreparedStatement statement, int parameter, Object value) throws SQLException {
      statement.setBoolean(parameter, (Long) value != 0);
    }
  },
  TEXT {
    @Override
    @Nullable Object read(ResultSet row, int column) throws SQLException {
      return row.getString(column);
    }

    @Override
    void write(PreparedStatement statement, int parameter, Object value) throws SQLException {
      statement.setString(parameter, (String) value);
    }
  },
  /** A text that is kept as its bytes in UTF-8. */
  TEXT_IN_BYTES {
    @Override
    @Nullable Object read(ResultSet row, int column) throws SQLException {
      byte[] bytes = row.getBytes(column);
      return bytes == null ? null : new String(bytes, StandardCharsets.UTF_8);
    }

    @Override
    void write(PreparedStatement statement, int parameter, Object value) throws SQLException {
      statement.setBytes(parameter, ((String) value).getBytes(StandardCharsets.UTF_8));
    }
  },
  UUID_VALUE {
    @Override
    @Nullable Object read(ResultSet row, int column) throws SQLException {
      return row.getString(column);
    }

    @Override
    void write(PreparedStatement statement, int parameter, Object value) throws SQLException {
      statement.setObject(parameter, UUID.fromString((String) value));
    }
  },
  TIME {
    @Override
    @Nullable Object read(ResultSet row, int column) throws SQLException {
      OffsetDateTime value = row.getObject(column, OffsetDateTime.class);
      return value == null ? null : value.toInstant();
    }

    @Override
    void write(PreparedStatement statement, int parameter, Object value) throws SQLException {
      statement.setObject(parameter, ((Instant) value).atOffset(ZoneOffset.UTC));
    }
  },
  /** A time that is kept without its zone, in UTC. */
  TIME_IN_UTC {
    @Override
    @Nullable Object read(ResultSet row, int column) throws SQLException {
      LocalDateTime value = row.getObject(column, LocalDateTime.class);
      return value == null ? null : value.toInstant(ZoneOffset.UTC);
    }

    @Override
    void write(PreparedStatement statement, int parameter, Object value) throws SQLException {
      statement.setObject(parameter, LocalDateTime.ofInstant((Instant) value, ZoneOffset.UTC));
    }
  };

  /** The value, null for none. */
  abstract @Nullable Object read(ResultSet row, int column) throws SQLException;

  /** Sets a parameter to a value that is not null. */
  abstract void write(PreparedStatement statement, int parameter, Object value) throws SQLException;

  /**
   * The one of a column, by what the driver says of it.
   *
   * @param type of {@link Types}
   * @param name the database's own
   */
  static ColumnType of(int type, String name) throws SQLException {
    return switch (type) {
      case Types.BIGINT, Types.INTEGER, Types.SMALLINT -> NUMBER;
      case Types.BOOLEAN, Types.BIT, Types.TINYINT -> FLAG;
      case Types.VARCHAR, Types.LONGVARCHAR, Types.CHAR, Types.NVARCHAR, Types.CLOB ->
          name.equalsIgnoreCase("uuid") ? UUID_VALUE : TEXT;
      case Types.VARBINARY, Types.BINARY, Types.LONGVARBINARY, Types.BLOB ->
          name.equalsIgnoreCase("uuid") ? UUID_VALUE : TEXT_IN_BYTES;
      case Types.TIMESTAMP_WITH_TIMEZONE -> TIME;
      case Types.TIMESTAMP -> name.startsWith("timestamptz") ? TIME : TIME_IN_UTC;
      case Types.OTHER -> {
        if (!name.equalsIgnoreCase("uuid")) {
          throw new SQLException("a column of an unknown type: " + name);
        }
        yield UUID_VALUE;
      }
      default -> throw new SQLException("a column of an unknown type: " + name);
    };
  }
}
