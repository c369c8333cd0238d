package imserver.directory;

import jakarta.persistence.Column;
import jakarta.persistence.Entity;
import jakarta.persistence.Id;
import jakarta.persistence.Table;
import java.time.OffsetDateTime;
import org.jspecify.annotations.Nullable;

/** A row of the directory. */
@Entity
@Table(name = "im_user")
class User {

  @Id private long id;

  private @Nullable String name;

  private @Nullable String avatar;

  /** The name's {@link UserProfile#searchForm}, for the index; null where there is no name. */
  @Column(name = "search_name")
  private @Nullable String searchName;

  @Column(name = "updated_at", nullable = false)
  private OffsetDateTime updatedAt;

  /** For JPA, which fills the fields. */
  @SuppressWarnings("NullAway.Init")
  protected User() {}

  User(UserProfile profile, OffsetDateTime now) {
    this.id = profile.userId();
    this.name = profile.name();
    this.avatar = profile.avatar();
    this.searchName = searchName(profile);
    this.updatedAt = now;
  }

  private static @Nullable String searchName(UserProfile profile) {
    String name = profile.name();
    return name == null ? null : UserProfile.searchForm(name);
  }

  UserProfile profile() {
    return new UserProfile(id, name, avatar);
  }

  void update(UserProfile profile, OffsetDateTime now) {
    name = profile.name();
    avatar = profile.avatar();
    searchName = searchName(profile);
    updatedAt = now;
  }
}
