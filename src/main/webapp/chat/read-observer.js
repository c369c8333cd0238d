/** @import { Message } from "../imserver-client.js" */

/** A message counts as seen when half of it is, or when it fills half of what is shown. */
const ENOUGH = 0.5;
/** Fine steps, since of a very long message only a small part is ever visible. */
const STEPS = Array.from({ length: 41 }, (_, i) => i / 40);

/**
 * Finds out which unread messages the user sees: those that are in view while the page is shown and its window has the
 * focus. What is in view in a background tab counts when the user comes back to it.
 */
export class ReadObserver {
  #report;
  /** @type {Map<Element, Message>} */
  #watched = new Map();
  /** @type {Set<Element>} */
  #inView = new Set();
  #observer = new IntersectionObserver((entries) => this.#changed(entries), { threshold: STEPS });
  #comeBack = () => this.#reportSeen();

  /** @param {(messages: Message[]) => void} report */
  constructor(report) {
    this.#report = report;
  }

  connect() {
    window.addEventListener("focus", this.#comeBack);
    document.addEventListener("visibilitychange", this.#comeBack);
  }

  disconnect() {
    window.removeEventListener("focus", this.#comeBack);
    document.removeEventListener("visibilitychange", this.#comeBack);
    this.forget();
  }

  /** Whether somebody looks at the page. */
  get isWatched() {
    return document.visibilityState === "visible" && document.hasFocus();
  }

  /**
   * @param {Iterable<HTMLElement>} rows
   * @param {Message[]} messages
   */
  watch(rows, messages) {
    const unread = new Map(messages.filter((m) => m.unread).map((m) => [m.key, m]));
    for (const row of this.#watched.keys()) {
      if (!row.isConnected) this.#drop(row);
    }
    for (const row of rows) {
      const message = unread.get(row.dataset.key ?? "");
      if (!message || this.#watched.get(row) === message) continue;
      this.#watched.set(row, message);
      this.#observer.observe(row);
    }
  }

  forget() {
    this.#observer.disconnect();
    this.#watched.clear();
    this.#inView.clear();
  }

  /** @param {Element} row */
  #drop(row) {
    this.#observer.unobserve(row);
    this.#watched.delete(row);
    this.#inView.delete(row);
  }

  /** @param {IntersectionObserverEntry[]} entries */
  #changed(entries) {
    for (const { target, intersectionRatio, intersectionRect } of entries) {
      const shown = /** @type {HTMLElement | null} */ (target.closest(".scroller"))?.clientHeight ?? Infinity;
      const enough = intersectionRatio >= ENOUGH || intersectionRect.height >= shown * ENOUGH;
      if (enough) this.#inView.add(target);
      else this.#inView.delete(target);
    }
    this.#reportSeen();
  }

  #reportSeen() {
    if (this.#inView.size === 0 || !this.isWatched) return;
    const seen = [];
    for (const row of [...this.#inView]) {
      const message = this.#watched.get(row);
      if (message) seen.push(message);
      this.#drop(row);
    }
    this.#report(seen);
  }
}
