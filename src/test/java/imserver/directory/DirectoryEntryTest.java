package imserver.directory;

import static org.assertj.core.api.Assertions.assertThat;

import imserver.auth.UserPrincipal;
import imserver.config.Configs;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

@DisplayName("An entry of the directory")
class DirectoryEntryTest {

  private static final UserPrincipal TOKEN = new UserPrincipal(1, "claimed", "claimed.png", null);

  private static DirectoryEntry byHost(String name, String avatar) {
    return DirectoryEntry.byHost(new UserProfile(1, name, avatar));
  }

  @Test
  @DisplayName(
      "has from tokens what the host application has not set, name and avatar each by itself")
  void fields() {
    assertThat(DirectoryEntry.unknown(1).updatedBy(TOKEN).profile())
        .isEqualTo(new UserProfile(1, "claimed", "claimed.png"));
    assertThat(byHost("set", null).updatedBy(TOKEN).profile())
        .isEqualTo(new UserProfile(1, "set", "claimed.png"));
    assertThat(byHost(null, "set.png").updatedBy(TOKEN).profile())
        .isEqualTo(new UserProfile(1, "claimed", "set.png"));
    assertThat(byHost("set", "set.png").updatedBy(TOKEN)).isEqualTo(byHost("set", "set.png"));
    DirectoryEntry claimed = DirectoryEntry.unknown(1).updatedBy(TOKEN);
    assertThat(claimed.updatedBy(new UserPrincipal(1, null, null, null))).isEqualTo(claimed);
    assertThat(claimed.updatedBy(new UserPrincipal(1, "newer", null, null)).profile())
        .isEqualTo(new UserProfile(1, "newer", "claimed.png"));
  }

  @Nested
  @DisplayName("in memory")
  class InMemory {

    private final ProfileCache cache = new ProfileCache(Configs.with());

    @Test
    @DisplayName("does not come from a token alone, before the database was asked")
    void unasked() {
      cache.putClaims(TOKEN);
      assertThat(cache.get(1)).isNull();
      assertThat(cache.withClaims(byHost("set", null)).profile())
          .isEqualTo(new UserProfile(1, "set", "claimed.png"));
      assertThat(cache.withClaims(DirectoryEntry.unknown(1)).profile())
          .isEqualTo(new UserProfile(1, "claimed", "claimed.png"));
    }

    @Test
    @DisplayName("follows a newer token, where the host application has set nothing")
    void known() {
      cache.put(DirectoryEntry.unknown(1));
      cache.putClaims(TOKEN);
      assertThat(cache.get(1)).isEqualTo(DirectoryEntry.unknown(1).updatedBy(TOKEN));
      cache.put(byHost("set", "set.png"));
      cache.putClaims(TOKEN);
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
    @DisplayName("forgets the claims of a token once the database has them, and no newer ones")
    void recorded() {
      cache.putClaims(TOKEN);
      cache.removeClaims(new UserPrincipal(1, "older", null, null));
      assertThat(cache.withClaims(DirectoryEntry.unknown(1)))
          .isNotEqualTo(DirectoryEntry.unknown(1));
      cache.removeClaims(TOKEN);
      assertThat(cache.withClaims(DirectoryEntry.unknown(1))).isEqualTo(DirectoryEntry.unknown(1));
    }
  }
}
