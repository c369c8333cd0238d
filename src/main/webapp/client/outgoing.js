/** Messages that this client sends: order, retry, failure. */

import { fileToSend, MOST_ATTACHMENTS } from "./attachments.js";
import { now } from "./clock.js";
import { TOO_LARGE, UNREADABLE } from "./close-codes.js";
import { SendError } from "./errors.js";
import { isUserId } from "./ids.js";
import { MAX_OUTGOING, Outbox } from "./outbox.js";
import { OutgoingFiles, waitsForFiles } from "./outgoing-files.js";
import { detailOf, newWaiting, noAnswer, quietly } from "./pending.js";
import { TokenBucket } from "./token-bucket.js";

/** @import { Connection } from "./connection.js" */
/** @import { Pending } from "./pending.js" */
/** @import { Timing } from "./timing.js" */
/** @import { Acknowledgement, Refusal } from "./version-1.js" */
/** @import { FileToSend, Limits, OutboxStore, OutgoingDetail, Sent, StoredEntry, StoredFile } from "./types.js" */
/** @import { Uploader } from "./uploader.js" */

/**
 * @typedef {object} OutgoingHost
 * @property {(entry: StoredEntry) => boolean} write sends it, unless there is no connection
 * @property {(detail: OutgoingDetail) => void} notify
 * @property {(detail: OutgoingDetail) => void} progressed only how much of its files is there
 * @property {() => {takesFiles: boolean, limits: Limits | null}} server what it takes, as far as that is known
 * @property {Uploader} uploader
 */

/** @typedef {{stored: StoredFile, blob: Blob | null}} File */

const MAX_CLIENT_MESSAGE_ID = 64; // characters

/** Gets messages stored: in order for each recipient, each once, or failed. */
export class Outgoing {
  outbox;
  #connection;
  #host;
  #timing;
  #files;
  #lastHeard = 0;
  /** Messages that may be on the wire; shrinks to one when the server says "not now". */
  #window;
  #bucket;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #paced;
  /** Claims under way: what they bring comes first. */
  #restoring = 0;
  /** Whether there is a connection, and it is this user's. */
  #online = false;

  /**
   * @param {Connection} connection
   * @param {OutboxStore | null} store
   * @param {Timing} timing
   * @param {OutgoingHost} host
   */
  constructor(connection, store, timing, host) {
    this.#connection = connection;
    this.#host = host;
    this.#timing = timing;
    this.outbox = new Outbox(store, timing, host.notify, (pending) => this.#fail(pending, noAnswer(pending)));
    const progressed = (/** @type {Pending} */ pending) => {
      if (this.#isOurs(pending)) host.progressed(detailOf(pending, pending.entry.state, null));
    };
    this.#files = new OutgoingFiles(host.uploader, {
      uploaded: (pending) => {
        if (this.#isOurs(pending)) this.outbox.save(pending);
        progressed(pending);
      },
      complete: () => this.#pump(),
      progressed,
      failed: (pending, error) => this.#isOurs(pending) && this.#fail(pending, error),
      isOnline: () => this.#online,
    });
    this.#window = timing.inFlight;
    this.#bucket = new TokenBucket(timing.perSecond, timing.burst);
  }

  /**
   * @param {string} toId
   * @param {string} content
   * @param {string} clientMessageId
   * @param {FileToSend[]} [attachments] of one that is known they are known too
   * @returns {Promise<Sent>}
   */
  send(toId, content, clientMessageId, attachments = []) {
    const known = this.outbox.get(clientMessageId);
    const files = attachments.map(fileToSend);
    const error =
      this.#validate(toId, content, clientMessageId, known, files.length > 0) ??
      this.#validateFiles(files, clientMessageId);
    if (error !== null) return quietly(Promise.reject(error));
    const pending = known ?? this.outbox.enter(toId, content, clientMessageId, files);
    if (known?.entry.state === "failed") this.#revive(known);
    pending.waiting ??= newWaiting();
    const { promise } = pending.waiting;
    if (this.#connection.ended)
      this.#fail(pending, new SendError("NOT_CONNECTED", "the client is closed", true, clientMessageId));
    else this.#pump();
    return promise;
  }

  /**
   * @param {string} toId
   * @param {string} content
   * @param {string} clientMessageId
   * @param {Pending | undefined} known
   * @param {boolean} hasFiles
   * @returns {SendError | null}
   */
  #validate(toId, content, clientMessageId, known, hasFiles) {
    /** @type {(code: string, message: string, retryable?: boolean) => SendError} */
    const error = (code, message, retryable = false) => new SendError(code, message, retryable, clientMessageId);
    if (!isUserId(toId) || /^0+$/.test(toId)) return error("INVALID_RECIPIENT", "toId must be a user id");
    const isEmpty = content === "" && known?.entry.attachments === undefined && !hasFiles;
    if (typeof content !== "string" || isEmpty) return error("EMPTY_CONTENT", "content must be a text");
    if (clientMessageId === "" || clientMessageId.length > MAX_CLIENT_MESSAGE_ID) {
      return error("BAD_PACKET", `clientMessageId must have 1 to ${MAX_CLIENT_MESSAGE_ID} characters`);
    }
    if (known !== undefined) {
      const same = known.entry.toId === toId && known.entry.content === content;
      return same ? null : error("ID_TAKEN", "another message has this clientMessageId");
    }
    return this.outbox.makeRoom() ? null : error("OUTBOX_FULL", `${MAX_OUTGOING} messages are waiting`, true);
  }

  /**
   * What the server would refuse, as far as it has said so.
   * @param {File[]} files
   * @param {string} clientMessageId
   * @returns {SendError | null}
   */
  #validateFiles(files, clientMessageId) {
    /** @type {(code: string, message: string) => SendError} */
    const error = (code, message) => new SendError(code, message, false, clientMessageId);
    const { takesFiles, limits } = this.#host.server();
    if (files.length > 0 && limits !== null && !takesFiles) return error("NO_FILES", "the server takes no files");
    const most = limits?.maxAttachments ?? MOST_ATTACHMENTS;
    if (files.length > most) return error("TOO_MANY_FILES", `a message has at most ${most} files`);
    const maxFile = limits?.maxFile ?? Infinity;
    if (files.some(({ blob }) => blob !== null && blob.size > maxFile))
      return error("FILE_TOO_LARGE", `a file has at most ${maxFile} bytes`);
    return files.some(({ blob }) => blob?.size === 0) ? error("EMPTY_FILE", "a file is empty") : null;
  }

