/** One user's connection, put together from its parts. */

import { ImApi } from "./api.js";
import { fileToSend } from "./attachments.js";
import { Connection } from "./connection.js";
import { Conversations } from "./conversations.js";
import { Credentials } from "./credentials.js";
import { ApiError } from "./errors.js";
import { IdentityResolver } from "./identity.js";
import { randomId } from "./ids.js";
import { Outgoing } from "./outgoing.js";
import { Owner } from "./owner.js";
import { WHO_AM_I } from "./packets.js";
import { listenToPage } from "./page-events.js";
import { ReadAcks } from "./read-acks.js";
import { ReadMarks } from "./read-marks.js";
import { SeenIds } from "./seen-ids.js";
import { rootOf } from "./server-address.js";
import { ServerClock } from "./server-clock.js";
import { StoreKeeper } from "./store-keeper.js";
import { TIMING } from "./timing.js";
import { TypedEventTarget } from "./typed-events.js";
import { Typing } from "./typing.js";
import { sendByFetch, sendByXhr } from "./upload-request.js";
import { Uploader } from "./uploader.js";
import { Version1 } from "./version-1.js";
import { Version2 } from "./version-2.js";

/** @import { Message } from "./messages.js" */
/** @import { Timing } from "./timing.js" */
/** @import { Attachment, ClientEvents, FileToSend, Limits, Options, ReportReason, Sent, State, UploadOptions } from "./types.js" */

/**
 * One user's connection. Events, each a CustomEvent with the detail
 *   "state"     StateDetail     the connection
 *   "message"   MessageDetail   each messageId once. Listen before connect(): on version 2 what is unread is fetched only
 *                               where somebody listens
 *   "outgoing"  OutgoingDetail  a message that this client sends, at each change
 *   "read"      {messageIds}    the messages that this client has reported to the server as read
 *   "typing"    TypingDetail    somebody types, or no longer does (version 2)
 *   "user"      {userId}        once, when it is known whose connection this is
 *   "otheruser" {userId}        the credential function has returned another user's: the client is closed, and another one
 *                               has to be made for that user; messages that wait here stay this user's
 *
 * Messages to one recipient are sent one after the other, the next when the one before is acknowledged or has failed:
 * only so do they stay in order where packets or connections are lost.
 *
 * @extends {TypedEventTarget<ClientEvents>}
 */
export class ImClient extends TypedEventTarget {
  /** @type {Timing} */
  #timing;
  /** @type {Owner} */
  #owner;
  /** Whether it is certain enough who the user is to send and to read from the store. */
  #admitted = false;
  #identities;
  /** @type {Connection} */
  #connection;
  /** Whether anybody listens to "message". */
  #isShowing = false;
  #version1;
  #version2;
  /** That of the connection. @type {Version1 | Version2} */
  #version;
  /** @type {Outgoing} */
  #outgoing;
  #model;
  #uploader;
  /** Addresses that are being asked for, by the file. @type {Map<string, Promise<Attachment>>} */
  #asking = new Map();
  #seenIds = new SeenIds();
  #clock = new ServerClock();
  #readAcks;
  #readMarks;
  #typing;
  /** @type {StoreKeeper} */
  #keeper;
  /** Ends what connect() began to listen to. @type {AbortController | null} */
  #listening = null;

