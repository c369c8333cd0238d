/** The outbox and the list of conversations in localStorage, and the files of the outbox in IndexedDB. */

import { isStoredFile } from "./attachments.js";
import { FileStore } from "./file-store.js";
import { randomId } from "./ids.js";

/** @import { StoredEntry } from "./types.js" */

/**
 * Keeps outgoing messages in localStorage, so that they survive a reload or a crash of the page. Each message has a key of
 * its own, so that tabs do not overwrite each other's, and belongs to the tab that holds it; when that is closed, or has
 * shown no sign of life for 150 s, the next client that connects, or a tab that is open, sends it. In the worst case two tabs
 * send the same message, which the server stores once. Where the storage is full or forbidden, nothing is kept.
 *
 * Tabs that are open show each other's messages, by a BroadcastChannel where there is one.
 *
 * The files of messages that wait are in IndexedDB, as far as there is room: 100 MB for all users of the browser.
 *
 * It keeps the list of conversations too, and with it what others wrote last in each: whoever can use the browser's profile
 * can read that. `keepsConversations: false` keeps none, and `clear()`, after the client was closed, removes everything.
 */
export class LocalOutbox {
  static #LEASE = 150_000; // ms: a tab in the background gets to renew it once a minute
  static #RENEW = 20_000; // ms

  #prefix;
  #storage;
  #keepsConversations;
  #owner = randomId();
  /** Messages that are held here, and the names of their files. @type {Map<string, string[]>} */
  #own = new Map();
  #files;
  #isSwept = false;
  /** @type {ReturnType<typeof setInterval> | undefined} */
  #renewing;

  /**
   * @param {string} userKey the user's id: users of one browser must not send each other's messages
   * @param {Storage | null} [storage] localStorage unless given
   * @param {{keepsConversations?: boolean}} [options]
   */
  constructor(userKey, storage = localStorageOrNull(), { keepsConversations = true } = {}) {
    this.#keepsConversations = keepsConversations;
    this.#prefix = `imserver.outbox.${userKey}.`;
    this.#storage = storage;
    this.#files = new FileStore(this.#prefix);
  }

