/**
 * Tests of the whole product: the WAR as it is delivered, in a real server, by real WebSocket
 * clients.
 *
 * <p>{@link imserver.server.TestEnvironment} prepares ports and the database before the first test,
 * {@link imserver.server.Wars} deploys the WAR with the settings that a test class names, {@link
 * imserver.server.Client} and {@link imserver.server.RawClient} talk to it. The same classes run on
 * every {@link imserver.server.ServerProduct}: on Payara in the tests' own JVM, on all others in a
 * process of their own ({@link imserver.server.ServerContainer}).
 *
 * <p>Tags: {@code h2} or {@code postgresql} is about that database alone; {@code no-server} needs
 * no server; {@code hot-deploy} needs one that takes a WAR while it runs.
 */
package imserver.server;
