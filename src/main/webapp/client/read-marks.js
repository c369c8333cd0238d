/** "Read up to here", for each conversation the newest alone, until the server has done it. */

import { now } from "./clock.js";

/** @import { Timing } from "./timing.js" */

export class ReadMarks {
  #timing;
  #send;
  #refused;
  /** @type {Map<string, number>} */
  #wanted = new Map();
  /** What the server has not answered yet. @type {Map<string, number>} */
  #sent = new Map();
  /** What the server has done on this connection: it has nothing to do with a mark that is not above it. @type {Map<string, number>} */
  #done = new Map();
  #online = false;
  #failures = 0;
  #notBefore = 0;
  /** Counts connections. */
  #generation = 0;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #timer;

  /**
   * @param {Timing} timing
   * @param {(userId: string, upTo: number) => Promise<unknown>} send rejects with what has `retryable`
   * @param {(userId: string, upTo: number) => void} refused for good
   */
  constructor(timing, send, refused) {
    this.#timing = timing;
    this.#send = send;
    this.#refused = refused;
  }

  /** How many the server may not have done yet. */
  get unconfirmed() {
    return this.#wanted.size + this.#sent.size;
  }

  /**
   * @param {string} userId
   * @param {number} upTo
   */
  mark(userId, upTo) {
    const known = [this.#wanted, this.#sent, this.#done].map((marks) => marks.get(userId) ?? 0);
    if (upTo <= Math.max(...known)) return;
    this.#wanted.set(userId, upTo);
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
    this.#generation++;
    clearTimeout(this.#timer);
    this.#timer = undefined;
    for (const [userId, upTo] of this.#sent) this.#want(userId, upTo);
    this.#sent.clear();
    this.#done.clear();
  }

  flush() {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    if (!this.#online) return; // opened() calls this again
    const rest = this.#notBefore - now();
    if (rest > 0) {
      if (this.#wanted.size > 0) this.#timer = setTimeout(() => this.flush(), rest);
      return;
    }
    for (const [userId, upTo] of [...this.#wanted]) {
      if (this.#sent.has(userId)) continue; // its answer calls this again
      this.#wanted.delete(userId);
      this.#sent.set(userId, upTo);
      this.#attempt(userId, upTo);
    }
  }

  /**
   * @param {string} userId
   * @param {number} upTo
   */
  async #attempt(userId, upTo) {
    const generation = this.#generation;
    /** @type {{retryable?: boolean} | null} */
    let error = null;
    try {
      await this.#send(userId, upTo);
    } catch (reason) {
      error = /** @type {{retryable?: boolean}} */ (reason);
    }
    if (generation !== this.#generation) return; // lost() has put it back
    this.#sent.delete(userId);
    if (error === null) {
      this.#done.set(userId, upTo);
      this.#failures = 0;
    } else if (error.retryable === true) {
      const { answerAfter, backoffCap } = this.#timing;
      this.#want(userId, upTo);
      const wait = Math.min(Math.max(answerAfter, backoffCap), answerAfter * 2 ** this.#failures++);
      this.#notBefore = Math.max(this.#notBefore, now() + wait * (1 + Math.random() / 4));
    } else {
      this.#refused(userId, upTo);
    }
    this.flush();
  }

  /**
   * @param {string} userId
   * @param {number} upTo
   */
  #want(userId, upTo) {
    this.#wanted.set(userId, Math.max(upTo, this.#wanted.get(userId) ?? 0));
  }
}
