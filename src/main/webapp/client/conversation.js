/** One conversation of the model: the other user, what is unread, and the end of its history as far as it is loaded. */

import { becomeAttachments } from "./attachments.js";
import { become, empty, order, timeOf, written } from "./messages.js";

/** @import { Message } from "./messages.js" */
/** @import { ConversationFlags, OutgoingDetail, User } from "./types.js" */

/** Not at all, now, up to where it has got, or in vain. */
/** @typedef {"none" | "loading" | "loaded" | "failed"} Loading */

const MOST_HELD = 5000; // messages of one conversation; beyond it the oldest are let go when a new one comes
const LET_GO = 1000;
/** The same of a history that is not loaded: what was written here is there until it is. */
const MOST_WRITTEN = 200;
const WRITTEN_LET_GO = 100;
const RECALLS_REMEMBERED = 200;
/** @type {Readonly<Required<ConversationFlags>>} */
const NO_FLAGS = { stranger: false, blocked: false, muted: false, pinned: false, hidden: false };

export class Conversation {
  /** The other one; id "0" is the system. @type {User} */
  user;
  /** Sorted; without a hole from the first one that is stored to `syncedTo`, and to the end unless `isStale`. @type {Message[]} */
  messages = [];
  /** The newest one that is stored, whether it is among `messages` or not. @type {Message | null} */
  lastStored = null;
  /** All messages to this user up to this id are read (version 2). */
  readUpTo = "0";
  /** The same of the other user; null where the server does not tell. @type {string | null} */
  theyReadUpTo = null;
  /** By Date.now(): the other one types until then. 0 for not at all. */
  typingUntil = 0;

  /** @type {Loading} from its newest message on */
  history = "none";
  /** @type {Loading} of what is before `messages` */
  older = "loaded";
  /** Whether the server has more before `messages`. */
  more = true;

  /** What the server says of it. @internal */
  flags = { ...NO_FLAGS };
  /** The change of version 2 up to which this is known. */
  change = 0;
  /** The newest entry that is known without a hole before it. */
  syncedTo = 0;
  /** Whether something between `syncedTo` and the end may be missing. */
  isStale = false;
  /** Unread messages as the server has counted them. */
  counted = 0;
  /** Ids of unread ones that the server's count does not know of yet (version 1). @type {Set<number>} */
  uncounted = new Set();
  /** The newest message that the server's count knows of (version 1). */
  countedTo = 0;
  /** Ids of messages that were read here, and that the server still counts. @type {Set<number>} */
  readHere = new Set();
  /** Ids of messages that were recalled of late. @type {Set<string>} */
  #recalled = new Set();

  /** @param {User} user */
  constructor(user) {
    this.user = user;
  }

  get isSystem() {
    return this.user.id === "0";
  }

  /** Whether this user has never written to the other one. */
  get isStranger() {
    return this.flags.stranger;
  }

  /** Whether this user has blocked the other one: nothing that the other one sends comes in. */
  get blocked() {
    return this.flags.blocked;
  }

  /** Whether this user wants no badge and no notification. */
  get muted() {
    return this.flags.muted;
  }

  /** Whether it is to stand above others. */
  get pinned() {
    return this.flags.pinned;
  }

  /** Whether it is left out of the list until there is a new message. */
  get hidden() {
    return this.flags.hidden;
  }

  /**
   * As the server has all of them.
   * @param {ConversationFlags} entry what it leaves out does not hold
   * @internal
   */
  setFlags({ stranger, blocked, muted, pinned, hidden }) {
    const holds = (/** @type {unknown} */ flag) => flag === true;
    this.flags = {
      stranger: holds(stranger),
      blocked: holds(blocked),
      muted: holds(muted),
      pinned: holds(pinned),
      hidden: holds(hidden),
    };
  }

  /** There is a new message. @internal @param {boolean} isOwn */
  awaken(isOwn) {
    this.flags.hidden = false;
    if (isOwn) this.flags.stranger = false;
  }

  /** The newest one, which may still be on its way. @returns {Message | null} */
  get lastMessage() {
    const last = this.messages.at(-1) ?? null;
    return last !== null && order(last) >= order(this.lastStored) ? last : this.lastStored;
  }

