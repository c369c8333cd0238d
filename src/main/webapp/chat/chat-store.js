/**
 * What the chat shows, without a page: conversations, histories, unread counts, the connection. Takes what the client
 * hears from the socket together with what REST answers, and fires "change" after each change.
 */

import { Conversation, order } from "./conversation.js";
import { Drafts } from "./drafts.js";

/** @import { ConversationEntry, HistoryMessage, ImClient, MessageDetail, OutgoingDetail, Problem, SendError, StateDetail } from "../imserver-client.js" */
/** @import { Message, User } from "./conversation.js" */

/** @typedef {{state: string, code: number | null, retryAt: number, problem: Problem | null}} Connection */

const PAGE = 50;
const MOST_PER_REQUEST = 100;
/** After a longer absence the history is loaded anew, from its end. */
const MOST_PAGES_TO_CATCH_UP = 5;
/** So many conversations keep their loaded history. */
const HISTORIES = 10;
/** For so long the server's counts may lag behind what was read here. */
const READ_ACK_TAKES = 5000; // ms

export class ChatStore extends EventTarget {
  /** @type {Map<string, Conversation>} */
  #conversations = new Map();
  /** @type {string[]} the ids of those with a loaded history, the last opened last */
  #opened = [];
  /** @type {string | undefined} */
  #nextPart;
  /** The newest message that the server's counts know of. */
  #countedTo = 0;
  #refreshing = false;
  #closed = new AbortController();

  /** @type {Connection} */
  connection = { state: "idle", code: null, retryAt: 0, problem: null };
  /** @type {import("./conversation.js").Loading} of the list of conversations */
  list = "none";
  unread = 0;
  /** Nobody's until the server has said who the user is. */
  drafts = new Drafts();

