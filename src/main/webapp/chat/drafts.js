/**
 * What a user has begun to write, by conversation. Survives a reload of the page, but not the end of the tab.
 */

export class Drafts {
  /** @type {Map<string, string>} */
  #texts = new Map();
  /** @type {string | null} */
  #key = null;

  /**
   * It is known whose these are: what that user has begun before is there from now on, and what changes is kept.
   *
   * @param {string} userKey the key under which this user's drafts are kept
   */
  belongTo(userKey) {
    const begun = this.#texts;
    this.#key = keyOf(userKey);
    this.#texts = new Map([...read(this.#key), ...begun]);
    if (begun.size > 0) this.#save();
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
    this.#save();
  }

  #save() {
    if (this.#key === null) return;
    try {
      sessionStorage.setItem(this.#key, JSON.stringify([...this.#texts]));
    } catch {
      // Without storage, as in some frames, or when it is full, drafts last as long as the page.
    }
  }

  /**
   * Moves what was kept under one key to another, which has nothing yet.
   *
   * @param {string} from
   * @param {string | null} to null: it is to be nobody's
   */
  static move(from, to) {
    try {
      const kept = sessionStorage.getItem(keyOf(from));
      if (kept === null) return;
      if (to !== null && sessionStorage.getItem(keyOf(to)) === null) sessionStorage.setItem(keyOf(to), kept);
      sessionStorage.removeItem(keyOf(from));
    } catch {
      // As above.
    }
  }
}

/** @param {string} userKey */
function keyOf(userKey) {
  return `im-chat.drafts.${userKey}`;
}

/**
 * @param {string} key
 * @returns {[string, string][]}
 */
function read(key) {
  try {
    return JSON.parse(sessionStorage.getItem(key) ?? "[]");
  } catch {
    return [];
  }
}
