/**
 * A server of version 2 in memory, without sockets: its WebSocket and its fetch are given to the client as options. Everything
 * that it says goes through `deliver`, where a test may hold it up, double or lose it.
 */

import { FakeFiles } from "./fake-files.mjs";

const START = Date.parse("2026-01-01T00:00:00Z");

export class FakeServer2 {
  epoch = "e1";
  /** By user: {head, conversations: Map of the other user's id to {change}}. @type {Map<string, any>} */
  users = new Map();
  /** Messages and recalls, by ascending id. */
  entries = [];
  connections = new Set();
  /** By id. @type {Map<string, {id: number, name: string, avatar: string}>} */
  directory = new Map();
  /** Paths that REST was asked for. */
  asked = [];
  /** Commands that came in: {user, ...command}. */
  commands = [];
  /** For each request over REST: a status in place of an answer, or null. */
  refuseRest = () => null;
  /** Holds an answer over REST up, which says what was when it was asked for. @type {(path: string) => Promise<void>} */
  holdRest = async () => {};
  /** For each command: a failure ({code, retryable}), "lost" for no answer at all, or null. */
  refuse = () => null;
  /** Takes an event or an answer of a connection on its way. */
  deliver = (connection, frame) => queueMicrotask(() => connection.push(frame));
  /** What handshakes are answered with; null lets none in. */
  protocol = "imserver.v2";
  /** How many conversations it gives at once. */
  mostInPart = Infinity;
  files = new FakeFiles();
  features = ["recall", "receipts", "typing", "settings"];
  limits = { maxContent: 4000, recallSeconds: 120 };

  /** Takes files from now on. */
  takeFiles() {
    this.features = [...this.features, "files"];
    this.limits = { ...this.limits, maxFile: 20_000_000, maxAttachments: 9 };
  }

  /** By both ids. @type {Map<string, string>} */
  #readUpTo = new Map();
  /** What users have set, by both ids. @type {Map<string, any>} */
  #settings = new Map();
  #lastId = 2000;
  #clock = START;
  /** Its time, for messages and in what REST answers; one second a message unless a test sets it. @type {(() => number) | null} */
  now = null;

  // ---- What it keeps ----

  user(id) {
    if (!this.users.has(id)) this.users.set(id, { head: 0, conversations: new Map() });
    return this.users.get(id);
  }

  message(id) {
    return this.entries.find((entry) => entry.messageId === id && entry.kind === "message");
  }

  between(user, other) {
    return this.entries.filter(({ from, to }) => (from === user && to === other) || (from === other && to === user));
  }

  unread(user, other) {
    return this.between(user, other).filter(
      ({ kind, to, from, read, recalled }) => kind === "message" && to === user && from === other && !read && !recalled,
    );
  }

  readUpTo(user, other) {
    return this.#readUpTo.get(`${user} ${other}`) ?? "0";
  }

  settings(user, other) {
    return this.#settings.get(`${user} ${other}`) ?? { blocked: false, muted: false, pinned: false, hidden: false };
  }

  /** What holds of a conversation. */
  flags(user, other) {
    const stranger =
      other !== "0" && other !== user && !this.entries.some(({ from, to }) => from === user && to === other);
    return Object.fromEntries(Object.entries({ stranger, ...this.settings(user, other) }).filter(([, holds]) => holds));
  }

