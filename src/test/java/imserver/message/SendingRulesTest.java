package imserver.message;

import static org.assertj.core.api.Assertions.assertThat;

import imserver.message.SenderHistory.PairHistory;
import imserver.message.SendingRules.Decision;
import java.time.OffsetDateTime;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("Who may write to whom is decided")
class SendingRulesTest {

  private static final SenderHistory NOTHING =
      new SenderHistory(Map.of(), Map.of(), Map.of(), Set.of());

  private static NewMessage newMessage(long sender, long recipient) {
    return new NewMessage(
        new DedupeKey(sender, "k"), recipient, "text", "", OffsetDateTime.MIN, null);
  }

  private static List<Decision> decide(
      SiteRules site, SenderHistory history, NewMessage... newMessages) {
    return SendingRules.decide(List.of(newMessages), site, history);
  }

  private static SenderHistory with(PairHistory pair) {
    return new SenderHistory(Map.of(new UserPair(1, 2), pair), Map.of(), Map.of(), Set.of());
  }

  @Test
  @DisplayName("by which of the two has blocked the other")
  void sides() {
    SenderHistory low = with(new PairHistory(0, 0, true, false));
    assertThat(decide(SiteRules.OPEN, low, newMessage(1, 2), newMessage(2, 1)))
        .containsExactly(Decision.STORE, Decision.SILENCE);
    SenderHistory high = with(new PairHistory(0, 0, false, true));
    assertThat(decide(SiteRules.OPEN, high, newMessage(1, 2), newMessage(2, 1)))
        .containsExactly(Decision.SILENCE, Decision.STORE);
  }

  @Test
  @DisplayName("by what was sent before, and what comes before it in the batch")
  void before() {
    SiteRules two = new SiteRules(2, SiteRules.NO_BOUND, true);
    assertThat(
            decide(
                two,
                with(new PairHistory(1, 0, false, false)),
                newMessage(1, 2),
                newMessage(1, 2),
                newMessage(2, 1),
                newMessage(1, 2)))
        .containsExactly(Decision.STORE, Decision.REFUSE_STRANGER, Decision.STORE, Decision.STORE);
    assertThat(decide(two, with(new PairHistory(5, 1, false, false)), newMessage(1, 2)))
        .containsExactly(Decision.STORE);
  }

  @Test
  @DisplayName("by how many users each has written to first, without those whom he has")
  void newRecipients() {
    SiteRules two = new SiteRules(SiteRules.NO_BOUND, 2, true);
    SenderHistory one = new SenderHistory(Map.of(), Map.of(), Map.of(1L, 1), Set.of());
    assertThat(
            decide(
                two,
                one,
                newMessage(1, 2),
                newMessage(1, 2),
                newMessage(1, 3),
                newMessage(3, 1),
                newMessage(1, 3)))
        .containsExactly(
            Decision.STORE,
            Decision.STORE,
            Decision.REFUSE_NEW_RECIPIENT,
            Decision.STORE,
            Decision.STORE);
  }

  @Test
  @DisplayName("as one user, who sends with two credentials, of which one is exempt")
  void twoCredentials() {
    SiteRules none = new SiteRules(SiteRules.NO_BOUND, 0, true);
    NewMessage plain = newMessage(1, 2);
    NewMessage exempt =
        new NewMessage(
            plain.key(),
            2,
            "text",
            "",
            OffsetDateTime.MIN,
            null,
            List.of(),
            true,
            false,
            false,
            false);
    assertThat(decide(none, NOTHING, exempt, plain))
        .containsExactly(Decision.STORE, Decision.REFUSE_NEW_RECIPIENT);
  }

  @Test
  @DisplayName("by whether the sender is suspended, whoever he is exempt for, and himself included")
  void suspended() {
    SenderHistory one = new SenderHistory(Map.of(), Map.of(), Map.of(), Set.of(1L));
    NewMessage exempt =
        new NewMessage(
            new DedupeKey(1, "k"),
            2,
            "text",
            "",
            OffsetDateTime.MIN,
            null,
            List.of(),
            true,
            false,
            false,
            false);
    assertThat(
            decide(
                SiteRules.OPEN,
                one,
                newMessage(1, 2),
                newMessage(2, 1),
                newMessage(1, 1),
                exempt,
                newMessage(0, 1)))
        .containsExactly(
            Decision.REFUSE_SUSPENDED,
            Decision.STORE,
            Decision.REFUSE_SUSPENDED,
            Decision.REFUSE_SUSPENDED,
            Decision.STORE);
  }

  @Test
  @DisplayName("never against the system, or what one sends to himself")
  void never() {
    SiteRules closed = new SiteRules(0, 0, false);
    assertThat(decide(closed, NOTHING, newMessage(0, 2), newMessage(2, 2)))
        .containsExactly(Decision.STORE, Decision.STORE);
  }
}
