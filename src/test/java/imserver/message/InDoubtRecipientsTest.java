package imserver.message;

import static imserver.message.WriterFixture.newMessage;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("Recipients in doubt")
class InDoubtRecipientsTest {

  private final FakeService service = new FakeService();
  private final InDoubtRecipients inDoubt = new InDoubtRecipients(service);

  private void store(long recipient, String content) {
    service.add(List.of(newMessage(1, recipient, content)));
  }

  private List<String> contents(List<UnreadMessage> messages) {
    return messages.stream().map(UnreadMessage::content).toList();
  }

  @Test
  @DisplayName("get once what is unread above the last id that was delivered")
  void once() {
    store(2, "delivered");
    store(2, "a");
    store(3, "of another");
    store(2, "b");
    inDoubt.add(Set.of(2L), 1);
    assertThat(contents(inDoubt.lookUpFresh())).containsExactly("a", "b");
    assertThat(inDoubt.lookUpFresh()).isEmpty();
    assertThat(inDoubt.lookUp(Set.of(2L))).isEmpty();
    assertThat(service.looks).isEqualTo(2);
  }

  @Test
  @DisplayName("get each what is above their own last id, though it is another for others")
  void each() {
    store(2, "a");
    inDoubt.add(Set.of(2L), 0);
    store(3, "delivered");
    store(3, "b");
    inDoubt.add(Set.of(3L), 2);
    inDoubt.add(Set.of(2L), 2);
    assertThat(contents(inDoubt.lookUpFresh())).containsExactlyInAnyOrder("a", "b");
  }

  @Test
  @DisplayName("stay in doubt until another message to them is stored, and theirs were looked up")
  void settle() {
    inDoubt.add(Set.of(2L, 3L), 0);
    service.looksFail = 1;
    assertThat(inDoubt.lookUpFresh()).isEmpty();
    inDoubt.settle(Set.of(2L));
    assertThat(inDoubt.among(Set.of(2L, 3L, 4L))).containsExactlyInAnyOrder(2L, 3L);
    assertThat(inDoubt.lookUpFresh()).isEmpty();
    inDoubt.settle(Set.of(2L));
    assertThat(inDoubt.among(Set.of(2L, 3L, 4L))).containsExactly(3L);
  }

  @Test
  @DisplayName("get thousands, page by page")
  void pages() {
    for (int i = 0; i < 2500; i++) {
      store(2, "m" + i);
    }
    inDoubt.add(Set.of(2L), 0);
    assertThat(inDoubt.lookUpFresh()).hasSize(2500);
  }

  @Test
  @DisplayName("are forgotten where there are too many: the oldest first")
  void most() {
    for (long user = 1; user <= 10_001; user++) {
      inDoubt.add(Set.of(user), 0);
    }
    assertThat(inDoubt.among(Set.of(1L, 2L, 10_001L))).containsExactlyInAnyOrder(2L, 10_001L);
    store(1, "a");
    assertThat(inDoubt.lookUpFresh()).isEmpty();
  }
}
