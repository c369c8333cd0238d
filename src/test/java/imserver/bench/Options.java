package imserver.bench;

import java.nio.file.Path;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What the command line chooses.
 *
 * @param servers {@code -Dbench.server}: {@code tomcat-10}, {@code payara-micro}, or {@code both}
 * @param parts {@code -Dbench.parts}, with commas between them: {@code ceilings} (client and
 *     database), {@code throughput}, {@code acks} (throughput where recipients mark what they get
 *     as read: each message at once, and eight at a time), {@code drawn} (throughput where each
 *     next sender is drawn from many), {@code latency}, {@code idle}, {@code replay}, {@code
 *     stuck}; and, only where they are named, since they take minutes more: {@code servers}
 *     (throughput and latency of one, two and three servers on one database), {@code rules} (beside
 *     the product of the other parts another one with a quota for strangers, where one sender in a
 *     hundred is blocked) and {@code mariadb} (beside it, and beside the database of {@code
 *     ceilings}, the same on MariaDB)
 * @param seconds {@code -Dbench.seconds}: how long each load is measured, all rounds together
 * @param rounds {@code -Dbench.rounds}: how often product and references take turns
 * @param warmUp {@code -Dbench.warmup}: seconds for which a server works at each window before it
 *     is measured; in the part {@code servers}, at all windows together
 * @param pairs {@code -Dbench.pairs}: senders, each with a recipient
 * @param drawn {@code -Dbench.drawn}: senders of the part {@code drawn}, who are all connected, so
 *     that {@code ulimit -n} must allow that; each has a recipient who is not. 10,000 take a heap
 *     of 1 to 2 GB
 * @param before {@code -Dbench.before}: another build's folder, with {@code teaching.war} and
 *     {@code tomcat/teaching.war}, whose product is measured beside this one's; null for none
 * @param postgresql {@code -Dbench.postgresql}: the folder of an installed PostgreSQL's programs,
 *     as {@code /usr/lib/postgresql/17/bin}; null for the one that tests bring along, which is
 *     compiled to be small
 * @param rate {@code -Dbench.rate}: messages a second of the open loop; the part {@code servers}
 *     has one with ten times as many besides
 * @param connections {@code -Dbench.connections}: idle ones
 * @param unread {@code -Dbench.unread}: messages waiting for one user
 * @param stored {@code -Dbench.stored}: messages of others that are in the table of a second
 *     product beside which the first, whose table is empty, is measured; 0 for no second
 * @param heap {@code -Dbench.heap}: of the server, as for -Xmx
 * @param idleHeap {@code -Dbench.idle.heap}: of the server with the idle connections
 * @param jvm {@code -Dbench.jvm}: more options for the server's JVM, with blanks between them
 * @param target the build's folder
 */
record Options(
    List<Server.Product> servers,
    Set<String> parts,
    double seconds,
    int rounds,
    double warmUp,
    int pairs,
    int drawn,
    @Nullable Path before,
    @Nullable Path postgresql,
    int rate,
    int connections,
    int unread,
    int stored,
    String heap,
    String idleHeap,
    List<String> jvm,
    Path target) {

  /** Those that are run where none is named. */
  private static final List<String> USUAL =
      List.of("ceilings", "throughput", "acks", "drawn", "latency", "idle", "replay", "stuck");

  /** Those that are run only where they are named. */
  private static final List<String> OTHERS = List.of("servers", "rules", "mariadb");

  static Options read() {
    String server = property("server", "both");
    Set<String> parts = Set.of(property("parts", String.join(",", USUAL)).split(","));
    Set<String> all = new LinkedHashSet<>(USUAL);
    all.addAll(OTHERS);
    if (!all.containsAll(parts)) {
      throw new IllegalArgumentException("bench.parts are " + all + ", not " + parts);
    }
    return new Options(
        server.equals("both")
            ? List.of(Server.Product.values())
            : List.of(Server.Product.of(server)),
        parts,
        Double.parseDouble(property("seconds", "12")),
        number("rounds", 6),
        Double.parseDouble(property("warmup", "20")),
        number("pairs", 50),
        number("drawn", 15_000),
        path("before"),
        path("postgresql"),
        number("rate", 200),
        number("connections", 10_000),
        number("unread", 100_000),
        number("stored", 0),
        property("heap", "512m"),
        property("idle.heap", "2g"),
        List.of(property("jvm", "").split(" ")).stream().filter(o -> !o.isBlank()).toList(),
        Path.of(property("target", "target")).toAbsolutePath());
  }

  private static @Nullable Path path(String name) {
    String path = property(name, "");
    return path.isEmpty() ? null : Path.of(path).toAbsolutePath();
  }

  private static int number(String name, int otherwise) {
    return Integer.parseInt(property(name, String.valueOf(otherwise)));
  }

  private static String property(String name, String otherwise) {
    return System.getProperty("bench." + name, otherwise);
  }

  /** Whether product and references are to be compared in some way. */
  boolean hasComparison() {
    return has("throughput") || has("acks") || has("drawn") || has("latency");
  }

  boolean has(String part) {
    return parts.contains(part);
  }
}
