/** Loads the histories of conversations by REST, by pages, and keeps the last opened ones. */

import { fromHistory } from "./messages.js";

/** @import { ImApi } from "./api.js" */
/** @import { Conversation } from "./conversation.js" */
/** @import { HistoryMessage } from "./types.js" */

const PAGE = 50;
const MOST_PER_REQUEST = 100;
/** After a longer absence the history is loaded anew, from its end. */
const MOST_PAGES_TO_CATCH_UP = 5;
/** So many conversations keep their loaded history. */
const HISTORIES = 10;

export class ConversationHistory {
  #api;
  #changed;
  /** Those with a loaded history, the last opened last. @type {Conversation[]} */
  #opened = [];
  /** Those that are being caught up, and whether they have to be once more. @type {Map<Conversation, boolean>} */
  #catchingUp = new Map();
  /** Whether recalls are asked for too: a server of version 1 does not know them. */
  showsRecalls = false;

  /**
   * @param {ImApi} api
   * @param {(conversation: Conversation) => void} changed
   */
  constructor(api, changed) {
    this.#api = api;
    this.#changed = changed;
  }

  /** Those that are to be kept up to date, the last opened last. */
  get opened() {
    return [...this.#opened];
  }

  /** @param {Conversation} conversation */
  open(conversation) {
    this.#opened = [...this.#opened.filter((one) => one !== conversation), conversation];
    if (this.#opened.length > HISTORIES) this.#opened.shift()?.unload();
  }

  /**
   * Loads the end of the history, or what was missed of it.
   * @param {Conversation} conversation
   */
  async catchUp(conversation) {
    if (conversation.history === "loading") return;
    if (conversation.history !== "loaded") return this.#loadNewest(conversation);
    if (this.#catchingUp.has(conversation)) return void this.#catchingUp.set(conversation, true);
    do {
      this.#catchingUp.set(conversation, false);
      await this.#loadMissed(conversation);
    } while (this.#catchingUp.get(conversation) && conversation.history === "loaded");
    this.#catchingUp.delete(conversation);
  }

  /** @param {Conversation} conversation */
  async #loadNewest(conversation) {
    const { id } = conversation.user;
    conversation.history = "loading";
    conversation.isStale = false; // what is missed from now on makes it so again
    this.#changed(conversation);
    try {
      // So much that what is new can be shown from its beginning.
      const limit = Math.min(MOST_PER_REQUEST, Math.max(PAGE, conversation.unread + 10));
      const { messages, more } = await this.#api.messages(id, { limit });
      if (conversation.history !== "loading") return; // forgotten meanwhile
      conversation.more = more;
      conversation.history = "loaded";
      conversation.forgetBefore(Number(messages.at(-1)?.messageId ?? 0));
      this.#merge(conversation, messages);
      conversation.syncedTo = conversation.isStale ? Number(messages[0]?.messageId ?? 0) : conversation.newestId;
    } catch {
      if (conversation.history === "loading") conversation.history = "failed";
    }
    this.#changed(conversation);
    if (conversation.isStale) await this.catchUp(conversation);
  }

  /** @param {Conversation} conversation */
  async #loadMissed(conversation) {
    const { id } = conversation.user;
    const entries = this.showsRecalls ? /** @type {const} */ ("all") : undefined;
    try {
      for (let pages = 0; pages < MOST_PAGES_TO_CATCH_UP; pages++) {
        const after = String(conversation.syncedTo);
        const { messages, more } = await this.#api.messages(id, { after, limit: MOST_PER_REQUEST, entries });
        if (conversation.history !== "loaded") return;
        if (messages.length > 0) conversation.syncedTo = Math.max(conversation.syncedTo, Number(messages[0].messageId));
        this.#merge(conversation, messages);
        if (!more && !this.#catchingUp.get(conversation)) {
          conversation.isStale = false;
          conversation.syncedTo = Math.max(conversation.syncedTo, conversation.newestId); // what came in meanwhile follows
        }
        this.#changed(conversation);
        if (!more) return;
      }
      conversation.unload();
      await this.#loadNewest(conversation);
    } catch {
      // The next connect catches up.
    }
  }

  /** @param {Conversation} conversation */
  async loadOlder(conversation) {
    if (conversation.history !== "loaded" || conversation.older === "loading" || !conversation.more) return;
    const before = conversation.oldestId;
    // Where the history was loaded anew meanwhile, or its beginning let go, a page before `before` would leave a hole.
    const follows = () => conversation.history === "loaded" && conversation.oldestId === before;
    conversation.older = "loading";
    this.#changed(conversation);
    try {
      const page = await this.#api.messages(conversation.user.id, { before: before ?? undefined, limit: PAGE });
      if (follows()) {
        conversation.more = page.more;
        this.#merge(conversation, page.messages);
      }
      conversation.older = "loaded";
    } catch {
      conversation.older = follows() ? "failed" : "loaded";
    }
    this.#changed(conversation);
  }

  /**
   * @param {Conversation} conversation
   * @param {HistoryMessage[]} entries
   */
  #merge(conversation, entries) {
    const messages = entries.filter(({ kind }) => kind !== "recall");
    conversation.merge(messages.map((view) => fromHistory(view, conversation.user.id)));
    for (const { kind, of } of entries) if (kind === "recall" && of !== undefined) conversation.recall(of);
    conversation.applyKnown();
  }
}
