/**
 * The user's conversations as they are up to a cursor of version 2, kept in the host's store: the next page shows them at
 * once, and asks the server only for what has changed since. Messages are not kept but for the last of each conversation.
 *
 * It is written at rest alone, when everything up to the cursor is known, and whole or not at all: a cursor without what it
 * describes would hide what it leaves out for ever. What cannot be read, or is another user's or server's, is passed over,
 * and costs one whole sync. Of several tabs the one that is furthest writes.
 */

/** @import { SyncEntry } from "./protocol-2.js" */
/** @import { OutboxStore } from "./types.js" */

/** @typedef {{epoch: string, cursor: number, conversations: SyncEntry[]}} State what the server said, in its own form */
/** @typedef {{version: number, server: string, userId: string, epoch: string, cursor: number}} Header */

const VERSION = 2; // of the text
const MOST_CONVERSATIONS = 1000;
const MOST_TEXT = 1_000_000; // characters
const SAVE_AFTER = 1000; // ms
const LOAD_WITHIN = 1000; // ms, of a store that answers later

export class KeptState {
  /** While the store is asked: resolves when the connection need not wait for it any more. @type {Promise<unknown> | null} */
  loading = null;
  #server;
  #atRest;
  /** @type {OutboxStore | null} */
  #store = null;
  #userId = "";
  /** What was written last, or found. */
  #kept = "";
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #timer;

  /**
   * @param {URL} server
   * @param {() => State | null} atRest null where it is not
   */
  constructor(server, atRest) {
    this.#server = server.href;
    this.#atRest = atRest;
  }

  /**
   * It is known whose it is.
   * @param {string} userId
   * @param {OutboxStore | null} store
   * @param {(state: State) => void} restore
   */
  belongTo(userId, store, restore) {
    this.#userId = userId;
    this.#store = store;
    /** @param {string | null | undefined} text */
    const found = (text) => {
      const state = this.#read(text);
      if (state !== null) restore(state);
    };
    try {
      const text = store?.loadState?.(userId);
      if (!(text instanceof Promise)) return found(text);
      const loaded = text.then(found).catch(() => {});
      const late = new Promise((resolve) => setTimeout(resolve, LOAD_WITHIN));
      this.loading = Promise.race([loaded, late]).finally(() => (this.loading = null));
    } catch {
      // a store that cannot be read keeps nothing
    }
  }

  /** It is another one than before. */
  changed() {
    this.#timer ??= setTimeout(() => this.save(), SAVE_AFTER);
  }

  /** At once, where it is at rest: the page may go away. */
  save() {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    const state = this.#store?.saveState ? this.#atRest() : null;
    if (state === null || state.cursor === 0) return;
    const { epoch, cursor, conversations } = state;
    const header = { version: VERSION, server: this.#server, userId: this.#userId, epoch, cursor };
    const name = JSON.stringify(header);
    if (name === this.#kept || this.#isFurther(header)) return;
    const text = conversations.length > MOST_CONVERSATIONS ? "" : `${name}\n${JSON.stringify(conversations)}`;
    this.#store?.saveState?.(text === "" || text.length > MOST_TEXT ? null : text, this.#userId);
    this.#kept = name;
  }

  /**
   * Whether another tab has written more.
   * @param {Header} ours
   */
  #isFurther({ epoch, cursor }) {
    const text = this.#store?.loadState?.(this.#userId);
    const kept = typeof text === "string" ? this.#header(text) : null; // a store that answers later is not waited for
    return kept !== null && kept.epoch === epoch && kept.cursor > cursor;
  }

  /**
   * @param {string} text
   * @returns {Header | null} null for what is not this user's, or of another form
   */
  #header(text) {
    try {
      const header = JSON.parse(text.slice(0, text.indexOf("\n")));
      const { version, server, userId, epoch, cursor } = header;
      const isOurs = version === VERSION && server === this.#server && userId === this.#userId;
      return isOurs && typeof epoch === "string" && Number.isSafeInteger(cursor) && cursor > 0 ? header : null;
    } catch {
      return null;
    }
  }

  /** @param {string | null | undefined} text @returns {State | null} */
  #read(text) {
    const header = typeof text === "string" && text.length <= MOST_TEXT ? this.#header(text) : null;
    if (header === null) return null;
    try {
      const conversations = JSON.parse(/** @type {string} */ (text).slice(/** @type {string} */ (text).indexOf("\n")));
      return Array.isArray(conversations) && conversations.every(isEntry)
        ? { epoch: header.epoch, cursor: header.cursor, conversations }
        : null;
    } catch {
      return null;
    }
  }
}

/** @param {any} entry @returns {boolean} */
function isEntry(entry) {
  const { with: user, lastMessage: last, unread, readUpTo, theyReadUpTo, change } = entry;
  const isUser = isId(user.id) && isText(user.name) && isText(user.avatar);
  const isLast =
    last === undefined ||
    ([last.messageId, last.from, last.to].every(isId) && isText(last.content) && isText(last.timestamp));
  const areMarks = isId(readUpTo) && (theyReadUpTo === undefined || isId(theyReadUpTo));
  return (
    isUser && isLast && areMarks && [unread, change].every((number) => Number.isSafeInteger(number) && number >= 0)
  );
}

/** @param {unknown} value */
function isText(value) {
  return typeof value === "string";
}

/** @param {unknown} value */
function isId(value) {
  return isText(value) && /^\d{1,19}$/.test(/** @type {string} */ (value));
}
