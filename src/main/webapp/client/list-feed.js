/**
 * The list of conversations on version 1: by REST after each connect, and then what comes in. What is read or sent on other
 * devices is known at the next refresh only.
 */

import { fromDetail, fromHistory, order } from "./messages.js";

/** @import { ImApi } from "./api.js" */
/** @import { Conversation } from "./conversation.js" */
/** @import { Message } from "./messages.js" */
/** @import { ModelBase } from "./model-base.js" */
/** @import { ConversationEntry, MessageDetail } from "./types.js" */

/** For so long the server's counts may lag behind what was read here. */
const READ_ACK_TAKES = 5000; // ms

export class ListFeed {
  #model;
  #api;
  #isConfirming;
  /** @type {string | undefined} */
  #next;
  #isRefreshing = false;
  /** When something was read here, by conversation. @type {WeakMap<Conversation, number>} */
  #readAt = new WeakMap();

  /**
   * @param {ModelBase} model
   * @param {ImApi} api
   * @param {() => boolean} isConfirming whether read-acks are on their way
   */
  constructor(model, api, isConfirming) {
    this.#model = model;
    this.#api = api;
    this.#isConfirming = isConfirming;
  }

  get hasMore() {
    return this.#next !== undefined;
  }

  /** After a connect, and when the user comes back. */
  async refresh() {
    if (this.#isRefreshing) return;
    this.#isRefreshing = true;
    const model = this.#model;
    const wasLoaded = model.state === "loaded";
    if (!wasLoaded) model.state = "loading";
    model.changed(null);
    try {
      const part = await this.#api.conversations({});
      if (!wasLoaded) this.#next = part.next;
      model.state = "loaded";
      for (const entry of part.conversations) this.#apply(entry);
    } catch {
      if (!wasLoaded) model.state = "failed";
    } finally {
      this.#isRefreshing = false;
    }
    model.changed(null);
  }

  async loadMore() {
    const model = this.#model;
    if (model.state === "loading") return;
    if (this.#next === undefined) return this.refresh();
    model.state = "loading";
    model.changed(null);
    try {
      const part = await this.#api.conversations({ cursor: this.#next });
      this.#next = part.next;
      for (const entry of part.conversations) this.#apply(entry);
      model.state = "loaded";
    } catch (error) {
      model.state = "failed";
      if (/** @type {{status?: number}} */ (error).status === 410) this.#next = undefined; // begin again
    }
    model.changed(null);
  }

  /** @param {ConversationEntry} entry */
  #apply({ user, lastMessage, unread, ...flags }) {
    const conversation = this.#model.of(user.id, user);
    const { stranger, blocked, muted, pinned } = flags;
    conversation.setFlags({ stranger, blocked, muted, pinned }); // what is hidden is not in this list
    const counted = Number(lastMessage.messageId);
    const before = conversation.unread;
    for (const id of conversation.uncounted) if (id <= counted) conversation.uncounted.delete(id);
    conversation.countedTo = Math.max(conversation.countedTo, counted);
    const mayBeOld =
      Date.now() - (this.#readAt.get(conversation) ?? -Infinity) < READ_ACK_TAKES || this.#isConfirming();
    conversation.counted = mayBeOld ? Math.max(0, Math.min(unread, before - conversation.uncounted.size)) : unread;
    conversation.setLast(fromHistory(lastMessage, user.id));
  }

  /** @param {MessageDetail} detail */
  received(detail) {
    const { fromId, messageId, userName, headUrl } = detail;
    const conversation = this.#model.of(fromId, { name: userName, avatar: headUrl });
    const id = Number(messageId);
    const message = fromDetail(detail, id > conversation.countedTo && this.#model.state === "loaded");
    if (id > conversation.newestId) conversation.awaken(fromId === this.#model.userId);
    // Older ones come again at each connect, and are in the server's count.
    if (id > conversation.countedTo) conversation.uncounted.add(id);
    if (conversation.history !== "none" || order(message) >= order(conversation.lastMessage))
      conversation.append(message);
    this.#model.changed(conversation);
    this.#model.received(conversation, message);
  }

  /**
   * These were read here.
   * @param {Conversation} conversation
   * @param {number[]} ids
   */
  read(conversation, ids) {
    this.#readAt.set(conversation, Date.now());
    for (const id of ids)
      if (!conversation.uncounted.delete(id)) conversation.counted = Math.max(0, conversation.counted - 1);
  }
}
