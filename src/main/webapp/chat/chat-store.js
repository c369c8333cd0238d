/**
 * What the chat shows, without a page: the client library's model of the conversations, and beside it what is this front
 * end's alone: the connection, drafts, where "new messages" stands. Fires "change" after each change, and "received".
 */

import { Drafts } from "./drafts.js";
import { FileAddresses } from "./file-addresses.js";

/** @import { Attachment, Conversation, Conversations, ImClient, Message, Problem, ReportReason, StateDetail } from "../imserver-client.js" */
/** @import { Chosen } from "./tray.js" */

/** @typedef {{state: string, code: number | null, retryAt: number, problem: Problem | null}} Connection */

/** Characters in a message that a server takes, unless it says how many. */
const MAX_LENGTH = 4000;
/** So many texts that were recalled here can be written anew. */
const MOST_RECALLED = 50;

export class ChatStore extends EventTarget {
  #closed = new AbortController();
  /** The message before which "new messages" stands, by conversation. @type {WeakMap<Conversation, string | null>} */
  #firstNew = new WeakMap();
  /** Those whose mark is to be set when their history is there. @type {WeakSet<Conversation>} */
  #opening = new WeakSet();
  /** What this user has taken back here, by message id. @type {Map<string, string>} */
  #recalledTexts = new Map();
  /** Files that were chosen and are not sent yet. @type {WeakMap<Conversation, Chosen[]>} */
  #chosen = new WeakMap();

  /** @type {Connection} */
  connection = { state: "idle", code: null, retryAt: 0, problem: null };
  /** Nobody's until the server has said who the user is. */
  drafts = new Drafts();
  /** The newest message of the first list: what is not newer was there before. Null until then. @type {number | null} */
  newestAtFirst = null;

