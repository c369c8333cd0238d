/** What tabs of one browser show of each other's messages, and that each message is sent by one of them. */

import assert from "node:assert/strict";
import { afterEach, beforeEach, describe, test } from "node:test";
import { ImClient, LocalOutbox } from "../webapp/imserver-client.js";
import { FakeChannel, fakeChannels } from "./channel.mjs";
import { letClockGo, pass, settle, stopClock } from "./clock.mjs";
import { FakeServer2 } from "./fake-server-2.mjs";
import { FakeStorage } from "./storage.mjs";

describe("A message that is not stored yet", () => {
  let server;
  let storage;
  let tabs;
  let restore;

  beforeEach(() => {
    stopClock();
    restore = fakeChannels();
    server = new FakeServer2();
    storage = new FakeStorage();
    tabs = [];
  });

  afterEach(() => {
    tabs.forEach((client) => client.close());
    restore();
    letClockGo();
  });

  async function open({ key = "1", credential = "1", ...options } = {}) {
    const store = new LocalOutbox(key, storage);
    const client = new ImClient({
      server: "http://127.0.0.1/teaching/",
      credential,
      store,
      WebSocket: server.WebSocket,
      fetch: server.fetch,
      ...options,
    });
    tabs.push(client);
    client.conversations;
    client.connect();
    await settle();
    return client;
  }

  /** As by a crash. */
  function vanish(client) {
    tabs = tabs.filter((one) => one !== client);
    const sockets = [...server.connections];
    FakeChannel.arrives = ({ op }) => op !== "left";
    storage.isForbidden = true;
    client.close();
    storage.isForbidden = false;
    FakeChannel.arrives = () => true;
    return sockets;
  }

  const lost = ({ op }) => (op === "send" ? "lost" : null);
  const refused = ({ op }) => (op === "send" ? { code: "STRANGER", retryable: false } : null);
  const sent = () =>
    server.commands
      .filter(({ op }) => op === "send")
      .map(({ content, clientMessageId }) => `${content} ${clientMessageId}`);
  const stored = () => server.entries.map(({ content }) => content);
  /** How many messages the store has. */
  const kept = () =>
    [...Array(storage.length).keys()].filter((index) => storage.key(index).includes("message.")).length;
  const shown = (client, other = "7") =>
    client.conversations
      .conversation(other)
      .messages.map(({ content, state, messageId }) => `${content} ${state} ${messageId !== null}`);

  test("is seen in the other tabs as it is, and is stored once", async () => {
    const [one, other] = [await open(), await open()];
    server.refuse = lost;
    one.send("7", "hello", { clientMessageId: "a" });
    await settle();
    assert.deepEqual(shown(other), ["hello sending false"]);
    assert.deepEqual(other.outgoing(), [], "the other tab does not send it");
    server.refuse = () => null;
    await pass(7000);
    assert.deepEqual(stored(), ["hello"]);
    for (const tab of [one, other]) assert.deepEqual(shown(tab), ["hello sent true"]);
    assert.deepEqual(sent(), ["hello a", "hello a"], "twice, since the first was lost");
  });

  test("is seen in a tab that is opened later, and in a front end that begins later", async () => {
    server.refuse = lost;
    const one = await open();
    one.send("7", "hello");
    const later = new ImClient({
      server: "http://127.0.0.1/teaching/",
      credential: "1",
      store: new LocalOutbox("1", storage),
      WebSocket: server.WebSocket,
      fetch: server.fetch,
    });
    tabs.push(later);
    later.connect();
    await settle();
    assert.deepEqual(shown(later), ["hello sending false"]);
    assert.deepEqual(
      later.conversations.list.map(({ user }) => user.id),
      ["7"],
    );
  });

  test("is seen though it was written before there was a connection", async () => {
    const other = await open();
    server.protocol = null;
    const one = new ImClient({
      server: "http://127.0.0.1/teaching/",
      credential: "1",
      store: new LocalOutbox("1", storage),
      WebSocket: server.WebSocket,
      fetch: server.fetch,
    });
    tabs.push(one);
    one.send("7", "hello");
    one.connect();
    await settle();
    assert.deepEqual(shown(other), ["hello sending false"]);
  });

  test("is asked for no longer when it is stored", async () => {
    const [one] = [await open({ timing: { retries: 100 } }), await open()];
    let asked = 0;
    FakeChannel.arrives = ({ op }) => (asked += Number(op === "ask")) >= 0;
    server.refuse = lost;
    one.send("7", "hello");
    await pass(45_000);
    assert.ok(asked > 0);
    server.refuse = () => null;
    await pass(60_000);
    assert.deepEqual(stored(), ["hello"]);
    asked = 0;
    await pass(60_000);
    assert.equal(asked, 0);
  });

  test("that has failed fails in all, and is tried again by the tab where the user does", async () => {
    const [one, other, third] = [await open(), await open(), await open()];
    server.refuse = refused;
    one.send("7", "hello", { clientMessageId: "a" });
    await settle();
    for (const tab of tabs) assert.deepEqual(shown(tab), ["hello failed false"]);
    const [message] = other.conversations.conversation("7").messages;
    assert.equal(message.code, "STRANGER");
    server.refuse = lost;
    other.conversations.retry("7", message);
    await settle();
    for (const tab of tabs) assert.deepEqual(shown(tab), ["hello sending false"]);
    assert.deepEqual(
      tabs.map((tab) => tab.outgoing().length),
      [0, 1, 0],
      "one holds it",
    );
    assert.equal(kept(), 1, "in the store too");
    one.close();
    one.connect();
    await pass(1000);
    assert.deepEqual(
      tabs.map((tab) => tab.outgoing().length),
      [0, 1, 0],
      "nor does it come back from the store",
    );
    server.refuse = () => null;
    await pass(7000);
    assert.deepEqual(stored(), ["hello"]);
    assert.equal(storage.length, 1, "the list of conversations alone");
    for (const tab of [one, other, third]) assert.deepEqual(shown(tab), ["hello sent true"]);
  });

  test("is stored once where two tabs try it again at the same time", async () => {
    const [one, other] = [await open(), await open()];
    server.refuse = refused;
    one.send("7", "hello");
    await settle();
    server.refuse = () => null;
    for (const tab of tabs) tab.conversations.retry("7", tab.conversations.conversation("7").messages[0]);
    await pass(1000);
    assert.equal(sent().length, 3);
    assert.deepEqual(stored(), ["hello"]);
    for (const tab of [one, other]) {
      assert.deepEqual(shown(tab), ["hello sent true"]);
      assert.deepEqual(tab.outgoing(), []);
    }
  });

  test("is shown as the tab has it that sends it", async () => {
    const [one, other] = [await open(), await open()];
    server.refuse = refused;
    one.send("7", "hello");
    await settle();
    const [first] = server.connections;
    server.refuse = ({ op }, connection) =>
      op !== "send" ? null : connection === first ? { code: "STRANGER", retryable: false } : "lost";
    for (const tab of [one, other]) tab.conversations.retry("7", tab.conversations.conversation("7").messages[0]);
    await settle();
    assert.deepEqual(shown(other), ["hello sending false"], "whatever became of it there");
    server.refuse = () => null;
    await pass(7000);
    for (const tab of [one, other]) assert.deepEqual([shown(tab), tab.outgoing()], [["hello sent true"], []]);
  });

  test("is discarded for good where the tab that held it has vanished, and never while it is on its way", async () => {
    const [one, other] = [await open(), await open()];
    server.refuse = lost;
    one.send("7", "hello", { clientMessageId: "a" });
    await settle();
    other.forget("a");
    await settle();
    assert.equal(kept(), 1);
    assert.deepEqual(shown(other), ["hello sending false"]);
    server.refuse = refused;
    await pass(7000);
    assert.deepEqual(shown(other), ["hello failed false"]);
    vanish(one);
    other.conversations.discard("7", "a");
    assert.equal(kept(), 0);
    await pass(200_000, 1000);
    assert.deepEqual([shown(other), other.outgoing()], [[], []]);
  });

  test("is discarded in all, in whichever the user does, and not where it is on its way again", async () => {
    const [one, other] = [await open(), await open()];
    server.refuse = refused;
    for (const tab of [one, other]) {
      one.send("7", "hello", { clientMessageId: "a" });
      await settle();
      tab.conversations.discard("7", "a");
      await settle();
      assert.deepEqual([shown(one), shown(other)], [[], []]);
      assert.deepEqual(one.outgoing(), []);
      assert.equal(new LocalOutbox("1", storage).claim(10).length, 0);
    }
    one.send("7", "again", { clientMessageId: "b" });
    await settle();
    FakeChannel.arrives = ({ op }) => op !== "outgoing"; // not heard yet
    server.refuse = lost;
    one.conversations.retry("7", one.conversations.conversation("7").messages[0]);
    other.conversations.discard("7", "b");
    FakeChannel.arrives = () => true;
    await settle();
    assert.deepEqual(shown(one), ["again sending false"]);
    server.refuse = () => null;
    await pass(7000);
    assert.deepEqual(stored(), ["again"]);
    assert.equal(other.conversations.list[0].lastMessage.content, "again");
  });

  test("is sent by another tab where its own is closed", async () => {
    const [one, other] = [await open(), await open()];
    server.refuse = lost;
    one.send("7", "hello", { clientMessageId: "a" });
    await settle();
    one.close();
    server.refuse = () => null;
    await pass(3000);
    assert.deepEqual(shown(other), ["hello sent true"]);
    assert.deepEqual(stored(), ["hello"]);
    assert.equal(new Set(sent()).size, 1);
  });

  test("is left to another tab where the page goes into the cache of pages, and seen when it comes back", async () => {
    const page = new EventTarget();
    globalThis.addEventListener = page.addEventListener.bind(page);
    const one = await open();
    delete globalThis.addEventListener;
    const other = await open();
    server.refuse = lost;
    one.send("7", "hello");
    await settle();
    page.dispatchEvent(new Event("pagehide"));
    await pass(1000);
    assert.equal(other.outgoing().length, 1);
    other.send("8", "meanwhile");
    await settle();
    assert.deepEqual(shown(one, "8"), []);
    page.dispatchEvent(Object.assign(new Event("pageshow"), { persisted: true }));
    await settle();
    assert.deepEqual(shown(one, "8"), ["meanwhile sending false"]);
    server.refuse = () => null;
    await pass(7000);
    assert.deepEqual(stored().sort(), ["hello", "meanwhile"]);
  });

  test("is sent by another tab where its own has vanished, when that is certain", async () => {
    const [one, other] = [await open(), await open()];
    server.refuse = lost;
    one.send("7", "hello");
    await settle();
    vanish(one);
    server.refuse = () => null;
    await pass(100_000, 1000);
    assert.deepEqual(shown(other), ["hello sending false"]);
    await pass(80_000, 1000);
    assert.deepEqual(shown(other), ["hello sent true"]);
    assert.deepEqual(stored(), ["hello"]);
  });

  test("is shown no longer where nobody has it any more", async () => {
    storage.isForbidden = true;
    const [one, other, third] = [await open(), await open(), await open()];
    server.refuse = lost;
    one.send("7", "of one");
    third.send("7", "of the third");
    await settle();
    assert.equal(shown(other).length, 2);
    one.close();
    await pass(3000);
    assert.deepEqual(shown(other), ["of the third sending false"]);
    vanish(third);
    storage.isForbidden = true;
    await pass(210_000, 1000);
    assert.deepEqual(shown(other), []);
  });

  test("stays shown for as long as its tab tells of it", async () => {
    const timing = { giveUpAfter: 1e9, retries: 1e6, cuts: 1e6 };
    const [, other] = [await open({ timing }), await open()];
    server.refuse = lost;
    tabs[0].send("7", "hello");
    await pass(600_000, 1000);
    assert.deepEqual(shown(other), ["hello sending false"]);
  });

  test("is nobody else's: not of another user, another store, or what is no word of this library", async () => {
    const other = await open({ credential: "2" });
    const elsewhere = await open({ key: "2" });
    const own = await open();
    server.refuse = lost;
    (await open()).send("7", "hello", { clientMessageId: "a" });
    await settle();
    assert.deepEqual([shown(other), shown(elsewhere)], [[], []]);
    const channel = new FakeChannel("imserver.outbox.1.tabs");
    const word = { version: 1, userId: "1", from: "b" };
    const detail = {
      clientMessageId: "b",
      toId: "7",
      content: "b",
      timestamp: "9999999999999",
      state: "sending",
      messageId: null,
      code: null,
      message: null,
    };
    const words = [
      null,
      "text",
      1,
      {},
      { ...word, version: 2, op: "outgoing", details: [detail] },
      { ...word, op: "outgoing" },
      { ...word, op: "nothing" },
    ];
    for (const part of [{ content: 1 }, { state: "odd" }, { toId: null }, { state: "sent" }])
      words.push({ ...word, op: "outgoing", details: [{ ...detail, ...part }] });
    words.push(
      { ...word, op: "outgoing", details: [null] },
      { ...word, op: "outgoing", details: "text" },
      { ...word, op: "forget" },
      { ...word, op: "forget", toId: "7", clientMessageId: "b" },
    );
    for (const each of words) {
      channel.postMessage(each);
      await settle();
      assert.deepEqual(shown(own), ["hello sending false"], JSON.stringify(each));
    }
    channel.postMessage({ ...word, op: "outgoing", details: [detail] });
    await settle();
    assert.deepEqual(shown(own), ["hello sending false", "b sending false"], "as these are");
  });

  test("needs no channel", async () => {
    globalThis.BroadcastChannel = undefined;
    const [one, other] = [await open(), await open()];
    one.send("7", "hello");
    await settle();
    for (const tab of [one, other]) assert.equal(shown(tab).length, tab === one ? 1 : 0);
    assert.deepEqual(stored(), ["hello"]);
  });
});
