/** One user's connection, put together from its parts. */

import { ImApi } from "./api.js";
import { Connection } from "./connection.js";
import { Credentials, sameOwner } from "./credentials.js";
import { ApiError } from "./errors.js";
import { IdentityResolver } from "./identity.js";
import { randomId } from "./ids.js";
import { Incoming } from "./incoming.js";
import { textOf } from "./json.js";
import { Outgoing } from "./outgoing.js";
import { FAILURE, INCOMING, SUCCESS, WHO_AM_I, parsePacket } from "./packets.js";
import { ReadAcks } from "./read-acks.js";
import { rootOf } from "./server-address.js";
import { TIMING } from "./timing.js";

/** @import { Identity } from "./identity.js" */
/** @import { Packet } from "./packets.js" */
/** @import { Timing } from "./timing.js" */
/** @import { Options, OutboxStore, Sent, State } from "./types.js" */

const ADOPT_WITHIN = 500; // ms, at random: of several tabs the first one takes what a closed tab left

/**
 * One user's connection. Events, each a CustomEvent with the detail
 *   "state"     StateDetail     the connection
 *   "message"   MessageDetail   each messageId once
 *   "outgoing"  OutgoingDetail  a message that this client sends, at each change
 *   "read"      {messageIds}    the messages that this client has reported to the server as read
 *   "user"      {userId}        once, when it is known whose connection this is
 *   "otheruser" {userId}        the credential function has returned another user's: the client is closed, and another one
 *                               has to be made for that user; messages that wait here stay this user's
 *
 * Messages to one recipient are sent one after the other, the next when the one before is acknowledged or has failed:
 * only so do they stay in order where packets or connections are lost.
 */
export class ImClient extends EventTarget {
  /** @type {string | null} */
  #userId = null;
  /** @type {Timing} */
  #timing;
  /** The credential that was there first, while it is not known whose it is. @type {string | null} */
  #first = null;
  /** Whose credential came last in place of this user's. @type {string | null} */
  #otherUserId = null;
  /** Whether it is certain enough who the user is to send and to read from the store. */
  #admitted = false;
  #identities;
  #connection;
  #outgoing;
  #incoming;
  #readAcks;
  /** @type {OutboxStore | null} */
  #store = null;
  /** @type {((userId: string) => OutboxStore) | null} */
  #makeStore = null;
  /** Ends what connect() began to listen to. @type {AbortController | null} */
  #listening = null;

