package imserver.directory;

import static org.assertj.core.api.Assertions.assertThat;

import imserver.auth.UserPrincipal;
import imserver.config.Configs;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

@DisplayName("What the directory has of a user")
class DirectoryEntryTest {

  private static final UserPrincipal TOKEN = new UserPrincipal(1, "told", "told.png", null);

  private static DirectoryEntry byHost(String name, String avatar) {
    return DirectoryEntry.byHost(new UserProfile(1, name, avatar));
  }

  @Test
  @DisplayName("is what tokens tell, for what the host application has not set, each by itself")
  void fields() {
    assertThat(DirectoryEntry.unknown(1).updatedBy(TOKEN).profile())
        .isEqualTo(new UserProfile(1, "told", "told.png"));
    assertThat(byHost("set", null).updatedBy(TOKEN).profile())
        .isEqualTo(new UserProfile(1, "set", "told.png"));
    assertThat(byHost(null, "set.png").updatedBy(TOKEN).profile())
        .isEqualTo(new UserProfile(1, "told", "set.png"));
    assertThat(byHost("set", "set.png").updatedBy(TOKEN)).isEqualTo(byHost("set", "set.png"));
    DirectoryEntry told = DirectoryEntry.unknown(1).updatedBy(TOKEN);
    assertThat(told.updatedBy(new UserPrincipal(1, null, null, null))).isEqualTo(told);
    assertThat(told.updatedBy(new UserPrincipal(1, "newer", null, null)).profile())
        .isEqualTo(new UserProfile(1, "newer", "told.png"));
  }

  @Nested
  @DisplayName("in memory")
  class InMemory {

    private final ProfileCache cache = new ProfileCache(Configs.with());

    @Test
    @DisplayName("does not take a token's word before the database was asked")
    void unasked() {
      cache.tell(TOKEN);
      assertThat(cache.get(1)).isNull();
      assertThat(cache.withTold(byHost("set", null)).profile())
          .isEqualTo(new UserProfile(1, "set", "told.png"));
      assertThat(cache.withTold(DirectoryEntry.unknown(1)).profile())
          .isEqualTo(new UserProfile(1, "told", "told.png"));
    }

    @Test
    @DisplayName("follows a newer token, where the host application has set nothing")
    void known() {
      cache.put(DirectoryEntry.unknown(1));
      cache.tell(TOKEN);
      assertThat(cache.get(1)).isEqualTo(DirectoryEntry.unknown(1).updatedBy(TOKEN));
      cache.put(byHost("set", "set.png"));
      cache.tell(TOKEN);
      assertThat(cache.get(1)).isEqualTo(byHost("set", "set.png"));
    }

    @Test
    @DisplayName("is not replaced by what was read before it was written")
    void readBefore() {
      cache.put(byHost("set", null));
      cache.putIfAbsent(DirectoryEntry.unknown(1).updatedBy(TOKEN));
      assertThat(cache.get(1)).isEqualTo(byHost("set", null));
    }

    @Test
    @DisplayName("forgets what a token told once the directory has it, and no newer one")
    void recorded() {
      cache.tell(TOKEN);
      cache.recorded(new UserPrincipal(1, "older", null, null));
      assertThat(cache.withTold(DirectoryEntry.unknown(1))).isNotEqualTo(DirectoryEntry.unknown(1));
      cache.recorded(TOKEN);
      assertThat(cache.withTold(DirectoryEntry.unknown(1))).isEqualTo(DirectoryEntry.unknown(1));
    }
  }
}
