/**
 * The data source and the tables.
 *
 * <p>{@link imserver.database.EnvironmentDataSource} is the data source in the WAR: the server
 * pools it and enlists it in JTA, so that nothing needs to be set up on the server; the environment
 * decides whether it connects to PostgreSQL, to MariaDB or to the embedded H2. {@link
 * imserver.database.Schema} defines it and migrates the tables before any other part uses them.
 *
 * <p>Rules: only JDBC here, no JPA. The databases differ in this package, in {@code db/migration},
 * and in the {@code MessageStore}s of {@code imserver.message} with the classes that these use;
 * {@code MessageService} asks {@link imserver.database.Vendor} which of them there is. What else is
 * written in SQL is the same for all, written so that each finds its indexes, and translated for
 * MariaDB where that has other words ({@link imserver.database.SqlDialect}); a few statements of
 * files, webhooks and the cluster, for which it has other means, stand beside those of PostgreSQL.
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
