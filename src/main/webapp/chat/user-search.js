/** @import { ImApi } from "../imserver-client.js" */
/** @import { User } from "../imserver-client.js" */

/** Typing goes on for so long before the server is asked. */
const PAUSE = 250; // ms
/** Where the server wants no more searches for now, and does not say until when. */
const MOMENT = 5; // s
const MAX_ID = 2n ** 63n - 1n;

/**
 * Finds people by the beginning of their name. Holds the newest answer, whatever order answers come in.
 */
export class UserSearch {
  /** @type {User[]} */
  people = [];
  /**
   * "off": this server does not let users search; "busy": not so many at once, it is asked again after a moment.
   *
   * @type {"idle" | "searching" | "done" | "off" | "busy" | "failed"}
   */
  state = "idle";
  #query = "";
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #timer;
  #changed;
  /** Before this the server is not asked. */
  #notBefore = 0;

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
    const wait = this.#notBefore - Date.now();
    if (wait <= 0) this.state = "searching";
    this.#timer = setTimeout(() => this.#find(api, query), Math.max(PAUSE, wait));
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
      const { status, retryAfter } = /** @type {{status?: number, retryAfter?: number | null}} */ (error);
      state = status === 403 ? "off" : status === 429 ? "busy" : "failed";
      if (state === "busy") this.#notBefore = Date.now() + (retryAfter ?? MOMENT) * 1000;
    }
    if (query !== this.#query) return;
    this.people = people;
    this.state = state;
    this.#changed();
    if (state === "busy") this.ask(api, query);
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
