package imserver.session;

import static org.assertj.core.api.Assertions.assertThat;

import imserver.config.Configs;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("A user's budget")
class UserBudgetTest {

  private static final long ALICE = 1;

  private final FakeTime time = new FakeTime();

  /** How many of {@code tries} are there now. */
  private static long taken(UserBudget budget, int tries) {
    return IntStream.range(0, tries).filter(i -> budget.take(ALICE).isZero()).count();
  }

  @Test
  @DisplayName("is taken for what is known when it is done, whether or not it is there")
  void owed() {
    UserBudget budget = UserBudgets.with(Configs.with(), time).requests();
    budget.owe(ALICE, 250 + 100);
    assertThat(taken(budget, 1)).isZero();
    time.pass(Duration.ofMillis(1999));
    assertThat(taken(budget, 1)).isZero();
    time.pass(Duration.ofSeconds(1));
    assertThat(taken(budget, 1000)).isEqualTo(49);
    assertThat(budget.take(ALICE + 1)).isZero();
  }

  @Test
  @DisplayName("for messages is by default a burst of 100, then 20 a second")
  void byDefault() {
    UserBudget budget = UserBudgets.with(Configs.with(), time).messages();
    assertThat(taken(budget, 1000)).isEqualTo(100);
    time.pass(Duration.ofSeconds(1));
    assertThat(taken(budget, 1000)).isEqualTo(20);
    time.pass(Duration.ofMillis(50));
    assertThat(taken(budget, 1000)).isEqualTo(1);
    time.pass(Duration.ofMillis(49));
    assertThat(taken(budget, 1000)).isZero();
  }

  @Test
  @DisplayName("for searches and connects is by default a minute's worth")
  void byTheMinute() {
    UserBudgets budgets = UserBudgets.with(Configs.with(), time);
    assertThat(taken(budgets.searches(), 1000)).isEqualTo(30);
    assertThat(taken(budgets.connects(), 1000)).isEqualTo(60);
    time.pass(Duration.ofSeconds(2));
    assertThat(taken(budgets.searches(), 1000)).isEqualTo(1);
    assertThat(taken(budgets.connects(), 1000)).isEqualTo(2);
  }

  @Test
  @DisplayName(
      "for read-acks takes each of 1,000 unread messages by itself on four devices at once")
  void honestReader() {
    assertThat(taken(UserBudgets.with(Configs.with(), time).readAcks(), 4000)).isEqualTo(4000);
  }

  @Test
  @DisplayName("for read-acks takes each message by itself of 20 who send as fast as they may")
  void honestReaderOfMany() {
    UserBudgets budgets = UserBudgets.with(Configs.with(), time);
    for (int second = 0; second < 60; second++) {
      assertThat(taken(budgets.readAcks(), 20 * 20)).isEqualTo(400);
      time.pass(Duration.ofSeconds(1));
    }
  }

  @Test
  @DisplayName("saves up no more than a burst")
  void cap() {
    UserBudget budget = UserBudget.perSecond(20, 1, time);
    taken(budget, 100);
    time.pass(Duration.ofHours(1));
    assertThat(taken(budget, 1000)).isEqualTo(100);
  }

  @Test
  @DisplayName("is never more than a burst and what the time brought, however it is spread")
  void never() {
    UserBudget budget = UserBudget.perSecond(20, 1, time);
    long all = 0;
    for (int step = 0; step < 1000; step++) {
      all += taken(budget, step % 7 == 0 ? 1000 : 0);
      time.pass(Duration.ofMillis(step % 13 == 0 ? 6000 : 100));
    }
    long seconds = Duration.ofNanos(time.currentTimeNanos()).toSeconds();
    assertThat(all).isLessThanOrEqualTo(100 + 20 * seconds);
  }

  @Test
  @DisplayName("is not full again after a pause that is shorter than it takes to be filled")
  void pause() {
    UserBudget budget = UserBudget.perSecond(20, 1, time);
    taken(budget, 100);
    time.pass(Duration.ofMillis(4900));
    assertThat(taken(budget, 1000)).isEqualTo(98);
  }

  @Test
  @DisplayName("remembers what is owed until it is paid")
  void debt() {
    UserBudget budget = UserBudget.perSecond(1, 1000, time);
    assertThat(budget.take(ALICE, 1000)).isZero();
    time.pass(Duration.ofSeconds(995));
    assertThat(budget.take(ALICE, 1)).isEqualTo(Duration.ofSeconds(1));
    time.pass(Duration.ofSeconds(1));
    assertThat(taken(budget, 100)).isEqualTo(1);
  }

  @Test
  @DisplayName("returns how long to wait")
  void waiting() {
    UserBudget budget = UserBudget.perMinute(30, 1, time);
    taken(budget, 30);
    assertThat(budget.take(ALICE)).isEqualTo(Duration.ofSeconds(2));
  }

  @Test
  @DisplayName("is each user's own")
  void ownOnes() {
    UserBudget budget = UserBudget.perSecond(20, 1, time);
    taken(budget, 1000);
    assertThat(budget.take(2)).isZero();
  }

  @Test
  @DisplayName("is kept while many other users come by, of whom a bounded number is remembered")
  void crowd() {
    UserBudget budget = UserBudget.perSecond(20, 1, time);
    AtomicLong got = new AtomicLong();
    LongStream.range(0, 2L * UserBudget.MAX_USERS)
        .forEach(
            other -> {
              budget.take(1000 + other);
              got.addAndGet(other % 100 == 0 ? taken(budget, 1) : 0);
            });
    assertThat(got).hasValue(100);
    assertThat(budget.users()).isLessThanOrEqualTo(UserBudget.MAX_USERS);
  }

  @Test
  @DisplayName("is forgotten when it is full again")
  void forgotten() {
    UserBudget budget = UserBudget.perSecond(20, 1, time);
    taken(budget, 1000);
    time.pass(Duration.ofSeconds(10));
    assertThat(budget.users()).isZero();
  }

  @Test
  @DisplayName("of one a second allows a burst of five")
  void slow() {
    assertThat(taken(UserBudget.perSecond(1, 1, time), 100)).isEqualTo(5);
  }

  @Test
  @DisplayName("of 0 has no limit")
  void unlimited() {
    assertThat(taken(UserBudget.perSecond(0, 1, time), 100_000)).isEqualTo(100_000);
  }

  @Test
  @DisplayName("can be as high as the configuration allows")
  void highest() {
    assertThat(UserBudget.perSecond(1_000_000, 1, time).take(ALICE)).isZero();
    assertThat(UserBudget.perMinute(1_000_000, 1, time).take(ALICE)).isZero();
  }
}
