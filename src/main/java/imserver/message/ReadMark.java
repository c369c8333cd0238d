package imserver.message;

import imserver.cluster.Change.MessagesRead;
import imserver.session.Mark;

/**
 * What marking messages as read has changed for one reader and one sender.
 *
 * @param readerId positive
 * @param senderId whose messages these were: 0 for the system, or the reader himself
 * @param readerChange the number of this change for the reader
 * @param senderChange the number of this change for the sender: 0 where it is none (the system, or
 *     no receipts), {@code readerChange} where the reader is the sender
 * @param unread how many messages of the sender the reader has still not read
 * @param readUpTo the id of the last message of the sender to the reader up to which all of them
 *     are read, as far as that was looked for, 0 for none: it is below the first unread one, and
 *     falls only where a recount finds that it is not
 */
record ReadMark(
    long readerId,
    long senderId,
    long readerChange,
    long senderChange,
    long unread,
    long readUpTo) {

  /** The same for the reader. */
  Mark mark() {
    return new Mark(senderId, readerChange, unread, readUpTo);
  }

  /** The change that this is. */
  MessagesRead asChange() {
    return new MessagesRead(readerId, senderId, readerChange, senderChange, unread, readUpTo);
  }
}
