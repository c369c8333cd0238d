/**
 * What a user has begun to write, by conversation. Survives a reload of the page, but not the end of the tab.
 */

export class Drafts {
  /** @type {Map<string, string>} */
  #texts = new Map();
  #key;

  /** @param {string} userKey tells this user's drafts from others' */
  constructor(userKey) {
    this.#key = `im-chat.drafts.${userKey}`;
    try {
      this.#texts = new Map(JSON.parse(sessionStorage.getItem(this.#key) ?? "[]"));
    } catch {
      // Without storage, as in some frames, drafts last as long as the page.
    }
  }

  /** @param {string} userId */
  get(userId) {
    return this.#texts.get(userId) ?? "";
  }

  /**
   * @param {string} userId
   * @param {string} text
   */
  set(userId, text) {
    if (text) this.#texts.set(userId, text);
    else this.#texts.delete(userId);
    try {
      sessionStorage.setItem(this.#key, JSON.stringify([...this.#texts]));
    } catch {
      // As above, or it is full.
    }
  }
}
