/**
 * Addresses of files that did not load: they may be old, so that there is a new one; the network may be gone; or the file is. Each
 * file is tried again a few times, with a new address, and after a connect.
 */

/** @import { Attachment, ImClient } from "../imserver-client.js" */

/** After how long each next attempt is made. */
const AGAIN_AFTER = [0, 2000, 10_000]; // ms

/** @typedef {{failures: number, attempt: number, isGone: boolean, isAsked: boolean, timer: ReturnType<typeof setTimeout> | undefined}} Known */

export class FileAddresses {
  #client;
  #changed;
  /** By the file. @type {Map<string, Known>} */
  #known = new Map();

  /**
   * @param {Pick<ImClient, "fileUrl" | "renewFileUrl">} client
   * @param {() => void} changed
   */
  constructor(client, changed) {
    this.#client = client;
    this.#changed = changed;
  }

  /** It has not loaded. @param {Attachment} attachment */
  failed({ fileId, blob }) {
    if (fileId === null || blob !== null) return;
    const known = this.#known.get(fileId) ?? {
      failures: 0,
      attempt: 0,
      isGone: false,
      isAsked: false,
      timer: undefined,
    };
    this.#known.set(fileId, known);
    if (known.isAsked || known.isGone) return;
    const wait = AGAIN_AFTER[known.failures++];
    if (wait === undefined) return void this.#gone(known);
    known.isAsked = true;
    known.timer = setTimeout(() => this.#ask(fileId, known), wait);
  }

  /**
   * @param {string} fileId
   * @param {Known} known
   */
  async #ask(fileId, known) {
    try {
      await this.#client.renewFileUrl(fileId);
      known.isAsked = false;
      known.attempt++;
      this.#changed();
    } catch (error) {
      const { status = 0 } = /** @type {{status?: number}} */ (error);
      known.isAsked = false;
      if (status >= 400 && status < 500 && status !== 429) this.#gone(known);
    }
  }

  /** @param {Known} known */
  #gone(known) {
    known.isGone = true;
    this.#changed();
  }

  /** There is a connection: what did not load for the network's sake may load now. */
  connected() {
    const some = this.#known.size > 0;
    for (const [fileId, known] of this.#known) {
      clearTimeout(known.timer);
      this.#known.set(fileId, {
        failures: 0,
        attempt: known.attempt + 1,
        isGone: false,
        isAsked: false,
        timer: undefined,
      });
    }
    if (some) this.#changed();
  }

  end() {
    for (const { timer } of this.#known.values()) clearTimeout(timer);
  }

  /** Whether nothing more is tried. @param {Attachment} attachment */
  isGone({ fileId, blob }) {
    return blob === null && this.#known.get(fileId ?? "")?.isGone === true;
  }

  /**
   * What an address ends with, so that the browser tries it again though it may be the same: a part that no server sees.
   * @param {Attachment} attachment
   */
  markOf({ fileId, blob }) {
    const attempt = blob === null ? (this.#known.get(fileId ?? "")?.attempt ?? 0) : 0;
    return attempt === 0 ? "" : `#${attempt}`;
  }
}
