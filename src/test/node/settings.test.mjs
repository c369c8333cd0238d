/** Block, mute, pin, hide and strangers, as a front end sees them, on both versions. */

import assert from "node:assert/strict";
import { afterEach, beforeEach, describe, test } from "node:test";
import WebSocket from "ws";
import { ImClient, LocalOutbox } from "../webapp/imserver-client.js";
import { letClockGo, pass, settle, stopClock } from "./clock.mjs";
import { FakeServer, until } from "./fake-server.mjs";
import { FakeServer2 } from "./fake-server-2.mjs";
import { FakeStorage } from "./storage.mjs";

const names = ({ conversations }) => conversations.list.map(({ user }) => user.id);

describe("What a user sets of conversations, on version 2,", () => {
  let server;
  let clients;

  beforeEach(() => {
    stopClock();
    server = new FakeServer2();
    clients = [];
  });

  afterEach(() => {
    clients.forEach((client) => client.close());
    letClockGo();
  });

  async function connect(credential = "1", options = {}) {
    const client = new ImClient({
      server: "http://127.0.0.1/teaching/",
      credential,
      WebSocket: server.WebSocket,
      fetch: server.fetch,
      ...options,
    });
    clients.push(client);
    client.connect();
    await settle();
    return client;
  }

  const flagsOf = (client, userId) => {
    const { isStranger, blocked, muted, pinned, hidden } = client.conversations.conversation(userId);
    return Object.entries({ isStranger, blocked, muted, pinned, hidden })
      .filter(([, holds]) => holds)
      .map(([name]) => name);
  };

  test("is set for himself, and a message reported once, by REST", async () => {
    const asked = [];
    const answers = async (address, { method, body }) => {
      asked.push([method, new URL(address).pathname.replace("/teaching/api/", ""), body && JSON.parse(body)]);
      return new Response(
        method === "POST" ? '{"reportId":7}' : '{"strangers":"quota:1","strangersEffective":"closed"}',
      );
    };
    const client = await connect("1", { fetch: answers });
    assert.deepEqual(await client.api.settings(), { strangers: "quota:1", strangersEffective: "closed" });
    await client.api.setSettings({ strangers: "open" });
    for (let i = 0; i < 2; i++) await client.report("2001", "spam", "again and again");
    await client.report(2002, "other");
    await assert.rejects(client.report("no id", "spam"), TypeError);
    const report = { messageIds: [2001], reason: "spam", text: "again and again", clientReportId: "message-2001" };
    assert.deepEqual(asked, [
      ["GET", "users/me/settings", undefined],
      ["PUT", "users/me/settings", { strangers: "open" }],
      ["POST", "reports", report],
      ["POST", "reports", report],
      ["POST", "reports", { messageIds: [2002], reason: "other", text: "", clientReportId: "message-2002" }],
    ]);
  });

  test("is seen on all devices, at once and by those that were away", async () => {
    server.send("1", "7", "hello");
    const [one, other] = [await connect(), await connect()];
    const { conversations } = one;
    await conversations.mute("7", true);
    await conversations.pin("7", true);
    await conversations.block("7", true);
    await conversations.hide("7");
    await settle();
    for (const client of [one, other, await connect()])
      assert.deepEqual(flagsOf(client, "7"), ["blocked", "muted", "pinned", "hidden"]);
    await conversations.mute("7", false);
    await conversations.pin("7", false);
    await conversations.block("7", false);
    await settle();
    for (const client of [one, other, await connect()]) assert.deepEqual(flagsOf(client, "7"), ["hidden"]);
    assert.deepEqual(
      server.commands.filter(({ op, since }) => op === "sync" && since > 0),
      [],
      "each event was the next change",
    );
  });

  test("is taken from a device that is behind as it is now, and not as it was told late", async () => {
    server.send("1", "7", "hello");
    const client = await connect();
    const late = [];
    server.deliver = (connection, frame) =>
      void (frame.op === "settings" ? late.push([connection, frame]) : queueMicrotask(() => connection.push(frame)));
    server.set("1", "7", { muted: true });
    server.set("1", "7", { muted: false });
    const [[connection, first], [, second]] = late;
    connection.push(second);
    await settle();
    assert.deepEqual(flagsOf(client, "7"), []);
    connection.push(first);
    await settle();
    assert.deepEqual(flagsOf(client, "7"), []);
  });

  test("is as the last event has it, though the answer to an earlier request comes later", async () => {
    server.send("1", "7", "hello");
    const client = await connect("1", {
      fetch: async (...request) => {
        const answer = await server.fetch(...request);
        if (request[1]?.method === "PUT") server.set("1", "7", { muted: false });
        await settle();
        return answer;
      },
    });
    await client.conversations.mute("7", true);
    assert.deepEqual(flagsOf(client, "7"), []);
    assert.equal(server.user("1").head, 3);
  });

  test("rejects with what the server says, and changes nothing then", async () => {
    server.send("7", "1", "hello");
    const client = await connect();
    const { conversations } = client;
    const refused = { name: "ApiError", status: 404, code: "NOT_FOUND" };
    await assert.rejects(conversations.mute("9", true), refused);
    await assert.rejects(conversations.pin("9", true), refused);
    await assert.rejects(conversations.hide("9"), refused);
    server.refuseRest = () => 409;
    await assert.rejects(conversations.block("7", true), { name: "ApiError", status: 409 });
    await settle();
    assert.deepEqual([flagsOf(client, "7"), flagsOf(client, "9")], [["isStranger"], []]);
  });

  test("leaves hidden conversations out of the list until there is a message, and has pinned ones first", async () => {
    for (const user of ["7", "8", "9"]) server.send(user, "1", "hello");
    const client = await connect();
    const { conversations } = client;
    await conversations.pin("7", true);
    await conversations.hide("9");
    await settle();
    assert.deepEqual(names(client), ["7", "8"]);
    server.send("9", "1", "new");
    await settle();
    assert.deepEqual(names(client), ["7", "9", "8"]);
    await conversations.hide("9");
    await settle();
    assert.deepEqual(names(client), ["7", "8"]);
    conversations.send("9", "written here");
    assert.deepEqual(names(client), ["7", "9", "8"], "before the server has it");
    await settle();
    assert.deepEqual([names(client), flagsOf(client, "9")], [["7", "9", "8"], []]);
  });

  test("makes a conversation with who was blocked before there was a message, which is in no list", async () => {
    const [one, other] = [await connect(), await connect()];
    await one.conversations.block("9", true);
    await settle();
    for (const client of [one, other, await connect()])
      assert.deepEqual([names(client), flagsOf(client, "9")], [[], ["isStranger", "blocked"]]);
  });

  test("counts no muted messages, and those of strangers apart where the site bounds these", async () => {
    server.features.push("strangers");
    server.send("1", "7", "known");
    for (const user of ["7", "8", "8", "9"]) server.send(user, "1", "hello");
    const client = await connect();
    const { conversations } = client;
    assert.deepEqual([conversations.unread, conversations.unreadOfStrangers], [1, 2 + 1]);
    await conversations.mute("7", true);
    await conversations.mute("9", true);
    await settle();
    assert.deepEqual([conversations.unread, conversations.unreadOfStrangers], [0, 2]);
    server.features.pop();
    server.cut();
    await pass(31_000);
    assert.deepEqual([conversations.unread, conversations.unreadOfStrangers], [2, 0]);
  });

  test("has a stranger in who writes first, until this user answers; never in the system or in oneself", async () => {
    const client = await connect();
    for (const [from, to] of [
      ["7", "1"],
      ["0", "1"],
      ["1", "1"],
      ["1", "8"],
      ["8", "1"],
    ])
      server.send(from, to, "hello");
    await client.send("9", "hello");
    server.send("9", "1", "an answer");
    await settle();
    assert.deepEqual(
      ["7", "0", "1", "8", "9"].map((user) => client.conversations.conversation(user).isStranger),
      [true, false, false, false, false],
    );
    await client.send("7", "an answer");
    await settle();
    assert.equal(client.conversations.conversation("7").isStranger, false);
  });

  test("knows no strangers where the server does not tell them", async () => {
    server.features = ["recall"];
    const client = await connect();
    server.send("7", "1", "hello");
    await settle();
    assert.equal(client.conversations.conversation("7").isStranger, false);
  });

  test('fires no "received" for who is muted or blocked, and no "typing" for who is blocked', async () => {
    for (const user of ["7", "8", "9"]) server.send("1", user, "hello");
    const client = await connect();
    const { conversations } = client;
    const [received, typing] = [[], []];
    conversations.addEventListener("received", ({ detail }) => received.push(detail.conversation.user.id));
    client.addEventListener("typing", ({ detail }) => typing.push(detail.userId));
    server.typing("8", "1");
    await settle();
    assert.ok(conversations.conversation("8").typingUntil > 0);
    typing.length = 0;
    await conversations.mute("7", true);
    await conversations.block("8", true);
    await settle();
    assert.equal(conversations.conversation("8").typingUntil, 0);
    for (const user of ["7", "8", "9"]) {
      server.typing(user, "1");
      server.send(user, "1", "hello"); // of the blocked one, what was under way
    }
    await settle();
    assert.deepEqual(received, ["9"]);
    assert.deepEqual([...new Set(typing)], ["7", "9"]);
    assert.equal(conversations.conversation("8").typingUntil, 0);
  });

  test("is kept over a reload", async () => {
    const storage = new FakeStorage();
    for (const user of ["7", "8", "9"]) server.send(user, "1", "hello");
    server.set("1", "7", { pinned: true, muted: true });
    server.set("1", "8", { hidden: true });
    server.set("1", "9", { blocked: true });
    (await connect("1", { store: new LocalOutbox("1", storage) })).close();
    server.protocol = null;
    const client = await connect("1", { store: new LocalOutbox("1", storage) });
    assert.deepEqual(names(client), ["7", "9"]);
    const flags = [
      ["isStranger", "muted", "pinned"],
      ["isStranger", "hidden"],
      ["isStranger", "blocked"],
    ];
    assert.deepEqual(
      ["7", "8", "9"].map((user) => flagsOf(client, user)),
      flags,
    );
  });

  test("has a message that the rules refuse failed, with the code, and does not send it again", async () => {
    const client = await connect();
    const { conversations } = client;
    for (const code of ["BLOCKED", "STRANGER", "TOO_MANY_RECIPIENTS"]) {
      server.refuse = ({ op }) => (op === "send" ? { code, retryable: false } : null);
      server.commands.length = 0;
      await assert.rejects(client.send("7", code), { name: "SendError", code, retryable: false });
      await pass(31_000, 500);
      assert.equal(server.commands.filter(({ op }) => op === "send").length, 1);
      const { state, code: shown } = conversations.conversation("7").messages.find(({ content }) => content === code);
      assert.deepEqual([state, shown], ["failed", code]);
    }
  });
});

