package imserver.message;

import imserver.message.SenderHistory.PairHistory;
import imserver.message.SendingRules.Decision;
import jakarta.persistence.EntityManager;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.stream.Collectors;

/**
 * Reads on H2 what the {@link SendingRules} depend on, within the transaction that stores. No other
 * writes meanwhile, so that what is decided is right.
 */
final class H2Rules {

  private static final String PAIRS =
      """
      select c.low_id, c.high_id, c.sent_low, c.sent_high, c.blocked_by_low, c.blocked_by_high
      from unnest(cast(?1 as bigint array), cast(?2 as bigint array)) as n (low_id, high_id)
      join conversation c on c.low_id = n.low_id and c.high_id = n.high_id
      """;

  private static final String QUOTAS =
      """
      select s.user_id, coalesce(s.stranger_quota, -1)
      from unnest(cast(?1 as bigint array)) as n (user_id)
      join user_state s on s.user_id = n.user_id
      where s.has_rules = true
      """;

  private static final String NEW_RECIPIENTS =
      """
      select r.sender_id, count(*)
      from unnest(cast(?1 as bigint array)) as n (user_id)
      join new_recipient r on r.sender_id = n.user_id
      where r.began_at > cast(?2 as timestamp with time zone)
      group by r.sender_id
      """;

  private static final String SUSPENDED =
      """
      select p.user_id
      from unnest(cast(?1 as bigint array)) as n (user_id)
      join suspension p on p.user_id = n.user_id
      where p.ends_at > cast(?2 as timestamp with time zone)
      """;

  private static final String FORGET_NEW_RECIPIENTS =
      """
      delete from new_recipient where began_at <= cast(?1 as timestamp with time zone)
      """;

  private static final String NOTE_NEW_RECIPIENTS =
      """
      merge into new_recipient r
      using (select * from unnest(cast(?1 as bigint array), cast(?2 as bigint array)) as n (sender_id, recipient_id)) n
      on r.sender_id = n.sender_id and r.recipient_id = n.recipient_id
      when not matched then insert (sender_id, recipient_id, began_at)
        values (n.sender_id, n.recipient_id, cast(?3 as timestamp with time zone))
      """;

  private final EntityManager entities;
  private final NamedStatements statements;

  H2Rules(EntityManager entities, NamedStatements statements) {
    this.entities = entities;
    this.statements = statements;
  }

  /** What is to be done with messages that come in this order. */
  List<Decision> decide(List<NewMessage> newMessages, SiteRules site) {
    SortedSet<Long> users = new TreeSet<>();
    for (NewMessage newMessage : newMessages) {
      users.add(newMessage.senderId());
      users.add(newMessage.recipientId());
    }
    Map<Long, Integer> quotas = quotas(users);
    boolean isBounded =
        site.strangerQuota() != SiteRules.NO_BOUND || site.newRecipients() != SiteRules.NO_BOUND;
    if (quotas.isEmpty() && !isBounded) {
      return Collections.nCopies(newMessages.size(), Decision.STORE);
    }
    quotas.values().removeIf(quota -> quota < 0);
    OffsetDateTime now = newMessages.get(0).createdAt();
    Map<Long, Integer> newRecipients =
        site.newRecipients() == SiteRules.NO_BOUND ? Map.of() : newRecipients(users, now);
    return SendingRules.decide(
        newMessages,
        site,
        new SenderHistory(
            histories(pairs(newMessages)), quotas, newRecipients, suspended(users, now)));
  }

  private Set<Long> suspended(SortedSet<Long> users, OffsetDateTime now) {
    List<?> found =
        statements.create(entities, SUSPENDED, users.toArray(Long[]::new), now).getResultList();
    return found.stream().map(H2Rules::number).collect(Collectors.toSet());
  }

  /** Of those of whom there is something to look at; -1 for no quota. */
  private Map<Long, Integer> quotas(SortedSet<Long> users) {
    Map<Long, Integer> quotas = new HashMap<>();
    for (Object[] row : rows(QUOTAS, (Object) users.toArray(Long[]::new))) {
      quotas.put(number(row[0]), (int) number(row[1]));
    }
    return quotas;
  }

  private Map<Long, Integer> newRecipients(SortedSet<Long> users, OffsetDateTime now) {
    Map<Long, Integer> newRecipients = new HashMap<>();
    for (Object[] row : rows(NEW_RECIPIENTS, users.toArray(Long[]::new), now.minusHours(1))) {
      newRecipients.put(number(row[0]), (int) number(row[1]));
    }
    return newRecipients;
  }

  private static Set<UserPair> pairs(List<NewMessage> newMessages) {
    return newMessages.stream()
        .map(newMessage -> UserPair.of(newMessage.senderId(), newMessage.recipientId()))
        .collect(Collectors.toSet());
  }

  private Map<UserPair, PairHistory> histories(Set<UserPair> pairs) {
    Long[] lows = pairs.stream().map(UserPair::low).toArray(Long[]::new);
    Long[] highs = pairs.stream().map(UserPair::high).toArray(Long[]::new);
    Map<UserPair, PairHistory> histories = new HashMap<>();
    for (Object[] row : rows(PAIRS, lows, highs)) {
      histories.put(
          new UserPair(number(row[0]), number(row[1])),
          new PairHistory(number(row[2]), number(row[3]), (Boolean) row[4], (Boolean) row[5]));
    }
    return histories;
  }

  /** Remembers to whom users write first. To be called before the conversations are changed. */
  void noteNewRecipients(ConversationDeltas deltas, SiteRules site, OffsetDateTime now) {
    if (site.newRecipients() == SiteRules.NO_BOUND) {
      return;
    }
    List<Long> senders = new ArrayList<>();
    List<Long> recipients = new ArrayList<>();
    Map<UserPair, PairHistory> histories = histories(deltas.pairs());
    int[] unanswered = deltas.unanswered();
    int i = 0;
    for (UserPair pair : deltas.pairs()) {
      int first = unanswered[i++];
      if (first != 0 && histories.getOrDefault(pair, PairHistory.NONE).isEmpty()) {
        senders.add(first > 0 ? pair.low() : pair.high());
        recipients.add(first > 0 ? pair.high() : pair.low());
      }
    }
    if (!senders.isEmpty()) {
      Long[] writers = senders.toArray(Long[]::new);
      statements.create(entities, FORGET_NEW_RECIPIENTS, now.minusHours(1)).executeUpdate();
      statements
          .create(entities, NOTE_NEW_RECIPIENTS, writers, recipients.toArray(Long[]::new), now)
          .executeUpdate();
    }
  }

  private List<Object[]> rows(String sql, Object... parameters) {
    List<?> rows = statements.create(entities, sql, parameters).getResultList();
    return rows.stream().map(Object[].class::cast).toList();
  }

  private static long number(Object value) {
    return ((Number) value).longValue();
  }
}
