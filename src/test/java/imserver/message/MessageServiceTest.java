package imserver.message;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import imserver.config.Configs;
import imserver.database.UnansweredException;
import java.lang.reflect.Field;
import java.time.OffsetDateTime;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("The service, where the keys of some messages are there already,")
class MessageServiceTest {

  private static final List<Draft> DRAFTS = List.of(draft(11), draft(12), draft(13), draft(14));

  private boolean broken;

  private final MessageService service = new MessageService();
  private final MessageRepository repository =
      new MessageRepository() {
        @Override
        Set<Long> add(List<Draft> drafts) {
          return Set.of(12L, 13L, 14L);
        }

        @Override
        Map<Long, Earlier> earlier(Collection<Draft> drafts) {
          if (broken) {
            throw new IllegalStateException("a broken connection");
          }
          assertThat(drafts).as("asks of no other").isEqualTo(DRAFTS.subList(1, 4));
          return Map.of(
              12L, new Earlier(5, true), 13L, new Earlier(6, false), 14L, new Earlier(14, true));
        }
      };

  private static Draft draft(long id) {
    return new Draft(id, new DedupeKey(1, "k" + id), 2, "text", "t", OffsetDateTime.MIN, null);
  }

  @BeforeEach
  void inject() throws Exception {
    inject("messages", repository);
    inject("config", Configs.with());
  }

  /** What a container does. */
  private void inject(String name, Object value) throws Exception {
    Field field = MessageService.class.getDeclaredField(name);
    field.setAccessible(true);
    field.set(service, value);
  }

  @Test
  @DisplayName("tells which is new, which a retry, which another message, and which our attempt")
  void outcomes() {
    assertThat(service.store(DRAFTS))
        .containsExactly(
            new Outcome.Stored(11),
            new Outcome.Duplicate(5),
            new Outcome.Reused(6),
            new Outcome.Stored(14));
  }

  @Test
  @DisplayName("does not say that nothing is stored, when it can no longer ask about the other")
  void broken() {
    broken = true;
    assertThatThrownBy(() -> service.store(DRAFTS)).isInstanceOf(UnansweredException.class);
  }
}
