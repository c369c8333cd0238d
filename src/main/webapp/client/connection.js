/** The socket: connecting, back-off, close codes. */

import { now } from "./clock.js";
import { ABNORMAL, EXPIRED, FINAL, SUSPENDED } from "./close-codes.js";
import { diagnose } from "./diagnosis.js";
import { isCredential, isUserId } from "./ids.js";
import { textOf } from "./json.js";

/** @import { Credentials } from "./credentials.js" */
/** @import { Identity, IdentityResolver } from "./identity.js" */
/** @import { Timing } from "./timing.js" */
/** @import { Problem, State, StateDetail } from "./types.js" */

/** What is offered, the best first; servers before version 2 answer "imserver.v1", or nothing. */
const VERSIONS = ["imserver.v2", "imserver.v1"];
/** So often in vain, and none is offered once. A single time says little: the server may just have come up. */
const OFFERS = 2;
const CLOSE_WITHIN = 500; // ms: after an error a connection is gone, though nothing says so

/**
 * @typedef {object} ConnectionListener
 * @property {(detail: StateDetail) => void} changed
 * @property {(credential: string) => Promise<Identity>} identify before a connection is made with a credential; where it is
 *   another user's, the connection has been shut when this resolves
 * @property {(credential: string, version: 1 | 2) => void} opened
 * @property {(text: string) => void} received
 * @property {(code: number) => void} lost an open connection is gone; 1006 where it ended without a close frame
 * @property {(reason: string) => void} ended it will not connect again by itself
 */

/** Keeps one connection to the server, and knows what each close code asks for (PROTOCOL.md, section 9). */
export class Connection {
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
  /** How often in a row versions were offered and nothing was let in, by a server that is there and takes the credential. */
  #offeredInVain = 0;
  /** Whether a server has chosen one: where it then lets nothing in, that is not why. */
  #hasChosen = false;
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
    const { status, suspended } = await this.#listener.identify(credential);
    if (generation !== this.#generation) return;
    if (suspended) return this.#end(SUSPENDED, "the user is suspended");
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
    if (!isUserId(credential)) return new this.#WebSocket(address, [...VERSIONS, `bearer.${credential}`]); // what is in an address would be logged
    if (this.#offeredInVain < OFFERS) return new this.#WebSocket(address, VERSIONS);
    this.#offeredInVain = -1; // with none version 2 is out of reach: whatever comes of it, the next time they are offered again
    return new this.#WebSocket(address); // clients refuse a server that chooses none of those that they offer
  }

  /**
   * @param {WebSocket} socket
   * @param {string} credential
   */
  #attach(socket, credential) {
    this.#socket = socket;
    this.#timer = setTimeout(() => this.drop("no answer to the handshake"), this.#timing.connectWithin);
    // In Node an error event without a listener ends the process. "close" follows, but not always where there was no connection.
    socket.onerror = () =>
      setTimeout(() => this.#socket === socket && this.#closed(ABNORMAL, "", credential), CLOSE_WITHIN);
    socket.onopen = () => {
      clearTimeout(this.#timer);
      this.#openedAt = now();
      this.#hasOpened = true;
      this.#hasChosen ||= Boolean(socket.protocol);
      this.#offeredInVain = 0;
      this.credential = credential;
      this.#set("open", null, "", null);
      if (this.#socket === socket) this.#listener.opened(credential, socket.protocol === VERSIONS[0] ? 2 : 1);
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
    if (identity.suspended) return this.#end(SUSPENDED, "the user is suspended");
    const refused = status >= 400 && status < 500 && status !== 429;
    // Without an answer to REST (not served there, or not to this origin) a fresh credential is worth a try now and then.
    const perhaps = status === 0 && this.#failures % 3 === 2;
    if (status === 401) return this.#credentialRefused(credential, "the credential was refused");
    const problem = this.#hasOpened ? null : await diagnose(identity, this.#server, this.#fetch);
    if (generation !== this.#generation) return;
    if (this.#credentials.renewable && (refused || perhaps)) this.#refused = credential; // another one next time
    this.#offeredInVain = status === 200 && !this.#hasChosen ? this.#offeredInVain + 1 : 0;
    this.#again(code, "the server did not let this connection in, or cannot be reached", problem);
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
