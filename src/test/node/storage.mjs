/** As much of a browser's Storage as the library uses, with room for so many characters. */

export class FakeStorage {
  #items = new Map();
  room = Infinity;
  /** Whether nothing may be read or written. */
  isForbidden = false;

  get length() {
    this.#allowed();
    return this.#items.size;
  }

  key(index) {
    return [...this.#items.keys()][index] ?? null;
  }

  getItem(key) {
    this.#allowed();
    return this.#items.get(key) ?? null;
  }

  setItem(key, value) {
    this.#allowed();
    const others = [...this.#items].filter(([name]) => name !== key).reduce((sum, [, text]) => sum + text.length, 0);
    if (others + value.length > this.room) throw new Error("QuotaExceededError");
    this.#items.set(key, value);
  }

  removeItem(key) {
    this.#allowed();
    this.#items.delete(key);
  }

  #allowed() {
    if (this.isForbidden) throw new Error("SecurityError");
  }
}
