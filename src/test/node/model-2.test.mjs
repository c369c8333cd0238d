/** Version 2 as a front end sees it: the model, the event "message", recall, marks, typing; and back to version 1. */

import assert from "node:assert/strict";
import { afterEach, beforeEach, describe, test } from "node:test";
import { ImClient } from "../webapp/imserver-client.js";
import { letClockGo, pass, settle, stopClock } from "./clock.mjs";
import { FakeServer2 } from "./fake-server-2.mjs";

describe("On version 2", () => {
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
    client.shown = [];
    if (options.isSilent !== true)
      client.addEventListener("message", ({ detail }) => client.shown.push(detail.content));
    client.connect();
    await settle();
    return client;
  }

  const ops = (op) => server.commands.filter((command) => command.op === op);
  const texts = ({ messages }) => messages.map(({ content }) => content);

  test("offers both versions, the newer first, and a token beside them", async () => {
    await connect("1");
    await connect(() => "token.2.a");
    const offered = [...server.connections].map((connection) => connection.offered);
    assert.deepEqual(offered, [
      ["imserver.v2", "imserver.v1"],
      ["imserver.v2", "imserver.v1", "bearer.token.2.a"],
    ]);
  });

  test("shows what is unread in the order of ids, then what comes in, and nothing that was read", async () => {
    for (let i = 0; i < 250; i++) server.send(String(7 + (i % 3)), "1", `m${i}`);
    server.read("1", "7", ({ content }) => content === "m3");
    const client = await connect();
    server.send("7", "1", "live");
    await settle();
    const expected = Array.from({ length: 250 }, (_, i) => `m${i}`).filter((text) => text !== "m3");
    assert.deepEqual(client.shown, [...expected, "live"]);
  });

  test("shows after a reconnect only what is new, from where it was", async () => {
    server.send("7", "1", "a");
    const client = await connect();
    server.protocol = null;
    server.cut();
    server.send("7", "1", "b");
    await settle();
    server.protocol = "imserver.v2";
    await pass(31_000);
    assert.deepEqual(client.shown, ["a", "b"]);
    assert.deepEqual(
      ops("sync").map(({ since }) => since),
      [0, 1],
    );
  });

  test("fetches no messages where nobody listens to them", async () => {
    server.send("7", "1", "a");
    const client = await connect("1", { isSilent: true });
    assert.equal(client.conversations.unread, 1);
    assert.deepEqual(
      server.asked.filter((path) => path.includes("messages")),
      [],
    );
  });

  test("asks the directory once for the name of whom it opens, where nobody has told it", async () => {
    server.directory.set("9", { id: 9, name: "Li Hua", avatar: "/9.png" });
    server.send("7", "1", "a");
    const client = await connect("1", { isSilent: true });
    const { conversations } = client;
    const asked = () => server.asked.filter((path) => path.startsWith("users/"));
    for (const userId of ["7", "9", "10", "0"]) await conversations.open(userId);
    await settle();
    assert.deepEqual(conversations.conversation("9").user, { id: "9", name: "Li Hua", avatar: "/9.png" });
    assert.deepEqual(conversations.conversation("10").user, { id: "10", name: "10", avatar: "" });
    for (const userId of ["9", "10"]) await conversations.open(userId);
    assert.deepEqual(asked(), ["users/9", "users/10"]);
  });

  test("asks for a name when it is connected, and again at the next opening where the server could not answer", async () => {
    server.directory.set("9", { id: 9, name: "Li Hua", avatar: "" });
    server.refuseRest = (path) => (path === "users/9" ? 429 : null);
    const client = new ImClient({
      server: "http://127.0.0.1/teaching/",
      credential: "1",
      WebSocket: server.WebSocket,
      fetch: server.fetch,
    });
    clients.push(client);
    const conversation = await client.conversations.open("9");
    assert.deepEqual(server.asked, []);
    client.connect();
    await settle();
    assert.deepEqual(server.asked.filter((path) => path === "users/9").length, 1);
    server.refuseRest = () => null;
    await client.conversations.open("9");
    await settle();
    assert.equal(conversation.user.name, "Li Hua");
  });

  test("leaves no hole where a page of older messages comes after the history was loaded anew", async () => {
    for (let i = 0; i < 150; i++) server.send("1", "7", `m${i}`);
    let holdUp = null;
    const fetch = async (...request) => {
      const answer = await server.fetch(...request);
      if (holdUp && String(request[0]).includes("before=")) await holdUp;
      return answer;
    };
    const client = await connect("1", { isSilent: true, fetch });
    const { conversations } = client;
    const conversation = await conversations.open("7");
    let goOn;
    holdUp = new Promise((resolve) => (goOn = resolve));
    const older = conversations.loadOlder("7");
    await settle();
    for (let i = 150; i < 250; i++) server.send("1", "7", `m${i}`);
    server.renew("e2"); // all is loaded anew
    server.cut();
    await pass(2000);
    goOn();
    await older;
    assert.equal(texts(conversation)[0], "m200");
    holdUp = null;
    while (conversation.more) await conversations.loadOlder("7");
    assert.deepEqual(
      texts(conversation),
      Array.from({ length: 250 }, (_, i) => `m${i}`),
    );
  });

  test("shows live messages first where REST cannot be had, and the older ones when it can", async () => {
    server.send("7", "1", "a");
    server.refuseRest = () => 503;
    const client = await connect();
    await pass(8000);
    server.send("8", "1", "live");
    await settle();
    assert.deepEqual(client.shown, ["live"]);
    server.refuseRest = () => null;
    await pass(40_000, 1000);
    assert.deepEqual(client.shown, ["live", "a"]);
  });

  test("sees on one device what the other sends, reads and recalls", async () => {
    const [phone, laptop] = [await connect(), await connect()];
    const conversation = await laptop.conversations.open("7");
    const { messageId } = await phone.send("7", "from the phone");
    await settle();
    assert.deepEqual(texts(conversation), ["from the phone"]);
    assert.equal(conversation.messages[0].fromMe, true);
    server.send("7", "1", "an answer");
    await settle();
    assert.equal(laptop.conversations.unread, 1);
    phone.conversations.markReadUpTo("7", phone.conversations.list[0].lastMessage.messageId);
    assert.equal(phone.conversations.unread, 0, "at once");
    await pass(200);
    assert.equal(laptop.conversations.unread, 0);
    await phone.recall(messageId);
    await settle();
    assert.deepEqual(
      conversation.messages.map(({ recalled, content }) => [recalled, content]),
      [
        [true, ""],
        [false, "an answer"],
      ],
    );
  });

  test("has one message where an answer was lost and the message was sent again", async () => {
    const client = await connect();
    const conversation = await client.conversations.open("7");
    server.deliver = (connection, frame) => frame.op !== "done" && connection.push(frame);
    const sent = client.send("7", "hello");
    await settle();
    server.deliver = (connection, frame) => queueMicrotask(() => connection.push(frame));
    await pass(6000);
    await sent;
    await settle();
    assert.deepEqual(texts(conversation), ["hello"]);
    assert.equal(server.entries.length, 1);
    assert.equal(client.conversations.list.length, 1);
    assert.deepEqual(
      ops("sync").map(({ since }) => since),
      [0],
      "the change that the lost answer had is asked for",
    );
  });

  test("tells by receipts what the other one has read", async () => {
    const [one, two] = [await connect("1"), await connect("2")];
    await one.send("2", "hello");
    await settle();
    const conversation = one.conversations.conversation("2");
    const [message] = conversation.messages;
    assert.equal(conversation.isReadByThem(message), false);
    two.conversations.markReadUpTo("1", message.messageId);
    await pass(200);
    assert.equal(conversation.isReadByThem(message), true);
  });

  test("marks in one command what is read in a short time, and again until it is done", async () => {
    const ids = ["a", "b", "c"].map((text) => server.send("7", "1", text).entry.messageId);
    const client = await connect();
    let refusals = 2;
    server.refuse = ({ op }) =>
      op === "read" && refusals-- > 0 ? { code: "STORAGE_UNAVAILABLE", retryable: true } : null;
    ids.forEach((id) => client.markReadUpTo("7", id));
    assert.equal(client.unconfirmedReads, 1);
    await pass(40_000, 500);
    assert.deepEqual(
      ops("read").map(({ upTo }) => upTo),
      [ids[2], ids[2], ids[2]],
    );
    assert.equal(server.unread("1", "7").length, 0);
    assert.equal(client.unconfirmedReads, 0);
    client.markReadUpTo("7", ids[1]);
    client.markReadUpTo("7", ids[2]);
    await pass(1000);
    assert.equal(ops("read").length, 3, "what is done is not asked for");
  });

  test("marks a single message by REST, and no other one", async () => {
    const [a, b] = ["a", "b"].map((text) => server.send("7", "1", text).entry.messageId);
    const client = await connect();
    client.markRead(b);
    await pass(200);
    assert.deepEqual(
      server.unread("1", "7").map(({ messageId }) => messageId),
      [a],
    );
    assert.equal(client.conversations.unread, 1);
  });

  test("tells at most once in three seconds that one types, and hears when another one has stopped", async () => {
    const [one, two] = [await connect("1"), await connect("2")];
    await one.send("2", "hello");
    const heard = [];
    two.addEventListener("typing", ({ detail }) => heard.push([detail.userId, detail.until > 0]));
    for (let i = 0; i < 5; i++) one.typing("2");
    await pass(3000);
    one.typing("2");
    await settle();
    assert.equal(ops("typing").length, 2);
    assert.ok(two.conversations.conversation("1").typingUntil > Date.now());
    await pass(6000);
    assert.deepEqual(heard, [
      ["1", true],
      ["1", true],
      ["1", false],
    ]);
    assert.equal(two.conversations.conversation("1").typingUntil, 0);
  });

  test("loads a history from its end, older pages, and what was missed with its recalls", async () => {
    for (let i = 0; i < 120; i++) server.send("7", "1", `m${i}`);
    server.read("1", "7", () => true);
    const client = await connect();
    const conversation = await client.conversations.open("7");
    assert.deepEqual([conversation.messages.length, conversation.more], [50, true]);
    await client.conversations.loadOlder("7");
    assert.equal(texts(conversation)[0], "m20");
    server.cut();
    const last = conversation.messages.at(-1).messageId;
    server.send("7", "1", "missed");
    server.recall("7", last);
    await pass(1000);
    assert.deepEqual(texts(conversation).slice(-2), ["", "missed"]);
  });

  test("connects anew where the server says no welcome", async () => {
    server.deliver = () => {};
    const client = await connect();
    await pass(14_000, 1000);
    assert.equal(server.connections.size, 1);
    const [first] = server.connections;
    server.deliver = (connection, frame) => queueMicrotask(() => connection.push(frame));
    await pass(3000, 500);
    assert.notEqual([...server.connections][0], first);
    await client.send("7", "hello");
  });

  test("goes on with a server of version 1 after one of version 2, and shows nothing twice", async () => {
    server.send("7", "1", "a");
    const client = await connect();
    server.protocol = "imserver.v1";
    server.cut();
    await pass(1000);
    assert.equal(client.features.size, 0);
    const [connection] = server.connections;
    const push = (messageId, content) => {
      const Describe = JSON.stringify({ userName: "7", headURL: "", messageId });
      connection.push({ fromId: 7, toId: 1, type: 2, content, timestamp: "", Describe });
    };
    push(server.entries[0].messageId, "a");
    push("99999", "b");
    await pass(60_000, 1000);
    assert.deepEqual(client.shown, ["a", "b"]);
  });

  test("lets a message be taken back for as long as the server says, whatever the clock of the device", async () => {
    for (const offset of [0, -3_600_000, 3_600_000]) {
      server.now = () => Date.now() + offset;
      const client = await connect("1", { isSilent: true });
      const conversation = await client.conversations.open("7");
      await client.send("7", `at ${offset}`);
      const message = conversation.messages.at(-1);
      await pass(119_000, 1000);
      assert.equal(client.canRecall(message), true, `${offset}`);
      await pass(2000, 1000);
      assert.equal(client.canRecall(message), false, `${offset}`);
      assert.equal(client.canRecall({ ...message, fromMe: false, time: message.time + 60_000 }), false);
    }
  });

  test("takes the server's time from REST too, before anything has come in", async () => {
    server.now = () => Date.now() - 3_600_000;
    server.send("1", "7", "an hour behind");
    const client = await connect("1", { isSilent: true });
    const [message] = (await client.conversations.open("7")).messages;
    assert.equal(client.canRecall(message), true);
  });

  test("has addresses of the web alone for where a notice leads", async () => {
    const urls = [
      "https://host.example/a",
      "/course/7",
      "javascript:alert(1)",
      " java\nscript:alert(1)",
      "data:text/html,x",
      "file:///etc",
      "http://[",
    ];
    for (const url of urls) server.send("0", "1", url, { url });
    const client = await connect("1", { isSilent: true });
    assert.equal(client.conversations.conversation("0").lastMessage.url, "");
    const { messages } = await client.conversations.open("0");
    server.send("0", "1", "live", { url: "javascript:alert(2)" });
    await settle();
    assert.deepEqual(
      messages.map(({ url }) => url),
      ["https://host.example/a", "/course/7", "", "", "", "", "", ""],
    );
  });
});
