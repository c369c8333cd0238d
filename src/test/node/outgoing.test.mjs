/** What the client does about a message until it is stored: retries, order, pacing; and how it connects again. */

import assert from "node:assert/strict";
import { afterEach, beforeEach, describe, mock, test } from "node:test";
import { ImClient, LocalOutbox } from "../webapp/imserver-client.js";
import { letClockGo, pass, settle, stopClock } from "./clock.mjs";
import { FakeStorage } from "./fake-server.mjs";
import { FakeServer2 } from "./fake-server-2.mjs";

describe("A message", () => {
  let server;
  let client;

  beforeEach(async () => {
    stopClock();
    server = new FakeServer2();
    await connect();
  });

  afterEach(() => {
    client.close();
    letClockGo();
  });

  async function connect(options = {}) {
    client = new ImClient({
      server: "http://127.0.0.1/teaching/",
      credential: "1",
      WebSocket: server.WebSocket,
      fetch: server.fetch,
      ...options,
    });
    client.connect();
    await settle();
  }

  const attempts = () => server.commands.filter(({ op }) => op === "send");
  const contents = () => attempts().map(({ content }) => content);
  const lost = () => "lost";

  test("is sent again every 6 s, three times, the same each time, and has failed then", async () => {
    server.refuse = lost;
    const failure = client.send("7", "hello").catch((error) => error);
    await pass(5900);
    assert.equal(attempts().length, 1);
    await pass(12_100);
    assert.ok(attempts().length >= 3);
    await pass(60_000, 1000);
    assert.equal((await failure).code, "NO_ANSWER");
    const names = new Set(
      attempts().map(({ clientMessageId, timestamp, content }) => `${clientMessageId} ${timestamp} ${content}`),
    );
    assert.equal(names.size, 1);
    assert.equal(client.outgoing()[0].state, "failed");
  });

  test("counts a retryable failure as no answer, and fails at once by any other", async () => {
    let code = { code: "SERVER_BUSY", retryable: true };
    server.refuse = ({ op }) => (op === "send" ? code : null);
    const sent = client.send("7", "hello");
    await pass(5900);
    assert.equal(attempts().length, 1);
    code = null;
    await pass(100);
    await sent;
    assert.equal(attempts().length, 2);
    code = { code: "CONTENT_TOO_LONG", retryable: false };
    const failure = await client.send("7", "much").catch((error) => error);
    assert.deepEqual([failure.code, failure.retryable, attempts().length], ["CONTENT_TOO_LONG", false, 3]);
  });

  test("waits for the one before it to the same recipient, and not for those to others", async () => {
    server.refuse = ({ content }) => (content === "one" ? "lost" : null);
    client.send("7", "one").catch(() => {});
    client.send("7", "two");
    client.send("8", "other");
    await settle();
    assert.deepEqual(contents(), ["one", "other"]);
    server.refuse = () => null;
    await pass(6000);
    assert.deepEqual(contents(), ["one", "other", "one", "two"]);
  });

  test("goes out no faster than the server allows", async () => {
    for (let i = 0; i < 80; i++) client.send(String(100 + i), "hello");
    await settle();
    assert.equal(attempts().length, 50);
    await pass(1000);
    assert.ok(attempts().length <= 66);
    await pass(1100);
    assert.equal(attempts().length, 80);
  });

  test("waits without a connection for a day, and has failed then", async () => {
    server.protocol = null;
    server.cut();
    await settle();
    const failure = client.send("7", "hello").catch((error) => error);
    await pass(24 * 60 * 60 * 1000 + 1000, 60_000);
    assert.equal((await failure).code, "NO_ANSWER");
    assert.equal(attempts().length, 0);
  });

  test("is sent on the next connection with its name, and is stored once", async () => {
    server.deliver = (connection, frame) => frame.op !== "done" && queueMicrotask(() => connection.push(frame));
    const sent = client.send("7", "hello");
    await settle();
    server.deliver = (connection, frame) => queueMicrotask(() => connection.push(frame));
    server.cut();
    await pass(1000);
    const { messageId } = await sent;
    assert.equal(attempts().length, 2);
    assert.deepEqual(
      server.entries.map((entry) => entry.messageId),
      [messageId],
    );
  });

  test("that is not stored outlives the page, and is sent by the next one in its order", async () => {
    client.close();
    const storage = new FakeStorage();
    const store = () => new LocalOutbox("1", storage);
    server.protocol = null;
    await connect({ store: store() });
    client.send("7", "one");
    mock.timers.tick(5);
    client.send("7", "two");
    await settle();
    client.close();
    assert.ok(storage.items.size >= 2);
    server.protocol = "imserver.v2";
    await connect({ store: store() });
    await pass(1000);
    assert.deepEqual(contents(), ["one", "two"]);
    assert.deepEqual(
      [...storage.items.keys()].filter((key) => key.includes("message")),
      [],
    );
  });

  test("of a tab that lives is not taken by another one; of one that has gone it is", async () => {
    client.close();
    const storage = new FakeStorage();
    const entry = {
      clientMessageId: "m",
      toId: "7",
      content: "x",
      timestamp: "1",
      since: Date.now(),
      state: "sending",
      code: null,
      message: null,
      userId: "1",
    };
    const [one, two] = [new LocalOutbox("1", storage), new LocalOutbox("1", storage)];
    one.put(entry);
    assert.deepEqual(two.claim(10, "1"), []);
    await pass(100_000, 10_000);
    assert.deepEqual(two.claim(10, "1"), [], "it renews its lease");
    one.release();
    assert.equal(two.claim(10, "1").length, 1);
    assert.deepEqual(one.claim(10, "1"), []);
    two.release();
    assert.deepEqual(new LocalOutbox("1", storage).claim(10, "2"), [], "and never by another user's");
  });
});

