/**
 * Devices that keep the cursor's rule end with what the server has, whatever was lost, doubled, held up or put out of order on
 * the way, also over reloads of pages with what their store has kept, full or forbidden though it be. Histories are drawn at random, by seeds; IMSERVER_SEED=number runs one of them alone,
 * IMSERVER_SEEDS=number so many.
 */

import assert from "node:assert/strict";
import { afterEach, beforeEach, describe, mock, test } from "node:test";
import { ImClient, LocalOutbox } from "../webapp/imserver-client.js";
import { FakeChannel, fakeChannels } from "./channel.mjs";
import { letClockGo, pass, randomOf, settle, stopClock } from "./clock.mjs";
import { FakeServer2, modelOf, modelOfServer } from "./fake-server-2.mjs";
import { FakeStorage } from "./storage.mjs";

const USERS = ["1", "2", "3", "4"];
const STEPS = 150;
const seeds = process.env.IMSERVER_SEED
  ? [Number(process.env.IMSERVER_SEED)]
  : Array.from({ length: Number(process.env.IMSERVER_SEEDS ?? 40) }, (_, i) => 1 + i);

describe("Every device of every user has the server's state at the end", () => {
  let restore;

  beforeEach(() => {
    stopClock();
    restore = fakeChannels();
  });

  afterEach(() => {
    restore();
    letClockGo();
  });

  for (const seed of seeds) {
    test(`seed ${seed}`, async () => {
      const history = new History(seed);
      mock.method(Math, "random", history.random);
      try {
        for (let i = 0; i < STEPS; i++) await history.step();
        await history.heal();
        history.compare();
      } finally {
        history.end();
      }
    });
  }
});

class History {
  #server = new FakeServer2();
  #devices = [];
  #count = 0;
  #isFaulty = true;
  /** What is on its way, by connection. @type {Map<any, any[]>} */
  #queues = new Map();
  /** Connections to which the server has to say that something was lost. */
  #behind = new Set();

  constructor(seed) {
    this.random = randomOf(seed);
    this.#server.mostInPart = 1 + (seed % 4);
    if (seed % 2) this.#server.features.push("strangers");
    this.#server.deliver = (connection, frame) => this.#deliver(connection, frame);
    this.#server.refuse = ({ op, clientMessageId: key }) => {
      if (!this.#isFaulty) return null;
      const isNew = op === "send" && !this.#server.entries.some(({ clientMessageId }) => clientMessageId === key); // what is stored is never refused
      if (isNew && this.#happens(0.1)) return { code: "REFUSED", retryable: false };
      return this.#happens(0.05) ? { code: "STORAGE_UNAVAILABLE", retryable: true } : null;
    };
    this.#server.refuseRest = (path) => (this.#isFaulty && path !== "users/me" && this.#happens(0.05) ? 503 : null);
    this.#server.holdRest = async (path) => {
      while (this.#isFaulty && path === "conversations" && this.#happens(0.7)) await settle(); // it is old when it comes
    };
    const [shared, full, own] = [new FakeStorage(), new FakeStorage(), new FakeStorage()]; // two tabs of one browser share theirs
    full.room = 1500;
    const storages = [
      ["1", shared],
      ["1", shared],
      ["1", null],
      ["2", full],
      ["2", own],
      ["3", own],
    ];
    for (const [user, storage] of storages) this.#devices.push(this.#newDevice(user, storage));
  }

  /** The page of a device is loaded anew: it goes in order, or all at once. */
  #reload(device) {
    const { storage } = device;
    const isCrash = this.#happens(0.3); // nothing of the end is written then, or told
    if (storage) storage.isForbidden = isCrash;
    if (isCrash) FakeChannel.arrives = () => false;
    device.close();
    FakeChannel.arrives = () => true;
    if (storage) storage.isForbidden = false;
    this.#devices[this.#devices.indexOf(device)] = this.#newDevice(device.credential, storage);
  }

  #newDevice(credential, storage) {
    const server = this.#server;
    const timing = {
      backoff: 50,
      backoffCap: 400,
      holdWithin: 1000,
      requestsPerSecond: 1000,
      answerAfter: 1000,
      retries: 20,
      cuts: 1000,
    };
    const options = {
      server: "http://127.0.0.1/teaching/",
      credential,
      WebSocket: server.WebSocket,
      fetch: server.fetch,
      timing,
    };
    const device = new ImClient({ ...options, store: storage ? new LocalOutbox(credential, storage) : undefined });
    Object.assign(device, { storage, credential });
    device.shown = [];
    device.addEventListener("message", ({ detail }) => device.shown.push(detail));
    if (this.#happens(0.8)) device.conversations; // the front end has one from the beginning
    device.connect();
    return device;
  }

