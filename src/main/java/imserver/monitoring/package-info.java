/**
 * What an operator sees of a server while it runs: figures, traces, and lines of the log as JSON.
 * No other package of ours is needed for it but the settings, so that every package may use it.
 *
 * <ul>
 *   <li>{@link imserver.monitoring.Meters} has every metric of ours, with its name and what it
 *       counts. Whoever does something says so there: {@code Meters.stored(3)}. What is asked for
 *       when somebody looks, as the number of connections, its owner registers as a gauge when it
 *       starts. It is static: what it counts is of this process, whoever counts it.
 *   <li>{@link imserver.monitoring.Monitoring} begins with the server, and gives all that to
 *       Prometheus, with what the JVM tells of itself, unless {@code IMSERVER_METRICS=off}. {@code
 *       imserver.rest.MetricsResource} is where it is scraped.
 *   <li>{@link imserver.monitoring.Traces} has the spans of OpenTelemetry. There are some where its
 *       agent is in the JVM, and none otherwise.
 *   <li>{@link imserver.monitoring.JsonLog} writes the log as JSON, where {@code
 *       IMSERVER_LOG=json}; {@link imserver.monitoring.LogContext} says of which connection and
 *       user a line is.
 *   <li>{@link imserver.monitoring.Watchdog} notices when a thread on which all users depend comes
 *       to no end: who has such a thread asks it for a {@link imserver.monitoring.TaskWatch}.
 * </ul>
 *
 * <h2>The way of a message, in three histograms</h2>
 *
 * <p>{@code imserver_message_commit_seconds}: from when it was taken in until its transaction is
 * committed, one sample a message. {@code imserver_batch_delivery_seconds}: from that commit until
 * the batch is answered and handed to all connections, one sample a batch. {@code
 * imserver_connection_write_seconds}: from when the first packet was handed to a connection for
 * which nothing waited, until the container has written everything that waits for it; one sample
 * each time that a connection comes to rest. A slow client shows in the last one alone. One clock
 * reading is needed for a batch and two for a burst of packets, and not some for each packet.
 *
 * <h2>What it must not do</h2>
 *
 * <p>No tag has a value of which users can make as many as they like: no id, address or name. No
 * gauge asks the database when it is read: a scrape works, and takes no longer, while the database
 * is down. What only the database knows, as the backlog of the webhook, is looked up now and then
 * by its owner, and kept.
 */
@NullMarked
package imserver.monitoring;

import org.jspecify.annotations.NullMarked;