describe("The connection", () => {
  let server;
  let client;
  let waits;

  beforeEach(async () => {
    stopClock();
    mock.method(Math, "random", () => 0.999);
    server = new FakeServer2();
    client = new ImClient({
      server: "http://127.0.0.1/teaching/",
      credential: "1",
      WebSocket: server.WebSocket,
      fetch: server.fetch,
    });
    waits = [];
    client.addEventListener(
      "state",
      ({ detail: { retryInMs } }) => retryInMs !== null && waits.push(Math.round(retryInMs / 10) * 10),
    );
  });

  afterEach(() => {
    client.close();
    letClockGo();
  });

  test("is tried again after waits that double, up to 30 s, and begin anew when it has lasted", async () => {
    server.protocol = null;
    client.connect();
    await pass(120_000, 250);
    assert.deepEqual(waits.slice(0, 8), [500, 1000, 2000, 4000, 7990, 15_980, 29_970, 29_970]);
    server.protocol = "imserver.v2";
    while (client.state !== "open") await pass(250, 250);
    waits.length = 0;
    server.cut();
    await settle();
    assert.deepEqual(waits, [29_970], "it did not last");
    await pass(40_000, 250);
    waits.length = 0;
    server.cut();
    await settle();
    assert.deepEqual(waits, [500]);
  });

  test("is not tried again after a close that says so", async () => {
    for (const code of [4403, 4409, 4429]) {
      client.connect();
      await pass(1000);
      server.cut(code);
      await pass(60_000, 1000);
      assert.equal(client.state, "closed");
    }
    assert.deepEqual(waits, []);
  });

  test("is made without subprotocols every third time where handshakes fail, for servers that choose none", async () => {
    const offered = [];
    const Type = server.WebSocket;
    server.protocol = null;
    client.close();
    const Watched = class extends Type {
      constructor(address, protocols) {
        super(address, protocols);
        offered.push(protocols);
      }
    };
    client = new ImClient({
      server: "http://127.0.0.1/teaching/",
      credential: "1",
      WebSocket: Watched,
      fetch: server.fetch,
    });
    client.connect();
    await pass(60_000, 500);
    const both = ["imserver.v2", "imserver.v1"];
    assert.deepEqual(offered.slice(0, 5), [both, both, undefined, both, both]);
  });
});
