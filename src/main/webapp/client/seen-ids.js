/** Which messages were shown. */

/**
 * The ids of messages that were shown. Unread ones come again at every connect, so they are remembered longer than those
 * that were marked as read, which come again only where packets are doubled or a read-ack was lost.
 */
export class SeenIds {
  static #UNREAD = 50_000;
  static #READ = 10_000;

  /** Numbers, which take a tenth of the room. @type {Set<number>} */
  #unread = new Set();
  /** @type {Set<number>} */
  #read = new Set();

  /**
   * @param {string} messageId
   * @returns {boolean} whether it is new
   */
  add(messageId) {
    const id = Number(messageId);
    if (this.#unread.has(id) || this.#read.has(id)) return false;
    remember(this.#unread, id, SeenIds.#UNREAD);
    return true;
  }

  /** @param {string[]} messageIds */
  markRead(messageIds) {
    for (const id of messageIds.map(Number)) {
      this.#unread.delete(id);
      remember(this.#read, id, SeenIds.#READ);
    }
  }

  /** @param {string} messageId */
  isRead(messageId) {
    return this.#read.has(Number(messageId));
  }
}

/**
 * @template T
 * @param {Set<T>} set
 * @param {T} value
 * @param {number} limit beyond it the oldest is forgotten
 */
function remember(set, value, limit) {
  set.delete(value);
  set.add(value);
  if (set.size > limit) set.delete(/** @type {T} */ (set.values().next().value));
}
