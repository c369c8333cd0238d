/**
 * The cursor of version 2. A user's changes are numbered without gaps, and this device has applied all up to `cursor`. What
 * comes in with cursor + 1 is applied; what is not above the cursor is known; anything higher says that something was
 * missed, and the server is asked which conversations have changed since the cursor, and what they are now. Nothing is buffered.
 *
 * The server answers in parts, by the last change of each conversation. Between two parts a conversation that is still to
 * come is behind the cursor. So nothing is applied then that comes in by itself: it is asked for afterwards.
 */

/** @import { Frame, SyncEntry } from "./protocol-2.js" */

/**
 * @typedef {object} SyncListener
 * @property {(command: {since: number, epoch?: string, limit: number}, answered: (answer: Frame) => void) => boolean} ask whether it was written
 * @property {() => void} begun something was missed, and is asked for
 * @property {(entry: SyncEntry) => void} entry a conversation that has changed
 * @property {() => void} forget what is known is no longer true
 * @property {() => void} restart only a new connection can tell where the server is
 * @property {() => void} moved a change was applied
 * @property {() => void} settled everything up to the cursor is known
 */

const LIMIT = 200;
const ANSWER_WITHIN = 30_000; // ms
const AGAIN_AFTER = 1000; // ms, where the server could not answer, and twice as long each time
const AGAIN_CAP = 30_000; // ms

export class Sync {
  /** All changes up to this one are applied. */
  cursor = 0;
  /** @type {string | null} */
  #epoch = null;
  /** Whether the cursor was kept from an earlier page, and the server has not said since whether it holds. */
  #isKept = false;
  /** Whether everything up to the cursor is known. */
  #isAtRest = false;
  #listener;
  #online = false;
  #isAsking = false;
  /** Between two parts of an answer. */
  #isPartial = false;
  /** Whether to ask once more when the answer is there. */
  #again = false;
  /** The highest change that was heard of. */
  #heardOf = 0;
  #failures = 0;
  /** Counts questions, so that an answer that comes too late has no effect. */
  #question = 0;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #timer;

  /** @param {SyncListener} listener */
  constructor(listener) {
    this.#listener = listener;
  }

  /**
   * Begins where an earlier page was, unless this one has begun.
   * @param {{epoch: string, cursor: number}} kept
   * @returns {boolean} whether it does
   */
  restore({ epoch, cursor }) {
    if (this.#epoch !== null) return false;
    this.#epoch = epoch;
    this.cursor = cursor;
    this.#isKept = true;
    return true;
  }

  /** The server knows no changes: nothing tells whether what was kept still holds. */
  abandon() {
    if (!this.#isKept) return;
    this.#isKept = false;
    this.#epoch = null;
    this.#forget();
  }

  /** Up to where everything is known; null while something is asked for. */
  get rest() {
    return this.#isAtRest && this.#epoch !== null ? { epoch: this.#epoch, cursor: this.cursor } : null;
  }

  /**
   * There is a connection, and the server has said where it is.
   * @param {{head: number, epoch: string}} welcome
   */
  opened({ head, epoch }) {
    this.lost();
    this.#online = true;
    this.#isKept = false;
    const isAnother = this.#epoch !== null && epoch !== this.#epoch;
    if (isAnother || head < this.cursor) this.#forget();
    this.#epoch = epoch;
    this.#heardOf = Math.max(head, this.cursor);
    if (head > this.cursor) this.#start();
    else this.#settle();
  }

  /** The connection is gone. */
  lost() {
    clearTimeout(this.#timer);
    this.#question++;
    this.#failures = 0;
    this.#online = this.#isAsking = this.#isPartial = this.#again = false;
  }

  /**
   * A change came in.
   * @param {number} change
   * @param {() => void} apply
   */
  change(change, apply) {
    if (!Number.isSafeInteger(change) || change <= this.cursor) return;
    this.#heardOf = Math.max(this.#heardOf, change);
    if (change === this.cursor + 1 && !this.#isPartial) {
      this.cursor = change;
      apply();
      this.#listener.moved();
    } else {
      this.#start();
    }
  }

  /** Something may have been missed. */
  behind() {
    if (this.#isAsking)
      this.#again = true; // what is asked already may be answered as it was before
    else this.#start();
  }

  #start() {
    if (!this.#online || this.#isAsking) return;
    this.#isAsking = true;
    this.#isAtRest = false;
    this.#listener.begun();
    this.#ask();
  }

  #ask() {
    clearTimeout(this.#timer);
    const question = ++this.#question;
    const epoch = this.#epoch ?? undefined;
    const since = this.cursor;
    const isWritten = this.#listener.ask({ since, epoch, limit: LIMIT }, (answer) => {
      if (question === this.#question) this.#answered(answer, since);
    });
    if (isWritten) this.#timer = setTimeout(() => this.#ask(), ANSWER_WITHIN);
  }

  /**
   * @param {Frame} answer
   * @param {number} since
   */
  #answered(answer, since) {
    clearTimeout(this.#timer);
    if (answer.op === "done") {
      this.#failures = 0;
      this.#part(/** @type {any} */ (answer), since);
    } else {
      const wait = Math.min(AGAIN_CAP, AGAIN_AFTER * 2 ** this.#failures++);
      if (answer.op === "reset") {
        this.#forget();
        if (this.#failures === 1) return this.#ask();
        return this.#listener.restart(); // the epoch is another one than when this connection began
      }
      this.#timer = setTimeout(() => this.#ask(), wait);
    }
  }

  /**
   * @param {{conversations: SyncEntry[], next: number, more: boolean}} part
   * @param {number} since
   */
  #part({ conversations, next, more }, since) {
    for (const entry of conversations) this.#listener.entry(entry);
    this.cursor = Math.max(this.cursor, next);
    this.#isPartial = more && next > since;
    if (this.#isPartial) return this.#ask();
    if (next === since) this.#heardOf = this.cursor; // there is nothing of what was heard of
    if (this.#again || this.#heardOf > this.cursor) {
      this.#again = false;
      return this.#ask();
    }
    this.#isAsking = false;
    this.#settle();
  }

  #settle() {
    this.#isAtRest = true;
    this.#listener.settled();
  }

  #forget() {
    this.cursor = this.#heardOf = 0;
    this.#isPartial = this.#isAtRest = false;
    this.#listener.forget();
  }
}