  /**
   * @param {ImClient} client
   * @param {(userId: string) => string} userKeyOf the key under which a user's drafts are kept
   */
  constructor(client, userKeyOf) {
    super();
    this.client = client;
    /** @type {Conversations} */
    this.model = client.conversations;
    this.addresses = new FileAddresses(client, () => this.#changed());
    const { signal } = this.#closed;
    /** @type {(target: EventTarget, type: string, listener: (detail: any) => void) => void} */
    const on = (target, type, listener) =>
      target.addEventListener(type, (event) => listener(/** @type {CustomEvent} */ (event).detail), { signal });
    on(client, "state", (detail) => this.#stateChanged(detail));
    on(client, "user", ({ userId }) => {
      this.drafts.belongTo(userKeyOf(userId));
      this.#changed();
    });
    on(this.model, "change", ({ userId }) => this.#modelChanged(userId));
    on(this.model, "received", (detail) => {
      this.#changed();
      this.dispatchEvent(new CustomEvent("received", { detail }));
    });
  }

  close() {
    this.#closed.abort();
    this.addresses.end();
    this.client.close();
  }

  /** All that have a message, the one with the newest first. */
  get conversations() {
    return this.model.list;
  }

  /** Of the list. @returns {import("../imserver-client.js").Loading} */
  get list() {
    return this.model.state;
  }

  get unread() {
    return this.model.unread;
  }

  /** Whether the server has more conversations than were loaded. */
  get hasMoreConversations() {
    return this.model.hasMore;
  }

  /** Characters in a message. */
  get maxLength() {
    return this.client.limits?.maxContent ?? MAX_LENGTH;
  }

  /**
   * @param {string} userId
   * @param {Partial<import("../imserver-client.js").User>} [known] of the user
   */
  conversation(userId, known) {
    return this.model.conversation(userId, known);
  }

  /** When the user comes back to the page. */
  refresh() {
    this.model.refresh();
    this.#changed(); // it may be another day
  }

  loadMoreConversations() {
    return this.model.loadMore();
  }

  // ---- A conversation ----

  /** @param {string} userId */
  async open(userId) {
    const conversation = this.conversation(userId);
    this.#firstNew.set(conversation, conversation.firstUnread?.key ?? null);
    if (conversation.history !== "loaded") this.#opening.add(conversation);
    await this.model.open(userId);
    this.#markFirstNew(conversation);
  }

  /** @param {Conversation} conversation */
  #markFirstNew(conversation) {
    if (conversation.history !== "loaded" || !this.#opening.delete(conversation)) return;
    this.#firstNew.set(conversation, conversation.firstUnread?.key ?? null);
  }

  /** @param {Conversation} conversation */
  firstNewOf(conversation) {
    return this.#firstNew.get(conversation) ?? null;
  }

  /**
   * @param {Conversation} conversation
   * @param {Message | null} message
   */
  setFirstNew(conversation, message) {
    this.#firstNew.set(conversation, message?.key ?? null);
  }

  /** @param {Conversation} conversation */
  async loadOlder(conversation) {
    const { length } = conversation.messages;
    await this.model.loadOlder(conversation.user.id);
    const first = this.firstNewOf(conversation);
    if (first === null || conversation.messages.length === length) return;
    const earlier = conversation.messages.find(({ unread, key }) => unread || key === first);
    if (earlier) this.setFirstNew(conversation, earlier);
    this.#changed();
  }

  // ---- What the user does ----

  /**
   * With the files that were chosen.
   *
   * @param {Conversation} conversation
   * @param {string} content
   */
  send(conversation, content) {
    const attachments = this.chosen(conversation);
    this.setFirstNew(conversation, null);
    this.setChosen(conversation, []);
    this.model.send(conversation.user.id, attachments.length > 0 ? content.trim() && content : content, {
      attachments,
    });
  }

  // ---- Files ----

  /** Whether the server takes files. */
  get takesFiles() {
    return this.client.features.has("files");
  }

  /** What it says of them. @returns {{maxFile?: number, maxAttachments?: number}} */
  get fileLimits() {
    return this.client.limits ?? {};
  }

  /** @param {Conversation} conversation */
  chosen(conversation) {
    return this.#chosen.get(conversation) ?? [];
  }

  /**
   * @param {Conversation} conversation
   * @param {Chosen[]} chosen
   */
  setChosen(conversation, chosen) {
    this.#chosen.set(conversation, chosen);
    this.#changed();
  }

  /**
   * @param {Conversation} conversation
   * @param {{blob: Blob, name: string, duration: number, waveform: string}} recording
   */
  sendVoice(conversation, recording) {
    this.setFirstNew(conversation, null);
    this.model.send(conversation.user.id, "", { attachments: [recording] });
  }

  /**
   * @param {Conversation} conversation
   * @param {Message} message
   */
  cancel(conversation, { clientMessageId }) {
    if (clientMessageId) this.model.cancel(conversation.user.id, clientMessageId);
  }

  /**
   * Where a file is, for now.
   *
   * @param {Attachment} attachment
   * @returns {Promise<string>}
   */
  addressOf({ fileId, url }) {
    return fileId === null ? Promise.resolve(url) : this.client.fileUrl(fileId);
  }

  /**
   * @param {Conversation} conversation
   * @param {Message} message
   */
  retry(conversation, message) {
    this.model.retry(conversation.user.id, message);
  }

  /**
   * @param {Conversation} conversation
   * @param {Message} message
   */
  discard(conversation, { clientMessageId }) {
    if (clientMessageId) this.model.discard(conversation.user.id, clientMessageId);
  }

  /**
   * The user has seen these messages. Where the server takes a mark, and nothing before them is left, it gets one: the other
   * user is told of that.
   *
   * @param {Conversation} conversation
   * @param {Message[]} messages
   */
  seen(conversation, messages) {
    const ids = messages
      .filter(({ unread, messageId }) => unread && messageId !== null)
      .map(({ messageId }) => Number(messageId));
    if (ids.length === 0) return;
    const newest = Math.max(...ids);
    const after = conversation.messages.filter(({ unread, messageId }) => unread && Number(messageId) > newest).length;
    const isAll = conversation.unread - after <= ids.length;
    if (isAll && this.client.limits !== null) this.model.markReadUpTo(conversation.user.id, String(newest));
    else this.model.markRead(conversation.user.id, ids.map(String));
  }

  /**
   * The user wants no more of these to be unread, seen or not.
   *
   * @param {Conversation} conversation
   */
  markAllRead(conversation) {
    if (conversation.newestId === 0) return;
    this.setFirstNew(conversation, null);
    this.model.markReadUpTo(conversation.user.id, String(conversation.newestId));
  }

  // ---- Recall and typing, where the server has them ----

  /**
   * Whether this user may still take a message back.
   *
   * @param {Message} message
   */
  canRecall(message) {
    return this.client.canRecall(message);
  }

  /**
   * @param {Message} message
   * @returns {Promise<string | null>} the code of a failure; null where it went well
   */
  async recall({ messageId, content }) {
    if (messageId === null) return null;
    this.#recalledTexts.set(messageId, content);
    if (this.#recalledTexts.size > MOST_RECALLED) this.#recalledTexts.delete([...this.#recalledTexts.keys()][0]);
    try {
      await this.client.recall(messageId);
      return null;
    } catch (error) {
      this.#recalledTexts.delete(messageId);
      return /** @type {{code?: string}} */ (error).code || "NETWORK";
    }
  }

  /**
   * Whether this user may report a message: one that another user has sent.
   *
   * @param {Message} message
   */
  canReport({ fromMe, fromId, messageId }) {
    return !fromMe && fromId !== "0" && messageId !== null;
  }

  /**
   * @param {Message} message
   * @param {ReportReason} reason
   * @param {string} text
   * @returns {Promise<string | null>} the code of a failure; null where it went well
   */
  async report({ messageId }, reason, text) {
    try {
      await this.client.report(messageId ?? "", reason, text);
      return null;
    } catch (error) {
      return /** @type {{code?: string}} */ (error).code || "NETWORK";
    }
  }

  /**
   * What a message said that this user has taken back here; null where that is not known, or it was files alone.
   *
   * @param {Message} message
   */
  recalledText({ messageId }) {
    return this.#recalledTexts.get(messageId ?? "") || null;
  }

  /** @param {Conversation} conversation */
  isTyping({ typingUntil }) {
    return typingUntil > Date.now();
  }

  /** This user writes. @param {Conversation} conversation */
  typing({ user }) {
    this.client.typing(user.id);
  }

  // ---- What happens ----

  /** @param {StateDetail} detail */
  #stateChanged({ state, code, retryInMs, problem }) {
    // Also while the next attempt is under way.
    const lasting = state === "connecting" ? this.connection.problem : problem;
    if (state === "open") this.addresses.connected();
    this.connection = { state, code, retryAt: Date.now() + (retryInMs ?? 0), problem: lasting };
    this.#changed();
  }

  /** @param {string | null} userId */
  #modelChanged(userId) {
    if (this.newestAtFirst === null && this.model.state === "loaded") {
      this.newestAtFirst = this.model.list.reduce((newest, { newestId }) => Math.max(newest, newestId), 0); // the first may be pinned
    }
    if (userId !== null) this.#markFirstNew(this.conversation(userId));
    this.#changed();
  }

  /** Fires the event "change", at which everything is shown anew; not after close(), when an answer is still on its way. */
  #changed() {
    if (this.#closed.signal.aborted) return;
    this.dispatchEvent(new Event("change"));
  }
}
