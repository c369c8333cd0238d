/** The newest conversations, which a device that knows none shows before it has heard of all. */

import assert from "node:assert/strict";
import { afterEach, beforeEach, describe, test } from "node:test";
import { ImClient, LocalOutbox } from "../webapp/imserver-client.js";
import { letClockGo, pass, settle, stopClock } from "./clock.mjs";
import { FakeServer2, modelOf, modelOfServer } from "./fake-server-2.mjs";
import { FakeStorage } from "./storage.mjs";

describe("The newest conversations of a new device", () => {
  let server;
  let clients;

  beforeEach(() => {
    stopClock();
    server = new FakeServer2();
    clients = [];
    for (let id = 10; id < 40; id++) server.send(String(id), "1", `of ${id}`);
  });

  afterEach(() => {
    clients.forEach((client) => client.close());
    letClockGo();
  });

  async function open({ isShown = true, ...options } = {}) {
    const client = new ImClient({
      server: "http://127.0.0.1/teaching/",
      credential: () => "token.1.a",
      WebSocket: server.WebSocket,
      fetch: server.fetch,
      ...options,
    });
    clients.push(client);
    if (isShown) client.conversations;
    client.connect();
    await settle();
    return client;
  }

  const pages = () => server.asked.filter((path) => path === "conversations").length;
  const names = (client) => client.conversations.list.map(({ user }) => user.id);
  const newest = Array.from({ length: 20 }, (_, i) => String(39 - i));

  function agrees(client) {
    assert.deepEqual(modelOf(client), modelOfServer(server, "1", []));
  }

  test("are there before there is a connection, with what is unread, and while the changes still come in", async () => {
    server.protocol = null;
    const client = await open();
    assert.deepEqual(names(client), newest);
    assert.equal(client.conversations.unread, 20);
    assert.notEqual(client.conversations.state, "loaded", "there are more");
    server.mostInPart = 5;
    server.refuse = ({ op, since }) => (op === "sync" && since >= 10 ? "lost" : null);
    server.protocol = "imserver.v2";
    await pass(20_000);
    assert.equal(client.state, "open");
    assert.equal(names(client).length, 30);
    assert.deepEqual(names(client).slice(0, 20), newest);
    server.refuse = () => null;
    await pass(60_000);
    agrees(client);
    assert.equal(pages(), 1);
  });

  /** Answers wait until they are let go, in the order of the questions. */
  function holdPages() {
    const held = [];
    server.holdRest = (path) =>
      path === "conversations" ? new Promise((resolve) => held.push(resolve)) : Promise.resolve();
    return held;
  }

  test("are nothing against what a change has said", async () => {
    const held = holdPages();
    server.refuse = ({ op }) => (op === "sync" ? "lost" : null);
    const client = await open();
    for (const other of ["38", "39"]) server.read("1", other, () => true);
    server.mostInPart = 29;
    server.refuse = ({ op, since }) => (op === "sync" && since > 0 ? "lost" : null);
    await pass(31_000);
    assert.equal(names(client).length, 29, "without the one that has changed last");
    held[0]();
    await settle();
    assert.deepEqual(
      ["37", "38", "39"].map((id) => client.conversations.conversation(id).unread),
      [1, 0, 1],
    );
    server.refuse = () => null;
    await pass(31_000);
    agrees(client);
  });

  test("give way to a change that comes after them", async () => {
    server.mostInPart = 25;
    server.refuse = ({ op, since }) => (op === "sync" && since >= 25 ? "lost" : null);
    const client = await open();
    assert.equal(client.conversations.conversation("39").unread, 1);
    server.read("1", "39", () => true);
    server.recall("38", server.between("1", "38")[0].messageId);
    server.set("1", "37", { hidden: true });
    server.set("1", "36", { muted: true });
    server.refuse = () => null;
    await pass(31_000);
    agrees(client);
  });

  test("are forgotten with all else where the numbers begin anew, and asked for again", async () => {
    const storage = new FakeStorage();
    const store = () => new LocalOutbox("1", storage);
    (await open({ store })).close();
    assert.equal(pages(), 1);
    (await open({ store })).close();
    assert.equal(pages(), 1, "there is a list that was kept");
    const text = new LocalOutbox("1", storage).loadState();
    const slow = {
      claim: () => [],
      put() {},
      remove() {},
      release() {},
      loadState: async () => settle().then(() => text),
    };
    await open({ store: () => slow });
    await settle();
    assert.equal(pages(), 1, "or will be there in a moment");
    server.renew("e2");
    const client = await open({ store });
    assert.equal(pages(), 2);
    agrees(client);
  });

  test("are not shown where the numbers have begun anew since they were asked for", async () => {
    const held = holdPages();
    server.refuse = ({ op }) => (op === "sync" ? "lost" : null);
    const client = await open();
    server.read("1", "39", () => true);
    server.renew("e2");
    server.cut();
    await pass(2000);
    assert.equal(pages(), 2);
    held[0]();
    await settle();
    assert.deepEqual(names(client), []);
    held[1]();
    await settle();
    assert.deepEqual(names(client), newest);
    assert.equal(client.conversations.unread, 19);
  });

  test("are asked for again where that failed, and there still is no list", async () => {
    server.refuseRest = (path) => (path === "conversations" ? 503 : null);
    server.refuse = ({ op }) => (op === "sync" ? "lost" : null);
    const client = await open();
    assert.deepEqual(names(client), []);
    server.refuseRest = () => null;
    server.cut();
    await pass(2000);
    assert.deepEqual(names(client), newest);
    server.refuse = () => null;
    await pass(31_000);
    agrees(client);
  });

  test("are asked for when a front end begins to show them", async () => {
    server.refuse = ({ op }) => (op === "sync" ? "lost" : null);
    const client = await open({ isShown: false });
    client.conversations;
    await settle();
    assert.deepEqual(names(client), newest);
  });

  test("are not asked for where no front end shows them, or nobody is connected", async () => {
    const client = await open({ isShown: false });
    assert.equal(pages(), 0);
    client.close();
    const idle = new ImClient({
      server: "http://127.0.0.1/teaching/",
      credential: "1",
      WebSocket: server.WebSocket,
      fetch: server.fetch,
    });
    clients.push(idle);
    idle.conversations;
    await idle.api.me();
    await settle();
    assert.equal(pages(), 0);
  });

  test("are those of version 1 where the server speaks that", async () => {
    server.holdRest = async (path) => path === "conversations" && settle();
    server.protocol = "imserver.v1";
    const client = await open();
    await settle();
    assert.deepEqual(names(client), newest);
    assert.equal(client.conversations.state, "loaded");
  });

  test("are no longer what was asked for first, where the server speaks version 1", async () => {
    const held = holdPages();
    server.protocol = null;
    const client = await open();
    server.read("1", "39", () => true);
    server.protocol = "imserver.v1";
    await pass(2000);
    held[1]();
    await settle();
    assert.equal(client.conversations.unread, 19);
    held[0]();
    await settle();
    assert.equal(client.conversations.unread, 19);
  });
});
