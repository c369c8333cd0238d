package example;

import java.util.List;

/** The two users of this example. Yours are in your database, each with a number. */
record User(long id, String name, String fullName, String password) {

  private static final List<User> ALL =
      List.of(new User(1, "alice", "Alice", "alice"), new User(2, "bob", "Bob", "bob"));

  static User named(String name) {
    return ALL.stream().filter(user -> user.name.equals(name)).findFirst().orElse(null);
  }
}
