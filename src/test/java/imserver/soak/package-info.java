/**
 * Several servers on one PostgreSQL while things break: servers, their links to the database, the
 * database itself. Users with connections to all servers write to each other meanwhile, and at the
 * end {@link imserver.soak.Oracle} says whether all that was promised was kept.
 *
 * <p>{@link imserver.soak.ClusterFaultsIT} is the short run, a part of {@code mvn verify}: the same
 * faults each time. {@link imserver.soak.ClusterSoak} is the long one, {@code mvn -Pcluster-soak}:
 * faults drawn from a seed, for as long as one likes.
 *
 * <p>{@link imserver.soak.Soak} is a run. {@link imserver.soak.Site} is what is broken by the
 * {@link imserver.soak.Fault}s: a {@link imserver.soak.Postgres} and three {@link
 * imserver.soak.Node}s, each with a {@link imserver.soak.Link} of its own between it and the
 * database. {@link imserver.soak.Population} is who uses it: {@link imserver.soak.Writer}s, and
 * {@link imserver.soak.Reader}s with their {@link imserver.soak.Device}s, on version 1; {@link
 * imserver.soak.Talkers} have {@link imserver.soak.SyncDevice}s, on version 2.
 */
package imserver.soak;