  /** The user tries it again. @param {Pending} pending */
  #revive(pending) {
    if (pending.entry.code === "UNKNOWN_FILE") {
      // What was uploaded is gone: all that is at hand is uploaded anew.
      for (const file of pending.entry.attachments ?? []) if (file.clientFileId !== null) file.fileId = null;
    }
    this.outbox.revive(pending);
  }

  /** Whether it was neither dropped nor handed over. @param {Pending} pending */
  #isOurs(pending) {
    return this.outbox.get(pending.entry.clientMessageId) === pending;
  }

  /**
   * Drops a message whose files are not all there yet.
   * @param {string} clientMessageId
   * @returns {string | null} to whom it was; null where it cannot be dropped any more
   */
  cancel(clientMessageId) {
    const pending = this.outbox.get(clientMessageId);
    if (
      pending === undefined ||
      pending.entry.state !== "sending" ||
      pending.onTheWire ||
      pending.attempts > 0 ||
      !waitsForFiles(pending)
    )
      return null;
    this.#files.end(pending);
    this.#settle(pending);
    this.outbox.remove(clientMessageId);
    pending.waiting?.reject(new SendError("CANCELLED", "the message was cancelled", false, clientMessageId));
    this.#pump();
    return pending.entry.toId;
  }

  /**
   * Takes over what a store has; it comes before what waits already.
   * @param {OutboxStore} store
   */
  async restore(store) {
    this.#restoring++;
    await this.outbox.restore(store);
    this.#restoring--;
    this.#pump();
  }

  /**
   * Another client sends it, where it has failed here.
   * @param {string} clientMessageId
   */
  handOver(clientMessageId) {
    const pending = this.outbox.get(clientMessageId);
    if (pending?.entry.state !== "failed") return;
    this.#files.end(pending);
    this.outbox.handOver(clientMessageId);
  }

  /** close() was called. */
  pause() {
    clearTimeout(this.#paced);
    this.#files.endAll();
    this.outbox.pause();
  }

  /** There is a connection. */
  opened() {
    this.#online = true;
    this.#window = this.#timing.inFlight;
    this.outbox.expire();
    this.#pump();
  }

  /** A packet arrived: the connection is alive. */
  heard() {
    this.#lastHeard = now();
  }

  /**
   * The connection is gone. Attempts whose time was not up do not count.
   * @param {number} code
   */
  lost(code) {
    this.#online = false;
    clearTimeout(this.#paced);
    const unanswered = this.#onTheWire();
    for (const pending of unanswered) {
      pending.onTheWire = false;
      if (pending.timer !== undefined) pending.attempts--;
      clearTimeout(pending.timer);
      pending.timer = undefined;
      if (code !== 1000) pending.cuts++;
    }
    for (const pending of unanswered.filter(({ cuts }) => cuts >= this.#timing.cuts)) {
      this.#fail(pending, noAnswer(pending));
    }
    this.#notAgain(code, unanswered);
  }

  /** @param {Acknowledgement} answer */
  acknowledged({ clientMessageId: name, timestamp, messageId, time }) {
    const pending = this.#answeredBy(timestamp, name);
    if (pending === undefined) return; // answered before
    const { entry } = pending;
    const { clientMessageId } = entry;
    this.#files.end(pending);
    this.#settle(pending);
    this.outbox.remove(clientMessageId);
    this.#window = Math.min(this.#timing.inFlight, this.#window + 1);
    const known = time === "" ? {} : { time };
    pending.waiting?.resolve({ messageId, clientMessageId, timestamp: entry.timestamp, ...known });
    this.#host.notify({ ...detailOf(pending, "sent", messageId), code: null, message: null, ...known }); // also one that had failed
    this.#pump();
  }

  /** @param {Refusal} refusal */
  refused({ clientMessageId: name, timestamp, code, message, retryable }) {
    const pending = this.#answeredBy(timestamp, name);
    if (pending === undefined || !pending.onTheWire) return;
    const error = new SendError(code, message, retryable, pending.entry.clientMessageId);
    if (retryable) {
      pending.why = error; // counts as no answer: the timer goes on
      this.#window = 1;
    } else {
      this.#fail(pending, error);
    }
  }

  /**
   * @param {string} code
   * @param {string} reason
   */
  failAll(code, reason) {
    for (const pending of this.outbox.all()) {
      if (pending.entry.state === "sending") {
        this.#fail(pending, new SendError(code, reason, true, pending.entry.clientMessageId));
      }
    }
  }

  /** Sends what may be sent now: for each recipient the first that waits, if none is under way. */
  #pump() {
    if (!this.#online || this.#restoring > 0) return;
    const onTheWire = this.#onTheWire();
    const timestamps = new Set(onTheWire.map(({ entry }) => entry.timestamp)); // a failure names no more than that
    const busy = new Set();
    let room = this.#window - onTheWire.length;
    for (const pending of this.outbox.all()) {
      const { toId, state, timestamp } = pending.entry;
      if (state === "sending" && pending.files.length > 0 && !this.#host.server().takesFiles) {
        this.#fail(
          pending,
          new SendError("NO_FILES", "the server takes no files", false, pending.entry.clientMessageId),
        );
        return; // which has gone on with the others
      }
      if (state === "sending" && waitsForFiles(pending)) {
        this.#files.begin(pending, this.outbox.store);
        continue;
      }
      if (state !== "sending" || busy.has(toId)) continue;
      busy.add(toId);
      if (pending.onTheWire || timestamps.has(timestamp)) continue;
      if (room-- <= 0) return;
      const wait = this.#bucket.take();
      if (wait > 0) {
        clearTimeout(this.#paced);
        this.#paced = setTimeout(() => this.#pump(), wait);
        return;
      }
      timestamps.add(timestamp);
      this.#attempt(pending);
    }
  }

  /** @param {Pending} pending */
  #attempt(pending) {
    if (!this.#host.write(pending.entry)) return; // closing: it is sent again on the next connection
    pending.attempts++;
    pending.onTheWire = true;
    pending.writtenAt = now();
    pending.timer = setTimeout(() => this.#unanswered(pending), this.#timing.answerAfter);
  }

  /** @param {Pending} pending */
  #unanswered(pending) {
    pending.timer = undefined;
    if (pending.attempts > this.#timing.retries) {
      this.#fail(pending, noAnswer(pending));
    } else if (pending.attempts === 2 && this.#lastHeard < pending.writtenAt - this.#timing.answerAfter) {
      this.#connection.drop("the server does not answer"); // nothing came since the first of two attempts: perhaps the network changed
    } else {
      this.#attempt(pending);
    }
  }

  /**
   * @param {Pending} pending
   * @param {SendError} error
   */
  #fail(pending, error) {
    this.#files.end(pending);
    this.#settle(pending);
    Object.assign(pending.entry, { state: "failed", code: error.code, message: error.message });
    this.outbox.save(pending);
    pending.waiting?.reject(error);
    this.#host.notify(detailOf(pending, "failed", null));
    this.#pump();
  }

  /** @param {Pending} pending */
  #settle(pending) {
    clearTimeout(pending.timer);
    clearTimeout(pending.deadline);
    pending.timer = undefined;
    pending.onTheWire = false;
  }

  /**
   * What made the server close the connection must not be sent again.
   * @param {number} code
   * @param {Pending[]} unanswered
   */
  #notAgain(code, unanswered) {
    if (code === TOO_LARGE && unanswered.length > 0) {
      const largest = unanswered.reduce((one, other) =>
        other.entry.content.length > one.entry.content.length ? other : one,
      );
      const id = largest.entry.clientMessageId;
      this.#fail(largest, new SendError("CONTENT_TOO_LONG", "the server takes no packet that large", false, id));
    } else if (UNREADABLE.includes(code)) {
      for (const pending of unanswered) {
        const id = pending.entry.clientMessageId;
        this.#fail(pending, new SendError("BAD_PACKET", `the server closed the connection with ${code}`, false, id));
      }
    }
  }

  #onTheWire() {
    return this.outbox.all().filter(({ onTheWire }) => onTheWire);
  }

  /**
   * @param {string} timestamp
   * @param {string | null} clientMessageId
   * @returns {Pending | undefined}
   */
  #answeredBy(timestamp, clientMessageId) {
    if (clientMessageId !== null) return this.outbox.get(clientMessageId);
    return this.#onTheWire().find(({ entry }) => entry.timestamp === timestamp);
  }
}
