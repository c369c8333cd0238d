package imserver.rest;

import imserver.directory.UserProfile;

/**
 * A user, as others see that user.
 *
 * @param id 0 for the system
 * @param name the id in digits where none is known
 * @param avatar "" where none is known
 */
public record UserView(long id, String name, String avatar) {

  static UserView of(UserProfile profile) {
    return new UserView(profile.userId(), profile.displayName(), profile.headUrl());
  }
}
