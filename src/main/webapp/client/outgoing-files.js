/**
 * The files of messages on their way: kept in the store with their message, and uploaded before it is sent. A message whose files
 * are not there yet lets those pass that were written after it, which may be minutes.
 *
 * What survives: a reload, a crash, days without a connection, where the store keeps files (LocalOutbox does, in IndexedDB, up to
 * 100 MB in all). What does not: a file of which the page was gone before it was written, a moment after send(), and one for which there
 * was no room or no store. Its message fails on the next page with the code FILE_LOST.
 */

import { ApiError, SendError } from "./errors.js";

/** @import { Pending } from "./pending.js" */
/** @import { Attachment, OutboxStore, StoredFile } from "./types.js" */
/** @import { Uploader } from "./uploader.js" */

const AT_ONCE = 2; // messages
const TOLD_EVERY = 100; // ms, of progress

/**
 * @typedef {object} FilesListener
 * @property {(pending: Pending) => void} uploaded one of its files is there
 * @property {(pending: Pending) => void} complete all of them are
 * @property {(pending: Pending) => void} progressed
 * @property {(pending: Pending, error: SendError) => void} failed
 * @property {() => boolean} isOnline
 */

/** Whether it has to wait for a file. @param {Pending} pending */
export function waitsForFiles({ entry }) {
  return (entry.attachments ?? []).some(({ fileId }) => fileId === null);
}

export class OutgoingFiles {
  #uploader;
  #listener;
  /** Messages whose files are being uploaded. @type {Set<Pending>} */
  #running = new Set();

  /**
   * @param {Uploader} uploader
   * @param {FilesListener} listener
   */
  constructor(uploader, listener) {
    this.#uploader = uploader;
    this.#listener = listener;
  }

  /**
   * Uploads what a message waits for, unless that is under way or others are before it.
   * @param {Pending} pending
   * @param {OutboxStore | null} store
   */
  async begin(pending, store) {
    if (pending.upload !== null || this.#running.size >= AT_ONCE) return;
    const upload = new AbortController();
    pending.upload = upload;
    this.#running.add(pending);
    /** @type {unknown} */
    let problem = null;
    try {
      for (const [index, file] of (pending.entry.attachments ?? []).entries()) {
        if (file.fileId === null) await this.#one(pending, index, file, store, upload.signal);
      }
    } catch (error) {
      problem = error;
    }
    this.#running.delete(pending);
    if (pending.upload === upload) pending.upload = null;
    if (upload.signal.aborted) return; // it was cancelled, or is to begin anew
    for (const file of pending.files) file.progress = null;
    if (problem === null) this.#listener.complete(pending);
    else if (isPassing(problem) && !this.#listener.isOnline())
      this.#listener.progressed(pending); // the next connection begins anew
    else this.#listener.failed(pending, errorOf(problem, pending.entry.clientMessageId));
  }

  /** Nothing is uploaded any more until it is begun again. @param {Pending} pending */
  end(pending) {
    pending.upload?.abort();
    pending.upload = null;
    this.#running.delete(pending);
    for (const file of pending.files) file.progress = null;
  }

  endAll() {
    for (const pending of [...this.#running]) this.end(pending);
  }

  /**
   * @param {Pending} pending
   * @param {number} index
   * @param {StoredFile} file
   * @param {OutboxStore | null} store
   * @param {AbortSignal} signal
   */
  async #one(pending, index, file, store, signal) {
    const state = pending.files[index];
    const { clientFileId, name, duration, waveform } = file;
    if (clientFileId === null) throw new ApiError(0, "No file", "the file has no name here", "FILE_LOST");
    state.blob ??= (await store?.getFile?.(clientFileId)) ?? null;
    signal.throwIfAborted();
    if (state.blob === null)
      throw new ApiError(0, "No file", "the file was lost with the page in which it was chosen", "FILE_LOST");
    let toldAt = -Infinity;
    const tell = (/** @type {number} */ share) => {
      state.progress = share;
      if (signal.aborted || (share < 1 && Date.now() - toldAt < TOLD_EVERY)) return;
      toldAt = Date.now();
      this.#listener.progressed(pending);
    };
    tell(0);
    const known = await this.#uploader.upload({
      blob: state.blob,
      clientFileId,
      name,
      duration,
      waveform,
      signal,
      progress: tell,
    });
    signal.throwIfAborted();
    state.known = known;
    const { fileId, type, size, width, height } = known;
    Object.assign(file, { fileId, type, size, width: width ?? file.width, height: height ?? file.height });
    state.progress = 1;
    this.#listener.uploaded(pending);
  }
}

/** Whether it may be another thing with another connection. @param {unknown} error */
function isPassing(error) {
  return error instanceof ApiError && (error.status === 0 || error.status >= 500) && error.code !== "FILE_LOST";
}

/**
 * @param {unknown} error
 * @param {string} clientMessageId
 */
function errorOf(error, clientMessageId) {
  const { status = 0, code = "", message = String(error) } = /** @type {Partial<ApiError>} */ (error ?? {});
  const retryable = code === "NETWORK" || status === 408 || (status === 429 && code !== "FILE_QUOTA") || status >= 500;
  const name =
    code === "NETWORK"
      ? "NO_ANSWER"
      : code || (status === 413 ? "FILE_TOO_LARGE" : status >= 500 ? "SERVER_BUSY" : "FILE_REFUSED");
  return new SendError(name, message, retryable, clientMessageId);
}

/**
 * As the model shows them.
 * @param {Pending} pending
 * @returns {Attachment[]}
 */
export function attachmentsOfPending({ entry, files }) {
  return (entry.attachments ?? []).map((file, index) => {
    const { blob, progress, known } = files[index];
    const { url = "", previewUrl = "", goodUntil = 0 } = known ?? {};
    const { fileId, clientFileId, name, type, size, width, height, duration, waveform } = file;
    return {
      fileId,
      clientFileId,
      name,
      type,
      size,
      width,
      height,
      duration,
      waveform,
      url,
      previewUrl,
      goodUntil,
      blob,
      progress,
    };
  });
}
