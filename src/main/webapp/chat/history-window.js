/** @import { Message } from "../imserver-client.js" */

/** The most messages in the page. Some 10 000 px: more than any screen shows, and quick to lay out. */
const MOST = 160;
/** So many at first. */
const FIRST = 60;
/** So many more at each step. */
const STEP = 40;

/**
 * Which part of the loaded history is in the page: messages[start] up to messages[end], excluding it. Kept by the keys of
 * its first and last message, since messages come in before and after it.
 *
 * Why not all of it with content-visibility: auto? The page would still hold and compare tens of thousands of elements, and
 * its estimated heights make the scroll position jump where a browser has no scroll anchoring.
 */
export class HistoryWindow {
  start = 0;
  end = 0;
  /** @type {string | null} null: as FIRST and MOST have it */
  #first = null;
  /** @type {string | null} null: follows the end of the history */
  #last = null;

  toEnd() {
    this.#first = this.#last = null;
  }

  /**
   * Begins a little before a message.
   *
   * @param {Message[]} messages
   * @param {string} key
   */
  from(messages, key) {
    const index = messages.findIndex((message) => message.key === key);
    this.#first = messages[Math.max(0, index - 10)]?.key ?? null;
    this.#last = null;
  }

  /**
   * Finds its place again after the messages have changed.
   *
   * @param {Message[]} messages
   * @param {boolean} atEnd whether the user looks at its end
   */
  fit(messages, atEnd) {
    const last = this.#last === null ? -1 : messages.findIndex(({ key }) => key === this.#last);
    const first = this.#first === null ? -1 : messages.findIndex(({ key }) => key === this.#first);
    this.end = last < 0 ? messages.length : last + 1;
    this.start = first < 0 || first >= this.end ? Math.max(0, this.end - FIRST) : first;
    if (this.end - this.start > MOST) {
      if (atEnd) this.#move(messages, this.end - FIRST, this.end);
      else this.#move(messages, this.start, this.start + MOST);
    } else if (this.#first === null || first < 0) {
      this.#move(messages, this.start, this.end);
    }
  }

  /**
   * @param {Message[]} messages
   * @returns whether there was more
   */
  extendUp(messages) {
    if (this.start === 0) return false;
    const start = Math.max(0, this.start - STEP);
    this.#move(messages, start, Math.min(this.end, start + MOST));
    return true;
  }

  /**
   * @param {Message[]} messages
   * @returns whether there was more
   */
  extendDown(messages) {
    if (this.end >= messages.length) return false;
    const end = Math.min(messages.length, this.end + STEP);
    this.#move(messages, Math.max(this.start, end - MOST), end);
    return true;
  }

  /**
   * @param {Message[]} messages
   * @param {number} start
   * @param {number} end
   */
  #move(messages, start, end) {
    this.start = start;
    this.end = end;
    this.#first = messages[start]?.key ?? null;
    this.#last = end >= messages.length ? null : messages[end - 1].key;
  }
}
