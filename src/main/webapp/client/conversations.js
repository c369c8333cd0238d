/**
 * One model of the user's conversations that any front end can render from: `client.conversations`.
 *
 *   const { conversations } = client;
 *   conversations.addEventListener("change", () => requestAnimationFrame(render)); // once a frame, if the renderer wants
 *   for (const { user, unread, lastMessage } of conversations.list) …
 *   const conversation = await conversations.open("7"); // loads the end of the history, and keeps it up to date
 *   for (const message of conversation.messages) …
 *
 * It begins with connect() and needs nothing else. On version 2 all devices of the user agree: what one sends, reads or
 * recalls is seen on all of them. On version 1 it is filled from REST and from what comes in here; what other devices do
 * is then seen at the next refresh(), which each connect begins with.
 *
 * Events:
 *   "change"    {userId}   something has changed: of the conversation with that user, or (null) of the list or of several.
 *                          There may be many in a row: a renderer should draw once a frame.
 *   "received"  {conversation, message}   a message to this user came in that is not read: for a sound or a notification; not
 *                          where the conversation is muted or its other user blocked
 *
 * A Conversation has user {id, name, avatar}, unread, lastMessage, messages, history, older, more, readUpTo, theyReadUpTo,
 * typingUntil, isStranger, blocked, muted, pinned, hidden, isReadByThem(message); see conversation.js. Objects stay the same as long as they are: compare by what is in
 * them. Over a reload the store keeps what this client sends, and on version 2 the list with its counts and marks
 * (kept-state.js); histories are loaded anew.
 */

import { fileToSend, outgoingAttachment } from "./attachments.js";
import { ChangeFeed, entryOf } from "./change-feed.js";
import { Conversation } from "./conversation.js";
import { ConversationHistory } from "./conversation-history.js";
import { FirstPage } from "./first-page.js";
import { ListFeed } from "./list-feed.js";
import { order } from "./messages.js";
import { Names } from "./names.js";
import { TypedEventTarget } from "./typed-events.js";

/** @import { ImApi } from "./api.js" */
/** @import { Loading } from "./conversation.js" */
/** @import { SyncEntry } from "./protocol-2.js" */
/** @import { Message } from "./messages.js" */
/** @import { Attachment, ConversationSettings, FileToSend, MessageDetail, OutgoingDetail, User } from "./types.js" */

/**
 * What the model asks of the client.
 * @typedef {object} ModelHost
 * @property {ImApi} api
 * @property {string | null} userId
 * @property {number} unconfirmedReads
 * @property {(toId: string, content: string, options?: {clientMessageId?: string, attachments?: FileToSend[]}) => Promise<unknown>} send
 * @property {() => OutgoingDetail[]} outgoing
 * @property {(clientMessageId: string) => void} forget
 * @property {(clientMessageId: string) => boolean} cancel
 * @property {(...messageIds: string[]) => void} markRead
 * @property {(userId: string, messageId: string) => void} markReadUpTo
 */

const RETRY_AFTER = 10_000; // ms, where the history could not be caught up

/**
 * @typedef {object} ModelEvents
 * @property {{userId: string | null}} change
 * @property {{conversation: Conversation, message: Message}} received
 */

/** @extends {TypedEventTarget<ModelEvents>} */
export class Conversations extends TypedEventTarget {
  /** Of the list. @type {Loading} */
  state = "none";
  /** For the parts of the library. @internal */
  feed;
  /** Whether the site bounds what strangers may send: they are counted apart, and may be shown apart. */
  boundsStrangers = false;
  #host;
  /** @type {Map<string, Conversation>} */
  #byId = new Map();
  /** Sorted, until something changes. @type {Conversation[] | null} */
  #list = null;
  #history;
  #listFeed;
  #firstPage;
  /** Whether it is known who the user is, and what an earlier page has kept. */
  #hasBegun = false;
  #names;
  #version = 0;
  #online = false;
  /** Whether it begins with what an earlier page knew, whose unread messages this one has not shown. */
  #isRestored = false;
  /** Whether a front end has asked for the model. */
  #isUsed = false;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #retry;
  /** Messages to this user that were missed, by conversation. @type {(user: User, readUpTo: string) => void} */
  #unreadMissed = () => {};

