package imserver.message;

import jakarta.persistence.EntityManager;
import jakarta.persistence.Query;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * SQL statements that the JPA provider parses once: to find their parameters each time costs much.
 * Safe for use by several threads.
 */
final class NamedStatements {

  /** Those that the provider knows by name: each has its text for a name. */
  private final Map<String, String> known = new ConcurrentHashMap<>();

  /** A statement with its parameters, which are numbered from 1. */
  Query create(EntityManager entities, String sql, Object... parameters) {
    Query query =
        entities.createNamedQuery(known.computeIfAbsent(sql, text -> add(entities, text)));
    for (int i = 0; i < parameters.length; i++) {
      query.setParameter(i + 1, parameters[i]);
    }
    return query;
  }

  private static String add(EntityManager entities, String sql) {
    entities.getEntityManagerFactory().addNamedQuery(sql, entities.createNativeQuery(sql));
    return sql;
  }
}
