/** The messages on their way, in the order to send in, in memory and in the store. */

import { mayHave } from "./local-outbox.js";
import { detailOf, pendingOf } from "./pending.js";

/** @import { Pending } from "./pending.js" */
/** @import { Timing } from "./timing.js" */
/** @import { OutboxStore, OutgoingDetail, StoredEntry, StoredFile } from "./types.js" */

export const MAX_OUTGOING = 1000; // messages waiting or failed, in memory and in a store
const MAX_TIMEOUT = 2 ** 31 - 1; // ms; beyond it setTimeout does not wait at all

export class Outbox {
  /** @type {Map<string, Pending>} */
  #messages = new Map();
  #store;
  #timing;
  #notify;
  #expired;
  #lastTimestamp = 0;
  /** Between connect() and close(). */
  #active = false;
  /** @type {string | null} */
  #userId = null;

  /**
   * @param {OutboxStore | null} store
   * @param {Timing} timing
   * @param {(detail: OutgoingDetail) => void} notify
   * @param {(pending: Pending) => void} expired Timing.giveUpAfter is over
   */
  constructor(store, timing, notify, expired) {
    this.#store = store;
    this.#timing = timing;
    this.#notify = notify;
    this.#expired = expired;
  }

  get size() {
    return this.#messages.size;
  }

