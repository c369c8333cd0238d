/**
 * Tests of the whole product: the WAR as it is delivered, in a real server, by real WebSocket
 * clients.
 *
 * <p>{@link imserver.server.TestEnvironment} prepares the database before the first test, {@link
 * imserver.server.WithServer} starts a server with the settings that a test class names, {@link
 * imserver.server.Client} and {@link imserver.server.RawClient} talk to it. The same classes run on
 * every {@link imserver.server.ServerProduct}, each in a process of its own.
 *
 * <p>Tags: {@code h2} or {@code postgresql} is about that database alone; {@code no-server} needs
 * no server, or is the same on whichever, and runs on Tomcat alone; {@code hot-deploy} needs one
 * that takes a WAR while it runs; {@code redis} and {@code nginx} need that, and {@code mixed}
 * starts servers of several products by itself: these three run on one execution alone. {@code
 * crossed} is about who commits and how the database keeps it: not on Payara with PostgreSQL, where
 * that is the same as on Tomcat.
 */
package imserver.server;