describe("What a user sets of conversations, on version 1,", () => {
  let server;
  let client;

  beforeEach(async () => (server = await new FakeServer().start()));

  afterEach(async () => {
    client.close();
    await server.stop();
  });

  async function connect() {
    client = new ImClient({
      server: server.address,
      credential: "1",
      WebSocket,
      timing: { backoff: 10, backoffCap: 40, quietAfter: 50 },
    });
    client.connect();
    void client.conversations;
    await until(() => client.conversations.state === "loaded");
  }

  test("comes with the list", async () => {
    for (const user of ["7", "8", "9"]) server.add(user, "1", "hello");
    server.flags.set("1 7", { pinned: true, stranger: true });
    server.flags.set("1 8", { muted: true, blocked: true });
    await connect();
    assert.deepEqual(names(client), ["7", "9", "8"]);
    const { conversations } = client;
    await until(() => conversations.unread === 2);
    const [seven, eight] = ["7", "8"].map((user) => conversations.conversation(user));
    assert.deepEqual(
      [seven.pinned, seven.isStranger, seven.muted, eight.muted, eight.blocked, eight.pinned],
      [true, true, false, true, true, false],
    );
    assert.equal(conversations.unreadOfStrangers, 0);
    await client.send("7", "an answer");
    assert.equal(seven.isStranger, false);
  });

  test("is set by REST, and seen when that has answered", async () => {
    for (const user of ["7", "8"]) server.add(user, "1", "hello");
    await connect();
    const { conversations } = client;
    const seven = conversations.conversation("7");
    await conversations.pin("7", true);
    assert.deepEqual([seven.pinned, names(client)], [true, ["7", "8"]]);
    await conversations.mute("7", true);
    await conversations.block("7", true);
    assert.deepEqual([seven.muted, seven.blocked, seven.pinned], [true, true, true]);
    await conversations.block("7", false);
    assert.equal(seven.blocked, false);
    await conversations.hide("7");
    assert.deepEqual(names(client), ["8"]);
    server.flags.get("1 7").hidden = false;
    server.add("7", "1", "new");
    await until(() => names(client).includes("7"));
    assert.equal(seven.hidden, false);
  });
});