  /** After something was read: the mark stays below the lowest unread message. */
  #raiseMark(user, other) {
    let upTo = this.readUpTo(user, other);
    for (const { kind, to, from, read, recalled, messageId } of this.between(user, other)) {
      if (kind !== "message" || to !== user || from !== other) continue;
      if (!read && !recalled) break;
      upTo = messageId;
    }
    this.#readUpTo.set(`${user} ${other}`, upTo);
    return upTo;
  }

  /** Raises the head of a user. */
  #change(user, other) {
    const state = this.user(user);
    state.conversations.set(other, ++state.head);
    return state.head;
  }

  // ---- What is done to it ----

  /** @returns {{entry: any, stored: boolean, change: number}} */
  send(from, to, content, { clientMessageId = null, timestamp = "", by = null, url, attachments } = {}) {
    const known =
      clientMessageId && this.entries.find((entry) => entry.from === from && entry.clientMessageId === clientMessageId);
    if (known) return { entry: known, stored: false };
    const entry = {
      kind: "message",
      messageId: String((this.#lastId += 1 + (this.#lastId % 3))),
      from,
      to,
      content,
      timestamp,
      clientMessageId,
      url,
      attachments,
    };
    Object.assign(entry, {
      time: new Date(this.now?.() ?? (this.#clock += 1000)).toISOString(),
      read: false,
      recalled: false,
    });
    this.entries.push(entry);
    let change = 0;
    for (const [user, other] of new Map([
      [to, from],
      [from, to],
    ])) {
      this.#settings.set(`${user} ${other}`, { ...this.settings(user, other), hidden: false });
      const number = this.#change(user, other);
      if (user === from) change = number;
      const event = {
        op: "message",
        change: number,
        with: other,
        ...this.#shown(entry),
        name: `name of ${from}`,
        avatar: "",
      };
      if (user === to) event.unread = this.unread(user, other).length;
      if (user === from && clientMessageId) event.clientMessageId = clientMessageId;
      this.#tell(user, event, by);
    }
    return { entry, stored: true, change };
  }

  /** Marks some messages, by the condition. */
  read(user, other, condition, by = null) {
    const found = this.unread(user, other).filter(condition);
    if (found.length === 0) return { unread: this.unread(user, other).length };
    const before = this.readUpTo(user, other);
    found.forEach((entry) => (entry.read = true));
    const [upTo, unread] = [this.#raiseMark(user, other), this.unread(user, other).length];
    const change = this.#change(user, other);
    this.#tell(user, { op: "read", change, with: other, by: user, upTo, unread }, by);
    if (upTo !== before && other !== user && this.users.has(other)) {
      this.#tell(other, { op: "read", change: this.#change(other, user), with: user, by: user, upTo }, null);
    }
    return { change, upTo, unread };
  }

  recall(user, messageId) {
    const entry = this.message(messageId);
    if (entry?.from !== user) return false;
    if (entry.recalled) return true;
    Object.assign(entry, { recalled: true, content: "", attachments: undefined });
    const messageIdOfRecall = String((this.#lastId += 2));
    this.entries.push({ ...entry, kind: "recall", messageId: messageIdOfRecall, of: messageId, clientMessageId: null });
    for (const [mine, other] of new Map([
      [entry.to, entry.from],
      [entry.from, entry.to],
    ])) {
      const event = { op: "recall", change: this.#change(mine, other), with: other, messageId };
      if (mine === entry.to) event.unread = this.unread(mine, other).length;
      this.#tell(mine, event, null);
    }
    return true;
  }

  /** @returns {any} all that is set now; null where there is no such conversation */
  set(user, other, settings) {
    if (!this.user(user).conversations.has(other) && !settings.blocked) return null;
    const before = this.settings(user, other);
    const now = { ...before, ...settings };
    if (this.between(user, other).length === 0) now.hidden = false;
    if (JSON.stringify(now) === JSON.stringify(before)) return now;
    this.#settings.set(`${user} ${other}`, now);
    this.#tell(user, { op: "settings", change: this.#change(user, other), with: other, ...now }, null);
    return now;
  }

  typing(from, to) {
    this.#tell(to, { op: "typing", from }, null);
  }

  /** After a backup was restored: the numbers begin anew. */
  renew(epoch) {
    this.epoch = epoch;
    for (const state of this.users.values()) {
      const order = [...state.conversations.keys()];
      state.head = 0;
      for (const other of order) state.conversations.set(other, ++state.head);
    }
  }

  #tell(user, event, by) {
    for (const connection of this.connections)
      if (connection.user === user && connection !== by) this.deliver(connection, event);
  }

  // ---- The socket ----

  /** The class to be given to the client. */
  get WebSocket() {
    const server = this;
    return class FakeWebSocket {
      readyState = 0;
      protocol = "";
      onopen = null;
      onmessage = null;
      onclose = null;
      onerror = null;

      constructor(address, protocols = []) {
        const bearer = [protocols].flat().find((each) => each.startsWith("bearer."));
        this.user = userOf(bearer?.slice(7) ?? address.split("/").at(-1));
        this.offered = protocols;
        queueMicrotask(() => this.#open());
      }

      #open() {
        if (this.readyState !== 0) return;
        if (server.protocol === null) return this.end(1006);
        this.readyState = 1;
        this.protocol = server.protocol;
        server.connections.add(this);
        this.onopen?.({});
        const { head } = server.user(this.user);
        server.deliver(this, {
          op: "welcome",
          user: this.user,
          head,
          epoch: server.epoch,
          features: server.features,
          limits: server.limits,
        });
      }

      send(text) {
        server.commanded(this, JSON.parse(text));
      }

      push(frame) {
        if (this.readyState === 1) this.onmessage?.({ data: JSON.stringify(frame) });
      }

      close() {
        this.end(1000);
      }

      end(code) {
        if (this.readyState === 3) return;
        this.readyState = 3;
        server.connections.delete(this);
        queueMicrotask(() => this.onclose?.({ code, reason: "" }));
      }
    };
  }

  cut(code = 1006) {
    for (const connection of [...this.connections]) connection.end(code);
  }

  commanded(connection, command) {
    const { user } = connection;
    this.commands.push({ user, ...command });
    const { op, id } = command;
    const refusal = this.refuse(command, connection);
    if (refusal === "lost") return;
    const answer = (frame) => this.deliver(connection, { id, ...frame });
    if (refusal !== null) return answer({ op: "fail", message: "", ...refusal });
    if (op === "send") {
      const { to, content = "", clientMessageId, timestamp, attachments } = command;
      if (attachments && this.files.attached(user, attachments) === null)
        return answer({ op: "fail", code: "UNKNOWN_FILE", message: "", retryable: false });
      const { entry, stored, change } = this.send(user, to, content, {
        clientMessageId,
        timestamp,
        attachments,
        by: connection,
      });
      answer({ op: "done", messageId: entry.messageId, time: entry.time, ...(stored ? { change } : {}) });
    } else if (op === "read") {
      const done = this.read(
        user,
        command.with,
        ({ messageId }) => Number(messageId) <= Number(command.upTo),
        connection,
      );
      answer({ op: "done", ...done });
    } else if (op === "sync") {
      answer(this.sync(user, command));
    } else if (op === "typing") {
      this.typing(user, command.to);
    } else {
      answer({ op: "fail", code: "UNKNOWN_OP", message: "", retryable: false });
    }
  }

  sync(user, { since, epoch, limit }) {
    const { head, conversations } = this.user(user);
    if (since > head || epoch !== this.epoch) return { op: "reset" };
    const changed = [...conversations].filter(([, change]) => change > since).sort(([, one], [, other]) => one - other);
    const part = changed.slice(0, Math.min(limit, this.mostInPart));
    const more = part.length < changed.length;
    const next = more ? part.at(-1)[1] : head;
    return {
      op: "done",
      conversations: part.map(([other, change]) => this.entry(user, other, change)),
      next,
      more,
      head,
    };
  }

  /** A conversation as it is now. */
  entry(user, other, change) {
    const last = this.between(user, other).findLast(({ kind }) => kind === "message");
    const receipts = other === "0" ? {} : { theyReadUpTo: this.readUpTo(other, user) };
    const unread = this.unread(user, other).length;
    const lastMessage = last && { ...this.#shown(last), ...(last.recalled ? { recalled: true } : {}) };
    return {
      with: { id: other, name: `name of ${other}`, avatar: "" },
      lastMessage,
      unread,
      readUpTo: this.readUpTo(user, other),
      ...receipts,
      ...this.flags(user, other),
      change,
    };
  }

  // ---- REST ----

  /** To be given to the client. */
  get fetch() {
    return async (...request) => {
      const answer = await this.#answer(...request);
      await this.holdRest(new URL(request[0]).pathname.replace(/^.*\/api\//, ""));
      if (this.now) answer.headers.set("Date", new Date(this.now()).toUTCString());
      return answer;
    };
  }

  async #answer(address, init = {}) {
    const url = new URL(address);
    const path = url.pathname.replace(/^.*\/api\//, "");
    this.asked.push(path + url.search);
    const user = userOf((init.headers?.Authorization ?? "").replace("Bearer ", ""));
    const refused = this.refuseRest(path, user);
    if (refused) return answerOf(refused, { title: "refused", status: refused });
    const parts = path.split("/");
    if (parts[0] === "files") return this.files.answer(user, url, init);
    if (parts[0] === "users" && this.directory.has(parts[1])) return answerOf(200, this.directory.get(parts[1]));
    const body = init.body ? JSON.parse(init.body) : null;
    if (path === "users/me") return answerOf(200, { id: Number(user), name: user, avatar: "" });
    if (path === "conversations") return answerOf(200, this.#list(user, url.searchParams));
    if (path === "messages/read") {
      const senders = new Set(body.messageIds.map((id) => this.message(String(id))?.from));
      for (const from of senders)
        if (from) this.read(user, from, ({ messageId }) => body.messageIds.includes(Number(messageId)));
      return new Response(null, { status: 204 });
    }
    if (parts[0] === "messages" && parts[2] === "recall") {
      return this.recall(user, parts[1])
        ? new Response(null, { status: 204 })
        : answerOf(404, { title: "Not Found", code: "NOT_FOUND" });
    }
    if (parts[0] === "conversations" && parts[2] === "settings") {
      const set = this.set(user, parts[1], body);
      return set ? answerOf(200, set) : answerOf(404, { title: "Not Found", code: "NOT_FOUND" });
    }
    if (parts[0] === "blocks") {
      this.set(user, parts[1], { blocked: init.method === "PUT" });
      return new Response(null, { status: 204 });
    }
    if (parts[0] === "conversations" && parts[2] === "messages")
      return answerOf(200, this.#history(user, parts[1], url.searchParams));
    return answerOf(404, { title: "Not Found", status: 404 });
  }

  #list(user, parameters) {
    const entries = [...this.user(user).conversations.keys()].map((other) => this.entry(user, other, 0));
    const shown = entries.filter(({ lastMessage, hidden }) => lastMessage && !hidden);
    shown.sort((one, other) => Number(other.lastMessage.messageId) - Number(one.lastMessage.messageId));
    const limit = Number(parameters.get("limit") ?? 20);
    const conversations = shown.slice(0, limit).map(({ with: other, unread, stranger, blocked, muted, pinned }) => {
      const last = this.between(user, other.id).findLast(({ kind }) => kind === "message");
      return {
        user: { ...other, id: Number(other.id) },
        lastMessage: this.#view(last),
        unread,
        stranger,
        blocked,
        muted,
        pinned,
      };
    });
    return { conversations, ...(shown.length > limit ? { next: "more" } : {}) };
  }

  #history(user, other, parameters) {
    const limit = Number(parameters.get("limit") ?? 20);
    const all = this.between(user, other).filter(
      ({ kind }) => kind === "message" || parameters.get("entries") === "all",
    );
    const after = parameters.get("after");
    const before = Number(parameters.get("before") ?? Infinity);
    const range = all.filter(({ messageId }) =>
      after === null ? Number(messageId) < before : Number(messageId) > Number(after),
    );
    const part = after === null ? range.slice(-limit) : range.slice(0, limit);
    return { messages: part.map((entry) => this.#view(entry)).reverse(), more: part.length < range.length };
  }

  #shown(entry) {
    return {
      ...shown(entry),
      ...(entry.attachments ? { attachments: entry.attachments.map((id) => this.files.view(id)) } : {}),
    };
  }

  #view(entry) {
    return {
      ...view(entry),
      ...(entry.attachments ? { attachments: entry.attachments.map((id) => this.files.view(id, false)) } : {}),
    };
  }
}

/** The model of a client, and the same of the server, in one form that can be compared. */
export function modelOf(client) {
  const conversations = client.conversations.list.map((conversation) => {
    const { user, unread, readUpTo, theyReadUpTo, lastMessage, messages, history, isStranger, blocked, muted, pinned } =
      conversation;
    const texts =
      history === "loaded"
        ? messages.map(({ messageId, content, recalled }) => `${messageId} ${recalled ? "recalled" : content}`)
        : null;
    const last = `${lastMessage.messageId} ${lastMessage.recalled ? "recalled" : lastMessage.content}`;
    return {
      with: user.id,
      unread,
      readUpTo,
      theyReadUpTo,
      last,
      texts,
      flags: { isStranger, blocked, muted, pinned },
    };
  });
  const { unread, unreadOfStrangers } = client.conversations;
  return { unread, unreadOfStrangers, conversations };
}

export function modelOfServer(server, user, loaded) {
  const all = [...server.user(user).conversations.keys()].map((other) => {
    const { unread, readUpTo, theyReadUpTo = null, lastMessage, ...flags } = server.entry(user, other, 0);
    const {
      stranger: isStranger = false,
      blocked = false,
      muted = false,
      pinned = false,
      hidden = lastMessage === undefined,
    } = flags;
    const messages = server.between(user, other).filter(({ kind }) => kind === "message");
    const text = ({ messageId, content, recalled }) => `${messageId} ${recalled ? "recalled" : content}`;
    const texts = loaded.includes(other) ? messages.map(text) : null;
    const last = text({ recalled: false, ...lastMessage });
    return {
      hidden,
      shown: {
        with: other,
        unread,
        readUpTo,
        theyReadUpTo,
        last,
        texts,
        flags: { isStranger, blocked, muted, pinned },
      },
    };
  });
  const conversations = all.filter(({ hidden }) => !hidden).map(({ shown }) => shown);
  const id = ({ last }) => Number(last.split(" ")[0]);
  conversations.sort((one, other) => Number(other.flags.pinned) - Number(one.flags.pinned) || id(other) - id(one));
  const counts = { unread: 0, unreadOfStrangers: 0 };
  for (const {
    shown: { unread, flags },
  } of all) {
    const isApart = server.features.includes("strangers") && flags.isStranger;
    if (!flags.muted) counts[isApart ? "unreadOfStrangers" : "unread"] += unread;
  }
  return { ...counts, conversations };
}

function shown({ messageId, from, to, content, time, timestamp, url }) {
  return { messageId, from, to, content, time, timestamp, url };
}

function view({ kind, of, messageId, from, to, content, time, timestamp, read, recalled, url }) {
  const ids = { messageId: Number(messageId), fromId: Number(from), toId: Number(to) };
  if (kind === "recall") return { ...ids, kind, of, time };
  return { ...ids, content, time, timestamp, read, url, ...(recalled ? { recalled } : {}) };
}

function answerOf(status, body) {
  return new Response(JSON.stringify(body), { status, headers: { "Content-Type": "application/json" } });
}

function userOf(credential) {
  return credential.startsWith("token.") ? credential.split(".")[1] : credential;
}
