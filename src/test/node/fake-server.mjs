/**
 * As much of the server as the client library speaks to, over real sockets, with faults that a test sets. A credential is
 * `token.USER.anything`, or a user id.
 */

import { createServer } from "node:http";
import { once } from "node:events";
import { WebSocketServer } from "ws";

export class FakeServer {
  /** Messages: {id, fromId, toId, content, timestamp, read}. */
  messages = [];
  /** Packets of clients, by the user whose connection brought them: {user, packet}. */
  received = [];
  /** Paths that REST was asked for, with their queries. */
  asked = [];
  /** Credentials that connections were opened with. */
  connected = [];
  /** How many unread messages a connection gets when it opens. */
  replayLimit = 1000;
  /** For each read-ack: a failure ({code, retryable}), or null where it is done. */
  refuseReadAck = () => null;
  /** For each request over REST: a status, or {status, code}, in place of an answer; or null. */
  refuseRest = () => null;
  /** What REST allows; without limit unless set. @type {TokenBucket | null} */
  requests = null;
  /** How many requests went beyond that. */
  refusedAsTooMany = 0;
  /** For each handshake: whether it is let in. */
  letIn = () => true;
  /** The version that it chooses of those that a client offers; false for none. */
  chooses = "imserver.v1";
  /** What holds of conversations, by both ids; `hidden` ones are not in the list. @type {Map<string, any>} */
  flags = new Map();
  #lastId = 0;
  #sockets = new Set();
  #http = createServer((request, response) => this.#rest(request, response));
  #webSocket = new WebSocketServer({ noServer: true, handleProtocols: () => this.chooses });

