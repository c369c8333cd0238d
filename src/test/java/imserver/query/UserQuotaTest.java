package imserver.query;

import static org.assertj.core.api.Assertions.assertThat;

import imserver.auth.UserPrincipal;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("A quota of each user")
class UserQuotaTest {

  private final UserQuota quota = new UserQuota(10);
  private final UserPrincipal alice = new UserPrincipal(1, null, null, null);
  private final UserPrincipal bob = new UserPrincipal(2, null, null, null);

  @Test
  @DisplayName("is refused past its end, to that user alone, until something is given back")
  void bound() {
    assertThat(quota.take(alice, 6)).isTrue();
    assertThat(quota.take(alice, 5)).isFalse();
    assertThat(quota.take(alice, 4)).isTrue();
    assertThat(quota.take(bob, 10)).isTrue();
    quota.giveBack(alice, 6);
    assertThat(quota.take(alice, 6)).isTrue();
  }

  @Test
  @DisplayName("remembers nobody who has nothing")
  void forgets() {
    assertThat(quota.take(alice, 3)).isTrue();
    assertThat(quota.take(alice, 50)).isFalse();
    quota.giveBack(alice, 3);
    assertThat(quota.users()).isZero();
  }

  @Test
  @DisplayName("is no obstacle to who has nothing yet, and larger for the host application")
  void first() {
    assertThat(quota.take(alice, 11)).isTrue();
    UserPrincipal service = UserPrincipal.ofService();
    assertThat(quota.take(service, 10)).isTrue();
    assertThat(quota.take(service, 70)).isTrue();
    assertThat(quota.take(service, 1)).isFalse();
  }
}
