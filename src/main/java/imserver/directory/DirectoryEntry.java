package imserver.directory;

import imserver.auth.UserPrincipal;

/**
 * The entry of a user in the directory. What the host application has set stays; tokens fill in the
 * rest.
 *
 * @param nameByHost whether the host application has set the name
 * @param avatarByHost whether it has set the avatar
 */
record DirectoryEntry(UserProfile profile, boolean nameByHost, boolean avatarByHost) {

  /** The entry of a user of whom nothing is known. */
  static DirectoryEntry unknown(long userId) {
    return new DirectoryEntry(UserProfile.unknown(userId), false, false);
  }

  /** An entry as the host application sets it: what it leaves out is for the tokens to fill in. */
  static DirectoryEntry byHost(UserProfile profile) {
    return new DirectoryEntry(profile, profile.name() != null, profile.avatar() != null);
  }

  /**
   * This entry with the name and avatar of a credential, where the host application has set none.
   */
  DirectoryEntry updatedBy(UserPrincipal user) {
    boolean keepsName = nameByHost || user.userName() == null;
    boolean keepsAvatar = avatarByHost || user.avatar() == null;
    return new DirectoryEntry(
        new UserProfile(
            profile.userId(),
            keepsName ? profile.name() : user.userName(),
            keepsAvatar ? profile.avatar() : user.avatar()),
        nameByHost,
        avatarByHost);
  }
}
