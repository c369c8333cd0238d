/** What the server says to moderators: openapi.yaml describes it. */

/** @typedef {{id: number, name: string, avatar: string}} User */
/**
 * @typedef {object} Report
 * @property {number} reportId
 * @property {User} reporter
 * @property {User} reported
 * @property {string} reason
 * @property {string} text
 * @property {string} time
 * @property {number} messages
 * @property {"open" | "closed"} state
 * @property {string} [outcome]
 * @property {string} [note]
 * @property {string} [closedAt]
 * @property {number} [closedBy]
 */
/**
 * A file that a report keeps; its addresses are for moderators, and good for an hour or two.
 * @typedef {object} SealedFile
 * @property {number} fileId
 * @property {string} name
 * @property {string} type
 * @property {string} url
 * @property {string} [previewUrl]
 */
/**
 * @typedef {object} SealedMessage
 * @property {number} messageId
 * @property {number} fromId
 * @property {number} toId
 * @property {string} content
 * @property {string} time
 * @property {SealedFile[]} [attachments]
 * @property {boolean} named
 * @property {true} [recalled]
 */
/**
 * @typedef {object} Suspension
 * @property {User} user
 * @property {"write" | "all"} scope
 * @property {string} until
 * @property {string} reason
 * @property {string} since
 * @property {number} moderatorId
 * @property {string} moderator
 */
/**
 * @typedef {object} Action
 * @property {number} id
 * @property {string} time
 * @property {number} moderatorId
 * @property {string} moderator
 * @property {string} action
 * @property {number} [userId]
 * @property {number} [messageId]
 * @property {number} [reportId]
 * @property {string} reason
 * @property {string} detail
 */

/** @typedef {{refuse: string[], mask: string[], report: string[]}} Words */
/**
 * @typedef {object} Erasure
 * @property {number | string} userId
 * @property {"running" | "done"} state
 * @property {number} messages
 * @property {string} startedAt
 * @property {string | null} [finishedAt]
 */

/** Why a request was not done: `code` is the server's, "" where it has said none. */
export class RequestFailure extends Error {
  /** @param {string} code */
  constructor(code) {
    super(code || "no answer");
    this.code = code;
  }
}

/** Numbers above 2^53 would lose digits: ids of users stay texts. */
const ID = /"(id|fromId|toId|userId|moderatorId|closedBy)":(\d{16,19})(?=[,}])/g;

/** Every method rejects with a RequestFailure. */
export class ModerationApi {
  #credential;

  /** @param {string} credential */
  constructor(credential) {
    this.#credential = credential;
  }

  /**
   * @param {"open" | "closed"} state
   * @param {number} [before]
   * @returns {Promise<{reports: Report[], more: boolean}>}
   */
  reports(state, before) {
    return this.#request("GET", "reports", { state, before });
  }

  /**
   * @param {number} id
   * @returns {Promise<{report: Report, messages: SealedMessage[]}>}
   */
  report(id) {
    return this.#request("GET", `reports/${id}`);
  }

  /**
   * @param {number} id
   * @param {string} outcome
   * @param {string} note
   */
  close(id, outcome, note) {
    return this.#request("POST", `reports/${id}/close`, {}, { outcome, note });
  }

  /**
   * @param {number | string} [after]
   * @returns {Promise<{suspensions: Suspension[], more: boolean}>}
   */
  suspensions(after) {
    return this.#request("GET", "suspensions", { after });
  }

  /**
   * @param {number | string} userId
   * @param {string} scope
   * @param {string} until
   * @param {string} reason
   */
  suspend(userId, scope, until, reason) {
    return this.#request("PUT", `users/${userId}/suspension`, {}, { scope, until, reason });
  }

  /** @param {number | string} userId */
  endSuspension(userId) {
    return this.#request("DELETE", `users/${userId}/suspension`);
  }

  /**
   * @param {number} messageId
   * @param {string} reason
   */
  remove(messageId, reason) {
    return this.#request("POST", `messages/${messageId}/remove`, {}, { reason });
  }

  /** @returns {Promise<Words>} */
  words() {
    return this.#request("GET", "../words");
  }

  /**
   * @param {string} list
   * @param {string[]} words
   */
  putWords(list, words) {
    return this.#request("PUT", `../words/${list}`, {}, { words });
  }

  /**
   * @param {string} userId
   * @param {string} reason
   * @returns {Promise<Erasure>}
   */
  erase(userId, reason) {
    return this.#request("POST", `users/${userId}/erase`, {}, { reason });
  }

  /**
   * @param {string} userId
   * @returns {Promise<Erasure | null>} null where that was never asked for
   */
  async erasure(userId) {
    try {
      return await this.#request("GET", `users/${userId}/erasure`);
    } catch (error) {
      if (error instanceof RequestFailure && error.code === "NOT_FOUND") return null;
      throw error;
    }
  }

  /**
   * A page of all that is stored of a user: its lines, each with its end, and where the next page begins.
   * @param {string} userId
   * @param {string} [after] what the page before says
   * @returns {Promise<{lines: string[], next: string | undefined}>}
   */
  async exportPage(userId, after) {
    const text = await this.#text("GET", `users/${userId}/export`, { after }, undefined, "application/x-ndjson");
    const lines = text.split("\n").filter((line) => line !== "");
    let last;
    try {
      last = JSON.parse(lines.at(-1) ?? "");
    } catch {
      throw new RequestFailure("");
    }
    if (last.type === "end") return { lines, next: undefined };
    if (last.type !== "next" || typeof last.after !== "string") throw new RequestFailure("");
    return { lines: lines.slice(0, -1), next: last.after };
  }

  /**
   * @param {number} [before]
   * @returns {Promise<{actions: Action[], more: boolean}>}
   */
  actions(before) {
    return this.#request("GET", "audit", { before });
  }

  /**
   * @param {string} method
   * @param {string} path
   * @param {Record<string, string | number | undefined>} [query]
   * @param {object} [body]
   * @returns {Promise<any>}
   */
  async #request(method, path, query = {}, body) {
    const text = await this.#text(method, path, query, body);
    try {
      return text === "" ? null : JSON.parse(text.replace(ID, '"$1":"$2"'));
    } catch {
      throw new RequestFailure("");
    }
  }

  /**
   * @param {string} method
   * @param {string} path
   * @param {Record<string, string | number | undefined>} query
   * @param {object} [body]
   * @param {string} [accept]
   */
  async #text(method, path, query, body, accept = "application/json") {
    const url = new URL(`../api/moderation/${path}`, document.baseURI);
    for (const [name, value] of Object.entries(query)) {
      if (value !== undefined) url.searchParams.set(name, String(value));
    }
    /** @type {Record<string, string>} */
    const headers = { Authorization: `Bearer ${this.#credential}`, Accept: accept };
    if (body) headers["Content-Type"] = "application/json";
    let response;
    let text;
    try {
      response = await fetch(url, { method, headers, body: body && JSON.stringify(body), cache: "no-store" });
      text = await response.text();
    } catch {
      throw new RequestFailure("");
    }
    if (response.ok) return text;
    let code = "";
    try {
      code = String(JSON.parse(text).code ?? "");
    } catch {
      // of a proxy, which says no code
    }
    throw new RequestFailure(code);
  }
}