  /** @param {Options} options */
  constructor(options) {
    super();
    this.#timing = { ...TIMING, ...options.timing };
    const server = rootOf(options.server);
    const credentials = new Credentials(options.credential);
    const request = options.fetch ?? ((resource, init) => fetch(resource, init));
    const WebSocketType = options.WebSocket ?? globalThis.WebSocket;
    if (WebSocketType === undefined) {
      throw new TypeError("this runtime has no WebSocket: pass one as the option WebSocket (in Node below 22 that of the package ws)");
    }
    if (typeof options.store === "function") this.#makeStore = options.store;
    else this.#store = options.store ?? null;
    this.#identities = new IdentityResolver(server, request);
    /** REST, with the same credential. */
    this.api = new ImApi({ server, credential: credentials, fetch: request, admit: (credential) => this.#admit(credential) });
    this.#connection = new Connection(server, credentials, WebSocketType, request, this.#identities, this.#timing, {
      changed: (detail) => this.#emit("state", detail),
      identify: (credential) => this.#identify(credential),
      opened: (credential) => this.#opened(credential),
      received: (text) => this.#received(text),
      lost: (code) => this.#lost(code),
      ended: (reason) => this.#outgoing.failAll("NOT_CONNECTED", reason),
    });
    this.#outgoing = new Outgoing(this.#connection, this.#store, this.#timing, (detail) => this.#emit("outgoing", detail));
    this.#readAcks = new ReadAcks(this.#connection, this.#timing, (messageIds) => this.#emit("read", { messageIds }));
    this.#incoming = new Incoming(this.api, this.#timing, {
      show: (detail) => this.#emit("message", detail),
      readAlready: (messageId) => this.#readAcks.add([messageId]),
    });
  }

  /** @returns {State} */
  get state() {
    return this.#connection.state;
  }

  /** Whose connection this is; null until that is known, which with a token takes an answer of the server. */
  get userId() {
    return this.#userId;
  }

  /** Connects, and from then on connects again by itself where the protocol says so. In state "waiting": at once. */
  connect() {
    const begins = this.#listening === null;
    if (begins) {
      this.#listen();
      this.#outgoing.resume();
    }
    this.#connection.open();
    if (begins) this.#adopt();
  }

  /** How many messages were given to markRead() that the server may not have marked as read yet. */
  get unconfirmedReads() {
    return this.#readAcks.unconfirmed;
  }

  /** Disconnects. Messages that are not acknowledged wait for connect(), or with a store for the next page. */
  close() {
    this.#readAcks.flush();
    this.#shut("");
  }

  /** @param {string} reason */
  #shut(reason) {
    this.#listening?.abort();
    this.#listening = null;
    this.#connection.shut(reason);
    this.#admitted = false;
    this.#incoming.lost();
    this.#readAcks.pause();
    this.#outgoing.pause();
    this.#store?.release();
  }

  /**
   * Sends a message. Without a connection it waits for one; see Timing.giveUpAfter.
   * @param {string | number | bigint} toId a user id
   * @param {string} content
   * @param {{clientMessageId?: string}} [options] the clientMessageId of a message that failed sends that one again: it is
   *   stored once, even if the first attempt was stored after all. At most 64 characters.
   * @returns {Promise<Sent>} when it is stored; rejects with a SendError. Since the event "outgoing" reports
   *   failures too, a promise without a handler is not reported as unhandled.
   */
  send(toId, content, options = {}) {
    return this.#outgoing.send(String(toId), content, options.clientMessageId ?? randomId());
  }

  /** Messages that are neither acknowledged nor forgotten, oldest first: those in state "sending" and "failed". */
  outgoing() {
    return this.#outgoing.list();
  }

  /**
   * Drops a message that failed.
   * @param {string} clientMessageId
   */
  forget(clientMessageId) {
    this.#outgoing.forget(clientMessageId);
  }

  /**
   * Marks messages as read on the server, which otherwise pushes them again at the next connect. Waits for a connection, and
   * is repeated where the server could not do it.
   * @param {...(string | number)} messageIds
   */
  markRead(...messageIds) {
    const ids = messageIds.map(String);
    const wrong = ids.find((id) => !/^\d{1,16}$/.test(id));
    if (wrong !== undefined) throw new TypeError(`not a message id: ${wrong}`);
    this.#incoming.markRead(ids);
    this.#readAcks.add(ids);
  }

  // ---- Who the user is ----

  /**
   * Asks the server whose a credential is.
   * @param {string} credential
   * @returns {Promise<Identity>} where it is another user's, the client has closed itself when this resolves
   */
  async #identify(credential) {
    this.#first ??= credential;
    const identity = await this.#identities.ask(credential);
    if (identity.userId !== null) this.#belongs(credential, identity.userId);
    return identity;
  }

  /**
   * @param {string} credential
   * @param {string} userId whose it is
   * @returns {boolean} false where it is not this client's user, who is learnt here: the client has closed itself then
   */
  #belongs(credential, userId) {
    if (this.#userId === null && (this.#outgoing.isEmpty || sameOwner(/** @type {string} */ (this.#first ?? credential), credential))) {
      this.#learnUser(userId);
    }
    if (userId === this.#userId) return true;
    const isTold = this.#listening === null && this.#otherUserId === userId;
    this.#otherUserId = userId;
    this.#shut("the credential function returned another user's credential");
    if (!isTold) this.#emit("otheruser", { userId });
    return false;
  }

  /**
   * Before REST uses a credential. An answer to another user must not reach the page as this one's.
   * @param {string} credential
   */
  async #admit(credential) {
    const { status, userId } = await this.#identify(credential);
    if (userId === null && (this.#userId === null || status === 401)) return;
    const detail = "the server does not say whose the credential is";
    if (status === 0) throw new ApiError(0, "No answer", detail, "NETWORK");
    if (userId === null && status >= 400) throw new ApiError(status, `HTTP ${status}`, detail, "");
    if (userId !== this.#userId) throw new ApiError(0, "Not this user's", "it is not certain that the credential is this user's", "OTHER_USER");
  }

  /** @param {string} userId */
  #learnUser(userId) {
    if (this.#userId !== null || userId === "0") return;
    this.#userId = userId;
    this.#first = null;
    this.#store ??= this.#makeStore?.(userId) ?? null;
    this.#outgoing.belongTo(userId, this.#store);
    if (this.#makeStore !== null) this.#watchStore();
    this.#emit("user", { userId });
    this.#adopt();
  }

  // ---- What the connection brings ----

  /** @param {string} credential */
  #opened(credential) {
    const isFirst = this.#userId === null && this.#makeStore === null && this.#store === null && this.#first === credential;
    if (this.#identities.of(credential) !== null || isFirst) this.#start();
    else this.#connection.write(WHO_AM_I); // REST does not say: every packet does
  }

  /** It is this user's connection. */
  #start() {
    this.#admitted = true;
    this.#adopt();
    this.#outgoing.opened();
    this.#readAcks.opened();
    this.#incoming.opened();
  }

  /** @param {number} code */
  #lost(code) {
    this.#admitted = false;
    this.#incoming.lost();
    this.#readAcks.lost();
    this.#outgoing.lost(code);
  }

  /** @param {string} text */
  #received(text) {
    const packet = parsePacket(text);
    if (packet === null) return;
    this.#outgoing.heard();
    const { credential } = this.#connection;
    if (packet.toId !== "" && packet.toId !== "0" && credential !== null && this.#identities.of(credential) === null) {
      this.#identities.learn(credential, packet.toId); // every packet is addressed to the connected user
      if (!this.#belongs(credential, packet.toId)) return;
      if (!this.#admitted) this.#start();
    }
    if (packet.type === SUCCESS) {
      this.#outgoing.acknowledged(packet);
    } else if (packet.type === FAILURE) {
      if (!this.#readAcks.refused(packet)) this.#outgoing.refused(packet);
    } else if (packet.type === INCOMING) {
      this.#message(packet);
    }
  }

  /** @param {Packet} packet */
  #message({ fromId, toId, content, timestamp, describe }) {
    const messageId = textOf(describe.messageId);
    const userName = textOf(describe.userName) || fromId;
    this.#incoming.received({ messageId, fromId, toId, content, timestamp, userName, headUrl: textOf(describe.headURL) });
  }

  /** Takes over what a closed page left in the store. */
  async #adopt() {
    const isKnown = this.#userId !== null || this.#admitted;
    if (this.#store !== null && isKnown && this.#listening !== null && !this.#connection.ended) await this.#outgoing.restore(this.#store);
  }

  #listen() {
    const listening = new AbortController();
    const { signal } = listening;
    this.#listening = listening;
    /** @type {(target: EventTarget | undefined, type: string, listener: (event: Event) => void) => void} */
    const on = (target, type, listener) => target?.addEventListener?.(type, listener, { signal });
    const page = /** @type {EventTarget} */ (globalThis);
    const document = /** @type {Document | undefined} */ (globalThis.document);
    on(page, "online", () => this.#connection.hurry());
    on(page, "offline", () => this.#connection.drop("the device is offline")); // a socket would not notice for minutes
    on(page, "pagehide", () => {
      this.#readAcks.flush();
      this.#store?.release();
    });
    on(page, "pageshow", (event) => {
      if (!(/** @type {PageTransitionEvent} */ (event).persisted)) return;
      this.#outgoing.keep(); // back from the page cache
      this.#connection.hurry();
    });
    on(document, "visibilitychange", () => {
      if (document?.visibilityState === "hidden") return this.#readAcks.flush(); // timers are slow from now on
      this.#connection.hurry();
      this.#adopt();
    });
    this.#watchStore();
  }

  #watchStore() {
    const signal = this.#listening?.signal;
    if (signal === undefined) return;
    const unwatch = this.#store?.watch?.(() => setTimeout(() => signal.aborted || this.#adopt(), Math.random() * ADOPT_WITHIN));
    if (unwatch) signal.addEventListener("abort", unwatch);
  }

  /**
   * @param {string} type
   * @param {object} detail
   */
  #emit(type, detail) {
    this.dispatchEvent(new CustomEvent(type, { detail }));
  }
}
