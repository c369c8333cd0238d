/** REST beside the socket. */

import { attachmentOf, attachmentsOf } from "./attachments.js";
import { Credentials } from "./credentials.js";
import { ApiError } from "./errors.js";
import { parseJson, textOf } from "./json.js";
import { rootOf } from "./server-address.js";

/** @import { ServerClock } from "./server-clock.js" */
/** @import { Attachment, ConversationEntry, ConversationSettings, HistoryMessage, Options, ReportReason, StrangerRule, User } from "./types.js" */
/** @import { Answer, SendBody } from "./upload-request.js" */

const REQUEST_WITHIN = 30_000; // ms, for REST

/** REST beside the socket: openapi.yaml describes it. Every method rejects with an ApiError. */
export class ImApi {
  /** @internal */
  server;
  #credentials;
  #fetch;
  /** @type {((credential: string) => Promise<void>) | undefined} */
  #admit;
  /** @type {ServerClock | undefined} */
  #clock;

  /**
   * @param {object} options
   * @param {string | URL} [options.server]
   * @param {Options["credential"] | Credentials} options.credential
   * @param {typeof globalThis.fetch} [options.fetch]
   * @param {(credential: string) => Promise<void>} [options.admit] rejects where a credential is not to be used
   * @param {ServerClock} [options.clock] is told what time it is at the server
   */
  constructor({ server, credential, fetch: request, admit, clock }) {
    this.#admit = admit;
    this.#clock = clock;
    this.server = rootOf(server);
    this.#credentials = credential instanceof Credentials ? credential : new Credentials(credential);
    this.#fetch = request ?? ((resource, init) => fetch(resource, init));
  }

  /** Whose credential this is. @returns {Promise<User>} */
  me() {
    return this.#request("GET", "users/me");
  }

  /**
   * The directory's entry of a user.
   * @param {string | number} userId
   * @returns {Promise<User>} rejects with status 404 where there is none, 403 where this user may not see it; another's counts
   *   as a search, and too many are answered with 429
   */
  user(userId) {
    return this.#request("GET", `users/${encodeURIComponent(userId)}`);
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
  async conversations(page = {}) {
    const part = await this.#request("GET", "conversations", page);
    for (const { lastMessage } of part.conversations) this.#readFiles(lastMessage);
    return part;
  }

  /**
   * A part of the history with a user ("0": the system), newest first.
   * @param {string | number} userId
   * @param {{before?: string, after?: string, limit?: number, markRead?: boolean, entries?: "all"}} [page] ids that bound it, one
   *   of the two; entries: "all" shows recalls too
   * @returns {Promise<{messages: HistoryMessage[], more: boolean}>}
   */
  async messages(userId, page = {}) {
    const part = await this.#request("GET", `conversations/${encodeURIComponent(userId)}/messages`, page);
    for (const message of part.messages) this.#readFiles(message);
    return part;
  }

  /** @param {{attachments?: unknown}} [message] */
  #readFiles(message) {
    if (message?.attachments !== undefined) message.attachments = attachmentsOf(message.attachments, this.server);
  }

