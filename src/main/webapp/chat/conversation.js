/**
 * A conversation as far as it is known here: the other user, what is unread, and the loaded end of its history.
 */

/** @typedef {{id: string, name: string, avatar: string}} User */

/**
 * @typedef {object} Message
 * @property {string} key by which it stays the same on the page, whatever becomes of it
 * @property {number | null} messageId null until the server has stored it
 * @property {string | null} clientMessageId of messages that were written here
 * @property {boolean} fromMe
 * @property {string} content
 * @property {string} timestamp the sender's mark
 * @property {number} time
 * @property {boolean} unread it waits for this user to read it
 * @property {"sending" | "sent" | "failed"} state
 * @property {string | null} code why it failed
 * @property {number} after for one without an id: the newest id when it was written, which it follows
 */

/** The history is loaded from its newest message on: not at all, now, up to where it has got, or in vain. */
/** @typedef {"none" | "loading" | "loaded" | "failed"} Loading */

export class Conversation {
  /** @type {Message[]} sorted, without a hole from the first to `syncedTo` */
  messages = [];
  /** @type {Loading} */
  history = "none";
  /** @type {Loading} of what is before `messages` */
  older = "loaded";
  /** Whether the server has more before `messages`. */
  more = true;
  /** The newest message that was loaded; later ones have come by themselves, and some may be missing. */
  syncedTo = 0;
  /** How many messages are unread in all. */
  unread = 0;
  /** The newest message that the server's count of them knows of. */
  countedTo = 0;
  /** Those of them that are newer than the server's last count. @type {Set<number>} */
  uncounted = new Set();
  /** @type {Message | null} */
  last = null;
  /** The message before which "new messages" stands. @type {string | null} */
  firstNew = null;
  /** When this user last read something in it. */
  readAt = -Infinity;

  /** @param {User} user the other one */
  constructor(user) {
    this.user = user;
  }

  get isSystem() {
    return this.user.id === "0";
  }

  /** The id of the newest stored message that is known. */
  get newestId() {
    for (let i = this.messages.length - 1; i >= 0; i--) {
      const { messageId } = this.messages[i];
      if (messageId !== null) return messageId;
    }
    return this.last?.messageId ?? 0;
  }

  /** The id before which older messages are to be asked for. */
  get oldestId() {
    return this.messages.find((message) => message.messageId !== null)?.messageId ?? null;
  }

  /** The key of the first message that waits to be read, as far as the history is loaded. */
  get firstUnread() {
    return this.messages.find((message) => message.unread)?.key ?? null;
  }

  /**
   * Before the end of the history comes in: what is older than that would leave a hole.
   *
   * @param {number} id
   */
  forgetBefore(id) {
    this.messages = this.messages.filter(({ messageId }) => messageId === null || messageId >= id);
  }

  /**
   * Adds messages, or what has become of them. What is known already stays the same object under the same key.
   *
   * @param {Message[]} messages
   */
  merge(messages) {
    if (messages.length === 1 && this.#follows(messages[0])) {
      this.messages.push(messages[0]);
      this.last = messages[0];
      return;
    }
    const known = new Map(this.messages.filter((m) => m.messageId !== null).map((m) => [m.messageId, m]));
    for (const message of messages) {
      const same = known.get(message.messageId) ?? this.#sameWritten(message);
      if (same) {
        same.messageId = message.messageId;
        same.time = message.time;
        same.state = "sent";
        same.code = null;
        same.unread &&= message.unread;
      } else {
        this.messages.push(message);
      }
    }
    this.sort();
  }

  /**
   * Whether a message is another's and newer than all that is here, as most are that come in: it need not be looked for.
   *
   * @param {Message} message
   */
  #follows(message) {
    const newest = this.messages.at(-1) ?? null;
    const isNewest = order(message) > order(newest) && order(message) >= order(this.last);
    return !message.fromMe && newest?.messageId !== null && isNewest;
  }

  /**
   * A message that was written here and whose acknowledgement is still to come, or was lost.
   *
   * @param {Message} message
   */
  #sameWritten({ fromMe, messageId, clientMessageId, timestamp, content }) {
    if (!fromMe) return undefined;
    return this.messages.find(
      (m) =>
        m.clientMessageId !== null &&
        (m.clientMessageId === clientMessageId ||
          (m.messageId === null && messageId !== null && m.timestamp === timestamp && m.content === content)),
    );
  }

  /** After ids have changed. Two entries with one id are one message: the one that was written here stays. */
  sort() {
    const written = new Set(this.messages.filter((m) => m.clientMessageId && m.messageId).map((m) => m.messageId));
    if (written.size > 0) {
      this.messages = this.messages.filter((m) => m.clientMessageId || !written.has(m.messageId));
    }
    this.messages.sort((a, b) => order(a) - order(b) || a.time - b.time);
    const newest = this.messages.at(-1);
    if (newest && order(newest) >= order(this.last)) this.last = newest;
  }

  /** Forgets the history, but not what was written here and is not stored. */
  unload() {
    this.messages = this.messages.filter((message) => message.messageId === null);
    this.history = "none";
    this.older = "loaded";
    this.more = true;
    this.syncedTo = 0;
    this.firstNew = null;
  }
}

/**
 * Where a message stands among all others.
 *
 * @param {Message | null} message
 */
export function order(message) {
  return message ? (message.messageId ?? message.after + 0.5) : -1;
}
