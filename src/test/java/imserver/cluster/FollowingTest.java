package imserver.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("A user is followed")
class FollowingTest {

  private final List<String> told = new ArrayList<>();

  private final Following following =
      new Following(
          new UserBus() {
            @Override
            public void follow(long user) {
              told.add("follow " + user);
            }

            @Override
            public void unfollow(long user) {
              told.add("unfollow " + user);
            }

            @Override
            public void publish(long user, String frame) {}

            @Override
            public void start(Listener listener) {}

            @Override
            public void publish(String frame) {}

            @Override
            public void stop() {}
          });

  @Test
  @DisplayName("from the first connection on, once")
  void once() {
    following.follow(7);
    following.follow(7);
    following.reconcile(Set.of(7L));
    assertThat(told).containsExactly("follow 7");
  }

  @Test
  @DisplayName("also where only the second look finds the connection")
  void found() {
    following.reconcile(Set.of(7L));
    assertThat(told).containsExactly("follow 7");
  }

  @Test
  @DisplayName("until two looks found no connection")
  void left() {
    following.follow(7);
    following.reconcile(Set.of());
    assertThat(told).containsExactly("follow 7");
    following.reconcile(Set.of());
    assertThat(told).containsExactly("follow 7", "unfollow 7");
    following.reconcile(Set.of());
    following.follow(7);
    assertThat(told).containsExactly("follow 7", "unfollow 7", "follow 7");
  }

  @Test
  @DisplayName("on, where there is another connection before the second look, which missed it")
  void back() {
    following.follow(7);
    following.reconcile(Set.of());
    following.follow(7);
    following.reconcile(Set.of());
    following.reconcile(Set.of(7L));
    following.reconcile(Set.of());
    assertThat(told).containsExactly("follow 7");
  }
}
