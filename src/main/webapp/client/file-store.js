/**
 * The files of messages that were not sent yet, in IndexedDB: bytes do not fit into localStorage. Where there is none, or no room,
 * nothing is kept.
 */

const DATABASE = "imserver-files";
const FILES = "files";
/** Of all users of the browser together. */
const MOST = 100_000_000; // bytes
/** What no message names is left alone for so long: its message may be written in another tab just now. */
const YOUNG = 10 * 60_000; // ms

/** @typedef {{key: string, blob: Blob, size: number, since: number}} Kept */

export class FileStore {
  #prefix;
  /** @type {Promise<IDBDatabase> | null} */
  #opening = null;

  /** @param {string} prefix of the keys of one user's */
  constructor(prefix) {
    this.#prefix = prefix;
  }

  /**
   * @param {string} name
   * @param {Blob} blob
   * @returns {Promise<boolean>} whether it is kept
   */
  async put(name, blob) {
    const key = this.#prefix + name;
    try {
      return await this.#within("readwrite", async (files) => {
        const sizes = await all(files);
        const others = sizes.filter((one) => one.key !== key).reduce((sum, { size }) => sum + size, 0);
        if (others + blob.size > MOST) return false;
        await resultOf(files.put({ key, blob, size: blob.size, since: Date.now() }));
        return true;
      });
    } catch {
      return false;
    }
  }

  /**
   * @param {string} name
   * @returns {Promise<Blob | null>}
   */
  async get(name) {
    try {
      const kept = await this.#within("readonly", (files) => resultOf(files.get(this.#prefix + name)));
      return kept?.blob ?? null;
    } catch {
      return null;
    }
  }

  /** @param {string[]} names */
  async remove(names) {
    try {
      await this.#within("readwrite", (files) =>
        Promise.all(names.map((name) => resultOf(files.delete(this.#prefix + name)))),
      );
    } catch {
      // it goes when nothing names it any more
    }
  }

  /** Removes what no message names any more. @param {(name: string) => boolean} isNamed */
  async sweep(isNamed) {
    try {
      await this.#within("readwrite", async (files) => {
        const old = (await all(files)).filter(
          ({ key, since }) => key.startsWith(this.#prefix) && !(Date.now() - since < YOUNG),
        );
        const gone = old.filter(({ key }) => !isNamed(key.slice(this.#prefix.length)));
        await Promise.all(gone.map(({ key }) => resultOf(files.delete(key))));
      });
    } catch {
      // the next page tries again
    }
  }

  /** All of this user. */
  async clear() {
    try {
      await this.#within("readwrite", (files) =>
        resultOf(files.delete(IDBKeyRange.bound(this.#prefix, `${this.#prefix}\uffff`))),
      );
    } catch {
      // there is none
    }
  }

  /**
   * @template T
   * @param {IDBTransactionMode} mode
   * @param {(files: IDBObjectStore) => Promise<T>} action awaits nothing but the transaction
   * @returns {Promise<T>} when it is durable
   */
  async #within(mode, action) {
    this.#opening ??= open();
    this.#opening.catch(() => (this.#opening = null));
    const database = await this.#opening;
    const transaction = database.transaction(FILES, mode);
    /** @type {Promise<void>} */
    const done = new Promise((resolve, reject) => {
      transaction.oncomplete = () => resolve();
      transaction.onabort = transaction.onerror = () => reject(transaction.error);
    });
    done.catch(() => {});
    const result = await action(transaction.objectStore(FILES));
    await done;
    return result;
  }
}

/** @returns {Promise<IDBDatabase>} */
async function open() {
  const request = indexedDB.open(DATABASE, 1);
  request.onupgradeneeded = () => request.result.createObjectStore(FILES, { keyPath: "key" });
  const database = await resultOf(request);
  database.onversionchange = () => database.close();
  return database;
}

/**
 * Reads no bytes of the files: a Blob is a handle.
 * @param {IDBObjectStore} files
 * @returns {Promise<Kept[]>}
 */
function all(files) {
  return resultOf(files.getAll());
}

/**
 * @template T
 * @param {IDBRequest<T>} request
 * @returns {Promise<T>}
 */
function resultOf(request) {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
}
