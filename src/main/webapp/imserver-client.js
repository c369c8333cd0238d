/**
 * The client's side of the protocol (docs/PROTOCOL.md) for any front end: a standard ES module without dependencies,
 * for browsers, and for other runtimes that have WebSocket, fetch and EventTarget.
 *
 *   import { ImClient } from "https://HOST/teaching/imserver-client.js";
 *   const client = new ImClient({ credential: () => fetch("/my-token").then((answer) => answer.text()) });
 *   client.addEventListener("message", (event) => show(event.detail));
 *   client.connect();
 *   await client.send("7", "hello");
 *
 * Node 22 and later have a WebSocket; with an older one pass that of a package: new ImClient({ server, credential, WebSocket }).
 *
 * From top to bottom: what is public (types, errors, ImClient, ImApi, LocalOutbox), then the parts that ImClient puts
 * together: Credentials and IdentityResolver know who the user is, Connection keeps the socket open, Outgoing gets
 * messages stored, Incoming and ReadAcks look after those that come in.
 *
 * Ids of users and messages are strings of digits everywhere: a user id may be above 2^53, where numbers go wrong.
 */

/**
 * All in milliseconds but where it says otherwise.
 * @typedef {object} Timing
 * @property {number} answerAfter 6000: no answer for this long is no answer
 * @property {number} retries 3: how often the same packet is sent again before the message has failed
 * @property {number} giveUpAfter 86400000, a day: a message that is not acknowledged this long after send() has failed,
 *   whatever the connection did. Retries do not count while there is no connection, so this is the bound then.
 * @property {number} cuts 10: a message has failed when the connection broke this often while its answer was awaited;
 *   it may be what breaks it
 * @property {number} backoff 500: the n-th attempt to connect again waits a random time below backoff * 2^n
 * @property {number} backoffCap 30000: but never longer than this
 * @property {number} stableAfter 5000: a connection that lived this long starts the back-off anew
 * @property {number} connectWithin 15000: a handshake that takes longer is given up
 * @property {number} readAckAfter 100: read-acks are gathered for this long
 * @property {number} readsPerSecond 900: ids in read-acks a second at most, below what the server allows
 *   (IMSERVER_READ_RATE, 1000)
 * @property {number} readBurst 4000: unless there were fewer before; the server allows 5000
 * @property {number} quietAfter 2000: after a connect, when nothing came for this long the server has pushed what it will
 * @property {number} holdWithin 30000: after a connect, incoming messages wait for older ones; where none of these came for
 *   this long, those that wait are shown, and the older ones when they come. Where the server cannot answer that, it is asked
 *   again after this long.
 * @property {number} requestsPerSecond 10: requests a second for messages that the server did not push, after 60 at once; below
 *   what the server allows (IMSERVER_REQUEST_RATE, 50 and 250 at once, of which a long page takes several)
 * @property {number} perSecond 15: messages a second at most, below what the server allows (IMSERVER_RATE, 20)
 * @property {number} burst 50: unless there were fewer before; the server allows 100
 * @property {number} inFlight 8: messages that await their answer at the same time, to different recipients
 */

/** @type {Readonly<Timing>} */
const TIMING = Object.freeze({
  answerAfter: 6000,
  retries: 3,
  giveUpAfter: 24 * 60 * 60 * 1000,
  cuts: 10,
  backoff: 500,
  backoffCap: 30_000,
  stableAfter: 5000,
  connectWithin: 15_000,
  readAckAfter: 100,
  readsPerSecond: 900,
  readBurst: 4000,
  quietAfter: 2000,
  holdWithin: 30_000,
  requestsPerSecond: 10,
  perSecond: 15,
  burst: 50,
  inFlight: 8,
});

const MAX_OUTGOING = 1000; // messages waiting or failed, in memory and in a store
const MAX_READ_IDS = 1000; // in one packet: the server takes no more
const MAX_HELD = 2000; // incoming messages that wait for older ones; what comes beyond is fetched by REST
const MAX_PAGE = 100; // messages or conversations in one answer of REST
const CATCH_UP_TRIES = 3; // of one request; what the server refuses as too frequent is no try
const CATCH_UP_BURST = 60; // requests
const MAX_CLIENT_MESSAGE_ID = 64; // characters
const REQUEST_WITHIN = 30_000; // ms, for REST
const PROBE_WITHIN = 5000; // ms
const CLOSE_WITHIN = 500; // ms: after an error a connection is gone, though nothing says so
const MAX_TIMEOUT = 2 ** 31 - 1; // ms; beyond it setTimeout does not wait at all
const ADOPT_WITHIN = 500; // ms, at random: of several tabs the first one takes what a closed tab left

/** What a client sends and gets as `type`. */
const SEND = 0;
const READ_ACK = 1;
const SUCCESS = 0;
const FAILURE = 1;
const INCOMING = 2;

/** Close codes that ask for more than to connect again. */
const ABNORMAL = 1006; // it ended without a close frame
const TOO_LARGE = 1009;
const UNREADABLE = [1003, 1007];
const EXPIRED = 4401;
const FINAL = [4403, 4409, 4429]; // access ended by the host application; too many connections of this user; too many failures
const AT_ONCE = 6; // requests under way at the same time, where many are needed

/**
 * "idle" before connect(); "waiting" will try again by itself; "closed" will not, until connect() is called.
 * @typedef {"idle" | "connecting" | "open" | "waiting" | "closed"} State
 */

/**
 * Why there is no connection, as far as requests over REST show:
 *   TOKEN        the credential function failed, or returned what is no credential: an error or a login page, perhaps
 *   UNREACHABLE  nothing answers: the network, the address, or a server that is off
 *   UNAVAILABLE  the server, or a proxy before it, says that it cannot answer now
 *   ADDRESS      something answers that is no imserver
 *   ORIGIN       the server answers, but not to pages of this origin (IMSERVER_ALLOWED_ORIGINS)
 *   WEBSOCKET    the server answers to this page, and lets no connection in: a proxy that passes no WebSocket on, or too many
 *                connects in a short time
 * @typedef {"TOKEN" | "UNREACHABLE" | "UNAVAILABLE" | "ADDRESS" | "ORIGIN" | "WEBSOCKET"} Problem
 */

/**
 * @typedef {object} StateDetail
 * @property {State} state
 * @property {number | null} code the code with which the last connection was closed, 4401 also where the server refused
 *   the credential in the handshake; null where there was none
 * @property {string} reason for developers, in English; "" for none
 * @property {number | null} retryInMs in state "waiting": when the next attempt is made
 * @property {Problem | null} problem in state "waiting": why, until there was a first connection; afterwards TOKEN alone
 */

/**
 * @typedef {object} MessageDetail
 * @property {string} messageId
 * @property {string} fromId "0" for the system
 * @property {string} toId the connected user
 * @property {string} content show it as text, never as HTML: others wrote it
 * @property {string} timestamp the sender's mark, usually milliseconds since 1970; "" for none; not to be trusted
 * @property {string} userName the sender's name, or the id where none is known
 * @property {string} headUrl the sender's avatar; "" where none is known
 */

/**
 * @typedef {object} OutgoingDetail
 * @property {string} clientMessageId
 * @property {string} toId
 * @property {string} content
 * @property {string} timestamp milliseconds since 1970, when send() was called first
 * @property {"sending" | "sent" | "failed"} state
 * @property {string | null} messageId of a sent one
 * @property {string | null} code why it failed: a code of the protocol, or one of SendError's
 * @property {string | null} message the same in words, for developers
 */

/**
 * What became of a message that was stored.
 * @typedef {{messageId: string, clientMessageId: string, timestamp: string}} Sent
 */

/**
 * @typedef {object} Options
 * @property {string | URL} [server] the application's root; where this module lies unless given
 * @property {string | (() => string | Promise<string>)} credential a JWT, or in open mode a user id in digits. A function
 *   is asked before the first connection and whenever the server no longer takes what it returned; where a string is
 *   refused, that is final. A function that throws is asked again, with back-off.
 *   What it returns is the same user's each time: with another's the client closes, and fires "otheruser".
 * @property {OutboxStore | ((userId: string) => OutboxStore)} [store] keeps outgoing messages over a page reload:
 *   (userId) => new LocalOutbox(userId), which is called when the server has said who the user is, or new LocalOutbox(userId)
 *   where the page knows. Nothing is read from it before the server has said so, over REST or the socket; a credential that
 *   is a user id says so itself.
 * @property {Partial<Timing>} [timing]
 * @property {typeof globalThis.WebSocket} [WebSocket] in place of the runtime's
 * @property {typeof globalThis.fetch} [fetch] in place of the runtime's
 */

/**
 * A message as a store keeps it: plain data.
 * @typedef {object} StoredEntry
 * @property {string} clientMessageId
 * @property {string} toId
 * @property {string} content
 * @property {string} timestamp
 * @property {number} since milliseconds since 1970: when it was queued; the order to send in
 * @property {"sending" | "failed"} state
 * @property {string | null} code
 * @property {string | null} message
 * @property {string | null} [userId] whose it is, as far as that was known
 */

/**
 * Keeps outgoing messages. None of it may throw, and put and remove must have written when they return, since a page
 * can be gone a moment later.
 * @typedef {object} OutboxStore
 * @property {(limit: number, userId: string | null) => StoredEntry[] | Promise<StoredEntry[]>} claim takes over what no
 *   living client holds and is not another user's, the oldest first
 * @property {(entry: StoredEntry) => void} put keeps it, as ours
 * @property {(clientMessageId: string) => void} remove
 * @property {() => void} release lets others claim what is ours: this page goes away
 * @property {(left: () => void) => () => void} [watch] calls `left` when another client may have left something;
 *   returns what ends that
 */

