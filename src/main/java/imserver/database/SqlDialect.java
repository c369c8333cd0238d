package imserver.database;

import imserver.config.Config;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * SQL is written once, as PostgreSQL and H2 take it; for MariaDB what differs is replaced here:
 *
 * <ul>
 *   <li>a table of numbers that are a parameter, {@code unnest(cast(? as bigint array)) as n (id)},
 *       is there one of JSON; what is joined to it next is looked up for each number, in their
 *       order, so that rows are locked in that order. Two parameters of equal length are two
 *       columns; on MariaDB they are one parameter, the first ({@link #numberPairs}).
 *   <li>the names of types in casts, {@code bigint}, {@code varchar}, {@code boolean}, {@code
 *       timestamp with time zone}
 *   <li>milliseconds since 1970, {@code cast(extract(epoch from …) * 1000 as bigint)}
 *   <li>{@code current_timestamp}, which is there without fractions of a second unless it says how
 *       many
 *   <li>{@code on conflict do nothing} after the values of a row
 *   <li>the division of whole numbers by 65536, the size of a bucket
 *   <li>clauses by which rows are locked ({@link #locking})
 * </ul>
 *
 * <p>What is for MariaDB alone, as an index to be used, may stand in a comment that begins with
 * {@code !}. Safe for use by several threads.
 */
@ApplicationScoped
public class SqlDialect {

  private record Replacement(Pattern pattern, Function<MatchResult, String> by) {

    static Replacement of(String regex, String by) {
      return new Replacement(
          Pattern.compile(regex),
          match -> {
            String text = by;
            for (int i = 1; i <= match.groupCount(); i++) {
              String group = match.group(i);
              text = text.replace("<" + i + ">", group == null ? "" : group);
            }
            return text;
          });
    }
  }

  private static final String PARAMETER = "(\\?\\d*)";
  private static final String ARRAY = "cast\\(" + PARAMETER + " as bigint array\\)";

  private static final List<Replacement> FOR_MARIADB =
      List.of(
          Replacement.of(
              "unnest\\(" + ARRAY + "\\) as (\\w+) \\((\\w+)\\)",
              "json_table(<1>, '$[*]' columns (<3> bigint path '$')) as <2>"),
          Replacement.of(
              "unnest\\(" + ARRAY + ",\\s+" + ARRAY + "\\) as (\\w+) \\((\\w+), (\\w+)\\)",
              "json_table(<1>, '$[*]' columns (<4> bigint path '$[0]', <5> bigint path '$[1]')) as"
                  + " <3>"),
          Replacement.of("('\\$(?:\\[1\\])?'\\)\\) as \\w+\\s+)join ", "<1>straight_join "),
          Replacement.of(
              "cast\\(extract\\(epoch from ([\\w.]+)\\) \\* 1000 as bigint\\)",
              "cast(unix_timestamp(<1>) * 1000 as signed)"),
          Replacement.of("cast\\(" + PARAMETER + " as boolean\\)", "<1>"),
          Replacement.of(" as bigint\\)", " as signed)"),
          Replacement.of(" as varchar(\\(\\d+\\))?\\)", " as char<1>)"),
          Replacement.of(" as timestamp with time zone\\)", " as datetime(6))"),
          Replacement.of("current_timestamp(?!\\()", "current_timestamp(6)"),
          Replacement.of(
              "(\\((\\w+)[^)]*\\) values .*) on conflict do nothing",
              "<1> on duplicate key update <2> = <2>"),
          Replacement.of(" / 65536", " div 65536"));

  private final Vendor vendor;
  private final Map<String, String> known = new ConcurrentHashMap<>();

  /** For the container's proxies. */
  protected SqlDialect() {
    this(Vendor.H2);
  }

  /** Of the database that is configured. */
  @Inject
  public SqlDialect(Config config) {
    this(Vendor.of(config.storage()));
  }

  /** Of one database. */
  public SqlDialect(Vendor vendor) {
    this.vendor = vendor;
  }

  /** Which database it is of. */
  public Vendor vendor() {
    return vendor;
  }

  /** A statement as this database takes it. Its text is to be a constant: it is remembered. */
  public String sql(String text) {
    return vendor == Vendor.MARIADB ? known.computeIfAbsent(text, SqlDialect::forMariaDb) : text;
  }

  private static String forMariaDb(String text) {
    String replaced = text;
    for (Replacement each : FOR_MARIADB) {
      replaced = each.pattern().matcher(replaced).replaceAll(match -> quoted(each, match));
    }
    return replaced;
  }

  private static String quoted(Replacement replacement, MatchResult match) {
    return Matcher.quoteReplacement(replacement.by().apply(match));
  }

  /**
   * A clause by which rows are locked, with a blank before it; none on H2, where one transaction
   * writes at a time. MariaDB locks the rows of all tables that are read, and knows no weaker lock.
   */
  public String locking(String clause) {
    return switch (vendor) {
      case POSTGRESQL -> " " + clause;
      case MARIADB -> " " + clause.replace("no key ", "").replaceFirst(" of \\w+", "");
      case H2 -> "";
    };
  }

  /** The parameters of a table with two columns, from the first on. */
  public List<Object> numberPairs(List<Long> first, List<Long> second) {
    if (vendor != Vendor.MARIADB) {
      return List.of(first.toArray(Long[]::new), second.toArray(Long[]::new));
    }
    StringBuilder json = new StringBuilder("[");
    for (int i = 0; i < first.size(); i++) {
      json.append(i == 0 ? "[" : ",[").append(first.get(i)).append(',').append(second.get(i));
      json.append(']');
    }
    return List.of(json.append(']').toString());
  }

  /** Numbers as the parameter of a table of them. */
  public Object numbers(Collection<Long> numbers) {
    return vendor == Vendor.MARIADB
        ? numbers.stream().map(String::valueOf).collect(Collectors.joining(",", "[", "]"))
        : numbers.toArray(Long[]::new);
  }
}
