/**
 * Messages: taken in, stored, acknowledged, delivered, and replayed until they are read.
 *
 * <h2>Taking in</h2>
 *
 * <p>{@link imserver.message.Intake} checks a request and puts it into a {@link
 * imserver.message.Lane}, without ever waiting. A lane has one thread that takes all that has
 * queued up, writes it in one transaction, and only then answers and delivers what is new. While
 * one batch is being committed the next gathers: the cost of a commit is shared by all that wait,
 * and a single message waits for no other. Where more is waiting, a second thread of the lane
 * answers and delivers one batch while the first stores the next ({@link
 * imserver.message.ReplyExecutor}): a tenth more messages on two cores.
 *
 * <p>There are lanes of messages ({@link imserver.message.MessageWriter}), by default one: on two
 * cores a second makes batches smaller, which costs as much as it gains. Read-acks have a lane of
 * their own ({@link imserver.message.ReadAckWriter}), so that neither waits for the other: where
 * each message is acknowledged as read, that gives a sixth more messages than one lane for both.
 *
 * <h2>Fairness between users</h2>
 *
 * <p>What waits is bounded: in all lanes together by {@code IMSERVER_INTAKE}, and of one user by
 * what is still free of it: the messages of a single user get a half at most, those of nine users
 * leave a tenth free, and there is always room for another user. A request that does not fit is
 * answered with {@code SERVER_BUSY}. The read-acks of a user are bounded in the same way, apart
 * from that user's messages: fifty ids take the room of one message, and 5,000 wait at most.
 * Notices of the host application are taken in by portions of a tenth, one at a time.
 *
 * <p>A lane takes from the users in turn, one message of each. In a batch one user has an eighth at
 * most where many wait; where few wait, the share that there would be with one more user, so half
 * of it where no other waits ({@link imserver.message.FairQueue}). The same holds for read-acks,
 * measured by the ids that they name, large ones part by part ({@link
 * imserver.message.ReadAckParts}). So a message waits for the batch that is being stored and, as
 * long as fewer users are waiting than a batch has places, is in the next one or the one after it.
 * The messages of one user are stored in the order in which they came, on whatever connection, so
 * each connection's order to each recipient is kept; between users there is no order but that of
 * the ids, which are drawn when a batch is stored.
 *
 * <h2>What messages say</h2>
 *
 * <p>{@code Intake} asks the {@code imserver.content.WordFilter} of each message of a user, which
 * takes microseconds, and the host application ({@code imserver.policy}) of those that the words do
 * not refuse, which may take as long as the settings allow. Names of files are looked at as texts
 * are ({@link imserver.message.SentFiles}), when they are read from the database: before the host
 * application is asked, and in the lane. Meanwhile messages wait in the {@link
 * imserver.message.PolicyGate}, bounded as a lane is; it lets those of one sender pass in the order
 * in which they came. What is refused goes on into the lane all the same: it may be the retry of a
 * message that was stored, which is acknowledged. What has a word of the list {@code report} is
 * noted in the transaction that stores it ({@code imserver.moderation.FlaggedMessages}).
 *
 * <p>That a user is typing is no message, and not stored; {@link imserver.message.TypingRelay} asks
 * the database no more than who has blocked whom.
 *
 * <h2>One order, kept by the database</h2>
 *
 * <p>{@link imserver.message.MessageStore} is where messages are written, and says what is true
 * when a call returns and when it throws. A user has a row, {@code user_state}, with the number of
 * the last change that this user saw, {@code head}, and the unread count. A transaction that
 * changes what users see locks their rows first, in ascending order of their ids; then it writes
 * conversations, messages and what is unread. Marking as read, recalling, recounting, erasing and
 * deleting differ: they first take the rows of what was unread, from which marking learns the
 * users, and no transaction that has locked users asks for those rows. So no two transactions wait
 * for each other, and two that write about one user follow on each other, commit included. Message
 * ids and the numbers of changes are drawn under these locks. Hence, for one user and in one
 * conversation, the order of ids is the order of changes and the order of commits, in however many
 * lanes and servers: a reader who has seen an id and asks for higher ones misses nothing, and a gap
 * in the numbers of changes shows that something was missed.
 *
 * <p>Drawn before the locks, ids would not be in the order of the commits: of 9,712 messages of
 * three writers, readers who page by id missed 1,213.
 *
 * <p>The transaction that stores messages: it raises the heads and unread counts of all senders and
 * recipients, which locks them; draws the ids from one sequence; brings the conversations up to
 * date; and adds the messages, which change no more unless they are recalled, and for each a row in
 * {@code unread}, which goes when it is read. By how much each row rises, and which of a user's
 * changes each message is, {@link imserver.message.ConversationDeltas} has counted before. {@link
 * imserver.message.PostgresMessageStore} has all that done by one function, in one round trip and
 * without a transaction of the container; {@link imserver.message.MariaDbMessageStore} by some
 * statements; {@link imserver.message.H2MessageStore}, whose database belongs to this process
 * alone, by statements, one transaction after the other.
 *
 * <p>A conversation has, for each of its two users, the unread count, the number of the last
 * change, and up to which message all are read. Its row needs no lock of its own: a transaction
 * that writes it has locked both users. The list of conversations is in the order of last messages,
 * but its indexes on PostgreSQL know that order by {@link imserver.message.Conversation#bucket}
 * only: a row whose index entries stay as they are is cheaper to write. A bucket of 65,536 ids
 * makes that so for most messages where 20,000 pairs of users write in turn, which saves a fifth of
 * what PostgreSQL needs for a batch of 200; a reader of the list sorts two buckets at most, which
 * takes 17 ms for a user who has 10,000 conversations in one.
 *
 * <h2>Recalled</h2>
 *
 * <p>A recall erases a message's content, takes it off what is unread, and adds an entry to the
 * conversation, {@link imserver.message.Recall}: one change for each of the two users. An empty
 * content is what says that a message was recalled, since no other has it: so nothing else needs to
 * be read to know. The text is gone for good, and a retry cannot be compared with it: where the
 * recipient is the same it is taken for one.
 *
 * <h2>Erased</h2>
 *
 * <p>Where a user is to be erased, {@link imserver.message.Housekeeping} suspends him from
 * everything, for good, and enters him into {@code erasure}; then {@code ErasureStore} does the
 * rest in steps, each a transaction of some hundred messages. Where it is, is in that row, which
 * each step locks: so any server goes on after a kill, and no two do the same. First his messages,
 * then what he has set, then his texts in the copies of reports that are closed (those of open ones
 * go when they are closed), and at last, once more, his entry in the directory. What others wrote
 * to him stays theirs.
 *
 * <p>A message that is erased is one that was recalled, with an entry in its conversation: so that
 * who reads a history, or the entries above an id, learns of each. But it is not a change of its
 * own: for each step the conversation has changed once for each of its two users. The devices of
 * the other one are told of no message; they are told to read what has changed ({@code
 * Change.Untold}), and read the entries a page at a time. A million changes would fill the outboxes
 * of all his devices, and each is a packet; version 1 can take nothing back in either way, and does
 * not replay what is erased. The host application is not told by events either.
 *
 * <h2>Old messages</h2>
 *
 * <p>With {@code IMSERVER_RETENTION} {@code RetentionStore} deletes the oldest messages, with their
 * notices, recalls and rows in {@code unread}: some hundred in a transaction, by one server at a
 * time, with a pause after each, which the database times. They are found without an index of their
 * own: ids ascend with time, so it goes up the ids, from where it was, as far as messages are old.
 * So there is never a message below one that was deleted, and who has read up to an id or holds a
 * bookmark misses nothing that is there. (A server whose clock was wrong may have stored one that
 * looks young: all above it wait until it is old.)
 *
 * <p>Most old messages are read, and are no conversation's last: nobody is locked for these, and
 * nothing changes but that they are gone. Else it is a change for whoever has less unread, or sees
 * no last message any more; who is connected is told to read it. A conversation stays for ever,
 * also without a message: with what its users have set, and how much each has written, so that
 * nobody becomes a stranger. It is in no list then. A key is held unique as long as its message is
 * there.
 *
 * <h2>Imported</h2>
 *
 * <p>A site that comes from another system brings its messages along ({@link
 * imserver.message.MessageImport}, {@code ImportStore}): with their own times, read or not, some
 * hundred in a transaction, which locks their users as any other does. Nobody is told of a message
 * by it: neither by a socket nor by an event, no rule is asked and no quota used; but each has
 * written to the other from then on, so that they are no strangers. For each of its users a
 * conversation has changed once for each transaction, and devices that are connected are told to
 * read what has changed. (Version 1 has no way to be told that; it gets what is unread at the next
 * connect.)
 *
 * <p>Clients show a conversation in the order of its ids, and ids are drawn when a message is
 * stored. So in one conversation messages have to be imported in the order of their times, and
 * before new ones are sent in it: one that is older than the last of its conversation is refused,
 * so that the order of ids is that of times. It also keeps {@code RetentionStore} right, which goes
 * up the ids as far as messages are old; where a site has opened before, what is imported is
 * deleted when the messages before it are old, too.
 *
 * <p>By its id in the other system each is known again, so that an import that broke off is begun
 * from its beginning. The key of that is one which no client can make.
 *
 * <h2>Who may write to whom</h2>
 *
 * <p>A user may be suspended by a moderator; may have blocked another; may take of strangers, to
 * whom he has never written, no more than some messages; and may begin no more than some
 * conversations within an hour. {@link imserver.message.SendingRules} alone decides that, of a
 * batch message by message, from what the database knows ({@link imserver.message.SenderHistory}):
 * how often each side has written lies in the conversation's row, what a user has set in his own.
 * It has to hold for any number of writers, and to cost nothing where nobody has set anything. So
 * it is decided before, and looked at under the locks:
 *
 * <ul>
 *   <li>On PostgreSQL a batch is stored as if all were allowed, and as if who was blocked lately
 *       still were. The function looks, once it has locked the users, whether one of these has ever
 *       set something or was ever suspended, or the site bounds something; and only then whether
 *       the batch is as {@code SendingRules} would have it ({@code check_rules}). If not it undoes
 *       all, and returns what the decision depends on: it is decided, and called again without what
 *       is refused. What a retry says is never refused, since keys are looked for first then.
 *   <li>On MariaDB it is read and decided under the locks, only where one of the users has ever set
 *       something or was ever suspended, or the site bounds something.
 *   <li>On H2, where one transaction writes at a time, it is read first and decided then.
 * </ul>
 *
 * <p>A sender of whom something was refused is stored apart from others for a minute ({@link
 * imserver.message.RefusedSenders}): only his own batches are done twice.
 *
 * <p>What a blocked user sends is silenced, unless the site has it refused: it is stored, with an
 * id and as a change of its sender, with the negative of the recipient's id. So no query for what
 * the recipient is to see finds it, by whatever way; the queries for what a user sees of his own
 * ask for both. Quotas count it too, since it would show otherwise.
 *
 * <h2>Stored once</h2>
 *
 * <p>Every message has a {@link imserver.message.DedupeKey} that the database holds unique for its
 * sender. On PostgreSQL the keys are not looked for, unless there was a retry lately: the insert
 * fails if one is there, all is undone, and the function returns which they are. The rest is stored
 * by a second call, which leaves no gap, since the first has changed nothing. A message with the
 * same key and another text, recipient, title or link is no retry and is refused. {@link
 * imserver.message.Outcomes} puts together what became of each. A batch that fails is stored again
 * message by message, so that one bad message fails alone, and one whose first attempt was
 * committed although its answer was lost is found to be there.
 *
 * <h2>On MariaDB</h2>
 *
 * <p>The order of locks is the same: what is unread, where it goes; then users, ascending; then
 * conversations, ascending; last {@code unseen} and the queue of events. A transaction ({@link
 * imserver.message.StepDatabase}) is READ COMMITTED: each statement sees what was committed when it
 * begins, so that what is read after the users are locked is the last state of all that they
 * protect; and InnoDB locks rows alone, where REPEATABLE READ would lock the gaps beside them too,
 * for which two that insert wait in a circle. Where it finds such a circle all the same (error
 * 1213) it has rolled one back, which is done again, up to five times. Other errors before the
 * commit mean that nothing is done, since nothing but that statement commits; what fails while it
 * runs is not known, unless the database says that it refuses to.
 *
 * <p>A batch is stored by seven statements, however large it is, each with all its rows ({@link
 * imserver.message.MariaDbInserter}): the users are locked and read; the conversations are read;
 * the messages are inserted, which draws their ids under the locks, the first of which is returned,
 * the others following it without a gap; then users, conversations and what is unread are written;
 * and the commit. A user who has no row is entered before, in a transaction of his own: if he were
 * entered in this one, rows would be locked in another order than that of the ids. There is no
 * function and no multi-statement: these would save round trips of some 50 microseconds each, and
 * cost rights on servers with a binary log, or a connection that takes several statements in one
 * text.
 *
 * <p>A key that is there already is found by the insert of the messages, which does nothing then,
 * and the transaction goes on: what is there is read, and the rest inserted. The ids that were
 * drawn are left out.
 *
 * <p>Ids are the table's {@code auto_increment}, which is no part of transactions: a sequence as a
 * row would have each writer wait for the commits of all others. A recall draws its id from the
 * same counter by a row that it deletes at once.
 *
 * <p>What is written is SQL as it is on the others, translated in one place ({@code
 * imserver.database.SqlDialect}); queries by JPA are the same.
 *
 * <h2>Delivered once</h2>
 *
 * <p>What is committed is told by {@link imserver.message.Delivery}: to the users who are connected
 * here, each change with its number, and to the other servers ({@link imserver.cluster.Cluster}),
 * which tell theirs. Neither lanes nor commits say in which order a user is to get messages: a lane
 * stores for a recipient, not for a sender, and several servers tell each other of theirs after
 * their own, or before. The numbers do: the stream of a user puts changes in their order, passes
 * over those that it has told, and sees that one is missing ({@code imserver.session}).
 *
 * <p>What a stream misses {@link imserver.message.CatchUp} reads from the database: all messages to
 * that user after the last one that was told, also those that another device has read meanwhile,
 * since every connection gets each message. That nothing at all was heard of a last change is found
 * by comparing the numbers of the connected users with those of the database, when the cluster says
 * that something may have been missed: so it is also where it is not known whether messages were
 * committed, with other servers or without.
 *
 * <p>A recount has a number too, and is not told: the next change of that user waits for it a
 * moment and is then read from the database.
 *
 * <h2>When the database is down</h2>
 *
 * <p>Every request is answered within about 5 s, also while the database hangs and does not answer
 * at all ({@code Intake.OVERDUE}): what still waits for its turn is dropped then, what was given to
 * the database may be stored after all.
 *
 * <p>What could not be stored is answered with {@code STORAGE_UNAVAILABLE} and forgotten; the
 * client keeps it and sends it again. Nothing is kept in memory for a later attempt, since it would
 * be lost with the process.
 */
@NullMarked
package imserver.message;

import org.jspecify.annotations.NullMarked;
