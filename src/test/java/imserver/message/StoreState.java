package imserver.message;

import java.util.List;

/** What a {@link MessageStore} has written, for a test to look at. Any thread may. */
interface StoreState {

  /** How many changes a user has seen. */
  long head(long user);

  /** How many unread messages are counted for a user in all. */
  long total(long user);

  /** How many unread messages of a sender are counted for a reader. */
  long count(long reader, long sender);

  /** What a reader has read of a sender's messages without a gap, as it is kept. */
  long readUpTo(long reader, long sender);

  /** The last change of a conversation that a user has seen, 0 where there is none. */
  long changed(long user, long other);

  /** The last message of a conversation that a user sees, 0 for none. */
  long last(long user, long other);

  /** The ids of a user's unread messages, ascending. */
  List<Long> unread(long user);

  /** The ids of all messages from or to a user above one, ascending: at most 20. */
  List<Long> page(long user, long afterId);

  /** What moderators have done to a user, with their reasons, the oldest first. */
  List<String> steps(long user);

  /**
   * What the host application is to be told, in the order of ids: type, the two users, who did it,
   * what it refers to, and what is left unread where that is told.
   */
  List<String> events();

  /** The conversations of which there is something to tell, in their order. */
  List<String> queue();

  /** Who has unread messages of whom that are to be seen in time, in their order. */
  List<String> unseen();

  /** Has the counts of a conversation be wrong by some. */
  void miscount(long reader, long sender, long by);
}
