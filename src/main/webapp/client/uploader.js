/**
 * Brings a file to the server: in one request where it is small, else in parts (tus 1.0.0), of which the server says after a cut how
 * far it has got. All attempts name the file by the same clientFileId, by which the server knows that they are of one file.
 */

import { attachmentOf } from "./attachments.js";
import { ApiError } from "./errors.js";

/** @import { ImApi } from "./api.js" */
/** @import { Attachment } from "./types.js" */
/** @import { SendBody } from "./upload-request.js" */

const IN_PARTS_ABOVE = 5_000_000; // bytes
const PART = 1_000_000; // bytes: as much is lost at most where the connection is cut
const TRIES = 6; // in a row, without anything coming through
const TRY_AFTER = 1000; // ms, and twice as long each time
const TUS = { "Tus-Resumable": "1.0.0" };

/**
 * @typedef {object} Upload
 * @property {Blob} blob
 * @property {string} clientFileId
 * @property {string} name
 * @property {number | null} [duration]
 * @property {string} [waveform]
 * @property {AbortSignal} signal
 * @property {(share: number) => void} progress is told how much of it is there, from 0 to 1
 */

export class Uploader {
  #api;
  #send;

  /**
   * @param {ImApi} api
   * @param {SendBody} send
   */
  constructor(api, send) {
    this.#api = api;
    this.#send = send;
  }

  /**
   * @param {Upload} upload
   * @returns {Promise<Attachment>} rejects with an ApiError, after some attempts where another one may succeed; with the reason of
   *   the signal where that has ended it
   */
  async upload(upload) {
    const state = { fileId: "", sent: 0 };
    for (let tries = 1; ; tries++) {
      const before = state.sent;
      try {
        upload.signal.throwIfAborted();
        return await (upload.blob.size > IN_PARTS_ABOVE ? this.#inParts(upload, state) : this.#atOnce(upload));
      } catch (error) {
        upload.signal.throwIfAborted();
        if (state.sent > before) tries = 1;
        const { status } = /** @type {ApiError} */ (error);
        if (state.fileId !== "" && (status === 404 || status === 410))
          Object.assign(state, { fileId: "", sent: 0 }); // to begin anew
        else if (!mayPass(error)) throw error;
        if (tries >= TRIES) throw error;
        const { retryAfter } = /** @type {ApiError} */ (error);
        await pause(Math.max(TRY_AFTER * 2 ** (tries - 1), 1000 * (retryAfter ?? 0)), upload.signal);
      }
    }
  }

  /** @param {Upload} upload */
  async #atOnce({ blob, clientFileId, name, duration, waveform, signal, progress }) {
    const query = { name, clientFileId, duration, waveform: waveform || undefined };
    const headers = { "Content-Type": "application/octet-stream" };
    const sent = (/** @type {number} */ bytes) => progress(blob.size === 0 ? 0 : Math.min(1, bytes / blob.size));
    const answer = await this.#api.exchange("POST", "files", {
      query,
      headers,
      body: blob,
      signal,
      progress: sent,
      send: this.#send,
    });
    return attachmentOf(await this.#api.read(answer), this.#api.server);
  }

  /**
   * @param {Upload} upload
   * @param {{fileId: string, sent: number}} state what is known from one attempt to the next
   */
  async #inParts(upload, state) {
    const { blob, signal, progress } = upload;
    if (state.fileId === "") state.fileId = await this.#create(upload);
    const path = `files/${encodeURIComponent(state.fileId)}`;
    const head = await this.#api.exchange("HEAD", path, { headers: TUS, signal, send: this.#send });
    for (let offset = offsetOf(head); offset < blob.size; ) {
      state.sent = Math.max(state.sent, offset);
      const begin = offset;
      progress(begin / blob.size);
      const body = blob.slice(begin, begin + PART);
      const headers = { ...TUS, "Content-Type": "application/offset+octet-stream", "Upload-Offset": String(begin) };
      const sent = (/** @type {number} */ bytes) => progress(Math.min(1, (begin + bytes) / blob.size));
      offset = offsetOf(
        await this.#api.exchange("PATCH", path, { headers, body, signal, progress: sent, send: this.#send }),
      );
      if (offset <= begin) throw new ApiError(0, "No progress", "the server has not taken what was sent", "NETWORK");
    }
    return this.#api.file(state.fileId);
  }

  /**
   * @param {Upload} upload
   * @returns {Promise<string>} the id of the file, which the server may have in part
   */
  async #create({ blob, clientFileId, name, duration, waveform, signal }) {
    const known = Object.entries({ filename: name, clientFileId, duration, waveform }).filter(
      ([, value]) => value !== undefined && value !== null && value !== "",
    );
    const metadata = known.map(([key, value]) => `${key} ${base64(String(value))}`).join(",");
    const headers = { ...TUS, "Upload-Length": String(blob.size), "Upload-Metadata": metadata };
    const answer = await this.#api.read(
      await this.#api.exchange("POST", "files", { headers, signal, send: this.#send }),
    );
    return String(answer.fileId);
  }
}

/** @param {{headers: {get: (name: string) => string | null}}} answer */
function offsetOf({ headers }) {
  const offset = headers.get("Upload-Offset") ?? "";
  if (!/^\d{1,15}$/.test(offset))
    throw new ApiError(502, "No offset", "the server, or a proxy before it, does not say how much it has", "NO_OFFSET");
  return Number(offset);
}

/** @param {string} text */
function base64(text) {
  return btoa(String.fromCharCode(...new TextEncoder().encode(text)));
}

/** Whether another attempt may succeed. @param {unknown} error */
function mayPass(error) {
  if (!(error instanceof ApiError)) return false;
  const { status, code } = error;
  if (status === 0) return code === "NETWORK";
  // A quota is of the day; 409 without a name: the server has got another part than was thought.
  return (
    [408, 425].includes(status) ||
    (status === 429 && code !== "FILE_QUOTA") ||
    (status === 409 && code === "") ||
    status >= 500
  );
}

/**
 * @param {number} milliseconds
 * @param {AbortSignal} signal
 * @returns {Promise<void>}
 */
function pause(milliseconds, signal) {
  return new Promise((resolve, reject) => {
    const over = () => {
      clearTimeout(timer);
      reject(signal.reason);
    };
    const timer = setTimeout(() => {
      signal.removeEventListener("abort", over);
      resolve();
    }, milliseconds);
    signal.addEventListener("abort", over, { once: true });
  });
}
