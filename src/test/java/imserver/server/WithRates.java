package imserver.server;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * {@link WithServer} with limits by rate, low enough for a test to meet each: more requests than
 * messages, so that the limit of messages is met first.
 */
@Target(ElementType.TYPE)
@Retention(RetentionPolicy.RUNTIME)
@WithServer({
  "IMSERVER_RATE=20",
  "IMSERVER_READ_RATE=20",
  "IMSERVER_REQUEST_RATE=30",
  "IMSERVER_SEARCH_RATE=20",
  "IMSERVER_CONNECT_RATE=30"
})
@interface WithRates {}
