package imserver.server;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * {@link WithServer} with limits of number, low enough for a test to meet each, with a directory
 * that decides who may be written to, and with an origin that is allowed; without metrics, and with
 * a log of JSON.
 */
@Target(ElementType.TYPE)
@Retention(RetentionPolicy.RUNTIME)
@WithServer({
  "IMSERVER_MAX_CONNECTIONS_PER_USER=" + ConfiguredLimitsIT.CONNECTIONS,
  "IMSERVER_REPLAY_LIMIT=" + ConfiguredLimitsIT.REPLAY,
  "IMSERVER_OUTBOX=" + ConfiguredLimitsIT.OUTBOX,
  "IMSERVER_RECIPIENTS=known",
  "IMSERVER_USER_SEARCH=off",
  "IMSERVER_METRICS=off",
  "IMSERVER_LOG=json",
  "IMSERVER_ALLOWED_ORIGINS=" + StaticFilesIT.ORIGIN
})
@interface WithLimits {}
