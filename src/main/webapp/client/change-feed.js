/** What version 2 says, applied to the model. Each method is called in the order of changes, once for each. */

import { fromFrame, toFrame } from "./messages.js";
import { textOf } from "./json.js";

/** @import { Conversation } from "./conversation.js" */
/** @import { Message } from "./messages.js" */
/** @import { ModelBase } from "./model-base.js" */
/** @import { Frame, SyncEntry } from "./protocol-2.js" */
/** @import { Attachment, StoredEntry } from "./types.js" */

export class ChangeFeed {
  /** Whether the server tells what others have read. */
  hasReceipts = false;
  /** Whether the server tells who is a stranger, and what the user has set. */
  hasSettings = false;
  #model;

  /** @param {ModelBase} model */
  constructor(model) {
    this.#model = model;
  }

  /**
   * A conversation as it is now: what lies between was missed.
   * @param {SyncEntry} entry
   */
  entry(entry) {
    const user = { id: textOf(entry.with.id), name: textOf(entry.with.name), avatar: textOf(entry.with.avatar) };
    const conversation = this.#model.of(user.id, user);
    if (entry.change <= conversation.change) return;
    conversation.change = entry.change;
    conversation.theyReadUpTo = entry.theyReadUpTo === undefined ? null : textOf(entry.theyReadUpTo);
    conversation.setFlags(entry);
    this.#count(conversation, entry.unread);
    conversation.readTo(textOf(entry.readUpTo));
    if (entry.lastMessage)
      conversation.setLast(fromFrame(entry.lastMessage, this.#model.userId, conversation.readUpTo));
    if (entry.lastMessage?.recalled) conversation.recall(textOf(entry.lastMessage.messageId));
    if (entry.unread === 0) conversation.markRead(Infinity);
    this.#model.missed(conversation);
  }

  /** @param {Frame} event */
  message(event) {
    const isOther = event.from === event.with;
    const conversation = this.#at(event, isOther ? { name: textOf(event.name), avatar: textOf(event.avatar) } : {});
    if (event.unread !== undefined) this.#count(conversation, event.unread);
    const message = fromFrame(event, this.#model.userId, conversation.readUpTo);
    conversation.append(message);
    conversation.awaken(message.fromId === this.#model.userId);
    if (isOther) conversation.typingUntil = 0;
    this.#model.changed(conversation);
    if (message.unread) this.#model.received(conversation, message);
  }

  /**
   * This client's own message is stored.
   * @param {StoredEntry} sent
   * @param {Frame} done
   * @param {Attachment[]} attachments
   */
  sent(sent, done, attachments) {
    const { toId, content, timestamp, clientMessageId } = sent;
    const { messageId, time, change } = done;
    const isToSelf = toId === this.#model.userId;
    const conversation = this.#model.of(toId);
    const unread = isToSelf ? conversation.counted + 1 : undefined;
    const from = this.#model.userId;
    this.message({
      op: "message",
      change,
      with: toId,
      messageId,
      from,
      to: toId,
      content,
      time,
      timestamp,
      clientMessageId,
      unread,
      attachments,
    });
  }

  /** @param {Frame} event */
  read(event) {
    const conversation = this.#at(event);
    const upTo = textOf(event.upTo);
    if (textOf(event.by) === this.#model.userId) {
      if (event.unread !== undefined) this.#count(conversation, event.unread);
      conversation.readTo(upTo);
      if (event.unread === 0) conversation.markRead(Infinity);
    }
    const theirs = textOf(event.by) === conversation.user.id;
    if (theirs && Number(upTo) > Number(conversation.theyReadUpTo ?? -1)) conversation.theyReadUpTo = upTo;
    this.#model.changed(conversation);
  }

  /** @param {Frame} event */
  recall(event) {
    const conversation = this.#at(event);
    if (event.unread !== undefined) this.#count(conversation, event.unread);
    conversation.recall(textOf(event.messageId));
    this.#model.changed(conversation);
  }

  /** This user has set what a conversation is to him, here or on another device. @param {Frame} event */
  settings(event) {
    const conversation = this.#at(event);
    const { blocked, muted, pinned, hidden } = event;
    conversation.setFlags({ stranger: conversation.isStranger, blocked, muted, pinned, hidden });
    if (blocked) conversation.typingUntil = 0;
    this.#model.changed(conversation);
  }

  /**
   * @param {Frame} event
   * @param {{name?: string, avatar?: string}} [known]
   */
  #at(event, known = {}) {
    const conversation = this.#model.of(textOf(event.with), known);
    // It begins with this, so that the user has not written there before.
    const isNew = conversation.change === 0;
    if (isNew && this.hasSettings)
      conversation.flags.stranger = !conversation.isSystem && conversation.user.id !== this.#model.userId;
    // Where an entry was newer than this, what made it so comes again, or an entry: none of that is to be passed over.
    conversation.change = event.change;
    if (this.hasReceipts && !conversation.isSystem) conversation.theyReadUpTo ??= "0"; // it has begun with this
    return conversation;
  }

  /**
   * @param {Conversation} conversation
   * @param {number} unread
   */
  #count(conversation, unread) {
    conversation.counted = unread;
    conversation.uncounted.clear();
    if (unread === 0) conversation.readHere.clear();
  }
}

/**
 * What entry() takes, of a conversation as it is.
 * @param {Conversation} conversation
 * @returns {SyncEntry}
 */
export function entryOf({ user, lastStored, counted, readUpTo, theyReadUpTo, change, flags }) {
  const lastMessage = lastStored === null ? undefined : toFrame(lastStored);
  const held = Object.fromEntries(Object.entries(flags).filter(([, holds]) => holds));
  return {
    with: user,
    lastMessage,
    unread: counted,
    readUpTo,
    theyReadUpTo: theyReadUpTo ?? undefined,
    change,
    ...held,
  };
}
