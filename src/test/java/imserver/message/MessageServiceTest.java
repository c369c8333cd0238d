package imserver.message;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import imserver.config.Config;
import imserver.config.Configs;
import imserver.content.WordFilter;
import imserver.database.CommitUnknownException;
import imserver.database.StorageException;
import imserver.directory.UserDirectory;
import imserver.webhook.Webhooks;
import java.lang.reflect.Field;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("The message service")
class MessageServiceTest {

  private final List<String> asked = new ArrayList<>();
  private final MessageService service = new MessageService();
  private @Nullable RuntimeException failure;

  private static NewMessage newMessage(long to) {
    return new NewMessage(new DedupeKey(1, "k" + to), to, "text", "t", OffsetDateTime.MIN, null);
  }

  private SiteRules siteRules;

  private MessageService with(String... settings) throws Exception {
    Config config = Configs.with(settings);
    inject("config", config);
    inject("words", new WordFilter());
    inject("webhooks", new Webhooks());
    inject(
        "h2",
        new H2MessageStore() {
          @Override
          public List<Outcome> add(List<NewMessage> newMessages, SiteRules rules) {
            asked.add("h2");
            siteRules = rules;
            if (failure != null) {
              throw failure;
            }
            return added(newMessages);
          }
        });
    inject(
        "postgres",
        new PostgresMessageStore() {
          @Override
          public List<Outcome> add(List<NewMessage> newMessages, SiteRules rules) {
            asked.add("postgresql");
            return added(newMessages);
          }
        });
    inject(
        "directory",
        new UserDirectory() {
          @Override
          public Set<Long> known(Set<Long> userIds) {
            return Set.of(2L, 4L);
          }
        });
    return service;
  }

  private static List<Outcome> added(List<NewMessage> newMessages) {
    return newMessages.stream()
        .<Outcome>map(newMessage -> new Outcome.Stored(100 + newMessage.recipientId(), 1, 1, 1))
        .toList();
  }

  @Test
  @DisplayName("stores by the rules of the site")
  void rules() throws Exception {
    with().add(List.of(newMessage(2)));
    assertThat(siteRules).isEqualTo(SiteRules.OPEN);
    with(
            "IMSERVER_STRANGERS",
            "quota:3",
            "IMSERVER_NEW_RECIPIENTS",
            "7",
            "IMSERVER_BLOCKED",
            "refuse")
        .add(List.of(newMessage(2)));
    assertThat(siteRules).isEqualTo(new SiteRules(3, 7, false));
  }

  /** What a container does. */
  private void inject(String name, Object value) throws Exception {
    Field field = MessageService.class.getDeclaredField(name);
    field.setAccessible(true);
    field.set(service, value);
  }

  @Test
  @DisplayName("stores in the database that is configured")
  void store() throws Exception {
    with().add(List.of(newMessage(2)));
    with("IMSERVER_DB_URL", "jdbc:postgresql://db/imserver").add(List.of(newMessage(2)));
    assertThat(asked).containsExactly("h2", "postgresql");
  }

  @Test
  @DisplayName("stores for everybody, or for those alone whom the directory knows")
  void recipients() throws Exception {
    List<NewMessage> newMessages = List.of(newMessage(2), newMessage(3), newMessage(4));
    assertThat(with().add(newMessages)).allMatch(Outcome.Stored.class::isInstance);
    assertThat(with("IMSERVER_RECIPIENTS", "known").add(newMessages))
        .containsExactly(
            new Outcome.Stored(102, 1, 1, 1),
            new Outcome.UnknownRecipient(),
            new Outcome.Stored(104, 1, 1, 1));
    with("IMSERVER_RECIPIENTS", "known").add(List.of(newMessage(3)));
    assertThat(asked).as("nothing to store is not asked for").hasSize(2);
  }

  @Test
  @DisplayName("throws what the store throws, and takes a fault for a commit that is not known")
  void failures() throws Exception {
    with();
    failure = new StorageException(new IllegalStateException("rolled back"));
    assertThatThrownBy(() -> service.add(List.of(newMessage(2)))).isSameAs(failure);
    failure = new IllegalStateException("after the commit");
    assertThatThrownBy(() -> service.add(List.of(newMessage(2))))
        .isInstanceOf(CommitUnknownException.class);
  }

  @Test
  @DisplayName("takes what fails after the others are stored for a commit that is not known")
  void failureAfterwards() throws Exception {
    with();
    inject(
        "words",
        new WordFilter() {
          @Override
          public boolean hasMasked() {
            return true;
          }
        });
    inject(
        "h2",
        new H2MessageStore() {
          @Override
          public List<Outcome> add(List<NewMessage> newMessages, SiteRules rules) {
            return List.of(new Outcome.Stored(1, 1, 1, 1), new Outcome.Reused(7));
          }
        });
    inject(
        "messages",
        new MessageRepository() {
          @Override
          Message find(DedupeKey key) {
            throw new StorageException(new IllegalStateException("down"));
          }
        });
    assertThatThrownBy(() -> service.add(List.of(newMessage(2), newMessage(4))))
        .isInstanceOf(CommitUnknownException.class);
  }
}