  /** How many messages this user has not read. */
  get unread() {
    return Math.max(0, this.counted + this.uncounted.size - this.readHere.size);
  }

  /** The id of the newest stored message that is known; 0 for none. */
  get newestId() {
    return Number(
      this.messages.findLast(({ messageId }) => messageId !== null)?.messageId ?? this.lastStored?.messageId ?? 0,
    );
  }

  /** The id before which older messages are to be asked for. */
  get oldestId() {
    return this.messages.find(({ messageId }) => messageId !== null)?.messageId ?? null;
  }

  /** The first message that waits to be read, as far as the history is loaded. */
  get firstUnread() {
    return this.messages.find(({ unread }) => unread) ?? null;
  }

  /**
   * Whether the other user has read a message of this one, as far as the server tells.
   * @param {Message} message
   */
  isReadByThem({ fromMe, messageId }) {
    return fromMe && messageId !== null && this.theyReadUpTo !== null && Number(messageId) <= Number(this.theyReadUpTo);
  }

  /**
   * Adds messages, or what has become of them. What is known already stays the same object under the same key.
   * @param {Message[]} messages
   */
  merge(messages) {
    if (messages.length === 1 && this.#follows(messages[0])) {
      this.messages.push(messages[0]);
      this.#offerLast(messages[0]);
      return;
    }
    const known = new Map(this.messages.map((message) => [message.messageId, message]));
    for (const message of messages) {
      const same = known.get(message.messageId) ?? this.#sameWritten(message);
      if (same) become(same, message);
      else this.messages.push(message);
    }
    this.sort();
  }