  /**
   * @param {number} limit
   * @param {string | null} [userId]
   * @returns {StoredEntry[]}
   */
  claim(limit, userId = null) {
    /** @type {StoredEntry[]} */
    const left = [];
    for (const key of this.#keys("message.")) {
      const entry = storedEntry(this.#try((storage) => storage.getItem(key)));
      if (entry === null) this.#try((storage) => storage.removeItem(key));
      else if (entry.owner !== this.#owner && mayHave(entry, userId) && !this.#lives(entry.owner)) left.push(entry);
    }
    const claimed = left.sort((one, other) => one.since - other.since).slice(0, Math.max(0, limit));
    claimed.forEach((entry) => this.put(entry));
    this.#sweep();
    return claimed;
  }

  /** @param {StoredEntry} entry */
  put(entry) {
    const key = `${this.#prefix}message.${entry.clientMessageId}`;
    const value = JSON.stringify({ ...entry, owner: this.#owner });
    if (!this.#set(key, value)) {
      // What is written here exists nowhere else, and the list can be had from the server.
      this.#try((storage) => storage.removeItem(this.#conversationsKey));
      this.#set(key, value);
    }
    this.#own.set(entry.clientMessageId, fileNames(entry));
    if (this.#renewing === undefined) {
      this.#renew();
      this.#renewing = setInterval(() => this.#renew(), LocalOutbox.#RENEW);
    }
  }

  /** @param {string} clientMessageId */
  remove(clientMessageId) {
    const key = `${this.#prefix}message.${clientMessageId}`;
    const names =
      this.#own.get(clientMessageId) ?? fileNames(storedEntry(this.#try((storage) => storage.getItem(key))));
    if (names.length > 0) this.#files.remove(names);
    this.#try((storage) => storage.removeItem(key));
    this.#own.delete(clientMessageId);
    if (this.#own.size === 0) this.release();
  }

  /**
   * @param {string} clientFileId
   * @param {Blob} blob
   */
  putFile(clientFileId, blob) {
    return this.#storage === null ? Promise.resolve(false) : this.#files.put(clientFileId, blob);
  }

  /** @param {string} clientFileId */
  getFile(clientFileId) {
    return this.#files.get(clientFileId);
  }

  /** What an earlier page has left of messages that are gone, once. */
  #sweep() {
    if (this.#isSwept) return;
    this.#isSwept = true;
    this.#files.sweep((name) =>
      this.#keys("message.").some((key) =>
        fileNames(storedEntry(this.#try((storage) => storage.getItem(key)))).includes(name),
      ),
    );
  }

  release() {
    clearInterval(this.#renewing);
    this.#renewing = undefined;
    this.#try((storage) => storage.removeItem(this.#ownerKey(this.#owner)));
  }

  /** @returns {string | null} */
  loadState() {
    if (!this.#keepsConversations) this.#try((storage) => storage.removeItem(this.#conversationsKey)); // of before
    return this.#try((storage) => storage.getItem(this.#conversationsKey));
  }

  /** @param {string | null} text */
  saveState(text) {
    if (!this.#keepsConversations) return;
    if (text === null) this.#try((storage) => storage.removeItem(this.#conversationsKey));
    else this.#set(this.#conversationsKey, text);
  }

  /**
   * Removes all that is kept of this user, messages that were not sent among it: when the user signs out, after close() of
   * the client. Neither this tab nor another one that is open keeps the list from then on.
   */
  clear() {
    this.#keepsConversations = false;
    this.release();
    this.#own.clear();
    const keys = [...this.#keys("message."), ...this.#keys("owner."), this.#conversationsKey];
    for (const key of keys) this.#try((storage) => storage.removeItem(key));
    this.#files.clear();
  }

  /** @param {() => void} left */
  watch(left) {
    const page = /** @type {EventTarget} */ (globalThis);
    /** @param {Event} event */
    const listener = (event) => {
      const { key, newValue } = /** @type {StorageEvent} */ (event);
      if ((key === null || key === this.#conversationsKey) && newValue === null) this.#keepsConversations = false; // clear() in another tab
      if (key !== null && key.startsWith(this.#ownerKey("")) && newValue === null) left();
    };
    page.addEventListener?.("storage", listener);
    return () => page.removeEventListener?.("storage", listener);
  }

  /**
   * @param {(word: unknown) => void} heard
   * @returns {{tell: (word: object) => void, end: () => void} | null} null where the runtime, or the place of the page, has none
   */
  share(heard) {
    try {
      const channel = new BroadcastChannel(`${this.#prefix}tabs`);
      channel.onmessage = ({ data }) => heard(data);
      /** @type {{unref?: () => void}} */ (channel).unref?.(); // in Node it would keep the process alive
      return { tell: (word) => channel.postMessage(word), end: () => channel.close() };
    } catch {
      return null;
    }
  }

  #renew() {
    const until = String(Date.now() + LocalOutbox.#LEASE);
    this.#try((storage) => storage.setItem(this.#ownerKey(this.#owner), until));
  }

  /** @param {string} owner */
  #lives(owner) {
    const key = this.#ownerKey(owner);
    const remaining = Number(this.#try((storage) => storage.getItem(key)) ?? 0) - Date.now();
    const lives = remaining > 0 && remaining <= LocalOutbox.#LEASE; // beyond it, the clock was put back
    if (!lives) this.#try((storage) => storage.removeItem(key));
    return lives;
  }

  get #conversationsKey() {
    return `${this.#prefix}conversations`;
  }

  /** @param {string} owner */
  #ownerKey(owner) {
    return `${this.#prefix}owner.${owner}`;
  }

  /** @param {string} kind */
  #keys(kind) {
    const all = this.#try((storage) => Array.from({ length: storage.length }, (_, index) => storage.key(index)));
    return (all ?? []).filter((key) => key !== null).filter((key) => key.startsWith(this.#prefix + kind));
  }

  /**
   * @param {string} key
   * @param {string} value
   * @returns {boolean} whether it is kept
   */
  #set(key, value) {
    return this.#try((storage) => (storage.setItem(key, value), true)) === true;
  }

  /**
   * @template T
   * @param {(storage: Storage) => T} action
   * @returns {T | null} null where the storage refuses
   */
  #try(action) {
    try {
      return this.#storage === null ? null : action(this.#storage);
    } catch {
      return null;
    }
  }
}

/**
 * Whether an entry of a store may be a user's. What says nothing of its user is whose the store is.
 * @param {StoredEntry} entry
 * @param {string | null} userId
 */
export function mayHave({ userId: owner }, userId) {
  return owner === undefined || owner === null || owner === userId;
}

/**
 * @param {string | null} text
 * @returns {(StoredEntry & {owner: string}) | null} null for what is none
 */
function storedEntry(text) {
  try {
    const entry = JSON.parse(text ?? "");
    const texts = [entry.clientMessageId, entry.toId, entry.content, entry.timestamp, entry.owner];
    const whole = texts.every((each) => typeof each === "string") && Number.isFinite(entry.since);
    const { attachments = [] } = entry;
    const hasFiles = Array.isArray(attachments) && attachments.every(isStoredFile);
    return whole && hasFiles && ["sending", "failed"].includes(entry.state) ? entry : null;
  } catch {
    return null;
  }
}

/** By which the store knows them. @param {StoredEntry | null} entry */
function fileNames(entry) {
  return (entry?.attachments ?? []).map(({ clientFileId }) => clientFileId).filter((name) => name !== null);
}

/** @returns {Storage | null} null where the page may not use it */
function localStorageOrNull() {
  try {
    return globalThis.localStorage ?? null;
  } catch {
    return null;
  }
}