  /** A copy, so that what changes meanwhile does not matter. @returns {Pending[]} */
  all() {
    return [...this.#messages.values()];
  }

  /** @param {string} clientMessageId */
  get(clientMessageId) {
    return this.#messages.get(clientMessageId);
  }

  /**
   * It is known whose messages these are.
   * @param {string} userId
   * @param {OutboxStore | null} store
   */
  belongTo(userId, store) {
    const isOther = store !== this.#store;
    this.#userId = userId;
    this.#store = store;
    this.keep();
    if (isOther) this.#keepFiles();
  }

  /** @returns {OutgoingDetail[]} */
  list() {
    return [...this.#messages.values()].map((pending) => detailOf(pending, pending.entry.state, null));
  }

  /** @param {string} clientMessageId */
  forget(clientMessageId) {
    if (this.#messages.get(clientMessageId)?.entry.state !== "failed") return;
    this.remove(clientMessageId);
  }

  /**
   * Another client has it now, in the store too.
   * @param {string} clientMessageId
   */
  handOver(clientMessageId) {
    this.#messages.delete(clientMessageId);
  }

  /**
   * It is stored by the server.
   * @param {string} clientMessageId
   */
  remove(clientMessageId) {
    this.#messages.delete(clientMessageId);
    this.#store?.remove(clientMessageId);
  }

  /**
   * Takes over what the store has of this user.
   * @param {OutboxStore} store
   */
  async restore(store) {
    try {
      const claimed = await store.claim(MAX_OUTGOING - this.#messages.size, this.#userId);
      const entries = claimed.filter((entry) => mayHave(entry, this.#userId));
      for (const entry of entries) this.#adopt(entry);
      if (entries.length > 0) {
        const ordered = [...this.#messages].sort(([, one], [, other]) => one.entry.since - other.entry.since);
        this.#messages = new Map(ordered);
      }
    } catch {
      // a store that cannot be read keeps nothing
    }
  }

  /** Writes all into the store again, as ours: another page may have had it since. */
  keep() {
    for (const pending of this.#messages.values()) this.save(pending);
  }

  /** The same of the files, in a store that was not there before. */
  #keepFiles() {
    for (const pending of this.#messages.values()) this.#saveFiles(pending);
  }

  /** close() was called: nothing of ours stays behind. */
  pause() {
    this.#active = false;
    for (const pending of this.#messages.values()) clearTimeout(pending.deadline);
  }

  /** And connect() after it. */
  resume() {
    this.#active = true;
    this.keep();
    for (const pending of this.#messages.values()) this.#setDeadline(pending);
  }

  /** @returns {boolean} whether there is room for one more; the oldest failed one may have gone for it */
  makeRoom() {
    if (this.#messages.size < MAX_OUTGOING) return true;
    const failed = [...this.#messages.values()].find(({ entry }) => entry.state === "failed");
    if (failed === undefined) return false;
    this.forget(failed.entry.clientMessageId);
    return true;
  }

  /**
   * @param {string} toId
   * @param {string} content
   * @param {string} clientMessageId
   * @param {{stored: StoredFile, blob: Blob | null}[]} [files]
   * @returns {Pending}
   */
  enter(toId, content, clientMessageId, files = []) {
    const since = this.#nextTimestamp();
    const timestamp = String(since);
    /** @type {StoredEntry} */
    const entry = { clientMessageId, toId, content, timestamp, since, state: "sending", code: null, message: null };
    if (files.length > 0) entry.attachments = files.map(({ stored }) => stored);
    const pending = pendingOf(
      entry,
      files.map(({ blob }) => blob),
    );
    this.#messages.set(clientMessageId, pending);
    this.#changed(pending);
    this.#saveFiles(pending);
    return pending;
  }

  /** Milliseconds since 1970, and no two the same: answers repeat them. */
  #nextTimestamp() {
    this.#lastTimestamp = Math.max(Date.now(), this.#lastTimestamp + 1);
    return this.#lastTimestamp;
  }

  /**
   * The same packet again, behind what was sent since.
   * @param {Pending} pending
   */
  revive(pending) {
    const { entry } = pending;
    Object.assign(pending, { attempts: 0, cuts: 0, why: null, waiting: null });
    Object.assign(entry, { state: "sending", code: null, message: null, since: this.#nextTimestamp() });
    this.#messages.delete(entry.clientMessageId);
    this.#messages.set(entry.clientMessageId, pending);
    this.#changed(pending);
  }

  /** @param {StoredEntry} entry */
  #adopt(entry) {
    if (this.#messages.has(entry.clientMessageId)) return;
    const pending = pendingOf({ ...entry });
    this.#messages.set(entry.clientMessageId, pending);
    this.#lastTimestamp = Math.max(this.#lastTimestamp, Math.min(entry.since, Date.now()));
    this.#setDeadline(pending);
    this.#notify(detailOf(pending, entry.state, null));
  }

  /** Those that were chosen in this page. @param {Pending} pending */
  #saveFiles({ entry, files }) {
    for (const [index, { fileId, clientFileId }] of (entry.attachments ?? []).entries()) {
      const { blob } = files[index];
      if (blob !== null && fileId === null && clientFileId !== null)
        this.#store?.putFile?.(clientFileId, blob)?.catch?.(() => {});
    }
  }

  get store() {
    return this.#store;
  }

  /** @param {Pending} pending */
  save(pending) {
    pending.entry.userId = this.#userId;
    this.#store?.put(pending.entry);
    if (!this.#active) this.#store?.release(); // else it would stay claimed when the page goes
  }

  /** @param {Pending} pending */
  #changed(pending) {
    this.save(pending);
    this.#setDeadline(pending);
    this.#notify(detailOf(pending, pending.entry.state, null));
  }

  /** @param {Pending} pending */
  #setDeadline(pending) {
    clearTimeout(pending.deadline);
    if (pending.entry.state !== "sending" || !this.#active) return; // connect() sets it, and no timer is left after close()
    const rest = pending.entry.since + this.#timing.giveUpAfter - Date.now();
    const timeout = Math.min(Math.max(0, rest), MAX_TIMEOUT);
    pending.deadline = setTimeout(() => this.#expired(pending), timeout);
  }

  /** Timers stand still while a device sleeps. */
  expire() {
    const oldest = Date.now() - this.#timing.giveUpAfter;
    for (const pending of [...this.#messages.values()]) {
      if (pending.entry.state === "sending" && pending.entry.since < oldest) this.#expired(pending);
    }
  }
}
