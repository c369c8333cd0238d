/** Speaks version 2 on a connection: the cursor, the model that it keeps up to date, and the event "message" from both. */

import { attachmentsOf } from "./attachments.js";
import { Backlog } from "./backlog.js";
import { textOf } from "./json.js";
import { Protocol2 } from "./protocol-2.js";
import { Sync } from "./sync.js";

/** @import { ImApi } from "./api.js" */
/** @import { Conversations } from "./conversations.js" */
/** @import { State } from "./kept-state.js" */
/** @import { Frame } from "./protocol-2.js" */
/** @import { SeenIds } from "./seen-ids.js" */
/** @import { Timing } from "./timing.js" */
/** @import { Limits, MessageDetail, StoredEntry } from "./types.js" */
/** @import { VersionListener } from "./version-1.js" */

/**
 * @typedef {object} Version2Only
 * @property {() => string | null} userId
 * @property {() => boolean} isShowing whether anybody wants the event "message"
 * @property {(time: unknown) => void} time the server's, a moment ago
 * @property {() => Promise<unknown> | null} restoring while it is not known what an earlier page has kept
 * @property {() => void} moved what is to be kept has changed
 * @property {(userId: string) => void} typing somebody types
 * @property {(reason: string) => void} restart connects anew
 * @typedef {VersionListener & Version2Only} Version2Listener
 */

export class Version2 {
  /** What the site has switched on. @type {Set<string>} */
  features = new Set();
  /** @type {Limits | null} */
  limits = null;

  #api;
  #model;
  #listener;
  #protocol;
  #sync;
  #backlog;
  #timing;
  /** What the server says first on a connection. @type {Frame | null} */
  #welcome = null;
  /** Runs until it has. @type {ReturnType<typeof setTimeout> | undefined} */
  #welcomeTimer;

