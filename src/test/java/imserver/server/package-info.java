/**
 * Tests of the whole product: the WAR as it is delivered, in a real server, by real WebSocket
 * clients.
 *
 * <p>{@link imserver.server.TestEnvironment} prepares ports and the database before the first test,
 * {@link imserver.server.Wars} deploys the WAR with the settings that a test class names, {@link
 * imserver.server.Client} and {@link imserver.server.RawClient} talk to it. Everything runs once on
 * H2 and once on PostgreSQL; what is tagged {@code h2} or {@code postgresql} is about that database
 * alone.
 */
package imserver.server;
