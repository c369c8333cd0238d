/** One message on its way to the server. */

import { SendError } from "./errors.js";
import { attachmentsOfPending } from "./outgoing-files.js";

/** @import { Attachment, OutgoingDetail, Sent, StoredEntry } from "./types.js" */

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
 * @property {{blob: Blob | null, progress: number | null, known: Attachment | null}[]} files of each attachment of the entry what no store has
 * @property {AbortController | null} upload ends that of its files; null where none is under way
 * @property {{promise: Promise<Sent>, resolve: (sent: Sent) => void, reject: (error: SendError) => void} | null} waiting
 */

/**
 * @param {StoredEntry} entry
 * @param {(Blob | null)[]} [blobs] of its attachments, as far as they are at hand
 * @returns {Pending}
 */
export function pendingOf(entry, blobs = []) {
  return {
    entry,
    attempts: 0,
    cuts: 0,
    onTheWire: false,
    writtenAt: 0,
    timer: undefined,
    deadline: undefined,
    why: null,
    files: (entry.attachments ?? []).map((_, index) => ({ blob: blobs[index] ?? null, progress: null, known: null })),
    upload: null,
    waiting: null,
  };
}

/**
 * @param {Pending} pending
 * @param {"sending" | "sent" | "failed"} state
 * @param {string | null} messageId
 * @returns {OutgoingDetail}
 */
export function detailOf(pending, state, messageId) {
  const { clientMessageId, toId, content, timestamp, code, message } = pending.entry;
  const attachments = pending.files.length === 0 ? {} : { attachments: attachmentsOfPending(pending) };
  return { clientMessageId, toId, content, timestamp, state, messageId, code, message, ...attachments };
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
