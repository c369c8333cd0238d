/** The server's time, whatever the clock of the device says. */

import { now } from "./clock.js";
import { timeOf } from "./messages.js";

/**
 * What comes from the server says a time that was the server's a moment ago: it is at least that late there, and the highest
 * of these is the nearest. Between them a clock is counted on that nobody sets.
 */
export class ServerClock {
  /** The server's time where the clock of now() is 0, by Date.now(); null until the server has said something. @type {number | null} */
  #origin = null;

  /** @param {unknown} time of the server's, RFC 3339, or as a header has it; what is none says nothing */
  heard(time) {
    const milliseconds = timeOf(time);
    if (milliseconds !== null) this.#origin = Math.max(this.#origin ?? -Infinity, milliseconds - now());
  }

  /** Milliseconds since 1970; by the device until the server has said something. */
  now() {
    return this.#origin === null ? Date.now() : this.#origin + now();
  }
}