/**
 * Why a message was not sent. `code` is one of the protocol's (CONTENT_TOO_LONG, …), or
 *   NO_ANSWER      no answer to any attempt: it may be stored or not. Send it again with its clientMessageId.
 *   NOT_CONNECTED  the client is closed and will not connect by itself
 *   OUTBOX_FULL    1000 messages are waiting already
 *   ID_TAKEN       another message has this clientMessageId
 */
export class SendError extends Error {
  /**
   * @param {string} code
   * @param {string} message
   * @param {boolean} retryable whether the same message may succeed later
   * @param {string} clientMessageId
   */
  constructor(code, message, retryable, clientMessageId) {
    super(message);
    this.name = "SendError";
    this.code = code;
    this.retryable = retryable;
    this.clientMessageId = clientMessageId;
  }
}

/**
 * Why a request failed. `status` is 0 where there was no answer, with the `code` "NETWORK", and where the answer would not
 * be for this user, with the `code` "OTHER_USER": the credential function has returned another user's.
 */
export class ApiError extends Error {
  /**
   * @param {number} status
   * @param {string} title
   * @param {string} detail
   * @param {string} code the protocol's failure code; "" where the answer has none
   * @param {number | null} [retryAfter] seconds after which to try again, where the server says so
   */
  constructor(status, title, detail, code, retryAfter = null) {
    super(detail || title);
    this.name = "ApiError";
    this.status = status;
    this.title = title;
    this.detail = detail;
    this.code = code;
    this.retryAfter = retryAfter;
  }
}

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

/** @typedef {{id: string, name: string, avatar: string}} User a name is the id where none is known, an avatar "" */

/**
 * @typedef {object} HistoryMessage
 * @property {string} messageId
 * @property {string} fromId
 * @property {string} toId
 * @property {string} content
 * @property {string} timestamp the sender's mark
 * @property {string} time when the server took it in, ISO 8601 in UTC
 * @property {boolean} read whether its recipient has read it
 */

/** @typedef {{user: User, lastMessage: HistoryMessage, unread: number}} ConversationEntry */

/** REST beside the socket: openapi.yaml describes it. Every method rejects with an ApiError. */
export class ImApi {
  #server;
  #credentials;
  #fetch;
  /** @type {((credential: string) => Promise<void>) | undefined} */
  #admit;

  /**
   * @param {object} options
   * @param {string | URL} [options.server]
   * @param {Options["credential"] | Credentials} options.credential
   * @param {typeof globalThis.fetch} [options.fetch]
   * @param {(credential: string) => Promise<void>} [options.admit] rejects where a credential is not to be used
   */
  constructor({ server, credential, fetch: request, admit }) {
    this.#admit = admit;
    this.#server = rootOf(server);
    this.#credentials = credential instanceof Credentials ? credential : new Credentials(credential);
    this.#fetch = request ?? ((resource, init) => fetch(resource, init));
  }

  /** Whose credential this is. @returns {Promise<User>} */
  me() {
    return this.#request("GET", "users/me");
  }

  /**
   * Users in the directory whose name begins with a text, upper or lower case; at most 20, in the order of their names.
   * @param {string} name not blank
   * @returns {Promise<User[]>} rejects with status 403 where the server has the search turned off
   */
  async findUsers(name) {
    return (await this.#request("GET", "users", { name })).users;
  }

  /**
   * The list of conversations, newest first.
   * @param {{limit?: number, cursor?: string}} [page] limit: 1 to 100, 20 unless given; cursor: `next` of the part before
   * @returns {Promise<{conversations: ConversationEntry[], next?: string}>} without `next` it is the last part
   */
  conversations(page = {}) {
    return this.#request("GET", "conversations", page);
  }

  /**
   * A part of the history with a user ("0": the system), newest first.
   * @param {string | number} userId
   * @param {{before?: string, after?: string, limit?: number, markRead?: boolean}} [page] ids that bound it, one of the two
   * @returns {Promise<{messages: HistoryMessage[], more: boolean}>}
   */
  messages(userId, page = {}) {
    return this.#request("GET", `conversations/${encodeURIComponent(userId)}/messages`, page);
  }

  /**
   * Marks what a user sent as read, up to a message.
   * @param {string | number} userId
   * @param {string | number} messageId
   * @returns {Promise<{unread: number}>} how many of that user's messages are unread still
   */
  markReadUpTo(userId, messageId) {
    const path = `conversations/${encodeURIComponent(userId)}/read`;
    return this.#request("POST", path, {}, { upTo: Number(messageId) });
  }

  /** The user's unread messages. @returns {Promise<{total: number, messages: number, notices: number}>} */
  unread() {
    return this.#request("GET", "unread");
  }

  /**
   * @param {string} method
   * @param {string} path
   * @param {Record<string, unknown>} [query] what is undefined is left out
   * @param {object} [body]
   * @returns {Promise<any>}
   */
  async #request(method, path, query = {}, body) {
    const url = new URL(`api/${path}`, this.#server);
    for (const [name, value] of Object.entries(query)) {
      if (value !== undefined && value !== null) url.searchParams.set(name, String(value));
    }
    try {
      const credential = await this.#credentials.current();
      await this.#admit?.(credential);
      let response = await this.#send(url, method, body, credential);
      if (response.status === 401) {
        const renewed = await this.#credentials.renewed(credential);
        if (renewed !== null && renewed !== credential) {
          await this.#admit?.(renewed);
          response = await this.#send(url, method, body, renewed);
        }
      }
      const text = await response.text();
      if (!response.ok) throw problemOf(response, text);
      return text === "" ? null : parseJson(text);
    } catch (error) {
      if (error instanceof ApiError) throw error;
      throw new ApiError(0, "No answer", error instanceof Error ? error.message : String(error), "NETWORK");
    }
  }

  /**
   * @param {URL} url
   * @param {string} method
   * @param {object | undefined} body
   * @param {string} credential
   */
  #send(url, method, body, credential) {
    /** @type {Record<string, string>} */
    const headers = { Authorization: `Bearer ${credential}`, Accept: "application/json" };
    if (body !== undefined) headers["Content-Type"] = "application/json";
    const signal = AbortSignal.timeout(REQUEST_WITHIN);
    const json = body === undefined ? undefined : JSON.stringify(body);
    return this.#fetch(url, { method, headers, body: json, signal, cache: "no-store" });
  }
}

/**
 * Keeps outgoing messages in localStorage, so that they survive a reload or a crash of the page. Each message has a key of
 * its own, so that tabs do not overwrite each other's, and belongs to the tab that holds it; when that is closed, or has
 * shown no sign of life for 150 s, the next client that connects, or a tab that is open, sends it. In the worst case two tabs
 * send the same message, which the server stores once. Where the storage is full or forbidden, nothing is kept.
 *
 * @implements {OutboxStore}
 */
export class LocalOutbox {
  static #LEASE = 150_000; // ms: a tab in the background gets to renew it once a minute
  static #RENEW = 20_000; // ms

  #prefix;
  #storage;
  #owner = randomId();
  /** @type {Set<string>} */
  #own = new Set();
  /** @type {ReturnType<typeof setInterval> | undefined} */
  #renewing;

  /**
   * @param {string} userKey the user's id: users of one browser must not send each other's messages
   * @param {Storage | null} [storage] localStorage unless given
   */
  constructor(userKey, storage = localStorageOrNull()) {
    this.#prefix = `imserver.outbox.${userKey}.`;
    this.#storage = storage;
  }

