package imserver.file;

import imserver.config.Configs;
import imserver.database.SqlDialect;
import imserver.database.Vendor;
import jakarta.persistence.EntityManager;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;

/** Attachments without a container. */
public final class TestAttachments {

  private static final Clock CLOCK =
      Clock.fixed(Instant.parse("2026-01-02T03:04:05Z"), ZoneOffset.UTC);

  private TestAttachments() {}

  /** Those of a database. */
  public static Attachments of(EntityManager entities) {
    return of(entities, new SqlDialect(Vendor.H2));
  }

  /** The same, with its SQL. */
  public static Attachments of(EntityManager entities, SqlDialect dialect) {
    return new Attachments(entities, new FileAddresses(Configs.with(), CLOCK, "secret"), dialect);
  }
}