  /** @param {ModelHost} host */
  constructor(host) {
    super();
    this.#host = host;
    this.#history = new ConversationHistory(host.api, (conversation) => this.#changed(conversation));
    this.#names = new Names(host.api, (user) => this.#changed(this.conversation(user.id, user)));
    const model = this;
    /** @type {import("./model-base.js").ModelBase} */
    const base = {
      get userId() {
        return host.userId ?? "";
      },
      get state() {
        return model.state;
      },
      set state(state) {
        model.state = state;
      },
      of: (userId, known) => this.conversation(userId, known),
      changed: (conversation) => this.#changed(conversation),
      received: (conversation, message) => {
        if (conversation.blocked || conversation.muted) return;
        this.dispatchEvent(new CustomEvent("received", { detail: { conversation, message } }));
      },
      missed: (conversation) => this.#missed(conversation),
    };
    this.#listFeed = new ListFeed(base, host.api, () => host.unconfirmedReads > 0);
    this.#firstPage = new FirstPage(base, host.api);
    this.feed = new ChangeFeed(base);
  }

  // ---- To render from ----

  /** All that have a message and are not hidden: pinned ones, then the others; of each the one with the newest message first. */
  get list() {
    this.#list ??= [...this.#byId.values()]
      // Where the user writes in a hidden one, it is there before the server has that.
      .filter(({ lastMessage, hidden }) => lastMessage !== null && (!hidden || lastMessage.messageId === null))
      .sort(
        (one, other) => Number(other.pinned) - Number(one.pinned) || order(other.lastMessage) - order(one.lastMessage),
      );
    return this.#list;
  }

  /** Unread messages in the conversations that are known: not in muted ones, and not those that `unreadOfStrangers` counts. */
  get unread() {
    return this.#countUnread((conversation) => !this.#isApart(conversation));
  }

  /** Unread messages of strangers, in conversations that are not muted; 0 where the site does not bound what strangers may send. */
  get unreadOfStrangers() {
    return this.#countUnread((conversation) => this.#isApart(conversation));
  }

  /** @param {(conversation: Conversation) => boolean} counts */
  #countUnread(counts) {
    return [...this.#byId.values()].reduce((sum, one) => (!one.muted && counts(one) ? sum + one.unread : sum), 0);
  }

