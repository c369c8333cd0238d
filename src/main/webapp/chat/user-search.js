/** @import { ImApi } from "../imserver-client.js" */
/** @import { User } from "./conversation.js" */

/** Typing goes on for so long before the server is asked. */
const PAUSE = 250; // ms
const MAX_ID = 2n ** 63n - 1n;

/**
 * Finds people by the beginning of their name. Holds the newest answer, whatever order answers come in.
 */
export class UserSearch {
  /** @type {User[]} */
  people = [];
  /** "off": this server does not let users search. @type {"idle" | "searching" | "done" | "off" | "failed"} */
  state = "idle";
  #query = "";
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #timer;
  #changed;

  /** @param {() => void} changed */
  constructor(changed) {
    this.#changed = changed;
  }

  /**
   * @param {ImApi} api
   * @param {string} query
   */
  ask(api, query) {
    clearTimeout(this.#timer);
    this.#query = query;
    if (query === "" || this.state === "off") {
      this.people = [];
      if (this.state !== "off") this.state = "idle";
      return;
    }
    this.state = "searching";
    this.#timer = setTimeout(() => this.#find(api, query), PAUSE);
  }

  /**
   * @param {ImApi} api
   * @param {string} query
   */
  async #find(api, query) {
    /** @type {User[]} */
    let people = [];
    /** @type {typeof this.state} */
    let state = "done";
    try {
      const found = await api.findUsers(query);
      people = found.map(({ id, name, avatar }) => ({ id: String(id), name, avatar }));
    } catch (error) {
      state = /** @type {{status?: number}} */ (error).status === 403 ? "off" : "failed";
    }
    if (query !== this.#query) return;
    this.people = people;
    this.state = state;
    this.#changed();
  }
}

/**
 * The user id that somebody has typed, or null.
 *
 * @param {string} text
 */
export function userIdIn(text) {
  return /^[1-9]\d{0,18}$/.test(text) && BigInt(text) <= MAX_ID ? text : null;
}
