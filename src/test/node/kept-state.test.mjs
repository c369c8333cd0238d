/** What is kept over a reload of the conversations, and what it is worth. */

import assert from "node:assert/strict";
import { afterEach, beforeEach, describe, test } from "node:test";
import { ImClient, LocalOutbox } from "../webapp/imserver-client.js";
import { letClockGo, pass, settle, stopClock } from "./clock.mjs";
import { FakeServer2, modelOf, modelOfServer } from "./fake-server-2.mjs";
import { FakeStorage } from "./storage.mjs";

const KEY = "imserver.outbox.1.conversations";

describe("The conversations of an earlier page", () => {
  let server;
  let storage;
  let clients;

  beforeEach(() => {
    stopClock();
    server = new FakeServer2();
    storage = new FakeStorage();
    clients = [];
  });

  afterEach(() => {
    clients.forEach((client) => client.close());
    letClockGo();
  });

  function open({ credential = "1", store = new LocalOutbox("1", storage), isSilent = false, ...options } = {}) {
    const client = new ImClient({
      server: "http://127.0.0.1/teaching/",
      credential,
      store,
      WebSocket: server.WebSocket,
      fetch: server.fetch,
      ...options,
    });
    clients.push(client);
    client.shown = [];
    if (!isSilent) client.addEventListener("message", ({ detail }) => client.shown.push(detail.content));
    client.connect();
    return client;
  }

  const syncs = () => server.commands.filter(({ op }) => op === "sync").map(({ since }) => since);
  const names = (client) => client.conversations.list.map(({ user }) => user.id);

  function agrees(client) {
    const model = modelOf(client);
    const loaded = model.conversations.filter(({ texts }) => texts !== null).map((one) => one.with);
    assert.deepEqual(model, modelOfServer(server, client.userId, loaded));
  }

  /** A page that has seen two conversations, and is gone. */
  async function first(options) {
    server.send("7", "1", "unread");
    server.send("8", "1", "read");
    server.read("1", "8", () => true);
    const client = open(options);
    await settle();
    client.close();
    return client;
  }

  test("are there before there is a connection, and only what has changed since is asked for", async () => {
    await first();
    server.send("8", "1", "while away");
    server.protocol = null;
    const client = open();
    await settle();
    assert.deepEqual(names(client), ["8", "7"]);
    assert.equal(client.conversations.state, "loaded");
    assert.equal(client.conversations.unread, 1);
    assert.equal(client.conversations.list[0].user.name, "name of 8");
    server.protocol = "imserver.v2";
    await pass(31_000);
    assert.deepEqual(syncs(), [0, 3]);
    agrees(client);
  });

  test("bring each unread message, though nothing has changed", async () => {
    await first();
    const client = open();
    await settle();
    assert.deepEqual(syncs(), [0]);
    assert.deepEqual(client.shown, ["unread"]);
    server.send("7", "1", "live");
    await settle();
    assert.deepEqual(client.shown, ["unread", "live"]);
    agrees(client);
  });

  test("are kept a second after a change, and not while something is still asked for", async () => {
    const client = open();
    await settle();
    server.send("7", "1", "a");
    await settle();
    assert.equal(storage.getItem(KEY), null);
    await pass(1000);
    assert.match(storage.getItem(KEY), /"cursor":1}/);
    server.mostInPart = 1;
    server.protocol = null;
    server.cut();
    for (const user of ["7", "8", "9"]) server.send(user, "1", "b");
    server.refuse = ({ op, since }) => (op === "sync" && since > 2 ? "lost" : null);
    server.protocol = "imserver.v2";
    await pass(31_000);
    assert.deepEqual(syncs().slice(0, 2), [1, 2]);
    client.close();
    assert.match(storage.getItem(KEY), /"cursor":1}/);
  });

  test("are forgotten where the numbers of the server have begun anew", async () => {
    for (const renew of [
      () => server.renew("e2"),
      () => (server = new FakeServer2()).send("9", "1", "another server"),
    ]) {
      await first();
      renew();
      const client = open();
      await settle();
      agrees(client);
      client.close();
    }
  });

  test("are another user's or server's for nobody", async () => {
    await first();
    server.protocol = null;
    const other = open({ credential: "2", isSilent: true });
    const elsewhere = open({ server: "http://127.0.0.1/other/" });
    await settle();
    assert.deepEqual([names(other), names(elsewhere)], [[], []]);
    const own = open({ credential: () => "token.1.a" });
    assert.deepEqual(names(own), [], "it is not known yet whose it is");
    await settle();
    assert.deepEqual(names(own), ["8", "7"]);
  });

  test("cost one whole sync where they are broken, and nothing else", async () => {
    await first();
    const text = storage.getItem(KEY);
    const broken = [
      "",
      "null",
      "{}\n[]",
      text.slice(0, -5),
      text.replace(/"version":\d+/, '"version":0'),
      text.replace(/"cursor":\d+/, '"cursor":"3"'),
    ];
    broken.push(
      text.replace(/"unread":\d/, '"unread":-1'),
      text.replace('"content":"read"', '"content":{}'),
      text.replace(/\n.*/, "\n[null]"),
    );
    for (const each of broken) {
      assert.notEqual(each, text);
      storage.setItem(KEY, each);
      server.commands.length = 0;
      const client = open();
      await settle();
      assert.deepEqual(syncs(), [0], each);
      agrees(client);
      client.close();
    }
  });

  test("are not kept where there are too many of them", async () => {
    for (let i = 0; i < 1001; i++) server.send(String(10 + i), "1", "a");
    storage.setItem(KEY, "of before");
    open({ isSilent: true }).close();
    const client = open({ isSilent: true });
    await settle();
    client.close();
    assert.equal(storage.getItem(KEY), null);
  });

  test("and where they are too long", async () => {
    for (let i = 0; i < 300; i++) server.send(String(10 + i), "1", "long".repeat(1000));
    const client = open({ isSilent: true });
    await settle();
    client.close();
    assert.equal(storage.getItem(KEY), null);
  });

  test("stay what the tab has written that was furthest", async () => {
    const behind = open();
    await settle();
    server.deliver = (connection, frame) =>
      connection === [...server.connections][0] || queueMicrotask(() => connection.push(frame));
    const ahead = open();
    await settle();
    server.send("7", "1", "a");
    server.send("7", "1", "b");
    await pass(2000);
    assert.match(storage.getItem(KEY), /"cursor":2}/);
    server.deliver = (connection, frame) => queueMicrotask(() => connection.push(frame));
    [...server.connections][0].push({
      op: "message",
      change: 1,
      with: "7",
      messageId: "1",
      from: "7",
      to: "1",
      content: "a",
      unread: 1,
    });
    await pass(2000);
    behind.close();
    assert.match(storage.getItem(KEY), /"cursor":2}/);
    ahead.close();
  });

  test("are not kept where the page does not want it, and are removed when the user signs out", async () => {
    await first({ store: new LocalOutbox("1", storage, { keepsConversations: false }) });
    assert.equal(storage.getItem(KEY), null);
    await first();
    assert.ok(storage.getItem(KEY));
    const store = new LocalOutbox("1", storage);
    const client = open({ store });
    await settle();
    server.cut();
    client.send("7", "not sent");
    client.close();
    store.clear();
    assert.equal(storage.length, 0);
    store.saveState("too late");
    assert.equal(storage.length, 0);
    await first();
    open({ store: new LocalOutbox("1", storage, { keepsConversations: false }) });
    await settle();
    assert.equal(storage.getItem(KEY), null, "what was kept before");
  });

  test("make room for what was written here, and are no matter where the storage is full or forbidden", async () => {
    await first();
    storage.room = storage.getItem(KEY).length + 50;
    server.protocol = null;
    const client = open();
    client.send("7", "not sent");
    assert.equal(new LocalOutbox("1", storage).claim(10).length, 0, "it is the other tab's");
    assert.equal(storage.getItem(KEY), null);
    client.close();
    assert.equal(new LocalOutbox("1", storage).claim(10)[0].content, "not sent");
    storage.isForbidden = true;
    server.protocol = "imserver.v2";
    const blind = open();
    await settle();
    agrees(blind);
  });

  test("are waited for where the store takes a moment, and not for long", async () => {
    await first();
    const text = storage.getItem(KEY);
    const slow = (milliseconds) => ({
      ...{ claim: () => [], put() {}, remove() {}, release() {}, saveState() {} },
      loadState: () => new Promise((resolve) => setTimeout(() => resolve(text), milliseconds)),
    });
    for (const [milliseconds, since] of [
      [500, 3],
      [60_000, 0],
    ]) {
      server.commands.length = 0;
      server.send("7", "1", "more");
      const client = open({ store: slow(milliseconds) });
      await pass(62_000, 500);
      assert.deepEqual(syncs(), [since]);
      agrees(client);
      client.close();
    }
  });

  test("are forgotten where the server speaks version 1 now", async () => {
    await first();
    server.protocol = "imserver.v1";
    const client = open();
    await settle();
    assert.deepEqual(names(client), []);
  });
});
