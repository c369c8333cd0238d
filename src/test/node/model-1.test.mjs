/** The model of the conversations on a server of version 1: by REST and by what comes in. */

import assert from "node:assert/strict";
import { afterEach, beforeEach, describe, test } from "node:test";
import WebSocket from "ws";
import { ImClient } from "../webapp/imserver-client.js";
import { FakeServer, until } from "./fake-server.mjs";

describe("The model, on version 1,", () => {
  let server;
  let clients;

  beforeEach(async () => {
    server = await new FakeServer().start();
    clients = [];
  });

  afterEach(async () => {
    clients.forEach((client) => client.close());
    await server.stop();
  });

  async function connect(credential = "1") {
    const timing = { backoff: 10, backoffCap: 40, readAckAfter: 1, quietAfter: 50 };
    const client = new ImClient({ server: server.address, credential, WebSocket, timing });
    clients.push(client);
    const { conversations } = client;
    client.connect();
    await until(() => conversations.state === "loaded");
    return client;
  }

  const list = ({ conversations }) =>
    conversations.list.map(({ user, unread, lastMessage }) => `${user.id} ${unread} ${lastMessage.content}`);
  const texts = ({ messages }) => messages.map(({ content, state }) => `${content} ${state}`);

  test("has the list, newest first, with what is unread", async () => {
    server.add("7", "1", "a");
    server.add("8", "1", "b");
    server.add("1", "7", "c");
    const client = await connect();
    await until(() => client.conversations.unread === 2);
    assert.deepEqual(list(client), ["7 1 c", "8 1 b"]);
    assert.equal(client.features.size, 0);
  });

  test("counts and shows what comes in, once, also where it was pushed before the list was there", async () => {
    server.add("7", "1", "a");
    const client = await connect();
    const received = [];
    client.conversations.addEventListener("received", ({ detail }) => received.push(detail.message.content));
    await client.conversations.open("7");
    server.add("7", "1", "b");
    await until(() => received.includes("b"));
    assert.deepEqual(list(client), ["7 2 b"]);
    assert.deepEqual(texts(client.conversations.conversation("7")), ["a sent", "b sent"]);
  });

  test("shows what is sent from here on, and what failed until it is discarded", async () => {
    const client = await connect();
    const { conversations } = client;
    conversations.send("7", "hello");
    assert.deepEqual(texts(conversations.conversation("7")), ["hello sending"]);
    await until(() => texts(conversations.conversation("7"))[0] === "hello sent");
    conversations.send("7", "");
    await until(() => conversations.conversation("7").messages.length === 2);
    const failed = conversations.conversation("7").messages[1];
    assert.equal(failed.code, "EMPTY_CONTENT");
    conversations.discard("7", failed.clientMessageId);
    await conversations.open("7");
    assert.deepEqual(texts(conversations.conversation("7")), ["hello sent"]);
  });

  test("marks as read, and loads older pages", async () => {
    for (let i = 0; i < 120; i++) server.add("7", "1", `m${i}`).read = i < 118;
    const client = await connect();
    const { conversations } = client;
    const conversation = await conversations.open("7");
    assert.equal(conversation.messages.length, 50);
    assert.equal(conversation.firstUnread.content, "m118");
    conversations.markRead("7", [conversation.messages.at(-1).messageId]);
    await until(() => server.unread("1").length === 1);
    assert.equal(conversations.unread, 1);
    await conversations.loadOlder("7");
    await conversations.loadOlder("7");
    assert.equal(conversation.messages.length, 120);
    assert.equal(conversation.more, false);
  });

  test("catches up with what came while there was no connection", async () => {
    server.add("7", "1", "a").read = true;
    const client = await connect();
    const conversation = await client.conversations.open("7");
    server.letIn = () => false;
    server.cut(1001);
    await until(() => client.state !== "open");
    server.add("1", "7", "from another device");
    server.add("7", "1", "b");
    server.letIn = () => true;
    await until(() => conversation.messages.length === 3);
    assert.deepEqual(texts(conversation), ["a sent", "from another device sent", "b sent"]);
    await until(() => client.conversations.unread === 1);
  });

  test("asks for nothing before somebody uses it", async () => {
    const client = new ImClient({ server: server.address, credential: "1", WebSocket });
    clients.push(client);
    client.connect();
    await client.send("7", "hello");
    assert.deepEqual(
      server.asked.filter((path) => path === "conversations"),
      [],
    );
    assert.deepEqual(list(client), []);
    await until(() => list(client).length === 1);
  });
});
