/**
 * What a user has begun to write, by conversation. Kept in the browser under the user, so that it outlives the tab; each draft
 * has a key of its own, so that tabs do not overwrite each other's.
 */

/** So many of a user are kept, the newest. */
const MOST = 50;
/** Characters. What is longer lasts as long as the page. */
const LONGEST = 20_000;
const DAY = 24 * 60 * 60 * 1000; // ms
/** What was not gone on with for so long is forgotten. */
const KEPT_FOR = 30 * DAY;

export class Drafts {
  /** @type {Map<string, string>} */
  #texts = new Map();
  /** What the keys of this user's drafts begin with; null while it is not known whose they are. @type {string | null} */
  #prefix = null;

  /**
   * It is known whose these are: what that user has begun before is there from now on, and what changes is kept.
   *
   * @param {string} userKey the key under which this user's drafts are kept
   */
  belongTo(userKey) {
    this.#prefix = prefixOf(userKey);
    moveFromTab(userKey, this.#prefix);
    const begun = this.#texts;
    this.#texts = new Map([
      ...keptUnder(this.#prefix).map(({ userId, text }) => /** @type {const} */ ([userId, text])),
      ...begun,
    ]);
    for (const [userId, text] of begun) this.#keep(userId, text);
  }

  /** @param {string} userId */
  get(userId) {
    return this.#texts.get(userId) ?? "";
  }

  /**
   * @param {string} userId
   * @param {string} text
   */
  set(userId, text) {
    if (text === this.get(userId)) return;
    if (text) this.#texts.set(userId, text);
    else this.#texts.delete(userId);
    this.#keep(userId, text);
  }

  /**
   * @param {string} userId
   * @param {string} text
   */
  #keep(userId, text) {
    if (this.#prefix !== null) write(this.#prefix, userId, text);
  }

  /** Forgets them all, also what is kept. */
  clear() {
    this.#texts.clear();
    const prefix = this.#prefix;
    if (prefix !== null) for (const { key } of keptUnder(prefix)) tried(() => localStorage.removeItem(key));
  }

  /**
   * Moves what was kept under one key to another, which has nothing yet.
   *
   * @param {string} from
   * @param {string | null} to null: it is to be nobody's
   */
  static move(from, to) {
    tried(() => {
      const kept = sessionStorage.getItem(tabKeyOf(from));
      if (kept === null) return;
      if (to !== null && sessionStorage.getItem(tabKeyOf(to)) === null) sessionStorage.setItem(tabKeyOf(to), kept);
      sessionStorage.removeItem(tabKeyOf(from));
    });
  }
}

/** @typedef {{key: string, userId: string, text: string, time: number}} Kept */

/**
 * What is kept under a prefix, the newest last. What is too old or too much goes.
 *
 * @param {string} prefix
 * @returns {Kept[]}
 */
function keptUnder(prefix) {
  const keys =
    tried(() => Array.from({ length: localStorage.length }, (_, index) => localStorage.key(index) ?? "")) ?? [];
  const kept = keys
    .filter((key) => key.startsWith(prefix))
    .map((key) => read(key, key.slice(prefix.length)))
    .sort((one, other) => one.time - other.time);
  const since = Date.now() - KEPT_FOR;
  const gone = kept.filter(({ time, text }, index) => !(time >= since) || text === "" || index < kept.length - MOST);
  for (const { key } of gone) tried(() => localStorage.removeItem(key));
  return kept.filter((each) => !gone.includes(each));
}

/**
 * @param {string} key
 * @param {string} userId
 * @returns {Kept} without a text where there is none that can be read
 */
function read(key, userId) {
  const { text, time } = tried(() => JSON.parse(localStorage.getItem(key) ?? "{}")) ?? {};
  return { key, userId, text: typeof text === "string" ? text : "", time: Number(time) };
}

/**
 * @param {string} prefix
 * @param {string} userId
 * @param {string} text
 */
function write(prefix, userId, text) {
  const key = prefix + userId;
  tried(() => {
    if (text === "" || text.length > LONGEST) return localStorage.removeItem(key);
    const isNew = localStorage.getItem(key) === null;
    localStorage.setItem(key, JSON.stringify({ text, time: Date.now() }));
    if (isNew) keptUnder(prefix);
  });
}

/**
 * What an earlier version of this chat has kept for as long as the tab.
 *
 * @param {string} userKey
 * @param {string} prefix
 */
function moveFromTab(userKey, prefix) {
  const kept = tried(() => JSON.parse(sessionStorage.getItem(tabKeyOf(userKey)) ?? "[]")) ?? [];
  if (Array.isArray(kept)) {
    for (const [userId, text] of kept) {
      if (read(prefix + userId, userId).text === "") write(prefix, String(userId), String(text));
    }
  }
  tried(() => sessionStorage.removeItem(tabKeyOf(userKey)));
}

/** @param {string} userKey */
function prefixOf(userKey) {
  return `im-chat.draft.${userKey} `;
}

/** @param {string} userKey */
function tabKeyOf(userKey) {
  return `im-chat.drafts.${userKey}`;
}

/**
 * Without storage, as in some frames, or when it is full, drafts last as long as the page.
 *
 * @template T
 * @param {() => T} action
 * @returns {T | null}
 */
function tried(action) {
  try {
    return action();
  } catch {
    return null;
  }
}