  constructor() {
    this.#http.on("upgrade", (request, socket, head) => {
      socket.on("error", () => {}); // a client may be gone before it is answered
      if (!this.letIn()) return socket.end("HTTP/1.1 429 Too Many Requests\r\nConnection: close\r\n\r\n");
      this.#webSocket.handleUpgrade(request, socket, head, (webSocket) => this.#opened(request, webSocket));
    });
  }

  async start(port = 0) {
    this.#http.listen(port, "127.0.0.1");
    await once(this.#http, "listening");
    this.port = this.#http.address().port;
    this.address = `http://127.0.0.1:${this.port}/teaching/`;
    return this;
  }

  async stop() {
    this.#http.closeAllConnections();
    for (const { webSocket } of this.#sockets) webSocket.terminate();
    this.#http.close();
    if (this.#http.listening) await once(this.#http, "close");
  }

  /** Closes all connections with a code. */
  cut(code) {
    for (const { webSocket } of this.#sockets) webSocket.close(code);
  }

  /** Stores a message, and delivers it where its recipient is connected. */
  add(fromId, toId, content, timestamp = "") {
    const message = { id: ++this.#lastId, fromId, toId, content, timestamp, read: false };
    this.messages.push(message);
    for (const { user, webSocket } of this.#sockets) if (user === toId) webSocket.send(incoming(message));
    return message;
  }

  unread(user) {
    return this.messages.filter(({ toId, read }) => toId === user && !read);
  }

  #opened(request, webSocket) {
    const protocol = request.headers["sec-websocket-protocol"];
    const credential = protocol?.match(/bearer\.([^, ]+)/)?.[1] ?? request.url.split("/").at(-1);
    const user = userOf(credential);
    this.connected.push(credential);
    for (const message of this.unread(user).slice(0, this.replayLimit)) webSocket.send(incoming(message));
    const connection = { user, webSocket };
    this.#sockets.add(connection);
    webSocket.on("close", () => this.#sockets.delete(connection));
    webSocket.on("message", (data) => this.#packet(user, webSocket, JSON.parse(String(data))));
  }

  #packet(user, webSocket, packet) {
    this.received.push({ user, packet });
    const { type, content, timestamp, Describe } = packet;
    const answer = (answerType, describe) =>
      webSocket.send(
        JSON.stringify({
          fromId: 0,
          toId: Number(user),
          type: answerType,
          content: "",
          timestamp,
          Describe: JSON.stringify(describe),
        }),
      );
    if (type === 0) {
      const { clientMessageId } = JSON.parse(Describe);
      const { id } =
        this.messages.find((message) => message.key === user + clientMessageId) ??
        this.add(user, packet.toId, content, timestamp);
      this.messages.find((message) => message.id === id).key = user + clientMessageId;
      answer(0, { clientMessageId, messageId: String(id) });
    } else {
      const ids = content === "" ? null : JSON.parse(content);
      const failure = ids === null ? { code: "BAD_READ_ACK", retryable: false } : this.refuseReadAck(packet);
      if (failure) return answer(1, { message: "", ...failure });
      for (const message of this.messages) if (message.toId === user && ids.includes(message.id)) message.read = true;
    }
  }

  #rest(request, response) {
    const url = new URL(request.url, this.address);
    const path = url.pathname.replace("/teaching/api/", "");
    this.asked.push(path + url.search);
    const answer = (status, body) => {
      response.writeHead(status, { "Content-Type": "application/json" });
      response.end(JSON.stringify(body));
    };
    const refused = this.refuseRest(path, request);
    const long = Number(url.searchParams.get("limit") ?? 20) >= 100;
    if (this.requests?.take(long ? 3 : 1) === false) {
      this.refusedAsTooMany++;
      response.setHeader("Retry-After", "1");
      return answer(429, { title: "Too Many Requests", status: 429, code: "RATE_LIMITED" });
    }
    if (refused) {
      const { status, code } = typeof refused === "object" ? refused : { status: refused, code: undefined };
      return answer(status, { title: "refused", status, code });
    }
    const credential = (request.headers.authorization ?? "").replace("Bearer ", "");
    if (credential.includes("expired")) return answer(401, { title: "Unauthorized", status: 401 });
    const user = userOf(credential);
    const with_ = path.match(/^conversations\/(\d+)\/messages$/)?.[1];
    if (path === "users/me") answer(200, view(user));
    else if (path === "unread")
      answer(200, { total: this.unread(user).length, messages: this.unread(user).length, notices: 0 });
    else if (path === "conversations") answer(200, this.#conversations(user, url.searchParams));
    else if (path.startsWith("blocks/"))
      this.#set(user, path.split("/")[1], { blocked: request.method === "PUT" }, () => response.writeHead(204).end());
    else if (path.endsWith("/settings")) {
      let body = "";
      request.on("data", (data) => (body += data));
      request.on("end", () => this.#set(user, path.split("/")[1], JSON.parse(body), (set) => answer(200, set)));
    } else if (with_) answer(200, this.#history(user, with_, url.searchParams));
    else answer(404, { title: "Not Found", status: 404 });
  }

  #set(user, other, settings, answer) {
    const none = { blocked: false, muted: false, pinned: false, hidden: false };
    this.flags.set(`${user} ${other}`, { ...none, ...this.flags.get(`${user} ${other}`), ...settings });
    answer(this.flags.get(`${user} ${other}`));
  }

  #conversations(user, parameters) {
    const limit = Number(parameters.get("limit") ?? 20);
    const offset = Number(parameters.get("cursor") ?? 0);
    const last = new Map();
    for (const message of this.messages) {
      if (message.fromId === user) last.set(message.toId, message);
      else if (message.toId === user) last.set(message.fromId, message);
    }
    const of = (other) => this.flags.get(`${user} ${other}`) ?? {};
    const all = [...last].filter(([other]) => !of(other).hidden).sort(([, one], [, other]) => other.id - one.id);
    const conversations = all.slice(offset, offset + limit).map(([other, message]) => ({
      user: view(other),
      lastMessage: historyMessage(message),
      unread: this.unread(user).filter(({ fromId }) => fromId === other).length,
      ...of(other),
    }));
    return offset + limit < all.length ? { conversations, next: String(offset + limit) } : { conversations };
  }

  #history(user, other, parameters) {
    const limit = Number(parameters.get("limit") ?? 20);
    const both = this.messages.filter(
      ({ fromId, toId }) => (fromId === user && toId === other) || (fromId === other && toId === user),
    );
    const after = parameters.get("after");
    const range =
      after === null
        ? both.filter(({ id }) => id < Number(parameters.get("before") ?? Infinity))
        : both.filter(({ id }) => id > Number(after));
    const part = after === null ? range.slice(-limit) : range.slice(0, limit);
    return { messages: part.map(historyMessage).reverse(), more: part.length < range.length };
  }
}

/** What the server allows a user: so many at once, and so many a second. */
export class TokenBucket {
  #burst;
  #perSecond;
  #left;
  #asOf = performance.now();

  constructor(burst, perSecond) {
    this.#burst = burst;
    this.#perSecond = perSecond;
    this.#left = burst;
  }

  /** Whether so many may go; if so, they are gone. */
  take(count) {
    const time = performance.now();
    this.#left = Math.min(this.#burst, this.#left + ((time - this.#asOf) / 1000) * this.#perSecond);
    this.#asOf = time;
    if (this.#left < count) return false;
    this.#left -= count;
    return true;
  }
}

/** A place for LocalOutbox to keep things in. */
export class FakeStorage {
  items = new Map();

  get length() {
    return this.items.size;
  }

  key(index) {
    return [...this.items.keys()][index] ?? null;
  }

  getItem(key) {
    return this.items.get(key) ?? null;
  }

  setItem(key, value) {
    this.items.set(key, value);
  }

  removeItem(key) {
    this.items.delete(key);
  }
}

/** Waits until something is true. */
export async function until(condition, what = String(condition)) {
  const end = Date.now() + 20_000;
  while (!condition()) {
    if (Date.now() > end) throw new Error(`in vain: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

function userOf(credential) {
  return credential.startsWith("token.") ? credential.split(".")[1] : credential;
}

function view(user) {
  return { id: Number(user), name: user, avatar: "" };
}

function incoming({ id, fromId, toId, content, timestamp }) {
  const Describe = JSON.stringify({ userName: fromId, headURL: "", messageId: String(id) });
  return JSON.stringify({ fromId: Number(fromId), toId: Number(toId), type: 2, content, timestamp, Describe });
}

function historyMessage({ id, fromId, toId, content, timestamp, read }) {
  return {
    messageId: id,
    fromId: Number(fromId),
    toId: Number(toId),
    content,
    timestamp,
    time: "2026-01-01T00:00:00Z",
    read,
  };
}
