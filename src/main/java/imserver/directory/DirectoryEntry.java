package imserver.directory;

import imserver.auth.UserPrincipal;

/**
 * What the directory has of a user. What the host application has set stays; tokens fill the rest.
 *
 * @param nameByHost whether the host application has set the name
 * @param avatarByHost whether it has set the avatar
 */
record DirectoryEntry(UserProfile profile, boolean nameByHost, boolean avatarByHost) {

  /** Of a user of whom nothing is known. */
  static DirectoryEntry unknown(long userId) {
    return new DirectoryEntry(UserProfile.unknown(userId), false, false);
  }

  /** As the host application sets it: what it leaves out is for the tokens to fill. */
  static DirectoryEntry byHost(UserProfile profile) {
    return new DirectoryEntry(profile, profile.name() != null, profile.avatar() != null);
  }

  /** This entry with what a credential tells, where that counts. */
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
