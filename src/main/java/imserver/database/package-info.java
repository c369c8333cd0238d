/**
 * The data source and the tables.
 *
 * <p>{@link imserver.database.EnvironmentDataSource} is the data source in the WAR: the server
 * pools it and enlists it in JTA, so that nothing needs to be set up on the server; the environment
 * decides whether it connects to PostgreSQL, to MariaDB or to the embedded H2. {@link
 * imserver.database.Schema} defines it and migrates the tables before any other part uses them.
 *
 * <h2>A data source of the server</h2>
 *
 * <p>With {@code IMSERVER_JNDI} the server has the data source, and the pool is its own: {@code
 * ServerPool} looks it up, once. Nothing is put between it and those who use it. {@code
 * ServerPoolJpa} gives it to EclipseLink, {@code DataSourceProducer} to beans that use JDBC, and on
 * Tomcat {@code imserver.ejb} takes it in the place of a pool of its own. The data source that the
 * WAR defines is there still, since an annotation has no condition; nobody asks it for a
 * connection, and it gives none.
 *
 * <ul>
 *   <li>The kind of database is what its driver says. Only the drivers that the WAR has are taken,
 *       since errors and arrays are theirs; in the version, and of the class loader, of the server.
 *       H2 is refused: the file is for this process alone, by settings that only the address has.
 *   <li>A pool's sessions are not changed behind its back, as others may use it. What the address
 *       of the WAR's own data source has for parameters has to be in that of the server's. {@code
 *       PoolSettings} asks a connection for them at the start: what would be wrong results without
 *       them is refused, what would be waiting without a bound is a warning.
 *   <li>Migrations take connections out of it whose time-outs are long until they are given back:
 *       {@code PatientConnection}.
 *   <li>Two connections are held for notifications between servers ({@code ListeningConnection}),
 *       as these cannot be shared.
 *   <li>{@code ReconnectingConnection} is not there: that a connection lives is for the pool to
 *       test. Nor is the bound of 2 s on the wait for one. A pool that is too small makes
 *       everything slower, and one that has fewer than eight may stand still, as a user's
 *       transaction can wait for a second connection.
 *   <li>What has no server ({@code imserver.transfer}) knows only addresses.
 *   <li>Hibernate (WildFly) takes the data source of {@code persistence.xml}, and no other: its
 *       deployment fails there, by what {@code EnvironmentDataSource} throws.
 * </ul>
 *
 * <h2>What is the same for all</h2>
 *
 * <p>Rules: only JDBC here, no JPA, but for the class that EclipseLink asks for a data source. The
 * databases differ in this package, in {@code db/migration}, and in the {@code MessageStore}s of
 * {@code imserver.message} with the classes that these use; {@code MessageService} asks {@link
 * imserver.database.Vendor} which of them there is. What else is written in SQL is the same for
 * all, written so that each finds its indexes, and translated for MariaDB where that has other
 * words ({@link imserver.database.SqlDialect}); a few statements of files, webhooks and the
 * cluster, for which it has other means, stand beside those of PostgreSQL.
 *
 * <p>The tables of each database are one file, {@code V1__schema.sql}; PostgreSQL's functions are
 * repeatable migrations. What a release contained never changes afterwards: a later schema is a
 * migration on top of it.
 *
 * <p>Why connections reconnect here: the pools of servers differ in what they do with a connection
 * whose database was restarted (Payara hands it out once more, WildFly for ever), and a
 * {@code @DataSourceDefinition} cannot have them test it. So {@link
 * imserver.database.ReconnectingConnection} replaces a dead connection at the first statement of a
 * transaction, where nothing is lost by it.
 *
 * <p>How long a thread waits for PostgreSQL, or MariaDB: for a connection of the pool 2 s; for a
 * new one 2 s until TCP connects, 2 s for the answer that comes before the login, 4 s for each one
 * after that; for the proof that an idle one lives 1 s; for the answer to a statement 4 s, of which
 * the database itself ends it after 3.5 s, however large its batch: a slow one that is alive (500
 * messages, the recount of a user with a million unread messages) takes tenths of that. In the
 * worst case one after the other, about 10 s: no client waits for so long, since a timer answers
 * its request before. A lock is waited for 3 s at most on MariaDB. Migrations have an hour. The
 * address may set other times. H2 runs in this process, and waits 2 s for a lock.
 *
 * <p>Why H2 2.4.240 and not a newer one: killed (SIGKILL) while two writers committed into a file
 * of 80 MB, with WRITE_DELAY=0, 2.5.252 had lost committed rows in 6 of 40 rounds; 2.4.240 and
 * 2.3.232 in none of 40. Repeat that before raising the version, on a file of that size.
 */
@NullMarked
package imserver.database;

import org.jspecify.annotations.NullMarked;
