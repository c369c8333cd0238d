/** The frames of version 2 of the protocol (imserver.v2): commands and what answers them, and events. */

import { parseJson, textOf } from "./json.js";

/**
 * One JSON object of the server. `id` names the command that it answers.
 * @typedef {Record<string, any> & {op: string}} Frame
 */

/** @import { ConversationFlags } from "./types.js" */

/**
 * A conversation as the server has it now.
 * @typedef {object} SyncState
 * @property {import("./types.js").User} with
 * @property {Record<string, any>} [lastMessage] absent where there is none any more
 * @property {number} unread
 * @property {string} readUpTo
 * @property {string} [theyReadUpTo] absent where receipts are off
 * @property {number} change
 * @typedef {SyncState & ConversationFlags} SyncEntry
 */

/** Sends commands, and hands on what answers them; each answer goes to its command. */
export class Protocol2 {
  static #MOST_WAITING = 10_000;

  #write;
  #received;
  #count = 0;
  /** By the id of the command. @type {Map<string, (answer: Frame) => void>} */
  #waiting = new Map();

  /**
   * @param {(text: string) => boolean} write whether it was written
   * @param {(frame: Frame) => void} received everything that answers no command
   */
  constructor(write, received) {
    this.#write = write;
    this.#received = received;
  }

  /**
   * @param {string} op
   * @param {object} fields
   * @param {(answer: Frame) => void} [answered] with what has "done", "fail" or "reset" as `op`; not called where the connection is
   *   lost before
   * @returns {boolean} whether it was written
   */
  command(op, fields, answered) {
    const id = `c${++this.#count}`;
    if (!this.#write(JSON.stringify(answered ? { op, id, ...fields } : { op, ...fields }))) return false;
    if (answered) {
      this.#waiting.set(id, answered);
      if (this.#waiting.size > Protocol2.#MOST_WAITING)
        this.#waiting.delete(/** @type {string} */ (this.#waiting.keys().next().value));
    }
    return true;
  }

  /** The connection is gone: nothing is answered any more. */
  lost() {
    this.#waiting.clear();
  }

  /** @param {string} text */
  received(text) {
    const frame = frameOf(text);
    if (frame === null) return;
    const { op, id } = frame;
    if (op !== "done" && op !== "fail" && op !== "reset") return this.#received(frame);
    const answered = this.#waiting.get(textOf(id));
    this.#waiting.delete(textOf(id));
    answered?.(frame);
  }
}

/** @param {string} text @returns {Frame | null} null for what is none */
function frameOf(text) {
  try {
    const frame = parseJson(text);
    return typeof frame?.op === "string" ? frame : null;
  } catch {
    return null;
  }
}
