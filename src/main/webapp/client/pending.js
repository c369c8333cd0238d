/** One message on its way to the server. */

import { SendError } from "./errors.js";

/** @import { OutgoingDetail, Sent, StoredEntry } from "./types.js" */

/**
 * @typedef {object} Pending
 * @property {StoredEntry} entry
 * @property {number} attempts
 * @property {number} cuts connections that broke while an answer was awaited
 * @property {boolean} onTheWire written to this connection and not answered
 * @property {number} writtenAt milliseconds
 * @property {ReturnType<typeof setTimeout> | undefined} timer runs while an answer is awaited
 * @property {ReturnType<typeof setTimeout> | undefined} deadline
 * @property {SendError | null} why the server's last "not now"
 * @property {{promise: Promise<Sent>, resolve: (sent: Sent) => void, reject: (error: SendError) => void} | null} waiting
 */

/**
 * @param {StoredEntry} entry
 * @returns {Pending}
 */
export function pendingOf(entry) {
  return {
    entry,
    attempts: 0,
    cuts: 0,
    onTheWire: false,
    writtenAt: 0,
    timer: undefined,
    deadline: undefined,
    why: null,
    waiting: null,
  };
}

/**
 * @param {StoredEntry} entry
 * @param {"sending" | "sent" | "failed"} state
 * @param {string | null} messageId
 * @returns {OutgoingDetail}
 */
export function detailOf({ clientMessageId, toId, content, timestamp, code, message }, state, messageId) {
  return { clientMessageId, toId, content, timestamp, state, messageId, code, message };
}

/** @param {Pending} pending */
export function noAnswer({ why, entry }) {
  return why ?? new SendError("NO_ANSWER", "the server did not answer", true, entry.clientMessageId);
}

/** @returns {NonNullable<Pending["waiting"]>} */
export function newWaiting() {
  /** @type {(sent: Sent) => void} */
  let resolve = () => {};
  /** @type {(error: SendError) => void} */
  let reject = () => {};
  /** @type {Promise<Sent>} */
  const promise = new Promise((onSent, onFailed) => {
    resolve = onSent;
    reject = onFailed;
  });
  return { promise: quietly(promise), resolve, reject };
}

/**
 * @template T
 * @param {Promise<T>} promise
 */
export function quietly(promise) {
  promise.catch(() => {});
  return promise;
}
