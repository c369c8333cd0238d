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

@DisplayName("The service, where one of two messages is a retry,")
class MessageServiceTest {

  private static final List<Draft> DRAFTS = List.of(draft(11), draft(12));

  private boolean broken;

  private final MessageService service = new MessageService();
  private final MessageRepository repository =
      new MessageRepository() {
        @Override
        Set<Long> add(List<Draft> drafts) {
          return Set.of(12L);
        }

        @Override
        Map<DedupeKey, Long> idsOf(Collection<DedupeKey> keys) {
          if (broken) {
            throw new IllegalStateException("a broken connection");
          }
          return Map.of(DRAFTS.get(1).key(), 5L);
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
  @DisplayName("tells which is new, and what the other is stored as")
  void outcomes() {
    assertThat(service.store(DRAFTS))
        .containsExactly(new Outcome.Stored(11), new Outcome.Duplicate(5));
  }

  @Test
  @DisplayName("does not say that nothing is stored, when it can no longer ask about the other")
  void broken() {
    broken = true;
    assertThatThrownBy(() -> service.store(DRAFTS)).isInstanceOf(UnansweredException.class);
  }
}