  /**
   * @param {ImClient} client
   * @param {(userId: string) => string} userKeyOf the key under which a user's drafts are kept
   */
  constructor(client, userKeyOf) {
    super();
    this.client = client;
    const { signal } = this.#closed;
    /** @type {(type: string, listener: (detail: any) => void) => void} */
    const on = (type, listener) =>
      client.addEventListener(type, (event) => listener(/** @type {CustomEvent} */ (event).detail), { signal });
    on("state", (detail) => this.#stateChanged(detail));
    on("message", (detail) => this.#received(detail));
    on("outgoing", (detail) => this.#outgoing(detail));
    on("user", ({ userId }) => {
      this.drafts.belongTo(userKeyOf(userId));
      this.#changed();
    });
  }

  close() {
    this.#closed.abort();
    this.client.close();
  }

  /** All that are known, the one with the newest message first. */
  get conversations() {
    return [...this.#conversations.values()].filter((c) => c.last).sort((a, b) => order(b.last) - order(a.last));
  }

  /** Whether the server has more conversations than were loaded. */
  get hasMoreConversations() {
    return this.#nextPart !== undefined;
  }

  /**
   * @param {string} userId
   * @param {Partial<User>} [known] of the user
   */
  conversation(userId, known = {}) {
    let conversation = this.#conversations.get(userId);
    if (!conversation) {
      conversation = new Conversation({ id: userId, name: userId, avatar: "" });
      this.#conversations.set(userId, conversation);
    }
    if (known.name && known.name !== userId) conversation.user.name = known.name;
    if (known.avatar) conversation.user.avatar = known.avatar;
    return conversation;
  }

  // ---- Loading ----

  /** Brings everything up to date: after a connect, and when the user comes back to the page. */
  async refresh() {
    if (this.#refreshing || this.connection.state !== "open") return;
    this.#refreshing = true;
    try {
      const open = this.#opened.at(-1);
      await Promise.all([this.#loadList(), open ? this.#catchUp(this.conversation(open)) : null]);
    } finally {
      this.#refreshing = false;
    }
  }

  async #loadList() {
    if (this.list !== "loaded") this.list = "loading";
    this.#changed();
    try {
      const [part, unread] = await Promise.all([this.client.api.conversations({}), this.client.api.unread()]);
      const newest = part.conversations[0]?.lastMessage.messageId ?? 0;
      this.#countedTo = Math.max(this.#countedTo, Number(newest));
      this.unread = unread.total;
      if (this.list !== "loaded") this.#nextPart = part.next;
      this.list = "loaded";
      for (const view of part.conversations) this.#apply(view);
    } catch {
      if (this.list !== "loaded") this.list = "failed";
    }
    this.#changed();
  }

  async loadMoreConversations() {
    if (this.list === "loading") return;
    if (this.#nextPart === undefined) return this.#loadList();
    this.list = "loading";
    this.#changed();
    try {
      const part = await this.client.api.conversations({ cursor: this.#nextPart });
      this.#nextPart = part.next;
      for (const view of part.conversations) this.#apply(view);
      this.list = "loaded";
    } catch (error) {
      this.list = "failed";
      if (/** @type {{status?: number}} */ (error).status === 410) this.#nextPart = undefined; // begin again
    }
    this.#changed();
  }

  /** @param {ConversationEntry} entry */
  #apply({ user, lastMessage, unread }) {
    const conversation = this.conversation(user.id, user);
    const last = this.#fromRest(lastMessage, user.id);
    const counted = Number(lastMessage.messageId);
    for (const messageId of conversation.uncounted) {
      if (messageId <= counted) conversation.uncounted.delete(messageId);
    }
    const now = unread + conversation.uncounted.size;
    conversation.countedTo = Math.max(conversation.countedTo, counted);
    const maybeStale = Date.now() - conversation.readAt < READ_ACK_TAKES || this.client.unconfirmedReads > 0;
    conversation.unread = maybeStale ? Math.min(now, conversation.unread) : now;
    if (order(last) >= order(conversation.last)) conversation.last = last;
  }

  /**
   * Loads the end of the history, or what was missed of it.
   *
   * @param {string} userId
   */
  async open(userId) {
    const conversation = this.conversation(userId);
    this.#opened = [...this.#opened.filter((id) => id !== userId), userId];
    if (this.#opened.length > HISTORIES) this.conversation(/** @type {string} */ (this.#opened.shift())).unload();
    conversation.firstNew = conversation.firstUnread;
    if (this.connection.state === "open") await this.#catchUp(conversation); // else it is done when it is
  }

  /** @param {Conversation} conversation */
  async #loadNewest(conversation) {
    const { id } = conversation.user;
    conversation.history = "loading";
    this.#changed();
    try {
      // So much that what is new can be shown from its beginning.
      const limit = Math.min(MOST_PER_REQUEST, Math.max(PAGE, conversation.unread + 10));
      const { messages: views, more } = await this.client.api.messages(id, { limit });
      conversation.history = "loaded";
      conversation.more = more;
      conversation.syncedTo = Number(views[0]?.messageId ?? 0);
      conversation.forgetBefore(Number(views.at(-1)?.messageId ?? 0));
      this.#merge(conversation, views);
      // As the server has it: what has come in meanwhile may have been seen already, and is new all the same.
      conversation.firstNew = views.findLast((view) => !view.read && view.fromId === id)?.messageId ?? null;
    } catch {
      conversation.history = "failed";
    }
    this.#changed();
  }

  /** @param {Conversation} conversation */
  async #catchUp(conversation) {
    if (conversation.history === "loading") return;
    if (conversation.history !== "loaded") return this.#loadNewest(conversation);
    const { id } = conversation.user;
    try {
      for (let pages = 0; pages < MOST_PAGES_TO_CATCH_UP; pages++) {
        const page = await this.client.api.messages(id, { after: String(conversation.syncedTo), limit: MOST_PER_REQUEST });
        if (page.messages.length > 0) conversation.syncedTo = Number(page.messages[0].messageId);
        this.#merge(conversation, page.messages);
        this.#changed();
        if (!page.more) return;
      }
      conversation.unload();
      await this.#loadNewest(conversation);
    } catch {
      // The next refresh catches up; meanwhile the socket brings what is new.
    }
  }

  /** @param {Conversation} conversation */
  async loadOlder(conversation) {
    if (conversation.history !== "loaded" || conversation.older === "loading" || !conversation.more) return;
    conversation.older = "loading";
    this.#changed();
    try {
      const { oldestId } = conversation;
      const before = oldestId === null ? undefined : String(oldestId);
      const page = await this.client.api.messages(conversation.user.id, { before, limit: PAGE });
      conversation.more = page.more;
      conversation.older = "loaded";
      this.#merge(conversation, page.messages);
      if (page.messages.some((view) => !view.read)) conversation.firstNew &&= conversation.firstUnread;
    } catch {
      conversation.older = "failed";
    }
    this.#changed();
  }

  /**
   * @param {Conversation} conversation
   * @param {HistoryMessage[]} views
   */
  #merge(conversation, views) {
    conversation.merge(views.map((view) => this.#fromRest(view, conversation.user.id)));
  }

  /**
   * @param {HistoryMessage} view
   * @param {string} otherId
   * @returns {Message}
   */
  #fromRest(view, otherId) {
    const fromMe = view.fromId !== otherId || view.fromId === view.toId;
    return {
      key: view.messageId,
      messageId: Number(view.messageId),
      clientMessageId: null,
      fromMe,
      content: view.content,
      timestamp: view.timestamp,
      time: Date.parse(view.time),
      unread: !view.read && (!fromMe || view.fromId === view.toId),
      state: "sent",
      code: null,
      after: 0,
    };
  }

  // ---- The client's events ----

  /** @param {StateDetail} detail */
  #stateChanged({ state, code, retryInMs, problem }) {
    // Also while the next attempt is under way.
    const lasting = state === "connecting" ? this.connection.problem : problem;
    this.connection = { state, code, retryAt: Date.now() + (retryInMs ?? 0), problem: lasting };
    this.#changed();
    if (state === "open") this.refresh();
  }

  /** @param {MessageDetail} detail */
  #received({ messageId, fromId, toId, content, timestamp, userName, headUrl }) {
    const conversation = this.conversation(fromId, { name: userName, avatar: headUrl });
    const id = Number(messageId);
    /** @type {Message} */
    const message = {
      key: messageId,
      messageId: id,
      clientMessageId: null,
      fromMe: fromId === toId,
      content,
      timestamp,
      time: timeOf(timestamp),
      unread: true,
      state: "sent",
      code: null,
      after: 0,
    };
    if (id > conversation.countedTo) {
      // Older ones come again at each connect, and are in the server's count.
      conversation.uncounted.add(id);
      conversation.unread++;
    }
    if (id > this.#countedTo) this.unread++;
    if (order(message) >= order(conversation.last)) conversation.last = message;
    if (conversation.history !== "none") conversation.merge([message]);
    this.#changed();
    this.dispatchEvent(new CustomEvent("received", { detail: { conversation, message } }));
  }

  /** @param {OutgoingDetail} detail */
  #outgoing(detail) {
    const conversation = this.conversation(detail.toId);
    let message = conversation.messages.find((m) => m.clientMessageId === detail.clientMessageId);
    if (!message) {
      message = {
        key: detail.clientMessageId,
        messageId: null,
        clientMessageId: detail.clientMessageId,
        fromMe: true,
        content: detail.content,
        timestamp: detail.timestamp,
        time: timeOf(detail.timestamp),
        unread: false,
        state: "sending",
        code: null,
        // What was left over from an earlier page may be older than all that is loaded; it stands at the end all the same.
        after: conversation.history === "loaded" ? conversation.newestId : Infinity,
      };
      conversation.messages.push(message);
    }
    if (message.messageId === null) {
      message.state = detail.state;
      message.code = detail.code;
      if (detail.messageId) message.messageId = Number(detail.messageId);
    }
    conversation.sort();
    this.#changed();
  }

  // ---- What the user does ----

  /**
   * @param {Conversation} conversation
   * @param {string} content
   */
  send(conversation, content) {
    conversation.firstNew = null;
    this.#send(conversation, content);
  }

  /**
   * Sends a message that has failed again: the server knows it by its clientMessageId, should it have it already. Unless it
   * has another message of that name: then this one was never stored, and gets a new one.
   *
   * @param {Conversation} conversation
   * @param {Message} message
   */
  retry(conversation, message) {
    const { content, clientMessageId, code } = message;
    if (code === "REUSED_ID" || code === "ID_TAKEN") {
      this.discard(conversation, message);
      this.#send(conversation, content);
    } else if (clientMessageId) {
      this.#send(conversation, content, { clientMessageId });
    }
  }

  /**
   * What becomes of a message comes by events of the client, unless the client does not take it at all.
   *
   * @param {Conversation} conversation
   * @param {string} content
   * @param {{clientMessageId?: string}} [options]
   */
  #send({ user, messages }, content, options) {
    this.client.send(user.id, content, options).catch((/** @type {SendError} */ { code, message, clientMessageId }) => {
      if (messages.some((m) => m.clientMessageId === clientMessageId)) return;
      const timestamp = String(Date.now());
      this.#outgoing({ clientMessageId, toId: user.id, content, timestamp, state: "failed", messageId: null, code, message });
    });
  }

  /**
   * @param {Conversation} conversation
   * @param {Message} message
   */
  discard(conversation, message) {
    if (message.clientMessageId) this.client.forget(message.clientMessageId);
    conversation.messages = conversation.messages.filter((m) => m !== message);
    if (conversation.last === message) conversation.last = conversation.messages.at(-1) ?? null;
    this.#changed();
  }

  /**
   * The user has seen these messages.
   *
   * @param {Conversation} conversation
   * @param {Message[]} messages
   */
  seen(conversation, messages) {
    const ids = [];
    for (const message of messages) {
      if (!message.unread || message.messageId === null) continue;
      message.unread = false;
      conversation.uncounted.delete(message.messageId);
      ids.push(String(message.messageId));
    }
    if (ids.length === 0) return;
    conversation.readAt = Date.now();
    conversation.unread = Math.max(0, conversation.unread - ids.length);
    this.unread = Math.max(0, this.unread - ids.length);
    this.client.markRead(...ids);
    this.#changed();
  }

  /**
   * The user wants no more of these to be unread, seen or not.
   *
   * @param {Conversation} conversation
   */
  async markAllRead(conversation) {
    const upTo = conversation.newestId;
    if (upTo === 0) return;
    try {
      await this.client.api.markReadUpTo(conversation.user.id, upTo);
    } catch {
      return; // the count stays, and so does the button
    }
    for (const message of conversation.messages) if (message.messageId !== null) message.unread = false;
    conversation.uncounted.clear();
    conversation.firstNew = null;
    this.unread = Math.max(0, this.unread - conversation.unread);
    conversation.unread = 0;
    this.#changed();
  }

  /** Fires the event "change", at which everything is shown anew. */
  #changed() {
    this.dispatchEvent(new Event("change"));
  }
}

/**
 * Our clients' marks are milliseconds; others' may be anything.
 *
 * @param {string} timestamp
 */
function timeOf(timestamp) {
  const time = /^\d{13}$/.test(timestamp) ? Number(timestamp) : NaN;
  return Number.isNaN(time) ? Date.now() : time;
}
