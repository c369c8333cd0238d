/** The credential that the front end gives, and whether two are one user's. */

import { isCredential } from "./ids.js";

/** The credential, asked for once by all who need it. */
export class Credentials {
  /** @type {string | null} */
  #known = null;
  /** @type {(() => string | Promise<string>) | null} */
  #source = null;
  /** @type {Promise<string> | null} */
  #asking = null;

  /** @param {string | (() => string | Promise<string>)} credential */
  constructor(credential) {
    if (typeof credential === "function") this.#source = credential;
    else this.#known = String(credential).trim();
  }

  /** Whether there can be another one. */
  get renewable() {
    return this.#source !== null;
  }

  /** @returns {Promise<string>} rejects where the function does */
  async current() {
    return this.#known ?? this.#ask();
  }

  /**
   * @param {string} refused
   * @returns {Promise<string | null>} one in place of that which was refused; null where there is no other
   */
  async renewed(refused) {
    if (this.#known !== null && this.#known !== refused) return this.#known; // somebody was quicker
    return this.renewable ? this.#ask() : null;
  }

  /** @returns {Promise<string>} */
  #ask() {
    this.#asking ??= (async () => {
      try {
        const answer = String((await this.#source?.()) ?? "").trim();
        if (answer === "") throw new Error("the credential function returned nothing");
        if (!isCredential(answer))
          throw new Error("the credential function returned what is no credential: an HTML page?");
        this.#known = answer;
        return answer;
      } finally {
        this.#asking = null;
      }
    })();
    return this.#asking;
  }
}

/**
 * Whether two tokens are evidently one user's: they claim the same, though one is newer than the other.
 * @param {string} one
 * @param {string} other
 */
export function sameOwner(one, other) {
  if (one === other) return true;
  const [claims, others] = [one, other].map(claimsOfOwner);
  return claims !== null && claims === others;
}

const OF_ONE_TOKEN = ["exp", "iat", "nbf", "jti", "sid", "auth_time", "nonce", "at_hash"];

/** @param {string} token @returns {string | null} null for what is no token */
function claimsOfOwner(token) {
  try {
    const payload = atob(token.split(".")[1].replace(/-/g, "+").replace(/_/g, "/"));
    const claims = Object.entries(JSON.parse(payload)).filter(([name]) => !OF_ONE_TOKEN.includes(name));
    return JSON.stringify(claims.sort(([name], [another]) => (name < another ? -1 : 1)));
  } catch {
    return null;
  }
}
