/** Requests for messages that did not come by the socket: no more of them than the server allows, and each again where it failed for now. */

import { now } from "./clock.js";
import { ApiError } from "./errors.js";
import { pauseUntil } from "./round.js";
import { TokenBucket } from "./token-bucket.js";

/** @import { Round } from "./round.js" */

export const CATCH_UP_TRIES = 3; // of one request; what the server refuses as too frequent is no try
const CATCH_UP_BURST = 60; // requests

export class RestPacer {
  #bucket;
  /** The server takes no request before, by the clock of now(). */
  #notBefore = 0;

  /** @param {number} perSecond */
  constructor(perSecond) {
    this.#bucket = new TokenBucket(perSecond, CATCH_UP_BURST);
  }

  /**
   * @template T
   * @param {Round} round
   * @param {() => Promise<T>} request
   * @returns {Promise<T>} rejects where the round is over, too
   */
  async ask(round, request) {
    for (let tries = 0; ; ) {
      await this.#turn(round);
      if (round.over) throw new ApiError(0, "Not needed", "the connection is gone", "");
      try {
        return await request();
      } catch (error) {
        const { status, retryAfter } = /** @type {{status?: number, retryAfter?: number | null}} */ (error);
        if (status === 429) {
          this.#notBefore = Math.max(this.#notBefore, now() + 1000 * Math.max(1, retryAfter ?? 1));
        } else if (status !== undefined && status >= 500 && ++tries <= CATCH_UP_TRIES) {
          await pauseUntil(now() + 1000 * 2 ** (tries - 1), round);
        } else {
          throw error;
        }
      }
    }
  }

  /**
   * Waits until a request may go.
   * @param {Round} round
   */
  async #turn(round) {
    while (!round.over) {
      const rest = this.#notBefore - now();
      const wait = rest > 0 ? rest : this.#bucket.take();
      if (wait === 0) return;
      await pauseUntil(now() + wait, round);
    }
  }
}