  /** @param {Options} options */
  constructor(options) {
    super();
    const timing = { ...TIMING, ...options.timing };
    this.#timing = timing;
    const server = rootOf(options.server);
    const credentials = new Credentials(options.credential);
    const request = options.fetch ?? ((resource, init) => fetch(resource, init));
    const WebSocketType = options.WebSocket ?? globalThis.WebSocket;
    if (WebSocketType === undefined) {
      throw new TypeError(
        'this runtime has no WebSocket: pass one as the option WebSocket (in Node below 22 that of the package ws: import WebSocket from "ws")',
      );
    }
    this.#identities = new IdentityResolver(server, request);
    this.#owner = new Owner(this.#identities, {
      isUnused: () => this.#outgoing.outbox.size === 0,
      learned: (userId) => this.#learnUser(userId),
      isActive: () => this.#listening !== null,
      shut: () => this.#shut("the credential function returned another user's credential"),
      other: (userId) => this.#emit("otheruser", { userId }),
    });
    /** REST, with the same credential. */
    this.api = new ImApi({
      server,
      credential: credentials,
      fetch: request,
      clock: this.#clock,
      admit: (credential) => this.#owner.admit(credential),
    });
    this.#model = new Conversations(this);
    this.#connection = new Connection(server, credentials, WebSocketType, request, this.#identities, timing, {
      changed: (detail) => this.#emit("state", detail),
      identify: (credential) => this.#owner.identify(credential),
      opened: (credential, version) => this.#opened(credential, version),
      received: (text) => this.#version.received(text),
      lost: (code) => this.#lost(code),
      ended: (reason) => this.#outgoing.failAll("NOT_CONNECTED", reason),
    });
    const store = typeof options.store === "function" ? null : (options.store ?? null); // which may keep what is written before the user is known
    const isXhr = options.fetch === undefined && typeof XMLHttpRequest !== "undefined";
    this.#uploader = new Uploader(this.api, isXhr ? sendByXhr : sendByFetch(request));
    this.#outgoing = new Outgoing(this.#connection, store, timing, {
      write: (entry) => this.#version.send(entry),
      notify: (detail) => {
        this.#model.outgoing(detail);
        this.#keeper.tabs.outgoing(detail);
        this.#emit("outgoing", detail);
      },
      progressed: (detail) => {
        this.#model.outgoing(detail);
        this.#emit("outgoing", detail);
      },
      server: () => ({ takesFiles: this.features.has("files"), limits: this.limits }),
      uploader: this.#uploader,
    });
    this.#keeper = new StoreKeeper(options.store, server, this.#outgoing, this.#model, {
      isKnown: () => (this.userId !== null || this.#admitted) && !this.#connection.ended,
      atRest: () => this.#version2.rest,
      restore: (state) => this.#version2.restore(state),
    });
    this.#readAcks = new ReadAcks(
      (ids, timestamp) => this.#version.readAck(ids, timestamp),
      timing,
      (messageIds) => this.#emit("read", { messageIds }),
    );
    const markUpTo = (/** @type {string} */ userId, /** @type {number} */ upTo) =>
      this.#version === this.#version2 ? this.#version2.markReadUpTo(userId, upTo) : this.#markByRest(userId, upTo);
    this.#readMarks = new ReadMarks(timing, markUpTo, (userId, upTo) => this.#model.markDone(userId, upTo));
    this.#typing = new Typing(
      (userId) => this.#version === this.#version2 && this.#version2.typing(userId),
      (userId, until) => {
        this.#model.typing(userId, until);
        this.#emit("typing", { userId, until });
      },
    );
    const write = (/** @type {string} */ text) => this.#connection.write(text);
    const listener = this.#versionListener();
    this.#version1 = new Version1(write, this.api, timing, this.#seenIds, listener);
    this.#version2 = new Version2(write, this.api, timing, this.#seenIds, this.#model, listener);
    this.#version = this.#version1;
  }

  /** @returns {import("./version-2.js").Version2Listener} */
  #versionListener() {
    return {
      user: (userId) => this.#isOf(userId),
      ready: () => this.#admitted || this.#start(),
      userId: () => this.userId,
      isShowing: () => this.#isShowing,
      heard: () => this.#outgoing.heard(),
      time: (time) => this.#clock.heard(time),
      acknowledged: (answer) => this.#outgoing.acknowledged(answer),
      refused: (refusal) => this.#readAcks.refused(refusal) || this.#outgoing.refused(refusal),
      show: (detail) => {
        if (this.#version === this.#version1) this.#model.incoming(detail);
        this.#typing.over(detail.fromId);
        this.#emit("message", detail);
      },
      readAlready: (messageId) => this.#readAcks.again(messageId),
      restoring: () => this.#keeper.kept.loading,
      moved: () => this.#keeper.kept.changed(),
      typing: (userId) => this.#model.isBlocked(userId) || this.#typing.theirs(userId),
      restart: (reason) => this.#connection.drop(reason),
    };
  }

  /** @returns {State} */
  get state() {
    return this.#connection.state;
  }

  /** Whose connection this is; null until that is known, which with a token takes an answer of the server. */
  get userId() {
    return this.#owner.userId;
  }

  /** The model of the user's conversations, to render from; on version 1 it asks for nothing before it is used. */
  get conversations() {
    this.#model.use(() => this.#keeper.tabs.list());
    return this.#model;
  }

  /**
   * What the server can and the site has switched on: "recall", "receipts", "typing", "settings" (block, mute, pin, hide), "files", and
   * "strangers" where it bounds what strangers may send. Nothing on version 1.
   * @returns {ReadonlySet<string>}
   */
  get features() {
    return this.#version === this.#version2 ? this.#version2.features : new Set();
  }

  /** What the server allows; null on version 1, and before the first connection. @returns {Limits | null} */
  get limits() {
    return this.#version === this.#version2 ? this.#version2.limits : null;
  }

  /** Connects, and from then on connects again by itself where the protocol says so. In state "waiting": at once. */
  connect() {
    if (this.#listening !== null) return this.#connection.open();
    this.#listening = new AbortController();
    const { signal } = this.#listening;
    this.#listen(signal);
    this.#outgoing.outbox.resume();
    this.#connection.open(); // at which a listener may close it
    this.#keeper.connect(signal);
  }

  /** How many reads, single messages or conversations, the server may not have marked yet. */
  get unconfirmedReads() {
    return this.#readAcks.unconfirmed + this.#readMarks.unconfirmed;
  }

  /** Disconnects. Messages that are not acknowledged wait for connect(), or with a store for the next page. */
  close() {
    this.#flushReads();
    this.#shut("");
  }

  /** @param {string} reason */
  #shut(reason) {
    this.#listening?.abort();
    this.#listening = null;
    this.#connection.shut(reason);
    this.#admitted = false;
    this.#version.lost();
    this.#model.lost();
    this.#typing.end();
    this.#readAcks.pause();
    this.#readMarks.lost();
    this.#outgoing.pause();
    this.#keeper.leave();
  }

  #flushReads() {
    this.#readAcks.flush();
    this.#readMarks.flush();
  }

  /**
   * Sends a message. Without a connection it waits for one; see Timing.giveUpAfter.
   * @param {string | number | bigint} toId a user id
   * @param {string} content
   * @param {{clientMessageId?: string, attachments?: FileToSend[]}} [options] the clientMessageId of a message that failed sends that
   *   one again: it is stored once, even if the first attempt was stored after all. At most 64 characters. attachments: its files,
   *   nine at most, where `features` has "files"; those that are not uploaded yet are, before it is sent, and what was written after it
   *   may be sent before it meanwhile
   * @returns {Promise<Sent>} when it is stored; rejects with a SendError. Since the event "outgoing" reports
   *   failures too, a promise without a handler is not reported as unhandled.
   */
  send(toId, content, options = {}) {
    return this.#outgoing.send(String(toId), content, options.clientMessageId ?? randomId(), options.attachments);
  }

  /**
   * Drops a message whose files are not all uploaded yet.
   * @param {string} clientMessageId
   * @returns {boolean} whether it was dropped; send() has then rejected with the code CANCELLED
   */
  cancel(clientMessageId) {
    const toId = this.#outgoing.cancel(clientMessageId);
    if (toId === null) return false;
    this.#keeper.tabs.dropped(toId, clientMessageId);
    return true;
  }

  /**
   * Uploads a file, which can then be sent: `send(toId, "", { attachments: [file] })`. After a cut it goes on where it was. send()
   * uploads by itself what is not uploaded, and keeps it over a reload; this does not.
   * @param {Blob} blob a File, or another one with a name in the options
   * @param {UploadOptions} [options]
   * @returns {Promise<Attachment>} rejects with an ApiError, whose code is NO_FILES where the server takes none (version 1, or
   *   switched off) or there was no connection yet; FILE_TOO_LARGE, EMPTY_FILE, FILE_QUOTA, REFUSED_FILE, …; with the signal's reason
   *   where that has ended it
   */
  async upload(blob, { signal, progress, name, duration, waveform, clientFileId } = {}) {
    if (!this.features.has("files"))
      throw new ApiError(0, "No files", "the server takes no files, or has not said yet that it does", "NO_FILES");
    const { maxFile = Infinity } = this.limits ?? {};
    if (blob.size > maxFile)
      throw new ApiError(413, "Too large", `a file has at most ${maxFile} bytes`, "FILE_TOO_LARGE");
    if (blob.size === 0) throw new ApiError(400, "Empty", "the file is empty", "EMPTY_FILE");
    const { stored } = fileToSend({ blob, name, duration, waveform, clientFileId });
    const known = {
      name: stored.name,
      duration: stored.duration,
      waveform: stored.waveform,
      clientFileId: stored.clientFileId ?? "",
    };
    return this.#uploader.upload({
      blob,
      ...known,
      signal: signal ?? new AbortController().signal,
      progress: progress ?? (() => {}),
    });
  }

  /**
   * Where a file of a message is: an address for links, images and downloads, without a credential. Those of the model are good until
   * `goodUntil`; this one is good for now, and becomes the model's.
   * @param {string} fileId
   * @param {"file" | "preview"} [kind] the smaller image, or the file itself where there is none
   * @returns {Promise<string>} rejects with an ApiError, of status 404 where there is no such file any more
   */
  async fileUrl(fileId, kind = "file") {
    const addressOf = (/** @type {Attachment} */ { url, previewUrl }) => (kind === "preview" && previewUrl) || url;
    const known = this.#model.filesOf(fileId).find(({ url, goodUntil }) => url !== "" && goodUntil > Date.now());
    return addressOf(known ?? (await this.#askFile(fileId)));
  }

  /**
   * The same though the one that is known should be good still: it was refused.
   * @param {string} fileId
   */
  async renewFileUrl(fileId) {
    await this.#askFile(fileId);
  }

  /** Once for all who ask at the same time. @param {string} fileId */
  #askFile(fileId) {
    const asking =
      this.#asking.get(fileId) ??
      this.api
        .file(fileId)
        .then((file) => (this.#model.refreshed(file), file))
        .finally(() => this.#asking.delete(fileId));
    this.#asking.set(fileId, asking);
    return asking;
  }

  /**
   * Messages of this client that are neither acknowledged nor forgotten, oldest first: those in state "sending" and "failed". Those
   * that other tabs send are in the model alone.
   */
  outgoing() {
    return this.#outgoing.outbox.list();
  }

  /**
   * Drops a message that failed, here or in another tab.
   * @param {string} clientMessageId
   */
  forget(clientMessageId) {
    this.#keeper.tabs.forget(clientMessageId);
  }

  /**
   * Marks messages as read on the server, and exactly these. Waits for a connection, and is repeated where the server could not do it.
   * @param {...(string | number)} messageIds
   */
  markRead(...messageIds) {
    const ids = messageIds.map(messageIdOf);
    this.#seenIds.markRead(ids);
    this.#readAcks.add(ids);
  }

  /**
   * Marks all that a user has sent as read, up to a message. The newest mark alone is sent where there are several in a short
   * time; it waits for a connection, and is repeated until the server has done it.
   * @param {string | number} userId
   * @param {string | number} messageId
   */
  markReadUpTo(userId, messageId) {
    this.#readMarks.mark(String(userId), Number(messageIdOf(messageId)));
  }

  /**
   * Whether this user may still take a message back, by the server's clock.
   * @param {Pick<Message, "fromMe" | "messageId" | "recalled" | "time">} message of the model
   */
  canRecall({ fromMe, messageId, recalled, time }) {
    const { features, limits } = this;
    if (!features.has("recall") || limits === null || !fromMe || messageId === null || recalled || time === null)
      return false;
    return this.#clock.now() - time < limits.recallSeconds * 1000;
  }

  /**
   * Takes a message of the user's own back, on all devices, as long as `limits.recallSeconds` allows.
   * @param {string | number} messageId
   * @returns {Promise<void>} rejects with an ApiError: `code` is RECALL_EXPIRED, NOT_FOUND, RECALL_OFF or "" where the server knows no recall
   */
  async recall(messageId) {
    await this.api.recall(messageIdOf(messageId));
  }

  /**
   * Reports a message to the moderators, once: the same again is the same report, and with another reason the code of the failure
   * is REUSED_ID.
   * @param {string | number} messageId
   * @param {ReportReason} reason
   * @param {string} [text] at most 1,000 characters
   * @returns {Promise<void>} rejects with an ApiError
   */
  async report(messageId, reason, text) {
    const id = messageIdOf(messageId);
    await this.api.report([id], { reason, text, clientReportId: `message-${id}` });
  }

  /**
   * This user writes to another one: called at each key, it is told at most once in 3 s.
   * @param {string | number} userId
   */
  typing(userId) {
    if (this.#admitted) this.#typing.mine(String(userId));
  }

  /** @param {string} type @protected */
  listenedTo(type) {
    if (type === "message") this.#isShowing = true;
  }

  // ---- What the connection brings ----

  /**
   * @param {string} credential
   * @param {1 | 2} version
   */
  #opened(credential, version) {
    this.#version = version === 2 ? this.#version2 : this.#version1;
    if (version === 2) return this.#version2.connected(); // the server says by itself who the user is
    const isFirst = this.#keeper.isAbsent && this.#owner.isFirst(credential);
    if (this.#identities.of(credential) !== null || isFirst) this.#start();
    else this.#connection.write(WHO_AM_I); // REST does not say: every packet does
  }

  /**
   * @param {string} userId whose the connection is, as the server says
   * @returns {boolean} whether it is this client's user
   */
  #isOf(userId) {
    const { credential } = this.#connection;
    if (credential === null) return false;
    const isKnown = this.#identities.of(credential) !== null;
    if (isKnown && this.#version === this.#version1) return true; // each packet says it, for those who do not know
    if (!isKnown) this.#identities.learn(credential, userId);
    return this.#owner.belongs(credential, userId);
  }

  /** It is this user's connection. */
  #start() {
    this.#admitted = true;
    this.#keeper.claim();
    this.#outgoing.opened();
    this.#readAcks.opened();
    this.#readMarks.opened();
    if (this.#version === this.#version1) {
      this.#version2.abandon();
      this.#model.opened(1);
    }
    this.#version.opened();
  }

  /** @param {number} code */
  #lost(code) {
    this.#admitted = false;
    this.#version.lost();
    this.#model.lost();
    this.#typing.end();
    this.#readAcks.lost();
    this.#readMarks.lost();
    this.#outgoing.lost(code);
  }

  /** @param {string} userId */
  #learnUser(userId) {
    this.#keeper.learned(userId);
    this.#emit("user", { userId });
    this.#keeper.begin();
    this.#keeper.claim();
  }

  /**
   * @param {string} userId
   * @param {number} upTo
   */
  async #markByRest(userId, upTo) {
    try {
      await this.api.markReadUpTo(userId, upTo);
    } catch (error) {
      const { status } = /** @type {{status: number}} */ (error);
      throw { retryable: status === 0 || status === 429 || status >= 500 };
    }
  }

  /** @param {AbortSignal} signal of close() */
  #listen(signal) {
    listenToPage(signal, {
      online: () => this.#connection.hurry(),
      offline: () => this.#connection.drop("the device is offline"), // a socket would not notice for minutes
      leaving: () => {
        this.#flushReads();
        this.#keeper.leave();
      },
      returned: () => {
        this.#keeper.returned();
        this.#connection.hurry();
      },
      hidden: () => {
        this.#flushReads(); // timers are slow from now on
        this.#keeper.kept.save();
      },
      visible: () => {
        this.#connection.hurry();
        this.#keeper.claim();
      },
    });
  }

  /**
   * @param {string} type
   * @param {object} detail
   */
  #emit(type, detail) {
    this.dispatchEvent(new CustomEvent(type, { detail }));
  }
}

/** @param {string | number} id */
function messageIdOf(id) {
  const text = String(id);
  if (!/^\d{1,16}$/.test(text)) throw new TypeError(`not a message id: ${text}`);
  return text;
}
