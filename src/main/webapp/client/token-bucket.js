/** Pacing: the client stays below what the server allows. */

import { now } from "./clock.js";

/** So many a second, and some at once. */
export class TokenBucket {
  #perSecond;
  #burst;
  #left;
  #asOf = now();

  /**
   * @param {number} perSecond
   * @param {number} burst
   */
  constructor(perSecond, burst) {
    this.#perSecond = perSecond;
    this.#burst = burst;
    this.#left = burst;
  }

  /**
   * @param {number} [count] not above the burst
   * @returns {number} 0 if so many may go, else the milliseconds until then
   */
  take(count = 1) {
    const time = now();
    this.#left = Math.min(this.#burst, this.#left + ((time - this.#asOf) / 1000) * this.#perSecond);
    this.#asOf = time;
    if (this.#left < count) return Math.ceil(((count - this.#left) / this.#perSecond) * 1000);
    this.#left -= count;
    return 0;
  }

  /** @param {number} burst so many at once from now on */
  limit(burst) {
    this.#burst = burst;
  }
}
