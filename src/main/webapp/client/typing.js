/** Who is typing: what this user types is told at most once in 3 s, and what others type is over after a while. */

import { now } from "./clock.js";

const TOLD_EVERY = 3000; // ms: the server passes no more on
const LASTS = 6000; // ms: two of them, of which one may be lost
const MOST = 1000;

export class Typing {
  #tell;
  #heard;
  /** When each was told last. @type {Map<string, number>} */
  #told = new Map();
  /** @type {Map<string, ReturnType<typeof setTimeout>>} */
  #others = new Map();

  /**
   * @param {(userId: string) => void} tell
   * @param {(userId: string, until: number) => void} heard until: by Date.now(); 0 where it is over
   */
  constructor(tell, heard) {
    this.#tell = tell;
    this.#heard = heard;
  }

  /** @param {string} userId to whom this user writes */
  mine(userId) {
    const time = now();
    if (time - (this.#told.get(userId) ?? -Infinity) < TOLD_EVERY) return;
    if (this.#told.size >= MOST) this.#told.clear();
    this.#told.set(userId, time);
    this.#tell(userId);
  }

  /** @param {string} userId who writes to this user */
  theirs(userId) {
    if (this.#others.size >= MOST) return;
    clearTimeout(this.#others.get(userId));
    this.#others.set(
      userId,
      setTimeout(() => this.over(userId), LASTS),
    );
    this.#heard(userId, Date.now() + LASTS);
  }

  /** @param {string} userId */
  over(userId) {
    if (!this.#others.has(userId)) return;
    clearTimeout(this.#others.get(userId));
    this.#others.delete(userId);
    this.#heard(userId, 0);
  }

  /** The connection is gone. */
  end() {
    for (const userId of [...this.#others.keys()]) this.over(userId);
  }
}
