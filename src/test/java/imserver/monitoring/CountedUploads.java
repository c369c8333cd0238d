package imserver.monitoring;

import imserver.monitoring.Meters.UploadOutcome;
import java.util.Locale;

/** What was told of uploads until now, for tests of other packages. */
public final class CountedUploads {

  private CountedUploads() {}

  /** How many had this outcome. */
  public static double of(UploadOutcome outcome) {
    return Meters.REGISTRY
        .get("imserver.uploads")
        .tag("outcome", outcome.name().toLowerCase(Locale.ROOT))
        .counter()
        .count();
  }
}
