/**
 * The benchmark, run by hand: {@code mvn -Pbench}. No part of {@code mvn verify}.
 *
 * <p>{@link imserver.bench.Benchmark} starts the product in a server of its own process with a
 * PostgreSQL that keeps its promises (fsync on), drives it over sockets, and prints what it
 * measured beside what the same client measured of the references: a relay without storage on the
 * same container ({@link imserver.bench.Relay}), the database alone ({@link
 * imserver.bench.Database}), the client alone ({@link imserver.bench.NullServer}). While it
 * measures it checks: a message that is lost, doubled, changed or out of order fails the run
 * ({@link imserver.bench.Pair}).
 *
 * <p>{@link imserver.bench.Loop} and {@link imserver.bench.ClientSocket} are the client: one
 * thread, frames as prepared bytes, answers compared byte by byte. It must stay cheap, for it
 * shares the machine with what it measures.
 *
 * <p>{@link imserver.bench.Scaling} compares one, two and three servers on one database, where that
 * is asked for.
 *
 * <p>Apart from the benchmark, {@link imserver.bench.ConversationCost} measures what the list of
 * conversations costs a user who has many. It is run by {@code java -cp} with the test class path
 * that {@code mvn dependency:build-classpath} prints, once to make a database, and once against a
 * server on it.
 *
 * <p>{@link imserver.bench.Options} lists what can be chosen with {@code -Dbench.…}.
 */
package imserver.bench;