  /** @param {Conversation} conversation */
  #isApart({ isStranger }) {
    return this.boundsStrangers && isStranger;
  }

  /** Whether the server has more conversations than were loaded: on version 1, where loadMore() loads them. */
  get hasMore() {
    return this.#version !== 2 && this.#listFeed.hasMore;
  }

  /**
   * The conversation with a user, which is made where there is none.
   * @param {string} userId
   * @param {Partial<User>} [known] of the user
   * @returns {Conversation}
   */
  conversation(userId, known = {}) {
    let conversation = this.#byId.get(userId);
    if (conversation === undefined) {
      conversation = new Conversation({ id: userId, name: userId, avatar: "" });
      this.#byId.set(userId, conversation);
    }
    if (known.name && known.name !== userId) conversation.user.name = known.name;
    if (known.avatar) conversation.user.avatar = known.avatar;
    return conversation;
  }

  // ---- What the user does ----

  /**
   * Loads the end of the history, or what was missed of it, and keeps it up to date from now on. The last ten are kept.
   * @param {string} userId
   * @returns {Promise<Conversation>} when it is loaded, or could not be (`history`), or waits for a connection
   */
  async open(userId) {
    const conversation = this.conversation(userId);
    this.#history.open(conversation);
    this.#askNames();
    if (this.#online && (conversation.history !== "loaded" || conversation.isStale)) await this.#catchUp(conversation);
    return conversation;
  }

  /**
   * Loads a page before what is loaded.
   * @param {string} userId
   */
  async loadOlder(userId) {
    await this.#history.loadOlder(this.conversation(userId));
  }

  /** Loads more of the list, or what could not be loaded. */
  async loadMore() {
    if (this.#online && this.#version !== 2) await this.#listFeed.loadMore();
  }

  /** When the user comes back to the page: on version 1 something may have happened elsewhere. */
  async refresh() {
    if (!this.#online || this.#version === 2) return;
    const open = this.#history.opened.at(-1);
    await Promise.all([this.#refreshList(), open ? this.#catchUp(open) : null]);
  }

  /**
   * The user has seen all up to this message.
   * @param {string} userId
   * @param {string} messageId
   */
  markReadUpTo(userId, messageId) {
    const conversation = this.conversation(userId);
    const ids = conversation.markRead(Number(messageId));
    if (ids.length === 0 && conversation.unread === 0) return;
    if (this.#version === 2) ids.forEach((id) => conversation.readHere.add(id));
    else this.#listFeed.read(conversation, ids);
    // The mark is a message of the other one's, as the server has it.
    const theirs = conversation.messages.findLast(
      ({ fromMe, messageId: id }) => !fromMe && id !== null && Number(id) <= Number(messageId),
    );
    this.#host.markReadUpTo(userId, theirs?.messageId ?? messageId);
    this.#changed(conversation);
  }

  /**
   * The user has seen these messages, and perhaps not those between them.
   * @param {string} userId
   * @param {string[]} messageIds
   */
  markRead(userId, messageIds) {
    const conversation = this.conversation(userId);
    const seen = conversation.messages.filter(
      ({ unread, messageId }) => unread && messageId !== null && messageIds.includes(messageId),
    );
    if (seen.length === 0) return;
    for (const message of seen) message.unread = false;
    if (this.#version !== 2)
      this.#listFeed.read(
        conversation,
        seen.map(({ messageId }) => Number(messageId)),
      );
    this.#host.markRead(...seen.map(({ messageId }) => /** @type {string} */ (messageId)));
    this.#changed(conversation);
  }

  /**
   * Sends a message: what becomes of it is seen in the conversation.
   * @param {string} userId
   * @param {string} content
   * @param {{clientMessageId?: string, attachments?: FileToSend[]}} [options]
   */
  send(userId, content, options) {
    this.#host.send(userId, content, options).catch(({ code, message, clientMessageId }) => {
      const { messages } = this.conversation(userId);
      if (code === "CANCELLED") return;
      if (messages.some((one) => one.clientMessageId === clientMessageId)) return;
      const timestamp = String(Date.now()); // the client did not take it at all
      const attachments = (options?.attachments ?? [])
        .map(fileToSend)
        .map(({ stored, blob }) => outgoingAttachment(stored, blob, null));
      this.outgoing({
        clientMessageId,
        toId: userId,
        content,
        timestamp,
        state: "failed",
        messageId: null,
        code,
        message,
        attachments,
      });
    });
  }

  /**
   * Sends a message that has failed again: the server knows it by its clientMessageId, should it have it already. Unless it
   * has another message of that name: then this one was never stored, and gets a new one.
   * @param {string} userId
   * @param {Message} message
   */
  retry(userId, { content, clientMessageId, code, attachments }) {
    if (clientMessageId === null) return;
    const isTaken = code === "REUSED_ID" || code === "ID_TAKEN";
    if (isTaken) this.discard(userId, clientMessageId);
    const files = attachments.map((file) => {
      if (isTaken && file.blob) return { ...file, fileId: null, clientFileId: null }; // the name of the file may be what is taken
      return code === "UNKNOWN_FILE" && file.clientFileId !== null ? { ...file, fileId: null } : file; // to be uploaded anew
    });
    this.send(userId, content, { clientMessageId: isTaken ? undefined : clientMessageId, attachments: files });
  }

  /**
   * Drops a message whose files are still being uploaded, or wait for that, in this page.
   * @param {string} userId
   * @param {string} clientMessageId
   * @returns {boolean} whether it was dropped: what is on its way already can be recalled only
   */
  cancel(userId, clientMessageId) {
    if (!this.#host.cancel(clientMessageId)) return false;
    this.dropped(userId, clientMessageId);
    return true;
  }

  /**
   * Drops a message that failed.
   * @param {string} userId
   * @param {string} clientMessageId
   */
  discard(userId, clientMessageId) {
    this.#host.forget(clientMessageId);
    this.dropped(userId, clientMessageId);
  }

  /**
   * Sets whether a conversation is muted: no badge, no notification. Like the others below it is seen when the server has told it,
   * on all devices of the user.
   * @param {string} userId
   * @param {boolean} on
   * @returns {Promise<void>} rejects with an ApiError: status 404 where there is no such conversation
   */
  async mute(userId, on) {
    this.#answered(userId, await this.#host.api.setConversation(userId, { muted: on }));
  }

  /**
   * Sets whether a conversation stands above others.
   * @param {string} userId
   * @param {boolean} on
   * @returns {Promise<void>} rejects with an ApiError: status 404 where there is no such conversation
   */
  async pin(userId, on) {
    this.#answered(userId, await this.#host.api.setConversation(userId, { pinned: on }));
  }

  /**
   * Leaves a conversation out of the list until there is a new message.
   * @param {string} userId
   * @returns {Promise<void>} rejects with an ApiError: status 404 where there is no such conversation
   */
  async hide(userId) {
    this.#answered(userId, await this.#host.api.setConversation(userId, { hidden: true }));
  }

  /**
   * Sets whether a user is blocked: what that user sends then does not come in.
   * @param {string} userId
   * @param {boolean} on
   * @returns {Promise<void>} rejects with an ApiError: `code` is TOO_MANY_BLOCKED where a thousand are blocked
   */
  async block(userId, on) {
    await (on ? this.#host.api.block(userId) : this.#host.api.unblock(userId));
    this.#answered(userId, { blocked: on });
  }

  /**
   * On version 2 the event tells it, in its place among other changes.
   * @param {string} userId
   * @param {Partial<ConversationSettings>} settings
   */
  #answered(userId, settings) {
    if (this.#version === 2) return;
    const conversation = this.conversation(userId);
    conversation.setFlags({ ...conversation.flags, ...settings });
    this.#changed(conversation);
  }

  // ---- What the client hears; for the library alone ----

  /** The files of messages with this id. @internal @param {string} fileId @returns {Attachment[]} */
  filesOf(fileId) {
    const messages = [...this.#byId.values()].flatMap((one) =>
      one.lastStored === null ? one.messages : [...one.messages, one.lastStored],
    );
    return [...new Set(messages.flatMap(({ attachments }) => attachments.filter((each) => each.fileId === fileId)))];
  }

  /** There are new addresses. @internal @param {Attachment} file */
  refreshed({ fileId, url, previewUrl, goodUntil }) {
    for (const known of this.filesOf(fileId ?? "")) Object.assign(known, { url, previewUrl, goodUntil });
    this.#changed(null);
  }

  /** Between connect() and close(), when it is known who the user is, and what an earlier page has kept. @internal */
  begin() {
    this.#hasBegun = true;
    this.#askFirstPage();
  }

  /** Where nothing is known, and may not be soon. */
  #askFirstPage() {
    if (this.#isUsed && this.#hasBegun && this.#version !== 1 && this.state !== "loaded") this.#firstPage.ask();
  }

  /**
   * There is a connection.
   * @param {1 | 2} version
   * @param {(user: User, readUpTo: string) => void} [unreadMissed]
   * @internal
   */
  opened(version, unreadMissed = () => {}) {
    this.#version = version;
    this.#online = true;
    this.#unreadMissed = unreadMissed;
    this.#history.showsRecalls = version === 2;
    if (version === 2) {
      if (this.#isRestored)
        for (const { counted, user, readUpTo } of this.#byId.values()) if (counted > 0) unreadMissed(user, readUpTo);
      this.#isRestored = false;
      if (this.state === "none" || this.state === "failed") this.state = "loading";
      this.#askFirstPage();
    } else {
      this.#firstPage.end();
      this.boundsStrangers = false; // nothing says so
      for (const conversation of this.#history.opened) conversation.isStale = conversation.history === "loaded";
      if (this.#isUsed) this.#refreshList();
    }
    for (const conversation of this.#history.opened)
      if (conversation.history !== "loaded" || conversation.isStale) this.#catchUp(conversation);
    this.#changed(null);
  }

  /** As an earlier page knew it. @internal @param {SyncEntry[]} entries */
  restore(entries) {
    for (const entry of entries) this.feed.entry(entry);
    this.#isRestored = true;
    this.state = "loaded";
    this.#changed(null);
  }

  /** For the next page. @internal @returns {SyncEntry[]} */
  entries() {
    return [...this.#byId.values()].filter(({ change }) => change > 0).map(entryOf);
  }

  /**
   * A front end wants it.
   * @param {() => OutgoingDetail[]} elsewhere what other tabs send
   * @internal
   */
  use(elsewhere) {
    if (this.#isUsed) return;
    this.#isUsed = true;
    for (const detail of [...this.#host.outgoing(), ...elsewhere()]) this.outgoing(detail);
    if (this.#online && this.#version === 1) this.#refreshList();
    else this.#askFirstPage();
  }

  /** @internal */
  lost() {
    this.#online = false;
    clearTimeout(this.#retry);
  }

  /** On version 2: all that has changed is known. @internal */
  settled() {
    this.state = "loaded";
    this.#askNames();
    this.#changed(null);
  }

  /** What was known is no longer true. @internal */
  forget() {
    for (const conversation of this.#byId.values()) conversation.forget();
    this.state = "loading";
    this.#firstPage.reset();
    if (this.#online) this.#askFirstPage();
    this.#changed(null);
    if (this.#online) for (const conversation of this.#history.opened) this.#catchUp(conversation);
  }

  /** A message came in, on version 1. @internal @param {MessageDetail} detail */
  incoming(detail) {
    if (this.#isUsed) this.#listFeed.received(detail);
  }

  /** @internal @param {OutgoingDetail} detail */
  outgoing(detail) {
    if (!this.#isUsed && this.#version !== 2) return;
    const conversation = this.conversation(detail.toId);
    const isKnown = conversation.messages.some((one) => one.clientMessageId === detail.clientMessageId);
    if (!isKnown && detail.state === "sent" && this.#version === 2) return; // by the event, or what is to be caught up
    conversation.outgoing(detail, this.#host.userId ?? "");
    if (detail.state === "sent" && this.#version !== 2) conversation.awaken(true);
    this.#changed(conversation);
  }

  /** A message that was written here, or in another tab, is not to be sent any more. @internal @param {string} userId @param {string} clientMessageId */
  dropped(userId, clientMessageId) {
    const conversation = this.conversation(userId);
    conversation.discard(clientMessageId);
    this.#changed(conversation);
  }

  /** @internal @param {string} userId */
  isBlocked(userId) {
    return this.#byId.get(userId)?.blocked === true;
  }

  /** @internal @param {string} userId @param {number} until */
  typing(userId, until) {
    const conversation = this.#byId.get(userId);
    if (conversation === undefined) return;
    conversation.typingUntil = until;
    this.#changed(conversation);
  }

  /** A mark was refused for good, or is done. @internal @param {string} userId @param {number} upTo */
  markDone(userId, upTo) {
    const conversation = this.conversation(userId);
    for (const id of conversation.readHere) if (id <= upTo) conversation.readHere.delete(id);
    this.#changed(conversation);
  }

  async #refreshList() {
    await this.#listFeed.refresh();
    this.#askNames();
  }

  /** Of those whose conversations are open; not before the list is there, which tells most of them. */
  #askNames() {
    if (!this.#online || this.state !== "loaded") return;
    for (const { user } of this.#history.opened) this.#names.ask(user);
  }

  /** @param {Conversation} conversation */
  #missed(conversation) {
    conversation.isStale = conversation.history === "loaded" || conversation.history === "loading";
    if (conversation.counted > 0) this.#unreadMissed(conversation.user, conversation.readUpTo);
    if (this.#history.opened.includes(conversation) && conversation.history === "loaded") this.#catchUp(conversation);
    this.#changed(conversation);
  }

  /** @param {Conversation} conversation */
  async #catchUp(conversation) {
    await this.#history.catchUp(conversation);
    if (!conversation.isStale || !this.#online) return;
    clearTimeout(this.#retry);
    this.#retry = setTimeout(() => {
      for (const one of this.#history.opened) if (one.isStale) this.#catchUp(one);
    }, RETRY_AFTER);
  }

  /** @param {Conversation | null} conversation */
  #changed(conversation) {
    this.#list = null;
    this.dispatchEvent(new CustomEvent("change", { detail: { userId: conversation?.user.id ?? null } }));
  }
}
