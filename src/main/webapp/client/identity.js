/** Whose a credential is, as the server says. */

import { isUserId, userIdOf } from "./ids.js";
import { jsonOrNull, textOf } from "./json.js";

export const PROBE_WITHIN = 5000; // ms

/**
 * Whose a credential is, as the server says.
 * @typedef {object} Identity
 * @property {string | null} userId null where the server does not say
 * @property {number} status of its answer; 0 for none
 * @property {boolean} suspended whether a moderator has suspended the user from everything
 */

/** Asks the server whose a credential is, and remembers the last answer. */
export class IdentityResolver {
  #server;
  #fetch;
  /** @type {{credential: string, userId: string} | null} */
  #known = null;
  /** @type {{credential: string, answer: Promise<Identity>} | null} */
  #asking = null;

  /**
   * @param {URL} server
   * @param {typeof globalThis.fetch} request
   */
  constructor(server, request) {
    this.#server = server;
    this.#fetch = request;
  }

  /**
   * @param {string} credential
   * @returns {string | null} null while it is not known
   */
  of(credential) {
    if (isUserId(credential)) return userIdOf(credential);
    return this.#known?.credential === credential ? this.#known.userId : null;
  }

  /**
   * @param {string} credential
   * @param {string} userId
   */
  learn(credential, userId) {
    this.#known = { credential, userId };
  }

  /**
   * @param {string} credential
   * @returns {Promise<Identity>}
   */
  async ask(credential) {
    const userId = this.of(credential);
    if (userId !== null) return { userId, status: 200, suspended: false };
    if (this.#asking?.credential !== credential) {
      const answer = this.probe(credential).finally(() => {
        if (this.#asking?.answer === answer) this.#asking = null;
      });
      this.#asking = { credential, answer };
    }
    return /** @type {{answer: Promise<Identity>}} */ (this.#asking).answer;
  }

  /**
   * The same, though it be known already.
   * @param {string} credential
   * @returns {Promise<Identity>}
   */
  async probe(credential) {
    try {
      const headers = { Authorization: `Bearer ${credential}`, Accept: "application/json" };
      const signal = AbortSignal.timeout(PROBE_WITHIN);
      const response = await this.#fetch(new URL("api/users/me", this.#server).href, {
        headers,
        signal,
        cache: "no-store",
      });
      const answer = jsonOrNull(await response.text());
      const userId = response.ok ? userIdOf(textOf(answer?.id)) : null;
      if (userId !== null) this.learn(credential, userId);
      return { userId, status: response.status, suspended: response.status === 403 && answer?.code === "SUSPENDED" };
    } catch {
      return { userId: null, status: 0, suspended: false };
    }
  }
}