  /**
   * Whether a message is another's and newer than all that is here, as most are that come in: it need not be looked for.
   * @param {Message} message
   */
  #follows(message) {
    const newest = this.messages.at(-1);
    return !message.fromMe && newest !== undefined && newest.messageId !== null && order(message) > order(newest);
  }

  /**
   * A message that has come in as the newest one. Where something before it may be missing, that is still to be loaded.
   * @param {Message} message
   */
  append(message) {
    if (this.history === "none" || this.history === "failed") {
      const written = this.#sameWritten(message);
      if (written) become(written, message);
      this.sort();
    } else {
      this.merge([message]);
      if (this.history === "loaded" && !this.isStale)
        this.syncedTo = Math.max(this.syncedTo, Number(message.messageId));
    }
    this.#letGo();
    this.#offerLast(this.messages.find(({ messageId }) => messageId === message.messageId) ?? message);
  }

  /** The oldest ones that are stored, where there are too many: who writes for weeks is not to fill the memory. */
  #letGo() {
    const isLoaded = this.history === "loaded" || this.history === "loading";
    const [most, some] = isLoaded ? [MOST_HELD, LET_GO] : [MOST_WRITTEN, WRITTEN_LET_GO];
    if (this.messages.length <= most) return;
    let rest = some;
    this.messages = this.messages.filter(({ messageId }) => messageId === null || rest-- <= 0);
    this.more = true;
  }

  /**
   * As the server's list has it.
   * @param {Message} message
   */
  setLast(message) {
    const held = this.messages.find(({ messageId }) => messageId === message.messageId);
    if (held) become(held, message);
    this.#offerLast(held ?? message);
  }

  /** @param {Message} message */
  #offerLast(message) {
    const last = this.lastStored;
    if (last !== null && last !== message && last.messageId === message.messageId) become(message, last);
    if (order(message) >= order(last)) this.lastStored = message;
  }

  /** @param {string} messageId */
  recall(messageId) {
    this.#recalled.add(messageId);
    if (this.#recalled.size > RECALLS_REMEMBERED)
      this.#recalled.delete(/** @type {string} */ (this.#recalled.values().next().value));
    for (const message of [...this.messages, this.lastStored]) {
      if (message?.messageId === messageId) empty(message);
    }
    this.uncounted.delete(Number(messageId));
    this.readHere.delete(Number(messageId));
  }

  /** After a page came in, which may be older than what is known of its messages. */
  applyKnown() {
    this.markRead(Number(this.readUpTo));
    for (const message of this.messages) {
      if (message.messageId === null) continue;
      if (this.readHere.has(Number(message.messageId))) message.unread = false;
      if (!message.recalled && this.#recalled.has(message.messageId)) this.recall(message.messageId);
    }
  }

  /**
   * The server says that this user has read all up to there.
   * @param {string} upTo
   */
  readTo(upTo) {
    if (Number(upTo) > Number(this.readUpTo)) this.readUpTo = upTo;
    this.markRead(Number(this.readUpTo));
    for (const id of this.readHere) if (id <= Number(this.readUpTo)) this.readHere.delete(id);
  }

  /**
   * @param {number} upTo
   * @returns {number[]} the ids of those that were unread
   */
  markRead(upTo) {
    const found = [];
    for (const message of [...this.messages, this.lastStored]) {
      if (!message?.unread || Number(message.messageId) > upTo) continue;
      message.unread = false;
      found.push(Number(message.messageId));
    }
    return found;
  }

  /**
   * A message that was written here, and whose acknowledgement is still to come, or was lost.
   * @param {Message} message
   */
  #sameWritten({ fromMe, messageId, clientMessageId, timestamp, content }) {
    if (!fromMe) return undefined;
    return this.messages.find(
      (one) =>
        one.clientMessageId !== null &&
        (one.messageId === messageId ||
          one.clientMessageId === clientMessageId ||
          (one.messageId === null &&
            clientMessageId === null &&
            one.timestamp === timestamp &&
            one.content === content)),
    );
  }

  /** After ids have changed. Two entries with one id or one name are one message. */
  sort() {
    const written = new Map(
      this.messages.filter((one) => one.clientMessageId && one.messageId).map((one) => [one.messageId, one]),
    );
    const names = new Set([...written.values()].map(({ clientMessageId }) => clientMessageId));
    this.messages = this.messages.filter((one) => {
      const same = one.messageId === null ? undefined : written.get(one.messageId);
      if (same && same !== one) become(same, one); // it may have been recalled
      return same ? same === one : !(one.messageId === null && names.has(one.clientMessageId));
    });
    this.messages.sort((one, other) => order(one) - order(other) || Number(one.timestamp) - Number(other.timestamp));
    const newest = this.messages.findLast(({ messageId }) => messageId !== null);
    if (newest && order(newest) >= order(this.lastStored)) this.lastStored = newest;
  }

  /**
   * Before the end of the history comes in: what is older than that would leave a hole.
   * @param {number} id
   */
  forgetBefore(id) {
    this.messages = this.messages.filter(({ messageId }) => messageId === null || Number(messageId) >= id);
  }

  /** Forgets the history, but not what was written here and is not stored. */
  unload() {
    this.messages = this.messages.filter(({ messageId }) => messageId === null);
    this.history = "none";
    this.older = "loaded";
    this.more = true;
    this.syncedTo = 0;
    this.isStale = false;
  }

  /**
   * What has become of a message that was written here.
   * @param {OutgoingDetail} detail
   * @param {string} userId the connected user
   */
  outgoing(detail, userId) {
    let message = this.messages.find((one) => one.clientMessageId === detail.clientMessageId);
    if (message === undefined) {
      // What was left over from an earlier page may be older than all that is loaded; it stands at the end all the same.
      message = written(detail, userId, this.history === "loaded" ? this.newestId : Infinity);
      this.messages.push(message);
    }
    if (!message.recalled) becomeAttachments(message, detail.attachments ?? []);
    if (message.messageId === null) {
      message.state = detail.state;
      message.code = detail.code;
      if (detail.messageId) {
        message.messageId = detail.messageId;
        message.time ??= timeOf(detail.time) ?? Date.now();
      }
    }
    this.sort();
    this.#letGo();
  }

  /**
   * Drops a message that was written here and is not stored.
   * @param {string} clientMessageId
   */
  discard(clientMessageId) {
    this.messages = this.messages.filter((one) => one.clientMessageId !== clientMessageId || one.messageId !== null);
  }

  /** What is known is no longer true: only what was written here and is not stored stays. */
  forget() {
    this.unload();
    this.setFlags(NO_FLAGS);
    Object.assign(this, { change: 0, counted: 0, readUpTo: "0", theyReadUpTo: null, lastStored: null });
    this.uncounted.clear();
    this.readHere.clear();
  }
}