  #happens(probability) {
    return this.random() < probability;
  }

  #one(list) {
    return list[Math.floor(this.random() * list.length)];
  }

  /** Answers and the welcome keep their order on a connection; events are what servers tell each other. */
  #deliver(connection, frame) {
    const isEvent = frame.change !== undefined && frame.op !== "done";
    if (this.#isFaulty && isEvent && this.#happens(0.08)) return void this.#behind.add(connection);
    const queue = this.#queues.get(connection) ?? [];
    this.#queues.set(connection, queue);
    queue.push(frame);
    if (this.#isFaulty && isEvent && this.#happens(0.08)) queue.push(frame);
    const last = queue.length - 1;
    const isSwapped =
      this.#isFaulty &&
      last > 0 &&
      queue[last - 1].change !== undefined &&
      queue[last - 1].op !== "done" &&
      this.#happens(0.1);
    if (isSwapped && isEvent) [queue[last - 1], queue[last]] = [queue[last], queue[last - 1]];
    if (!this.#isFaulty || this.#happens(0.6)) queueMicrotask(() => this.#flush(connection));
  }

  #flush(connection) {
    const queue = this.#queues.get(connection) ?? [];
    while (queue.length > 0) connection.push(queue.shift());
  }

  #flushAll() {
    for (const connection of this.#queues.keys()) this.#flush(connection);
    for (const connection of this.#behind) connection.push({ op: "behind" });
    this.#behind.clear();
  }

  async step() {
    const server = this.#server;
    const device = this.#one(this.#devices);
    const other = this.#one(USERS);
    const name = `text ${++this.#count}`;
    const stored = server.entries.filter(({ kind }) => kind === "message");
    const actions = [
      () => device.send(other, name, { clientMessageId: `m${this.#count}` }).catch(() => {}),
      () => device.send(other, name, { clientMessageId: `m${this.#count}` }).catch(() => {}),
      () => {
        const failed = device.conversations.conversation(other).messages.find(({ state }) => state === "failed");
        if (!failed) return;
        if (this.#happens(0.5)) device.conversations.retry(other, failed);
        else device.conversations.discard(other, failed.clientMessageId);
      },
      () => server.send(this.#one(["0", ...USERS]), this.#one(USERS), name), // by REST or version 1
      () => server.send(this.#one(USERS), this.#one(USERS), name),
      () => device.conversations.open(other),
      () => device.conversations.loadOlder(other),
      () => {
        const conversation = device.conversations.conversation(other);
        if (conversation.newestId > 0) device.conversations.markReadUpTo(other, String(conversation.newestId));
      },
      () => device.shown.length > 0 && device.markRead(this.#one(device.shown).messageId), // one of several
      () => {
        const user = this.#one(USERS);
        const unread = this.#one(
          [...USERS, "0"].map((from) => server.unread(user, from)).filter((list) => list.length > 0) ?? [],
        );
        if (unread) server.read(user, unread[0].from, (entry) => entry === this.#one(unread)); // version 1 on another device
      },
      () => {
        const entry = this.#one(stored);
        if (entry && entry.from !== "0") server.recall(entry.from, entry.messageId);
      },
      () => server.typing(other, this.#one(USERS)),
      () =>
        server.set(this.#one(USERS), this.#one(["0", ...USERS]), {
          [this.#one(["blocked", "muted", "pinned", "hidden"])]: this.#happens(0.6),
        }),
      () =>
        this.#one([() => device.conversations.hide(other), () => device.conversations.pin(other, true)])().catch(
          () => {},
        ),
      () => this.#one([...server.connections])?.end(this.#one([1006, 1001, 4508])),
      () => this.#happens(0.2) && server.cut(),
      () => this.#happens(0.05) && server.renew(`e${this.#count}`),
      () => this.#happens(0.3) && this.#flushAll(),
      () => this.#reload(device),
    ];
    this.#one(actions)();
    if (server.epoch !== this.epoch) server.cut(); // an operator's command, while the server was stopped
    this.epoch = server.epoch;
    if (this.#happens(0.7)) await settle();
    if (this.#happens(0.5)) mock.timers.tick(Math.floor(this.random() * 300));
    if (this.#happens(0.02)) mock.timers.tick(1500); // something is kept
  }

  async heal() {
    this.#isFaulty = false;
    await settle();
    this.#flushAll();
    await pass(220_000, 1000); // until it is certain that tabs have vanished
    for (const device of this.#devices) {
      for (const user of USERS) {
        device.conversations.open(user);
        const { messages } = device.conversations.conversation(user);
        for (const { clientMessageId } of messages.filter(({ state }) => state === "failed"))
          device.conversations.discard(user, clientMessageId);
        await settle(); // the other tabs hear of it
      }
    }
    await pass(60_000, 500);
  }

  compare() {
    for (const device of this.#devices) {
      assert.equal(device.state, "open");
      assert.deepEqual(device.outgoing(), []);
      assert.equal(device.unconfirmedReads, 0);
      const model = modelOf(device);
      const loaded = model.conversations.filter(({ texts }) => texts !== null).map((conversation) => conversation.with);
      for (const user of USERS)
        if (this.#server.user(device.userId).conversations.has(user))
          assert.equal(device.conversations.conversation(user).history, "loaded");
      for (const conversation of model.conversations) {
        const all = this.#server
          .between(device.userId, conversation.with)
          .filter(({ kind }) => kind === "message").length;
        if (conversation.texts && conversation.texts.length < all) conversation.isPart = conversation.texts.length;
      }
      const expected = modelOfServer(this.#server, device.userId, loaded);
      for (const conversation of expected.conversations) {
        const found = model.conversations.find((one) => one.with === conversation.with);
        if (found?.isPart) conversation.texts = conversation.texts.slice(-found.isPart); // the end of it, without a hole
        delete found?.isPart;
      }
      assert.deepEqual(model, expected);
      const ids = device.shown.map(({ messageId }) => messageId);
      assert.equal(new Set(ids).size, ids.length, "each message was shown once");
      for (const user of USERS) {
        const missing = this.#server.unread(device.userId, user).filter(({ messageId }) => !ids.includes(messageId));
        assert.deepEqual(missing, [], "every unread message was shown");
      }
    }
    const keys = this.#server.entries
      .filter(({ clientMessageId }) => clientMessageId)
      .map(({ clientMessageId }) => clientMessageId);
    assert.equal(new Set(keys).size, keys.length);
  }

  end() {
    for (const device of this.#devices) device.close();
  }
}