  /**
   * @param {number} limit
   * @param {string | null} [userId]
   * @returns {StoredEntry[]}
   */
  claim(limit, userId = null) {
    /** @type {StoredEntry[]} */
    const left = [];
    for (const key of this.#keys("message.")) {
      const entry = storedEntry(this.#try((storage) => storage.getItem(key)));
      if (entry === null) this.#try((storage) => storage.removeItem(key));
      else if (entry.owner !== this.#owner && mayHave(entry, userId) && !this.#lives(entry.owner)) left.push(entry);
    }
    const claimed = left.sort((one, other) => one.since - other.since).slice(0, Math.max(0, limit));
    claimed.forEach((entry) => this.put(entry));
    return claimed;
  }

  /** @param {StoredEntry} entry */
  put(entry) {
    const value = JSON.stringify({ ...entry, owner: this.#owner });
    this.#try((storage) => storage.setItem(`${this.#prefix}message.${entry.clientMessageId}`, value));
    this.#own.add(entry.clientMessageId);
    if (this.#renewing === undefined) {
      this.#renew();
      this.#renewing = setInterval(() => this.#renew(), LocalOutbox.#RENEW);
    }
  }

  /** @param {string} clientMessageId */
  remove(clientMessageId) {
    this.#try((storage) => storage.removeItem(`${this.#prefix}message.${clientMessageId}`));
    this.#own.delete(clientMessageId);
    if (this.#own.size === 0) this.release();
  }

  release() {
    clearInterval(this.#renewing);
    this.#renewing = undefined;
    this.#try((storage) => storage.removeItem(this.#ownerKey(this.#owner)));
  }

  /** @param {() => void} left */
  watch(left) {
    const page = /** @type {EventTarget} */ (globalThis);
    /** @param {Event} event */
    const listener = (event) => {
      const { key, newValue } = /** @type {StorageEvent} */ (event);
      if (key !== null && key.startsWith(this.#ownerKey("")) && newValue === null) left();
    };
    page.addEventListener?.("storage", listener);
    return () => page.removeEventListener?.("storage", listener);
  }

  #renew() {
    const until = String(Date.now() + LocalOutbox.#LEASE);
    this.#try((storage) => storage.setItem(this.#ownerKey(this.#owner), until));
  }

  /** @param {string} owner */
  #lives(owner) {
    const key = this.#ownerKey(owner);
    const remaining = Number(this.#try((storage) => storage.getItem(key)) ?? 0) - Date.now();
    const lives = remaining > 0 && remaining <= LocalOutbox.#LEASE; // beyond it, the clock was put back
    if (!lives) this.#try((storage) => storage.removeItem(key));
    return lives;
  }

  /** @param {string} owner */
  #ownerKey(owner) {
    return `${this.#prefix}owner.${owner}`;
  }

  /** @param {string} kind */
  #keys(kind) {
    const all = this.#try((storage) => Array.from({ length: storage.length }, (_, index) => storage.key(index)));
    return (all ?? []).filter((key) => key !== null).filter((key) => key.startsWith(this.#prefix + kind));
  }

  /**
   * @template T
   * @param {(storage: Storage) => T} action
   * @returns {T | null} null where the storage refuses
   */
  #try(action) {
    try {
      return this.#storage === null ? null : action(this.#storage);
    } catch {
      return null;
    }
  }
}

/**
 * Whether an entry of a store may be a user's. What says nothing of its user is whose the store is.
 * @param {StoredEntry} entry
 * @param {string | null} userId
 */
function mayHave({ userId: owner }, userId) {
  return owner === undefined || owner === null || owner === userId;
}

/** The credential, asked for once by all who need it. */
class Credentials {
  /** @type {string | null} */
  #known = null;
  /** @type {(() => string | Promise<string>) | null} */
  #source = null;
  /** @type {Promise<string> | null} */
  #asking = null;

  /** @param {string | (() => string | Promise<string>)} credential */
  constructor(credential) {
    if (typeof credential === "function") this.#source = credential;
    else this.#known = String(credential).trim();
  }

  /** Whether there can be another one. */
  get renewable() {
    return this.#source !== null;
  }

  /** @returns {Promise<string>} rejects where the function does */
  async current() {
    return this.#known ?? this.#ask();
  }

  /**
   * @param {string} refused
   * @returns {Promise<string | null>} one in place of that which was refused; null where there is no other
   */
  async renewed(refused) {
    if (this.#known !== null && this.#known !== refused) return this.#known; // somebody was quicker
    return this.renewable ? this.#ask() : null;
  }

  /** @returns {Promise<string>} */
  #ask() {
    this.#asking ??= (async () => {
      try {
        const answer = String((await this.#source?.()) ?? "").trim();
        if (answer === "") throw new Error("the credential function returned nothing");
        if (!isCredential(answer)) throw new Error("the credential function returned what is no credential: an HTML page?");
        this.#known = answer;
        return answer;
      } finally {
        this.#asking = null;
      }
    })();
    return this.#asking;
  }
}

/**
 * Whose a credential is, as the server says.
 * @typedef {object} Identity
 * @property {string | null} userId null where the server does not say
 * @property {number} status of its answer; 0 for none
 */

/** Asks the server whose a credential is, and remembers the last answer. */
class IdentityResolver {
  #server;
  #fetch;
  /** @type {{credential: string, userId: string} | null} */
  #known = null;
  /** @type {{credential: string, answer: Promise<Identity>} | null} */
  #asking = null;

  /**
   * @param {URL} server
   * @param {typeof globalThis.fetch} request
   */
  constructor(server, request) {
    this.#server = server;
    this.#fetch = request;
  }

  /**
   * @param {string} credential
   * @returns {string | null} null while it is not known
   */
  of(credential) {
    if (isUserId(credential)) return userIdOf(credential);
    return this.#known?.credential === credential ? this.#known.userId : null;
  }

  /**
   * @param {string} credential
   * @param {string} userId
   */
  learn(credential, userId) {
    this.#known = { credential, userId };
  }

  /**
   * @param {string} credential
   * @returns {Promise<Identity>}
   */
  async ask(credential) {
    const userId = this.of(credential);
    if (userId !== null) return { userId, status: 200 };
    if (this.#asking?.credential !== credential) {
      const answer = this.probe(credential).finally(() => {
        if (this.#asking?.answer === answer) this.#asking = null;
      });
      this.#asking = { credential, answer };
    }
    return /** @type {{answer: Promise<Identity>}} */ (this.#asking).answer;
  }

  /**
   * The same, though it be known already.
   * @param {string} credential
   * @returns {Promise<Identity>}
   */
  async probe(credential) {
    try {
      const headers = { Authorization: `Bearer ${credential}`, Accept: "application/json" };
      const signal = AbortSignal.timeout(PROBE_WITHIN);
      const response = await this.#fetch(new URL("api/users/me", this.#server).href, { headers, signal, cache: "no-store" });
      const userId = response.ok ? userIdOf(textOf(jsonOrNull(await response.text())?.id)) : null;
      if (userId !== null) this.learn(credential, userId);
      return { userId, status: response.status };
    } catch {
      return { userId: null, status: 0 };
    }
  }
}

/**
 * @typedef {object} ConnectionListener
 * @property {(detail: StateDetail) => void} changed
 * @property {(credential: string) => Promise<Identity>} identify before a connection is made with a credential; where it is
 *   another user's, the connection has been shut when this resolves
 * @property {(credential: string) => void} opened
 * @property {(text: string) => void} received
 * @property {(code: number) => void} lost an open connection is gone; 1006 where it ended without a close frame
 * @property {(reason: string) => void} ended it will not connect again by itself
 */

/** Keeps one connection to the server, and knows what each close code asks for (PROTOCOL.md, section 9). */
class Connection {
  /** @type {State} */
  state = "idle";
  /** Whether it was closed for good, and not by shut(). */
  ended = false;
  /** That of the connection. @type {string | null} */
  credential = null;

  #server;
  #credentials;
  #WebSocket;
  #fetch;
  #identities;
  #timing;
  #listener;
  /** Whether there ever was a connection. */
  #hasOpened = false;
  /** @type {WebSocket | null} */
  #socket = null;
  /** @type {number | null} milliseconds; null before the socket is open */
  #openedAt = null;
  /** @type {string | null} what the server did not take */
  #refused = null;
  #failures = 0;
  /** Counts connections, so that what was begun for an earlier one has no effect. */
  #generation = 0;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #timer;

  /**
   * @param {URL} server
   * @param {Credentials} credentials
   * @param {typeof globalThis.WebSocket} WebSocketType
   * @param {typeof globalThis.fetch} request
   * @param {IdentityResolver} identities
   * @param {Timing} timing
   * @param {ConnectionListener} listener
   */
  constructor(server, credentials, WebSocketType, request, identities, timing, listener) {
    this.#server = server;
    this.#credentials = credentials;
    this.#WebSocket = WebSocketType;
    this.#fetch = request;
    this.#identities = identities;
    this.#timing = timing;
    this.#listener = listener;
  }

  /** Connects, unless it is connected or about to be. */
  open() {
    if (this.state === "open" || this.state === "connecting") return;
    this.ended = false;
    this.#connect();
  }

  /** Ends the waiting for the next attempt. */
  hurry() {
    if (this.state === "waiting") this.#connect();
  }

  /**
   * Disconnects.
   * @param {string} reason
   */
  shut(reason) {
    if (this.state === "idle" || this.state === "closed") return;
    const wasOpen = this.state === "open";
    this.#detach();
    if (wasOpen) this.#listener.lost(1000);
    this.#set("closed", null, reason, null);
  }

  /**
   * Gives up a connection that seems dead, and connects again.
   * @param {string} reason
   */
  drop(reason) {
    if (this.state !== "open" && this.state !== "connecting") return;
    if (this.#lose(ABNORMAL)) this.#again(null, reason);
  }

  /**
   * @param {string} text
   * @returns {boolean} whether it was written
   */
  write(text) {
    if (this.state !== "open" || this.#socket?.readyState !== 1) return false;
    this.#socket.send(text);
    return true;
  }

  async #connect() {
    this.#detach();
    const generation = this.#generation;
    this.#set("connecting", null, "", null);
    let credential;
    try {
      const refused = this.#refused;
      credential = refused === null ? await this.#credentials.current() : await this.#credentials.renewed(refused);
    } catch (error) {
      if (generation === this.#generation) this.#again(null, `no credential: ${error}`, "TOKEN");
      return;
    }
    if (generation !== this.#generation) return;
    if (credential === null) return this.#end(EXPIRED, "the credential was refused");
    this.#refused = null;
    if (!isCredential(credential)) return this.#credentialRefused(credential, "this is no credential");
    const { status } = await this.#listener.identify(credential);
    if (generation !== this.#generation) return;
    if (status === 401) return this.#credentialRefused(credential, "the credential was refused");
    try {
      this.#attach(this.#newSocket(credential), credential);
    } catch (error) {
      this.#credentialRefused(credential, String(error)); // characters that no credential has
    }
  }

  /** @param {string} credential */
  #newSocket(credential) {
    const url = new URL(`imserver/${isUserId(credential) ? credential : "me"}`, this.#server);
    url.protocol = url.protocol.replace("http", "ws");
    const address = url.href; // not every package for Node takes a URL
    return isUserId(credential)
      ? new this.#WebSocket(address)
      : new this.#WebSocket(address, ["imserver.v1", `bearer.${credential}`]); // what is in an address would be logged
  }

  /**
   * @param {WebSocket} socket
   * @param {string} credential
   */
  #attach(socket, credential) {
    this.#socket = socket;
    this.#timer = setTimeout(() => this.drop("no answer to the handshake"), this.#timing.connectWithin);
    // In Node an error event without a listener ends the process. "close" follows, but not always where there was no connection.
    socket.onerror = () => setTimeout(() => this.#socket === socket && this.#closed(ABNORMAL, "", credential), CLOSE_WITHIN);
    socket.onopen = () => {
      clearTimeout(this.#timer);
      this.#openedAt = now();
      this.#hasOpened = true;
      this.credential = credential;
      this.#set("open", null, "", null);
      if (this.#socket === socket) this.#listener.opened(credential);
    };
    socket.onmessage = ({ data }) => {
      if (typeof data === "string") this.#listener.received(data);
    };
    socket.onclose = ({ code, reason }) => this.#closed(code ?? ABNORMAL, textOf(reason), credential);
  }

  /**
   * @param {number} code
   * @param {string} reason
   * @param {string} credential
   */
  #closed(code, reason, credential) {
    const handshakeDone = this.#openedAt !== null;
    if (!this.#lose(code)) return;
    if (FINAL.includes(code)) this.#end(code, reason);
    else if (code === EXPIRED) this.#credentialRefused(credential, reason);
    else if (handshakeDone) this.#again(code, reason);
    else this.#notLetIn(code, credential);
  }

  /**
   * A browser does not distinguish a refused handshake from a server that is away: REST does.
   * @param {number} code
   * @param {string} credential
   */
  async #notLetIn(code, credential) {
    const generation = this.#generation;
    const identity = await this.#identities.probe(credential);
    const { status } = identity;
    if (generation !== this.#generation) return;
    const refused = status >= 400 && status < 500 && status !== 429;
    // Without an answer to REST (not served there, or not to this origin) a fresh credential is worth a try now and then.
    const perhaps = status === 0 && this.#failures % 3 === 2;
    if (status === 401) return this.#credentialRefused(credential, "the credential was refused");
    const problem = this.#hasOpened ? null : await this.#diagnose(identity);
    if (generation !== this.#generation) return;
    if (this.#credentials.renewable && (refused || perhaps)) this.#refused = credential; // another one next time
    this.#again(code, "the server did not let this connection in, or cannot be reached", problem);
  }

  /**
   * Why no connection could be had.
   * @param {Identity} identity what REST says to the credential
   * @returns {Promise<Problem>}
   */
  async #diagnose({ status, userId }) {
    if (status === 0) return (await this.#isThere()) ? "ORIGIN" : "UNREACHABLE";
    if (status === 403) return "ORIGIN";
    if (status >= 500) return "UNAVAILABLE";
    if (userId === null && status !== 429) return "ADDRESS";
    return (await this.#takesOrigin()) ? "WEBSOCKET" : "ORIGIN";
  }

  /** Whether there is a server that does not let this page read its answers. */
  async #isThere() {
    if (globalThis.location === undefined) return false; // only browsers keep answers from the page
    try {
      await this.#health({ mode: "no-cors" });
      return true;
    } catch {
      return false;
    }
  }

  /** Whether the server takes the page's origin, which a browser sends in the handshake, but not in a GET of its own. */
  async #takesOrigin() {
    if (globalThis.location?.origin !== this.#server.origin) return true; // or REST would not have answered
    try {
      const { headers } = await this.#health({ method: "OPTIONS" });
      return headers.has("Access-Control-Allow-Origin");
    } catch {
      return true; // not certain: a proxy may not pass this on
    }
  }

  /** @param {RequestInit} init */
  #health(init) {
    const signal = AbortSignal.timeout(PROBE_WITHIN);
    return this.#fetch(new URL("api/health", this.#server).href, { ...init, signal, cache: "no-store" });
  }

  /**
   * @param {string} credential
   * @param {string} reason
   */
  #credentialRefused(credential, reason) {
    if (!this.#credentials.renewable) return this.#end(EXPIRED, reason);
    this.#refused = credential;
    this.#again(EXPIRED, reason);
  }

  /**
   * @param {number | null} code
   * @param {string} reason
   * @param {Problem | null} [problem]
   */
  #again(code, reason, problem = null) {
    const { backoff, backoffCap } = this.#timing;
    const retryInMs = Math.random() * Math.min(backoffCap, backoff * 2 ** this.#failures++);
    this.#timer = setTimeout(() => this.#connect(), retryInMs);
    this.#set("waiting", code, reason, retryInMs, problem);
  }

  /**
   * @param {number | null} code
   * @param {string} reason
   */
  #end(code, reason) {
    this.ended = true;
    this.#set("closed", code, reason, null);
    if (this.ended) this.#listener.ended(reason || `closed with ${code}`);
  }

  /**
   * Drops the connection, and calls the listener if it was open.
   * @param {number} code
   * @returns {boolean} false where the listener has connected again or disconnected
   */
  #lose(code) {
    const openedAt = this.#openedAt;
    this.#detach();
    if (openedAt === null) return true;
    if (now() - openedAt >= this.#timing.stableAfter) this.#failures = 0;
    const generation = this.#generation;
    this.state = "waiting"; // the caller sets the state that follows
    this.#listener.lost(code);
    return generation === this.#generation;
  }

  #detach() {
    this.#generation++;
    clearTimeout(this.#timer);
    this.#openedAt = null;
    this.credential = null;
    const socket = this.#socket;
    this.#socket = null;
    if (socket === null) return;
    socket.onopen = socket.onmessage = socket.onclose = null; // onerror stays: to close what is not open yet is an error to some
    if (socket.readyState < 2) socket.close(1000);
  }

  /**
   * @param {State} state
   * @param {number | null} code
   * @param {string} reason
   * @param {number | null} retryInMs
   * @param {Problem | null} [problem]
   */
  #set(state, code, reason, retryInMs, problem = null) {
    this.state = state;
    this.#listener.changed({ state, code, reason, retryInMs, problem });
  }
}

/**
 * @typedef {object} Pending
 * @property {StoredEntry} entry
 * @property {string} packet the text of every attempt
 * @property {number} attempts
 * @property {number} cuts connections that broke while an answer was awaited
 * @property {boolean} onTheWire written to this connection and not answered
 * @property {number} writtenAt milliseconds
 * @property {ReturnType<typeof setTimeout> | undefined} timer runs while an answer is awaited
 * @property {ReturnType<typeof setTimeout> | undefined} deadline
 * @property {SendError | null} why the server's last "not now"
 * @property {{promise: Promise<Sent>, resolve: (sent: Sent) => void, reject: (error: SendError) => void} | null} waiting
 */

/** Gets messages stored: in order for each recipient, each once, or failed. */
class Outgoing {
  /** In the order to send in. @type {Map<string, Pending>} */
  #messages = new Map();
  #connection;
  #store;
  #timing;
  #notify;
  #lastTimestamp = 0;
  #lastHeard = 0;
  /** Messages that may be on the wire; shrinks to one when the server says "not now". */
  #window;
  #bucket;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #paced;
  /** Claims under way: what they bring comes first. */
  #restoring = 0;
  /** Between connect() and close(). */
  #active = false;
  /** Whether there is a connection, and it is this user's. */
  #online = false;
  /** @type {string | null} */
  #userId = null;

  /**
   * @param {Connection} connection
   * @param {OutboxStore | null} store
   * @param {Timing} timing
   * @param {(detail: OutgoingDetail) => void} notify
   */
  constructor(connection, store, timing, notify) {
    this.#connection = connection;
    this.#store = store;
    this.#timing = timing;
    this.#notify = notify;
    this.#window = timing.inFlight;
    this.#bucket = new TokenBucket(timing.perSecond, timing.burst);
  }

  get isEmpty() {
    return this.#messages.size === 0;
  }

  /**
   * It is known whose messages these are.
   * @param {string} userId
   * @param {OutboxStore | null} store
   */
  belongTo(userId, store) {
    this.#userId = userId;
    this.#store = store;
    this.keep();
  }

  /**
   * @param {string} toId
   * @param {string} content
   * @param {string} clientMessageId
   * @returns {Promise<Sent>}
   */
  send(toId, content, clientMessageId) {
    const known = this.#messages.get(clientMessageId);
    const error = this.#validate(toId, content, clientMessageId, known);
    if (error !== null) return quietly(Promise.reject(error));
    const pending = known ?? this.#enter(toId, content, clientMessageId);
    if (known?.entry.state === "failed") this.#revive(known);
    pending.waiting ??= newWaiting();
    const { promise } = pending.waiting;
    if (this.#connection.ended) this.#fail(pending, new SendError("NOT_CONNECTED", "the client is closed", true, clientMessageId));
    else this.#pump();
    return promise;
  }

  /** @returns {OutgoingDetail[]} */
  list() {
    return [...this.#messages.values()].map(({ entry }) => detailOf(entry, entry.state, null));
  }

  /** @param {string} clientMessageId */
  forget(clientMessageId) {
    if (this.#messages.get(clientMessageId)?.entry.state !== "failed") return;
    this.#messages.delete(clientMessageId);
    this.#store?.remove(clientMessageId);
  }

  /** @param {OutboxStore} store */
  async restore(store) {
    this.#restoring++;
    try {
      const claimed = await store.claim(MAX_OUTGOING - this.#messages.size, this.#userId);
      const entries = claimed.filter((entry) => mayHave(entry, this.#userId));
      for (const entry of entries) this.#adopt(entry);
      if (entries.length > 0) {
        const ordered = [...this.#messages].sort(([, one], [, other]) => one.entry.since - other.entry.since);
        this.#messages = new Map(ordered);
      }
    } catch {
      // a store that cannot be read keeps nothing
    } finally {
      this.#restoring--;
    }
    this.#pump();
  }

  /** There is a connection. */
  opened() {
    this.#online = true;
    this.#window = this.#timing.inFlight;
    this.#expire();
    this.#pump();
  }

  /** A packet arrived: the connection is alive. */
  heard() {
    this.#lastHeard = now();
  }

  /**
   * The connection is gone. Attempts whose time was not up do not count.
   * @param {number} code
   */
  lost(code) {
    this.#online = false;
    clearTimeout(this.#paced);
    const unanswered = this.#onTheWire();
    for (const pending of unanswered) {
      pending.onTheWire = false;
      if (pending.timer !== undefined) pending.attempts--;
      clearTimeout(pending.timer);
      pending.timer = undefined;
      if (code !== 1000) pending.cuts++;
    }
    for (const pending of unanswered.filter(({ cuts }) => cuts >= this.#timing.cuts)) {
      this.#fail(pending, noAnswer(pending));
    }
    this.#notAgain(code, unanswered);
  }

  /** @param {Packet} packet */
  acknowledged({ timestamp, describe }) {
    const pending = this.#answeredBy(timestamp, describe);
    if (pending === undefined) return; // answered before
    const { entry } = pending;
    const { clientMessageId } = entry;
    this.#settle(pending);
    this.#messages.delete(clientMessageId);
    this.#store?.remove(clientMessageId);
    this.#window = Math.min(this.#timing.inFlight, this.#window + 1);
    const messageId = textOf(describe.messageId);
    pending.waiting?.resolve({ messageId, clientMessageId, timestamp: entry.timestamp });
    this.#notify(detailOf({ ...entry, code: null, message: null }, "sent", messageId)); // also one that had failed
    this.#pump();
  }

  /** @param {Packet} packet */
  refused({ timestamp, describe }) {
    const pending = this.#answeredBy(timestamp, describe);
    if (pending === undefined || !pending.onTheWire) return;
    const retryable = describe.retryable === true;
    const { clientMessageId } = pending.entry;
    const error = new SendError(textOf(describe.code), textOf(describe.message), retryable, clientMessageId);
    if (retryable) {
      pending.why = error; // counts as no answer: the timer goes on
      this.#window = 1;
    } else {
      this.#fail(pending, error);
    }
  }

  /**
   * @param {string} code
   * @param {string} reason
   */
  failAll(code, reason) {
    for (const pending of [...this.#messages.values()]) {
      if (pending.entry.state === "sending") {
        this.#fail(pending, new SendError(code, reason, true, pending.entry.clientMessageId));
      }
    }
  }

  /** Writes all into the store again, as ours: another page may have had it since. */
  keep() {
    for (const pending of this.#messages.values()) this.#save(pending);
  }

  /** close() was called: nothing of ours stays behind. */
  pause() {
    this.#active = false;
    clearTimeout(this.#paced);
    for (const pending of this.#messages.values()) clearTimeout(pending.deadline);
  }

  /** And connect() after it. */
  resume() {
    this.#active = true;
    this.keep();
    for (const pending of this.#messages.values()) this.#setDeadline(pending);
  }

  /**
   * @param {string} toId
   * @param {string} content
   * @param {string} clientMessageId
   * @param {Pending | undefined} known
   * @returns {SendError | null}
   */
  #validate(toId, content, clientMessageId, known) {
    /** @type {(code: string, message: string, retryable?: boolean) => SendError} */
    const error = (code, message, retryable = false) => new SendError(code, message, retryable, clientMessageId);
    if (!isUserId(toId) || /^0+$/.test(toId)) return error("INVALID_RECIPIENT", "toId must be a user id");
    if (typeof content !== "string" || content === "") return error("EMPTY_CONTENT", "content must be a text");
    if (clientMessageId === "" || clientMessageId.length > MAX_CLIENT_MESSAGE_ID) {
      return error("BAD_PACKET", `clientMessageId must have 1 to ${MAX_CLIENT_MESSAGE_ID} characters`);
    }
    if (known !== undefined) {
      const same = known.entry.toId === toId && known.entry.content === content;
      return same ? null : error("ID_TAKEN", "another message has this clientMessageId");
    }
    return this.#makeRoom() ? null : error("OUTBOX_FULL", `${MAX_OUTGOING} messages are waiting`, true);
  }

  #makeRoom() {
    if (this.#messages.size < MAX_OUTGOING) return true;
    const failed = [...this.#messages.values()].find(({ entry }) => entry.state === "failed");
    if (failed === undefined) return false;
    this.forget(failed.entry.clientMessageId);
    return true;
  }

  /**
   * @param {string} toId
   * @param {string} content
   * @param {string} clientMessageId
   * @returns {Pending}
   */
  #enter(toId, content, clientMessageId) {
    const since = this.#nextTimestamp();
    const timestamp = String(since);
    /** @type {StoredEntry} */
    const entry = { clientMessageId, toId, content, timestamp, since, state: "sending", code: null, message: null };
    const pending = pendingOf(entry);
    this.#messages.set(clientMessageId, pending);
    this.#changed(pending);
    return pending;
  }

  /** Milliseconds since 1970, and no two the same: answers repeat them. */
  #nextTimestamp() {
    this.#lastTimestamp = Math.max(Date.now(), this.#lastTimestamp + 1);
    return this.#lastTimestamp;
  }

  /**
   * The same packet again, behind what was sent since.
   * @param {Pending} pending
   */
  #revive(pending) {
    const { entry } = pending;
    Object.assign(pending, { attempts: 0, cuts: 0, why: null, waiting: null });
    Object.assign(entry, { state: "sending", code: null, message: null, since: this.#nextTimestamp() });
    this.#messages.delete(entry.clientMessageId);
    this.#messages.set(entry.clientMessageId, pending);
    this.#changed(pending);
  }

  /** @param {StoredEntry} entry */
  #adopt(entry) {
    if (this.#messages.has(entry.clientMessageId)) return;
    const pending = pendingOf({ ...entry });
    this.#messages.set(entry.clientMessageId, pending);
    this.#lastTimestamp = Math.max(this.#lastTimestamp, Math.min(entry.since, Date.now()));
    this.#setDeadline(pending);
    this.#notify(detailOf(entry, entry.state, null));
  }

  /** @param {Pending} pending */
  #save(pending) {
    pending.entry.userId = this.#userId;
    this.#store?.put(pending.entry);
    if (!this.#active) this.#store?.release(); // else it would stay claimed when the page goes
  }

  /** @param {Pending} pending */
  #changed(pending) {
    this.#save(pending);
    this.#setDeadline(pending);
    this.#notify(detailOf(pending.entry, pending.entry.state, null));
  }

  /** @param {Pending} pending */
  #setDeadline(pending) {
    clearTimeout(pending.deadline);
    if (pending.entry.state !== "sending" || !this.#active) return; // connect() sets it, and no timer is left after close()
    const rest = pending.entry.since + this.#timing.giveUpAfter - Date.now();
    const timeout = Math.min(Math.max(0, rest), MAX_TIMEOUT);
    pending.deadline = setTimeout(() => this.#fail(pending, noAnswer(pending)), timeout);
  }

  /** Timers stand still while a device sleeps. */
  #expire() {
    const oldest = Date.now() - this.#timing.giveUpAfter;
    for (const pending of [...this.#messages.values()]) {
      if (pending.entry.state === "sending" && pending.entry.since < oldest) this.#fail(pending, noAnswer(pending));
    }
  }

  /** Sends what may be sent now: for each recipient the first that waits, if none is under way. */
  #pump() {
    if (!this.#online || this.#restoring > 0) return;
    const onTheWire = this.#onTheWire();
    const timestamps = new Set(onTheWire.map(({ entry }) => entry.timestamp)); // a failure names no more than that
    const busy = new Set();
    let room = this.#window - onTheWire.length;
    for (const pending of this.#messages.values()) {
      const { toId, state, timestamp } = pending.entry;
      if (state !== "sending" || busy.has(toId)) continue;
      busy.add(toId);
      if (pending.onTheWire || timestamps.has(timestamp)) continue;
      if (room-- <= 0) return;
      const wait = this.#bucket.take();
      if (wait > 0) {
        clearTimeout(this.#paced);
        this.#paced = setTimeout(() => this.#pump(), wait);
        return;
      }
      timestamps.add(timestamp);
      this.#attempt(pending);
    }
  }

  /** @param {Pending} pending */
  #attempt(pending) {
    if (!this.#connection.write(pending.packet)) return; // closing: it is sent again on the next connection
    pending.attempts++;
    pending.onTheWire = true;
    pending.writtenAt = now();
    pending.timer = setTimeout(() => this.#unanswered(pending), this.#timing.answerAfter);
  }

  /** @param {Pending} pending */
  #unanswered(pending) {
    pending.timer = undefined;
    if (pending.attempts > this.#timing.retries) {
      this.#fail(pending, noAnswer(pending));
    } else if (pending.attempts === 2 && this.#lastHeard < pending.writtenAt - this.#timing.answerAfter) {
      this.#connection.drop("the server does not answer"); // nothing came since the first of two attempts: perhaps the network changed
    } else {
      this.#attempt(pending);
    }
  }

  /**
   * @param {Pending} pending
   * @param {SendError} error
   */
  #fail(pending, error) {
    this.#settle(pending);
    Object.assign(pending.entry, { state: "failed", code: error.code, message: error.message });
    this.#save(pending);
    pending.waiting?.reject(error);
    this.#notify(detailOf(pending.entry, "failed", null));
    this.#pump();
  }

  /** @param {Pending} pending */
  #settle(pending) {
    clearTimeout(pending.timer);
    clearTimeout(pending.deadline);
    pending.timer = undefined;
    pending.onTheWire = false;
  }

  /**
   * What made the server close the connection must not be sent again.
   * @param {number} code
   * @param {Pending[]} unanswered
   */
  #notAgain(code, unanswered) {
    if (code === TOO_LARGE && unanswered.length > 0) {
      const largest = unanswered.reduce((one, other) => (other.packet.length > one.packet.length ? other : one));
      const id = largest.entry.clientMessageId;
      this.#fail(largest, new SendError("CONTENT_TOO_LONG", "the server takes no packet that large", false, id));
    } else if (UNREADABLE.includes(code)) {
      for (const pending of unanswered) {
        const id = pending.entry.clientMessageId;
        this.#fail(pending, new SendError("BAD_PACKET", `the server closed the connection with ${code}`, false, id));
      }
    }
  }

  #onTheWire() {
    return [...this.#messages.values()].filter(({ onTheWire }) => onTheWire);
  }

  /**
   * @param {string} timestamp
   * @param {Record<string, unknown>} describe
   * @returns {Pending | undefined}
   */
  #answeredBy(timestamp, describe) {
    const name = describe.clientMessageId;
    if (typeof name === "string") return this.#messages.get(name);
    return this.#onTheWire().find(({ entry }) => entry.timestamp === timestamp);
  }
}

/** So many a second, and some at once. */
class TokenBucket {
  #perSecond;
  #burst;
  #left;
  #asOf = now();

  /**
   * @param {number} perSecond
   * @param {number} burst
   */
  constructor(perSecond, burst) {
    this.#perSecond = perSecond;
    this.#burst = burst;
    this.#left = burst;
  }

  /**
   * @param {number} [count] not above the burst
   * @returns {number} 0 if so many may go, else the milliseconds until then
   */
  take(count = 1) {
    const time = now();
    this.#left = Math.min(this.#burst, this.#left + ((time - this.#asOf) / 1000) * this.#perSecond);
    this.#asOf = time;
    if (this.#left < count) return Math.ceil(((count - this.#left) / this.#perSecond) * 1000);
    this.#left -= count;
    return 0;
  }

  /** @param {number} burst so many at once from now on */
  limit(burst) {
    this.#burst = burst;
  }
}

/**
 * The ids of messages that were shown. Unread ones come again at every connect, so they are remembered longer than those
 * that were marked as read, which come again only where packets are doubled or a read-ack was lost.
 */
class SeenIds {
  static #UNREAD = 50_000;
  static #READ = 10_000;

  /** Numbers, which take a tenth of the room. @type {Set<number>} */
  #unread = new Set();
  /** @type {Set<number>} */
  #read = new Set();

  /**
   * @param {string} messageId
   * @returns {boolean} whether it is new
   */
  add(messageId) {
    const id = Number(messageId);
    if (this.#unread.has(id) || this.#read.has(id)) return false;
    remember(this.#unread, id, SeenIds.#UNREAD);
    return true;
  }

  /** @param {string} messageId */
  markRead(messageId) {
    this.#unread.delete(Number(messageId));
    remember(this.#read, Number(messageId), SeenIds.#READ);
  }

  /** @param {string} messageId */
  isRead(messageId) {
    return this.#read.has(Number(messageId));
  }
}

/**
 * What has come in on one connection, until nothing is missing any more.
 * @typedef {object} Round
 * @property {boolean} over the connection is gone
 * @property {Set<number>} ids
 * @property {MessageDetail[]} held what is not shown yet, in the order in which it came
 * @property {boolean} full so much came that some of it was passed over, and is to be fetched
 * @property {number} heardAt milliseconds: when something came last
 * @property {number} upTo the newest message when REST was asked
 * @property {number} expected how many that are not newer than that are to come still
 * @property {boolean} live what comes in is shown at once: older ones have been waited for too long
 * @property {ReturnType<typeof setTimeout> | undefined} holdTimer until then
 * @property {Set<() => void>} waking ends what waits
 */

/**
 * Shows incoming messages: each once, and those of one sender in order.
 *
 * The server pushes no more than so many unread messages after a connect (PROTOCOL.md, section 6), the oldest, and then what
 * arrives from then on; nothing marks where the one ends and the other begins. So nothing is shown until REST has said how
 * much is unread. Where so much has come, nothing is missing. Where it has not, and nothing comes any more, one that is
 * missing is looked for: what came and is older was pushed, what came and is newer is live, and all that is unread between
 * the two is fetched before the live ones are shown. Where that makes no progress for Timing.holdWithin, or REST cannot be
 * had for now, the live ones are shown first, and what is missing when it comes: REST is asked again each Timing.holdWithin.
 */
class Incoming {
  static #WITHIN = 8000; // ms: REST that takes longer to say what is unread is not waited for; the server answers within 5000
  static #BEGINS_WITHIN = 30_000; // ms

  #api;
  #timing;
  #listener;
  #seenIds = new SeenIds();
  /** What is not newer than this was shown, if it was unread. */
  #shownTo = 0;
  /** Whether something older than what was shown may be missing, since REST did not give it. */
  #incomplete = false;
  /** @type {Round | null} */
  #round = null;
  #bucket;
  /** The server takes no request before, by the clock of now(). */
  #notBefore = 0;

  /**
   * @param {ImApi} api
   * @param {Timing} timing
   * @param {{show: (detail: MessageDetail) => void, readAlready: (messageId: string) => void}} listener readAlready: it came
   *   again though it was read, so the server does not know that
   */
  constructor(api, timing, listener) {
    this.#api = api;
    this.#timing = timing;
    this.#listener = listener;
    this.#bucket = new TokenBucket(timing.requestsPerSecond, CATCH_UP_BURST);
  }

  /** There is a connection. */
  opened() {
    this.lost();
    const round = newRound();
    this.#round = round;
    this.#progressed(round);
    this.#complete(round).finally(() => {
      clearTimeout(round.holdTimer);
      if (round.over) return;
      this.#round = null;
      this.#release(round, Infinity);
    });
  }

  /** The connection is gone. What was held comes again. */
  lost() {
    if (this.#round === null) return;
    this.#round.over = true;
    clearTimeout(this.#round.holdTimer);
    wake(this.#round);
    this.#round = null;
  }

  /** @param {MessageDetail} detail */
  received(detail) {
    const round = this.#round;
    if (round === null) return this.#show(detail);
    const id = Number(detail.messageId);
    round.heardAt = now();
    if (round.ids.has(id)) return;
    if (!round.live) {
      if (round.held.length >= MAX_HELD) round.full = true;
      if (round.full) return;
      round.held.push(detail);
    }
    round.ids.add(id);
    if (round.ids.size === 1) wake(round); // it has begun
    if (id <= round.upTo) {
      this.#progressed(round);
      if (--round.expected === 0) wake(round);
    }
    if (round.live) this.#show(detail);
  }

  /** @param {string[]} messageIds */
  markRead(messageIds) {
    messageIds.forEach((id) => this.#seenIds.markRead(id));
  }

  /** @param {MessageDetail} detail */
  #show(detail) {
    const { messageId } = detail;
    if (!this.#incomplete) this.#shownTo = Math.max(this.#shownTo, Number(messageId));
    if (this.#seenIds.add(messageId)) this.#listener.show(detail);
    else if (this.#seenIds.isRead(messageId)) this.#listener.readAlready(messageId);
  }

  /**
   * @param {Round} round
   * @param {number} before shows what is held and older than that
   */
  #release(round, before) {
    const ready = round.held.filter(({ messageId }) => Number(messageId) < before);
    round.held = round.held.filter(({ messageId }) => !(Number(messageId) < before));
    ready.forEach((detail) => this.#show(detail));
  }

  /**
   * Something came that was waited for.
   * @param {Round} round
   */
  #progressed(round) {
    clearTimeout(round.holdTimer);
    if (round.over || round.live) return;
    round.holdTimer = setTimeout(() => this.#goLive(round), this.#timing.holdWithin);
  }

  /**
   * Holds nothing back any more.
   * @param {Round} round
   */
  #goLive(round) {
    round.live = true;
    this.#incomplete = true;
    this.#release(round, Infinity);
    wake(round);
  }

  /**
   * Finds and shows what the server did not push.
   * @param {Round} round
   */
  async #complete(round) {
    this.#incomplete = false;
    for (let tries = 0; !round.over; ) {
      try {
        await this.#expect(round);
        await this.#awaitPush(round);
        if (round.expected > 0 && !round.over) await this.#fillGap(round);
        if (round.over) return;
        if (!round.full) {
          this.#incomplete = false;
          return;
        }
        this.#release(round, Infinity);
        round.full = false;
      } catch (error) {
        const { status } = /** @type {{status?: number}} */ (error);
        if (status === 410 && ++tries <= CATCH_UP_TRIES) continue; // the list of conversations has to be read anew
        if (round.over || status === undefined || (status > 0 && status < 500)) break;
        this.#goLive(round); // nothing is held back while the server cannot answer
        await pauseUntil(now() + this.#timing.holdWithin, round);
      }
    }
    if (!round.over) this.#incomplete = true; // the next connect is to bring it
  }

  /**
   * All requests for what was not pushed: no more of them than the server allows, and each again where it failed for now.
   * @template T
   * @param {Round} round
   * @param {() => Promise<T>} request
   * @returns {Promise<T>} rejects where the round is over, too
   */
  async #ask(round, request) {
    for (let tries = 0; ; ) {
      await this.#turn(round);
      if (round.over) throw new ApiError(0, "Not needed", "the connection is gone", "");
      try {
        return await request();
      } catch (error) {
        const { status, retryAfter } = /** @type {{status?: number, retryAfter?: number | null}} */ (error);
        if (status === 429) {
          this.#notBefore = Math.max(this.#notBefore, now() + 1000 * Math.max(1, retryAfter ?? 1));
        } else if (status !== undefined && status >= 500 && ++tries <= CATCH_UP_TRIES) {
          await pauseUntil(now() + 1000 * 2 ** (tries - 1), round);
        } else {
          throw error;
        }
      }
    }
  }

  /**
   * Waits until a request may go.
   * @param {Round} round
   */
  async #turn(round) {
    while (!round.over) {
      const rest = this.#notBefore - now();
      const wait = rest > 0 ? rest : this.#bucket.take();
      if (wait === 0) return;
      await pauseUntil(now() + wait, round);
    }
  }

  /**
   * Learns how much is to come.
   * @param {Round} round
   */
  async #expect(round) {
    const { conversations } = await this.#ask(round, () => within(Incoming.#WITHIN, this.#api.conversations({ limit: 1 })));
    const { total } = await this.#ask(round, () => within(Incoming.#WITHIN, this.#api.unread())); // the later, so that it counts all up to the newest
    round.upTo = Number(conversations[0]?.lastMessage.messageId ?? 0);
    round.expected = round.upTo > this.#shownTo ? total : 0;
    for (const id of round.ids) if (id <= round.upTo) round.expected--;
  }

  /**
   * Waits until so much has come, or nothing comes any more.
   * @param {Round} round
   */
  async #awaitPush(round) {
    const { quietAfter } = this.#timing;
    const begun = now();
    for (let rest = quietAfter; rest > 0 && round.expected > 0 && !round.over && !round.full && !round.live; ) {
      await pause(rest, round);
      // Before the first one the server may be waiting for its database.
      const limit = round.ids.size > 0 ? quietAfter : Incoming.#BEGINS_WITHIN;
      rest = Math.max(round.heardAt, begun) + limit - now();
    }
    if (round.ids.size === 0 && round.expected > 0 && !round.over) throw new ApiError(0, "No messages", "the server pushes nothing", "");
  }

  /**
   * Shows what is missing, if anything is, after what was pushed.
   * @param {Round} round
   */
  async #fillGap(round) {
    const unread = await this.#unread(round);
    const missing = round.over ? null : await this.#missing(round, unread);
    if (missing !== null && !round.over) await this.#fetchAround(round, missing, unread);
  }

  /**
   * The conversations with something unread that may not have been shown.
   * @param {Round} round
   * @returns {Promise<ConversationEntry[]>}
   */
  async #unread(round) {
    /** @type {ConversationEntry[]} */
    const found = [];
    let { total } = await this.#ask(round, () => this.#api.unread());
    let counted = 0;
    /** @type {string | undefined} */
    let cursor;
    while (counted < total) {
      const page = { limit: MAX_PAGE, cursor };
      const { conversations, next } = await this.#ask(round, () => this.#api.conversations(page));
      for (const entry of conversations) {
        if (Number(entry.lastMessage.messageId) <= this.#shownTo) return found; // and so are all that follow
        if (entry.unread > 0) found.push(entry);
        counted += entry.unread;
      }
      if (next === undefined) return found;
      cursor = next;
      if (counted >= total) total = (await this.#ask(round, () => this.#api.unread())).total; // some of them may have come since
    }
    return found;
  }

  /**
   * @param {Round} round
   * @param {ConversationEntry[]} unread
   * @returns {Promise<number | null>} an unread message that was not pushed, one of the newest; null where none is missing
   */
  async #missing(round, unread) {
    for (const { user, lastMessage, unread: count } of unread) {
      let before = String(Number(lastMessage.messageId) + 1);
      for (let passed = 0; passed < count; ) {
        const page = { before, limit: MAX_PAGE };
        const { messages, more } = await this.#ask(round, () => this.#api.messages(user.id, page));
        const ids = messages.filter(({ read, fromId }) => !read && fromId === user.id).map(({ messageId }) => Number(messageId));
        // Not simply the newest: a live one may be about to arrive.
        const missing = ids.findLast((id) => id > this.#shownTo && !round.ids.has(id));
        if (missing !== undefined) return missing;
        if (round.over || !more || messages.length === 0 || ids.some((id) => id <= this.#shownTo)) break;
        passed += ids.length;
        before = /** @type {HistoryMessage} */ (messages.at(-1)).messageId;
      }
    }
    return null;
  }

  /**
   * Shows what was pushed, and then all that is unread after it.
   * @param {Round} round
   * @param {number} missing a message that was not pushed
   * @param {ConversationEntry[]} unread
   */
  async #fetchAround(round, missing, unread) {
    this.#release(round, missing);
    let start = this.#shownTo;
    for (const id of round.ids) if (id < missing) start = Math.max(start, id);
    let streams = unread
      .filter(({ lastMessage }) => Number(lastMessage.messageId) > start)
      .map(({ user }) => ({ user, after: start, more: true, /** @type {MessageDetail[]} */ found: [] }));
    while (streams.length > 0) {
      const empty = streams.filter(({ more, found }) => more && found.length === 0);
      for (let i = 0; i < empty.length; i += AT_ONCE) {
        await Promise.all(empty.slice(i, i + AT_ONCE).map((stream) => this.#nextPart(round, stream)));
        if (round.over || round.expected <= 0) return; // the push had only paused, and has brought all
      }
      // Further on there may be older ones of another sender still to be fetched.
      const upTo = streams.reduce((least, { more, after }) => (more ? Math.min(least, after) : least), Infinity);
      /** @type {MessageDetail[]} */
      const ready = streams.flatMap((stream) => stream.found.filter(({ messageId }) => Number(messageId) <= upTo));
      for (const stream of streams) stream.found = stream.found.filter(({ messageId }) => Number(messageId) > upTo);
      if (ready.length > 0) this.#progressed(round);
      ready.sort((one, other) => Number(one.messageId) - Number(other.messageId)).forEach((detail) => this.#show(detail));
      streams = streams.filter(({ more, found }) => more || found.length > 0);
    }
  }

  /**
   * @param {Round} round
   * @param {{user: User, after: number, more: boolean, found: MessageDetail[]}} stream
   */
  async #nextPart(round, stream) {
    const { user } = stream;
    const page = { after: String(stream.after), limit: MAX_PAGE };
    const { messages, more } = await this.#ask(round, () => this.#api.messages(user.id, page));
    stream.more = more && messages.length > 0;
    if (messages.length > 0) stream.after = Number(messages[0].messageId);
    for (const { read, fromId, toId, messageId, content, timestamp } of messages.reverse()) {
      if (read || fromId !== user.id) continue;
      stream.found.push({ messageId, fromId, toId, content, timestamp, userName: user.name, headUrl: user.avatar });
    }
  }
}

/** @returns {Round} */
function newRound() {
  const waiting = { live: false, holdTimer: undefined, waking: new Set() };
  return { over: false, ids: new Set(), held: [], full: false, heardAt: now(), upTo: 0, expected: 0, ...waiting };
}

/** @param {Round} round */
function wake(round) {
  for (const end of [...round.waking]) end();
}

/**
 * @param {number} milliseconds
 * @param {Round} round it ends with this, or when this is woken
 * @returns {Promise<void>}
 */
function pause(milliseconds, round) {
  if (round.over) return Promise.resolve();
  return new Promise((resolve) => {
    const end = () => {
      clearTimeout(timer);
      round.waking.delete(end);
      resolve();
    };
    const timer = setTimeout(end, milliseconds);
    round.waking.add(end);
  });
}

/**
 * The same, where nothing but the end of the round ends it early.
 * @param {number} time by the clock of now()
 * @param {Round} round
 */
async function pauseUntil(time, round) {
  for (let rest = time - now(); rest > 0 && !round.over; rest = time - now()) await pause(rest, round);
}

/**
 * @template T
 * @param {number} milliseconds
 * @param {Promise<T>} promise
 * @returns {Promise<T>}
 */
function within(milliseconds, promise) {
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let timer;
  const late = new Promise((_, reject) => {
    timer = setTimeout(() => reject(new ApiError(0, "No answer", `no answer within ${milliseconds} ms`, "NETWORK")), milliseconds);
  });
  return /** @type {Promise<T>} */ (Promise.race([promise, late])).finally(() => clearTimeout(timer));
}

/**
 * Sends read-acks to the server, many messages in one packet. A read-ack has no success answer: it is done when no failure came for
 * a while. Where one came that allows for another try, or the connection broke meanwhile, it is sent again.
 *
 * The server allows a user so many ids a second, and closes for good a connection that has caused too many failures. So
 * this stays below it; and while something fails in spite of that, since other clients of the user read too, one packet at
 * a time goes out.
 */
class ReadAcks {
  static #MAX_WAITING = 50_000; // more than any user reads without a connection; what is dropped comes again as unread

  /** By id: whether the event "read" had it already. @type {Map<string, boolean>} */
  #waiting = new Map();
  /** What may still fail, by its timestamp. @type {Map<string, {ids: string[], timer: ReturnType<typeof setTimeout>}>} */
  #sent = new Map();
  #connection;
  #timing;
  #notify;
  #bucket;
  /** Ids in one packet. */
  #most;
  #count = 0;
  /** Whether there is a connection, and it is this user's. */
  #online = false;
  /** Failures in a row. */
  #failures = 0;
  /** Nothing is sent before, by the clock of now(). */
  #notBefore = 0;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #timer;

  /**
   * @param {Connection} connection
   * @param {Timing} timing
   * @param {(messageIds: string[]) => void} notify
   */
  constructor(connection, timing, notify) {
    this.#connection = connection;
    this.#timing = timing;
    this.#notify = notify;
    this.#most = Math.max(1, Math.min(MAX_READ_IDS, timing.readBurst));
    this.#bucket = new TokenBucket(timing.readsPerSecond, Math.max(1, timing.readBurst));
  }

  /** How many the server may not have marked yet. */
  get unconfirmed() {
    let count = this.#waiting.size;
    for (const { ids } of this.#sent.values()) count += ids.length;
    return count;
  }

  /** @param {string[]} messageIds */
  add(messageIds) {
    this.#wait(messageIds, false);
    this.#timer ??= setTimeout(() => this.flush(), this.#timing.readAckAfter);
  }

  /** There is a connection. */
  opened() {
    this.#online = true;
    this.flush();
  }

  /** It is gone, and perhaps what was sent last with it. */
  lost() {
    this.#online = false;
    for (const { ids, timer } of this.#sent.values()) {
      clearTimeout(timer);
      this.#wait(ids, true);
    }
    this.#sent.clear();
  }

  /** close() was called: nothing runs until there is a connection. */
  pause() {
    this.lost();
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }

  /** Sends what waits and may go now, if there is a connection; the rest later. */
  flush() {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    if (!this.#online || this.#waiting.size === 0) return; // opened() calls this again
    const rest = this.#notBefore - now();
    if (rest > 0) return this.#later(rest);
    while (this.#waiting.size > 0) {
      const wait = this.#bucket.take(Math.min(this.#waiting.size, this.#most));
      if (wait > 0) return this.#later(wait);
      const some = firstOf(this.#waiting, this.#most);
      const ids = some.map(([id]) => id);
      const timestamp = `read-${++this.#count}`; // no message has such a one
      if (!this.#connection.write(readAck(ids, timestamp))) return;
      ids.forEach((id) => this.#waiting.delete(id));
      const timer = setTimeout(() => this.#done(timestamp), 2 * this.#timing.answerAfter);
      this.#sent.set(timestamp, { ids, timer });
      const unreported = some.filter(([, reported]) => !reported).map(([id]) => id);
      if (unreported.length > 0) this.#notify(unreported);
    }
  }

  /** @param {number} wait milliseconds */
  #later(wait) {
    clearTimeout(this.#timer); // a listener of the event may have called add()
    this.#timer = setTimeout(() => this.flush(), wait);
  }

  /**
   * @param {Packet} packet a failure
   * @returns {boolean} whether it was about a read-ack
   */
  refused({ timestamp, describe }) {
    const refused = this.#sent.get(timestamp);
    if (refused === undefined) return false;
    this.#sent.delete(timestamp);
    clearTimeout(refused.timer);
    if (describe.retryable !== true) return true; // it would fail again
    if (this.#notBefore <= now()) {
      const { answerAfter, backoffCap } = this.#timing;
      const wait = Math.min(Math.max(answerAfter, backoffCap), answerAfter * 2 ** this.#failures++);
      this.#notBefore = now() + wait * (1 + Math.random() / 4);
      this.#bucket.limit(this.#most);
    } // else it went out with another one that has failed
    this.#wait(refused.ids, true);
    this.flush();
    return true;
  }

  /** @param {string} timestamp */
  #done(timestamp) {
    this.#sent.delete(timestamp);
    if (this.#notBefore > now()) return;
    this.#failures = 0;
    this.#bucket.limit(Math.max(this.#most, this.#timing.readBurst));
  }

  /**
   * @param {string[]} ids
   * @param {boolean} reported
   */
  #wait(ids, reported) {
    for (const id of ids) {
      this.#waiting.set(id, reported || (this.#waiting.get(id) ?? false));
      if (this.#waiting.size > ReadAcks.#MAX_WAITING) this.#waiting.delete(/** @type {string} */ (this.#waiting.keys().next().value));
    }
  }
}

/**
 * A packet of the server, with ids as texts and Describe read.
 * @typedef {object} Packet
 * @property {string} fromId
 * @property {string} toId
 * @property {number} type
 * @property {string} content
 * @property {string} timestamp
 * @property {Record<string, unknown>} describe
 */

/**
 * @param {string} text
 * @returns {Packet | null} null for what is none
 */
function parsePacket(text) {
  try {
    const { fromId, toId, type, content, timestamp, Describe } = parseJson(text);
    const describe = Describe ? JSON.parse(Describe) : {};
    return { fromId: textOf(fromId), toId: textOf(toId), type, content: textOf(content), timestamp: textOf(timestamp), describe };
  } catch {
    return null;
  }
}

/** @param {StoredEntry} entry */
function messagePacket({ toId, content, timestamp, clientMessageId }) {
  const Describe = JSON.stringify({ clientMessageId }); // by this the server knows a retry
  return JSON.stringify({ fromId: null, toId, type: SEND, content, timestamp, Describe }); // null: the user of the credential
}

/**
 * @param {string[]} messageIds
 * @param {string} timestamp by which a failure names it
 */
function readAck(messageIds, timestamp) {
  const content = `[${messageIds.join()}]`;
  return JSON.stringify({ fromId: null, toId: 0, type: READ_ACK, content, timestamp, Describe: "" });
}

/** Is answered by a failure, which says whose the connection is: a read-ack that is none. */
const WHO_AM_I = JSON.stringify({ fromId: null, toId: 0, type: READ_ACK, content: "", timestamp: "who-am-i", Describe: "" });

const ID_KEYS = ["id", "messageId", "fromId", "toId", "userId"];
const LONG_NUMBER = /("[A-Za-z]+"\s*:\s*)(\d{16,})(?=\s*[,}])/g; // cannot match inside a string, whose quotes are escaped

/**
 * JSON of the server, with ids as texts, also those that a number cannot hold.
 * @param {string} text
 * @returns {any}
 */
function parseJson(text) {
  const quoted = text.replace(LONG_NUMBER, '$1"$2"');
  return JSON.parse(quoted, (key, value) => (typeof value === "number" && ID_KEYS.includes(key) ? String(value) : value));
}

/**
 * @param {Response} response
 * @param {string} text
 */
function problemOf(response, text) {
  /** @type {Record<string, unknown>} */
  let problem = {};
  try {
    problem = JSON.parse(text) ?? {};
  } catch {
    // of a proxy, perhaps
  }
  const title = textOf(problem.title) || response.statusText || `HTTP ${response.status}`;
  const wait = response.headers.get("Retry-After");
  const retryAfter = /^\d{1,6}$/.test(wait ?? "") ? Number(wait) : null;
  return new ApiError(response.status, title, textOf(problem.detail), textOf(problem.code), retryAfter);
}

/**
 * @param {string | null} text
 * @returns {(StoredEntry & {owner: string}) | null} null for what is none
 */
function storedEntry(text) {
  try {
    const entry = JSON.parse(text ?? "");
    const texts = [entry.clientMessageId, entry.toId, entry.content, entry.timestamp, entry.owner];
    const whole = texts.every((each) => typeof each === "string") && Number.isFinite(entry.since);
    return whole && ["sending", "failed"].includes(entry.state) ? entry : null;
  } catch {
    return null;
  }
}

/**
 * @param {StoredEntry} entry
 * @returns {Pending}
 */
function pendingOf(entry) {
  return {
    entry,
    packet: messagePacket(entry),
    attempts: 0,
    cuts: 0,
    onTheWire: false,
    writtenAt: 0,
    timer: undefined,
    deadline: undefined,
    why: null,
    waiting: null,
  };
}

/**
 * @param {StoredEntry} entry
 * @param {"sending" | "sent" | "failed"} state
 * @param {string | null} messageId
 * @returns {OutgoingDetail}
 */
function detailOf({ clientMessageId, toId, content, timestamp, code, message }, state, messageId) {
  return { clientMessageId, toId, content, timestamp, state, messageId, code, message };
}

/** @param {Pending} pending */
function noAnswer({ why, entry }) {
  return why ?? new SendError("NO_ANSWER", "the server did not answer", true, entry.clientMessageId);
}

/** @returns {NonNullable<Pending["waiting"]>} */
function newWaiting() {
  /** @type {(sent: Sent) => void} */
  let resolve = () => {};
  /** @type {(error: SendError) => void} */
  let reject = () => {};
  /** @type {Promise<Sent>} */
  const promise = new Promise((onSent, onFailed) => {
    resolve = onSent;
    reject = onFailed;
  });
  return { promise: quietly(promise), resolve, reject };
}

/**
 * @template T
 * @param {Promise<T>} promise
 */
function quietly(promise) {
  promise.catch(() => {});
  return promise;
}

/**
 * @template K, V
 * @param {Map<K, V>} map
 * @param {number} count at most
 */
function firstOf(map, count) {
  /** @type {[K, V][]} */
  const first = [];
  for (const entry of map) {
    if (first.length >= count) break;
    first.push(entry);
  }
  return first;
}

/**
 * @template T
 * @param {Set<T>} set
 * @param {T} value
 * @param {number} limit beyond it the oldest is forgotten
 */
function remember(set, value, limit) {
  set.delete(value);
  set.add(value);
  if (set.size > limit) set.delete(/** @type {T} */ (set.values().next().value));
}

/** @param {string | URL} [server] */
function rootOf(server) {
  const root = new URL(server ?? ".", globalThis.document && server !== undefined ? document.baseURI : import.meta.url);
  if (!/^https?:$/.test(root.protocol)) throw new TypeError(`not the address of a server: ${root}`);
  if (!root.pathname.endsWith("/")) root.pathname += "/";
  root.search = root.hash = "";
  return root;
}

/** @param {string} text */
function isUserId(text) {
  return /^\d{1,19}$/.test(text);
}

/** @param {string} text @returns {string | null} null for what is no user's */
function userIdOf(text) {
  return isUserId(text) ? text.replace(/^0+/, "") || null : null;
}

/** A token or a user id, by its characters: what a header can hold (RFC 6750, section 2.1). @param {string} text */
function isCredential(text) {
  return /^[\w.~+/-]+=*$/.test(text);
}

/**
 * Whether two tokens are evidently one user's: they claim the same, though one is newer than the other.
 * @param {string} one
 * @param {string} other
 */
function sameOwner(one, other) {
  if (one === other) return true;
  const [claims, others] = [one, other].map(claimsOfOwner);
  return claims !== null && claims === others;
}

const OF_ONE_TOKEN = ["exp", "iat", "nbf", "jti", "sid", "auth_time", "nonce", "at_hash"];

/** @param {string} token @returns {string | null} null for what is no token */
function claimsOfOwner(token) {
  try {
    const payload = atob(token.split(".")[1].replace(/-/g, "+").replace(/_/g, "/"));
    const claims = Object.entries(JSON.parse(payload)).filter(([name]) => !OF_ONE_TOKEN.includes(name));
    return JSON.stringify(claims.sort(([name], [another]) => (name < another ? -1 : 1)));
  } catch {
    return null;
  }
}

/** @param {string} text @returns {any} null for what is no JSON */
function jsonOrNull(text) {
  try {
    return parseJson(text);
  } catch {
    return null;
  }
}

/** @param {unknown} value */
function textOf(value) {
  return value === undefined || value === null ? "" : String(value);
}

/** Milliseconds that never go back. */
function now() {
  return performance.now();
}

/** 128 bits at random; crypto.randomUUID is there on secure pages alone. */
function randomId() {
  return Array.from(crypto.getRandomValues(new Uint32Array(4)), (part) => part.toString(36)).join("-");
}

/** @returns {Storage | null} null where the page may not use it */
function localStorageOrNull() {
  try {
    return globalThis.localStorage ?? null;
  } catch {
    return null;
  }
}
