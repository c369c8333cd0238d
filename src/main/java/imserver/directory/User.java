package imserver.directory;

import jakarta.persistence.Column;
import jakarta.persistence.Entity;
import jakarta.persistence.Id;
import jakarta.persistence.Table;
import java.time.OffsetDateTime;
import org.jspecify.annotations.Nullable;

/** A row of the directory, {@code im_user}. */
@Entity
@Table(name = "im_user")
class User {

  @Id private long id;

  private @Nullable String name;

  private @Nullable String avatar;

  /** The name's {@link UserProfile#searchForm}, for the index; null where there is no name. */
  @Column(name = "search_name")
  private @Nullable String searchName;

  @Column(name = "name_by_host", nullable = false)
  private boolean nameByHost;

  @Column(name = "avatar_by_host", nullable = false)
  private boolean avatarByHost;

  @Column(name = "updated_at", nullable = false)
  private OffsetDateTime updatedAt;

  /** For JPA, which fills the fields. */
  @SuppressWarnings("NullAway.Init")
  protected User() {}

  User(DirectoryEntry entry, OffsetDateTime now) {
    this.id = entry.profile().userId();
    update(entry, now);
  }

  private static @Nullable String searchName(UserProfile profile) {
    String name = profile.name();
    return name == null ? null : UserProfile.searchForm(name);
  }

  UserProfile profile() {
    return new UserProfile(id, name, avatar);
  }

  DirectoryEntry entry() {
    return new DirectoryEntry(profile(), nameByHost, avatarByHost);
  }

  final void update(DirectoryEntry entry, OffsetDateTime now) {
    name = entry.profile().name();
    avatar = entry.profile().avatar();
    searchName = searchName(entry.profile());
    nameByHost = entry.nameByHost();
    avatarByHost = entry.avatarByHost();
    updatedAt = now;
  }
}