  /**
   * A file that this user has uploaded or may see in a message, with addresses that are good for an hour at least.
   * @param {string | number} fileId
   * @returns {Promise<Attachment>} rejects with status 404 where there is none, or none any more
   */
  async file(fileId) {
    return attachmentOf(await this.#request("GET", `files/${encodeURIComponent(fileId)}`), this.server);
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

  /**
   * Marks messages as read, whoever sent them.
   * @param {(string | number)[]} messageIds at most 1000
   * @returns {Promise<null>}
   */
  markRead(messageIds) {
    return this.#request("POST", "messages/read", {}, { messageIds: messageIds.map(Number) });
  }

  /**
   * Takes a message of the user's own back.
   * @param {string | number} messageId
   * @returns {Promise<null>}
   */
  recall(messageId) {
    return this.#request("POST", `messages/${encodeURIComponent(messageId)}/recall`);
  }

  /**
   * Sets what a conversation is to the user.
   * @param {string | number} userId
   * @param {Partial<Omit<ConversationSettings, "blocked">>} settings what is absent stays as it is
   * @returns {Promise<ConversationSettings>} all that is set now; rejects with status 404 where there is no such conversation
   */
  setConversation(userId, settings) {
    return this.#request("PUT", `conversations/${encodeURIComponent(userId)}/settings`, {}, settings);
  }

  /**
   * Blocks a user: what that user sends from now on does not come in.
   * @param {string | number} userId
   * @returns {Promise<null>} rejects with the code TOO_MANY_BLOCKED where a thousand are blocked
   */
  block(userId) {
    return this.#request("PUT", `blocks/${encodeURIComponent(userId)}`);
  }

  /**
   * Blocks a user no more. What that user has sent meanwhile stays unseen.
   * @param {string | number} userId
   * @returns {Promise<null>}
   */
  unblock(userId) {
    return this.#request("DELETE", `blocks/${encodeURIComponent(userId)}`);
  }

  /**
   * What the user has set for himself, and what comes of that with what the site has set, which is the stricter of the two.
   * @returns {Promise<{strangers?: StrangerRule, strangersEffective: StrangerRule}>}
   */
  settings() {
    return this.#request("GET", "users/me/settings");
  }

  /**
   * Sets it anew.
   * @param {{strangers: StrangerRule}} settings
   * @returns {Promise<{strangers?: StrangerRule, strangersEffective: StrangerRule}>}
   */
  setSettings(settings) {
    return this.#request("PUT", "users/me/settings", {}, settings);
  }

  /**
   * Reports messages of one conversation to the moderators.
   * @param {(string | number)[]} messageIds at most 100
   * @param {{reason: ReportReason, text?: string, clientReportId?: string}} report a text of at most 1,000 characters; what has the same
   *   clientReportId is one report
   * @returns {Promise<{reportId: string}>}
   */
  report(messageIds, { reason, text = "", clientReportId }) {
    return this.#request("POST", "reports", {}, { messageIds: messageIds.map(Number), reason, text, clientReportId });
  }

  /**
   * The user's unread messages; muted: those of them in muted conversations; strangers: those of strangers in others. An older
   * server does not tell the two.
   * @returns {Promise<{total: number, messages: number, notices: number, muted?: number, strangers?: number}>}
   */
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
    const headers = body === undefined ? undefined : { "Content-Type": "application/json" };
    return this.read(await this.exchange(method, path, { query, headers, body: body && JSON.stringify(body) }));
  }

  /**
   * What an answer says.
   * @param {Answer} answer
   * @returns {Promise<any>} rejects with an ApiError
   * @internal
   */
  async read(answer) {
    try {
      const text = await answer.text();
      return text === "" ? null : parseJson(text);
    } catch (error) {
      throw asApiError(error);
    }
  }

  /**
   * One request with the credential, and with a new one where that is refused.
   * @param {string} method
   * @param {string} path
   * @param {{query?: Record<string, unknown>, headers?: Record<string, string>, body?: Blob | string, signal?: AbortSignal,
   *   progress?: (sent: number) => void, send?: SendBody}} [request]
   * @returns {Promise<Answer>} of a request that has succeeded; rejects with an ApiError
   * @internal
   */
  async exchange(method, path, { query = {}, headers = {}, send, ...rest } = {}) {
    const url = new URL(`api/${path}`, this.server);
    for (const [name, value] of Object.entries(query)) {
      if (value !== undefined && value !== null) url.searchParams.set(name, String(value));
    }
    const by =
      send ??
      ((url, init) => this.#fetch(url, { ...init, signal: AbortSignal.timeout(REQUEST_WITHIN), cache: "no-store" }));
    /** @param {string} credential */
    const attempt = async (credential) => {
      await this.#admit?.(credential);
      return by(url, {
        method,
        headers: { Authorization: `Bearer ${credential}`, Accept: "application/json", ...headers },
        ...rest,
      });
    };
    try {
      const credential = await this.#credentials.current();
      let answer = await attempt(credential);
      if (answer.status === 401) {
        const renewed = await this.#credentials.renewed(credential);
        if (renewed !== null && renewed !== credential) answer = await attempt(renewed);
      }
      this.#clock?.heard(answer.headers.get("Date")); // which pages of other origins are not shown
      if (!answer.ok) throw problemOf(answer, await answer.text());
      return answer;
    } catch (error) {
      throw asApiError(error);
    }
  }
}

/** @param {unknown} error */
function asApiError(error) {
  if (error instanceof ApiError) return error;
  return new ApiError(0, "No answer", error instanceof Error ? error.message : String(error), "NETWORK");
}

/**
 * @param {Answer} response
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
