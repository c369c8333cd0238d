/** Messages of the model, from what REST, the socket and this client's outbox say of them. */

import { becomeAttachments, fileFrame } from "./attachments.js";
import { textOf } from "./json.js";

/** @import { Attachment, HistoryMessage, MessageDetail, OutgoingDetail } from "./types.js" */

/**
 * @typedef {object} Message
 * @property {string} key by which it stays the same for a renderer, whatever becomes of it
 * @property {string | null} messageId null until the server has stored it
 * @property {string | null} clientMessageId of messages that were written here
 * @property {string} fromId
 * @property {string} toId
 * @property {boolean} fromMe
 * @property {string} content "" where it was recalled
 * @property {boolean} recalled
 * @property {string} timestamp the sender's mark, not to be shown
 * @property {number | null} time milliseconds since 1970, the server's; on version 1 when it came in here, until REST has said;
 *   null while that is not known
 * @property {boolean} unread it waits for this user to read it
 * @property {"sending" | "sent" | "failed"} state
 * @property {string | null} code why it failed
 * @property {string} title of a notice; "" for none
 * @property {string} url where a notice leads, by http or https, and perhaps relative to the page; "" for none
 * @property {Attachment[]} attachments its files, at most nine; none where it was recalled
 * @property {number} after for one without an id: the newest id when it was written, which it follows
 */

/**
 * @param {HistoryMessage} view
 * @param {string} otherId the other user of the conversation
 * @returns {Message}
 */
export function fromHistory(view, otherId) {
  const { messageId, fromId, toId, content, timestamp, time, read, recalled, title, url, attachments } = view;
  const fromMe = fromId !== otherId || fromId === toId;
  const unread = !read && !recalled && (!fromMe || fromId === toId);
  return stored({
    messageId,
    fromId,
    toId,
    fromMe,
    content,
    timestamp,
    time: timeOf(time),
    unread,
    recalled: recalled === true,
    title,
    url,
    attachments,
  });
}

/**
 * @param {Record<string, any>} frame an event "message", or the last message of an entry of a sync, its attachments read
 * @param {string} userId the connected user
 * @param {string} readUpTo
 * @returns {Message}
 */
export function fromFrame(frame, userId, readUpTo) {
  const [fromId, toId, messageId] = [frame.from, frame.to, frame.messageId].map(textOf);
  const recalled = frame.recalled === true;
  const unread = toId === userId && !recalled && Number(messageId) > Number(readUpTo);
  const { title, url, clientMessageId, attachments } = frame;
  const [content, timestamp] = [frame.content, frame.timestamp].map(textOf);
  const known = {
    title: textOf(title),
    url: textOf(url),
    clientMessageId: textOf(clientMessageId) || null,
    attachments,
  };
  return stored({
    messageId,
    fromId,
    toId,
    fromMe: fromId === userId,
    content,
    timestamp,
    time: timeOf(frame.time),
    unread,
    recalled,
    ...known,
  });
}

/**
 * What fromFrame() makes a message of.
 * @param {Message} message a stored one
 * @returns {Record<string, any>}
 */
export function toFrame({
  messageId,
  fromId,
  toId,
  content,
  timestamp,
  time,
  recalled,
  title,
  url,
  attachments: files,
}) {
  const attachments = files.length === 0 ? undefined : files.map(fileFrame);
  const known = {
    time: time === null ? undefined : new Date(time).toISOString(),
    recalled: recalled || undefined,
    attachments,
  };
  return {
    messageId,
    from: fromId,
    to: toId,
    content,
    timestamp,
    ...known,
    title: title || undefined,
    url: url || undefined,
  };
}

/**
 * @param {MessageDetail} detail
 * @param {boolean} isLive whether it came in when it was sent
 * @returns {Message}
 */
export function fromDetail({ messageId, fromId, toId, content, timestamp, time, attachments }, isLive) {
  const known = timeOf(time) ?? (isLive ? Date.now() : null);
  return stored({
    messageId,
    fromId,
    toId,
    fromMe: fromId === toId,
    content,
    timestamp,
    time: known,
    unread: true,
    recalled: false,
    attachments,
  });
}

/**
 * @param {OutgoingDetail} detail
 * @param {string} userId
 * @param {number} after
 * @returns {Message}
 */
export function written({ clientMessageId, toId, content, timestamp, state, code, attachments = [] }, userId, after) {
  return {
    key: clientMessageId,
    messageId: null,
    clientMessageId,
    fromId: userId,
    toId,
    fromMe: true,
    content,
    recalled: false,
    timestamp,
    time: null,
    unread: false,
    state,
    code,
    title: "",
    url: "",
    attachments: attachments.map((attachment) => ({ ...attachment })),
    after,
  };
}

/**
 * @param {{messageId: string, fromId: string, toId: string, fromMe: boolean, content: string, timestamp: string,
 *   time: number | null, unread: boolean, recalled: boolean, title?: string, url?: string, clientMessageId?: string | null,
 *   attachments?: Attachment[]}} known
 * @returns {Message}
 */
function stored(known) {
  const content = known.recalled ? "" : known.content;
  const { messageId, title = "", clientMessageId = null } = known;
  const url = webAddress(known.url ?? "");
  const attachments = known.recalled ? [] : (known.attachments ?? []);
  return {
    ...known,
    key: messageId,
    content,
    title,
    url,
    attachments,
    clientMessageId,
    state: "sent",
    code: null,
    after: 0,
  };
}

/**
 * A front end makes a link of it, and a link may also be a script.
 * @param {string} url
 * @returns {string} "" for what leads nowhere by http or https
 */
function webAddress(url) {
  const anyPage = "https://page.invalid/"; // the rule of links within a site is the same on all of them
  if (url === "" || !URL.canParse(url, anyPage)) return "";
  return ["http:", "https:"].includes(new URL(url, anyPage).protocol) ? url : "";
}

/** @param {unknown} time @returns {number | null} */
export function timeOf(time) {
  const milliseconds = Date.parse(textOf(time));
  return Number.isNaN(milliseconds) ? null : milliseconds;
}

/**
 * What the server says of a message that is known.
 * @param {Message} message
 * @param {Message} news
 */
export function become(message, news) {
  message.messageId = news.messageId ?? message.messageId;
  message.time = news.time ?? message.time;
  message.clientMessageId ??= news.clientMessageId;
  message.unread &&= news.unread;
  message.title ||= news.title;
  message.url ||= news.url;
  if (news.messageId !== null) {
    message.state = "sent";
    message.code = null;
  }
  becomeAttachments(message, news.attachments);
  if (news.recalled || message.recalled) empty(message);
}

/** It was recalled. @param {Message} message */
export function empty(message) {
  Object.assign(message, { recalled: true, content: "", title: "", url: "", attachments: [], unread: false });
}

/**
 * Where a message stands among all others.
 * @param {Message | null} message
 */
export function order(message) {
  if (message === null) return -1;
  return message.messageId === null ? message.after + 0.5 : Number(message.messageId);
}
