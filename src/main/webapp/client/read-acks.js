/** What was read here, until the server knows. */

import { now } from "./clock.js";
import { TokenBucket } from "./token-bucket.js";

/** @import { Timing } from "./timing.js" */

const MAX_READ_IDS = 1000; // in one packet: the server takes no more

/**
 * Sends read-acks to the server, many messages in one packet. A read-ack has no success answer: it is done when no failure came for
 * a while. Where one came that allows for another try, or the connection broke meanwhile, it is sent again.
 *
 * The server allows a user so many ids a second, and closes for good a connection that has caused too many failures. So
 * this stays below it; and while something fails in spite of that, since other clients of the user read too, one packet at
 * a time goes out.
 */
export class ReadAcks {
  static #MAX_WAITING = 50_000; // more than any user reads without a connection; what is dropped comes again as unread

  /** By id: whether the event "read" had it already. @type {Map<string, boolean>} */
  #waiting = new Map();
  /** What may still fail, by its timestamp. @type {Map<string, {ids: Set<string>, timer: ReturnType<typeof setTimeout>}>} */
  #sent = new Map();
  #write;
  #timing;
  #notify;
  #bucket;
  /** Ids in one packet. */
  #most;
  #count = 0;
  /** Whether there is a connection, and it is this user's. */
  #online = false;
  /** Failures in a row. */
  #failures = 0;
  /** Nothing is sent before, by the clock of now(). */
  #notBefore = 0;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #timer;

  /**
   * @param {(messageIds: string[], timestamp: string) => boolean} write sends one, unless there is no connection; its failure names the timestamp
   * @param {Timing} timing
   * @param {(messageIds: string[]) => void} notify
   */
  constructor(write, timing, notify) {
    this.#write = write;
    this.#timing = timing;
    this.#notify = notify;
    this.#most = Math.max(1, Math.min(MAX_READ_IDS, timing.readBurst));
    this.#bucket = new TokenBucket(timing.readsPerSecond, Math.max(1, timing.readBurst));
  }

  /** How many the server may not have marked yet. */
  get unconfirmed() {
    let count = this.#waiting.size;
    for (const { ids } of this.#sent.values()) count += ids.size;
    return count;
  }

  /** @param {string[]} messageIds */
  add(messageIds) {
    this.#enter(
      messageIds.filter((id) => !this.#isSent(id)),
      false,
    );
  }

  /**
   * The server has shown a message as unread that was read here before. Where that is on its way, the server has not seen it
   * yet; else it was lost. The event "read" has had it.
   * @param {string} messageId
   */
  again(messageId) {
    if (!this.#waiting.has(messageId) && !this.#isSent(messageId)) this.#enter([messageId], true);
  }

  /** @param {string} id */
  #isSent(id) {
    return [...this.#sent.values()].some(({ ids }) => ids.has(id));
  }

  /**
   * @param {string[]} messageIds
   * @param {boolean} reported
   */
  #enter(messageIds, reported) {
    this.#wait(messageIds, reported);
    this.#timer ??= setTimeout(() => this.flush(), this.#timing.readAckAfter);
  }

  /** There is a connection. */
  opened() {
    this.#online = true;
    this.flush();
  }

  /** It is gone, and perhaps what was sent last with it. */
  lost() {
    this.#online = false;
    for (const { ids, timer } of this.#sent.values()) {
      clearTimeout(timer);
      this.#wait(ids, true);
    }
    this.#sent.clear();
  }

  /** close() was called: nothing runs until there is a connection. */
  pause() {
    this.lost();
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }

  /** Sends what waits and may go now, if there is a connection; the rest later. */
  flush() {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    if (!this.#online || this.#waiting.size === 0) return; // opened() calls this again
    const rest = this.#notBefore - now();
    if (rest > 0) return this.#later(rest);
    while (this.#waiting.size > 0) {
      const wait = this.#bucket.take(Math.min(this.#waiting.size, this.#most));
      if (wait > 0) return this.#later(wait);
      const some = firstOf(this.#waiting, this.#most);
      const ids = some.map(([id]) => id);
      const timestamp = `read-${++this.#count}`; // no message has such a one
      if (!this.#write(ids, timestamp)) return;
      ids.forEach((id) => this.#waiting.delete(id));
      const timer = setTimeout(() => this.#done(timestamp), 2 * this.#timing.answerAfter);
      this.#sent.set(timestamp, { ids: new Set(ids), timer });
      const unreported = some.filter(([, reported]) => !reported).map(([id]) => id);
      if (unreported.length > 0) this.#notify(unreported);
    }
  }

  /** @param {number} wait milliseconds */
  #later(wait) {
    clearTimeout(this.#timer); // a listener of the event may have called add()
    this.#timer = setTimeout(() => this.flush(), wait);
  }

  /**
   * @param {{timestamp: string, retryable: boolean}} refusal
   * @returns {boolean} whether it was about a read-ack
   */
  refused({ timestamp, retryable }) {
    const refused = this.#sent.get(timestamp);
    if (refused === undefined) return false;
    this.#sent.delete(timestamp);
    clearTimeout(refused.timer);
    if (!retryable) return true; // it would fail again
    if (this.#notBefore <= now()) {
      const { answerAfter, backoffCap } = this.#timing;
      const wait = Math.min(Math.max(answerAfter, backoffCap), answerAfter * 2 ** this.#failures++);
      this.#notBefore = now() + wait * (1 + Math.random() / 4);
      this.#bucket.limit(this.#most);
    } // else it went out with another one that has failed
    this.#wait(refused.ids, true);
    this.flush();
    return true;
  }

  /** @param {string} timestamp */
  #done(timestamp) {
    this.#sent.delete(timestamp);
    if (this.#notBefore > now()) return;
    this.#failures = 0;
    this.#bucket.limit(Math.max(this.#most, this.#timing.readBurst));
  }

  /**
   * @param {Iterable<string>} ids
   * @param {boolean} reported
   */
  #wait(ids, reported) {
    for (const id of ids) {
      this.#waiting.set(id, reported || (this.#waiting.get(id) ?? false));
      if (this.#waiting.size > ReadAcks.#MAX_WAITING)
        this.#waiting.delete(/** @type {string} */ (this.#waiting.keys().next().value));
    }
  }
}

/**
 * @template K, V
 * @param {Map<K, V>} map
 * @param {number} count at most
 */
function firstOf(map, count) {
  /** @type {[K, V][]} */
  const first = [];
  for (const entry of map) {
    if (first.length >= count) break;
    first.push(entry);
  }
  return first;
}
