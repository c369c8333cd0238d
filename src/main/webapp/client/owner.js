/** Whose client this is: nothing of one user is sent, shown or kept in another's name. */

import { ApiError } from "./errors.js";
import { sameOwner } from "./credentials.js";

/** @import { Identity, IdentityResolver } from "./identity.js" */

/**
 * @typedef {object} OwnerListener
 * @property {() => boolean} isUnused whether nothing was given to this client yet
 * @property {(userId: string) => void} learned
 * @property {() => boolean} isActive between connect() and close()
 * @property {() => void} shut
 * @property {(userId: string) => void} other
 */

export class Owner {
  /** @type {string | null} */
  userId = null;
  #identities;
  #listener;
  /** The credential that was there first, while it is not known whose it is. @type {string | null} */
  #first = null;
  /** Whose credential came last in place of this user's. @type {string | null} */
  #otherUserId = null;

  /**
   * @param {IdentityResolver} identities
   * @param {OwnerListener} listener
   */
  constructor(identities, listener) {
    this.#identities = identities;
    this.#listener = listener;
  }

  /**
   * Whether it is the credential that was there first, of which it is not known whose it is.
   * @param {string} credential
   */
  isFirst(credential) {
    return this.userId === null && this.#first === credential;
  }

  /**
   * Asks the server whose a credential is.
   * @param {string} credential
   * @returns {Promise<Identity>} where it is another user's, the client has closed itself when this resolves
   */
  async identify(credential) {
    this.#first ??= credential;
    const identity = await this.#identities.ask(credential);
    if (identity.userId !== null) this.belongs(credential, identity.userId);
    return identity;
  }

  /**
   * @param {string} credential
   * @param {string} userId whose it is
   * @returns {boolean} false where it is not this client's user, who is learnt here: the client has closed itself then
   */
  belongs(credential, userId) {
    const { isUnused, isActive, learned, shut, other } = this.#listener;
    if (this.userId === null && userId !== "0" && (isUnused() || sameOwner(this.#first ?? credential, credential))) {
      this.userId = userId;
      this.#first = null;
      learned(userId);
    }
    if (userId === this.userId) return true;
    const isTold = !isActive() && this.#otherUserId === userId;
    this.#otherUserId = userId;
    shut();
    if (!isTold) other(userId);
    return false;
  }

  /**
   * Before REST uses a credential. An answer to another user must not reach the page as this one's.
   * @param {string} credential
   */
  async admit(credential) {
    const { status, userId } = await this.identify(credential);
    if (userId === null && (this.userId === null || status === 401)) return;
    const detail = "the server does not say whose the credential is";
    if (status === 0) throw new ApiError(0, "No answer", detail, "NETWORK");
    if (userId === null && status >= 400) throw new ApiError(status, `HTTP ${status}`, detail, "");
    if (userId !== this.userId)
      throw new ApiError(0, "Not this user's", "it is not certain that the credential is this user's", "OTHER_USER");
  }
}