  /**
   * @param {(text: string) => boolean} write
   * @param {ImApi} api
   * @param {Timing} timing
   * @param {SeenIds} seenIds
   * @param {Conversations} model
   * @param {Version2Listener} listener
   */
  constructor(write, api, timing, seenIds, model, listener) {
    this.#api = api;
    this.#timing = timing;
    this.#model = model;
    this.#listener = listener;
    this.#protocol = new Protocol2(write, (frame) => this.#event(frame));
    this.#backlog = new Backlog(api, timing, (detail) => seenIds.add(detail.messageId) && listener.show(detail));
    this.#sync = new Sync({
      ask: (command, answered) => this.#protocol.command("sync", command, answered),
      begun: () => this.#backlog.hold(),
      entry: (entry) => {
        if (entry.lastMessage) this.#readFiles(entry.lastMessage);
        model.feed.entry(entry);
      },
      forget: () => {
        this.#backlog.forget();
        model.forget();
      },
      restart: () => listener.restart("the server's changes are numbered anew"),
      moved: () => listener.moved(),
      settled: () => {
        model.settled();
        this.#backlog.settled();
        listener.moved();
      },
    });
  }

  /** There is a connection, on which the server is to say whose it is, and where. */
  connected() {
    this.#welcomeTimer = setTimeout(
      () => this.#listener.restart("the server says no welcome"),
      this.#timing.connectWithin,
    );
  }

  /** What an earlier page knew. @param {State} state */
  restore(state) {
    for (const { lastMessage } of state.conversations) if (lastMessage) this.#readFiles(lastMessage);
    if (this.#sync.restore(state)) this.#model.restore(state.conversations);
  }

  /** The connection is of version 1. */
  abandon() {
    this.#sync.abandon();
  }

  /** What the next page may begin with; null while it is not all known. @returns {State | null} */
  get rest() {
    const { rest } = this.#sync;
    return rest && { ...rest, conversations: this.#model.entries() };
  }

  /** There is a connection, it is this user's, and the server has said where it is. */
  opened() {
    const welcome = this.#welcome;
    const restoring = this.#listener.restoring();
    if (restoring === null) this.#begin();
    else restoring.then(() => welcome === this.#welcome && this.#begin());
  }

  #begin() {
    if (this.#welcome === null) return;
    this.#model.opened(2, (user, readUpTo) => this.#listener.isShowing() && this.#backlog.missed(user, readUpTo));
    this.#sync.opened(/** @type {any} */ (this.#welcome));
  }

  lost() {
    clearTimeout(this.#welcomeTimer);
    this.#welcome = null;
    this.#protocol.lost();
    this.#sync.lost();
    this.#backlog.lost();
  }

  /**
   * @param {StoredEntry} entry
   * @returns {boolean} whether it was written
   */
  send(entry) {
    const { toId: to, content, clientMessageId, timestamp, attachments: files = [] } = entry;
    const attachments = files.length === 0 ? undefined : files.map(({ fileId }) => fileId);
    return this.#protocol.command("send", { to, content, clientMessageId, timestamp, attachments }, (answer) => {
      this.#listener.time(answer.time);
      if (answer.op !== "done") return this.#listener.refused({ clientMessageId, timestamp, ...failureOf(answer) });
      if (answer.change === undefined) {
        this.#sync.behind(); // it was stored before, and this device may have missed that
      } else {
        this.#sync.change(answer.change, () => {
          this.#model.feed.sent(entry, answer, attachmentsOf(files, this.#api.server));
          const known = attachmentsOf(files, this.#api.server);
          this.#show({ ...answer, from: this.#listener.userId(), to, content, timestamp, attachments: known }); // to oneself
        });
      }
      const [messageId, time] = [textOf(answer.messageId), textOf(answer.time)];
      this.#listener.acknowledged({ clientMessageId, timestamp, messageId, time });
    });
  }

  /**
   * There is no command for single messages: REST marks them.
   * @param {string[]} messageIds
   * @param {string} timestamp by which a failure names it
   * @returns {boolean} whether it was sent
   */
  readAck(messageIds, timestamp) {
    this.#api.markRead(messageIds).catch(({ status, code, message }) => {
      const retryable = status === 0 || status === 401 || status === 408 || status === 429 || status >= 500;
      this.#listener.refused({ clientMessageId: null, timestamp, code, message, retryable });
    });
    return true;
  }

  /**
   * @param {string} userId
   * @param {number} upTo
   * @returns {Promise<void>} rejects with what has `retryable`
   */
  markReadUpTo(userId, upTo) {
    return new Promise((resolve, reject) => {
      const conversation = this.#model.conversation(userId);
      const { change: before } = conversation;
      const timer = setTimeout(() => reject({ retryable: true }), 2 * this.#timing.answerAfter);
      const isWritten = this.#protocol.command("read", { with: userId, upTo: String(upTo) }, (answer) => {
        clearTimeout(timer);
        if (answer.op !== "done") return reject(failureOf(answer));
        const event = {
          op: "read",
          with: userId,
          by: this.#listener.userId(),
          upTo: answer.upTo ?? String(upTo),
          unread: answer.unread,
        };
        if (answer.change !== undefined) {
          this.#sync.change(answer.change, () => this.#model.feed.read({ ...event, change: answer.change }));
        } else if (conversation.change === before) {
          // Nothing has changed on the server, so that the mark is where it was.
          this.#model.feed.read({ ...event, change: before, upTo: answer.upTo ?? conversation.readUpTo });
        }
        resolve();
      });
      if (!isWritten) reject({ retryable: true });
    });
  }

  /** @param {string} userId */
  typing(userId) {
    if (this.features.has("typing")) this.#protocol.command("typing", { to: userId });
  }

  /** @param {string} text */
  received(text) {
    this.#listener.heard();
    this.#protocol.received(text);
  }

  /** @param {Frame} frame */
  #event(frame) {
    const { op, change } = frame;
    if (op === "welcome") return this.#welcomed(frame);
    const { feed } = this.#model;
    if (op === "message") {
      this.#listener.time(frame.time);
      this.#readFiles(frame);
      this.#sync.change(change, () => {
        feed.message(frame);
        this.#show(frame);
      });
    } else if (op === "read") {
      this.#sync.change(change, () => feed.read(frame));
    } else if (op === "recall") {
      this.#sync.change(change, () => feed.recall(frame));
    } else if (op === "settings") {
      this.#sync.change(change, () => feed.settings(frame));
    } else if (op === "typing") {
      this.#listener.typing(textOf(frame.from));
    } else if (op === "behind") {
      this.#sync.behind();
    }
  }

  /** @param {Record<string, any>} message */
  #readFiles(message) {
    message.attachments = attachmentsOf(message.attachments, this.#api.server);
  }

  /** @param {Frame} welcome */
  #welcomed(welcome) {
    clearTimeout(this.#welcomeTimer);
    this.#welcome = welcome;
    this.features = new Set(welcome.features ?? []);
    this.limits = welcome.limits ?? null;
    this.#model.feed.hasReceipts = this.features.has("receipts");
    this.#model.feed.hasSettings = this.features.has("settings");
    this.#model.boundsStrangers = this.features.has("strangers");
    if (this.#listener.user(textOf(welcome.user))) this.#listener.ready();
  }

  /** @param {Frame} event "message" */
  #show(event) {
    const [fromId, toId, messageId] = [event.from, event.to, event.messageId].map(textOf);
    if (toId !== this.#listener.userId() || !this.#listener.isShowing()) return;
    const [content, timestamp, time, name] = [event.content, event.timestamp, event.time, event.name].map(textOf);
    this.#backlog.live({
      messageId,
      fromId,
      toId,
      content,
      timestamp,
      time,
      userName: name || fromId,
      headUrl: textOf(event.avatar),
      attachments: event.attachments ?? [],
    });
  }
}

/** @param {Frame} answer */
function failureOf({ code, message, retryable }) {
  return { code: textOf(code), message: textOf(message), retryable: retryable === true };
}
