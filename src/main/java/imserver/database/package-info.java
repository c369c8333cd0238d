/**
 * Which database there is, and that its tables are there.
 *
 * <p>{@link imserver.database.EnvironmentDataSource} is the data source that the WAR brings along:
 * the server pools it and puts it under JTA, so that nothing need be set up on the server; the
 * environment decides whether it leads to PostgreSQL or to the embedded H2. {@link
 * imserver.database.Schema} defines it and migrates the tables before anything else starts.
 *
 * <p>Rules: only JDBC here, no JPA; the two databases differ in this package and in {@code
 * db/migration} alone.
 *
 * <p>Why connections heal here: servers' pools differ in what they do with a connection whose
 * database was restarted (Payara hands it out once more, WildFly for ever), and a
 * {@code @DataSourceDefinition} cannot tell them to test it. So {@link
 * imserver.database.HealingConnection} replaces a dead connection at the first statement of a
 * transaction, where nothing can be lost by it.
 */
@NullMarked
package imserver.database;

import org.jspecify.annotations.NullMarked;
