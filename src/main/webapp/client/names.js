/**
 * Names of users whose conversation is open, and of whom neither the list nor a message has told one: the directory is asked,
 * once for each. That it has none, or that this user may not see it, holds for as long as the page.
 */

/** @import { ImApi } from "./api.js" */
/** @import { User } from "./types.js" */

export class Names {
  #api;
  #told;
  /** Ids of those who were asked for. @type {Set<string>} */
  #asked = new Set();

  /**
   * @param {ImApi} api
   * @param {(user: User) => void} told
   */
  constructor(api, told) {
    this.#api = api;
    this.#told = told;
  }

  /** @param {User} user */
  async ask({ id, name }) {
    if (name !== id || id === "0" || this.#asked.has(id)) return; // "0": the system is in no directory
    this.#asked.add(id);
    try {
      const { name: found, avatar } = await this.#api.user(id);
      this.#told({ id, name: found, avatar });
    } catch (error) {
      const { status } = /** @type {{status: number}} */ (error);
      const isForNow = status === 0 || status === 429 || status >= 500;
      if (isForNow) this.#asked.delete(id); // to be asked for when it is opened again, or after the next connect
    }
  }
}
