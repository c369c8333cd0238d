/** What was given to markRead() is sent to the server until it is done. */

import assert from "node:assert/strict";
import { afterEach, beforeEach, describe, test } from "node:test";
import WebSocket from "ws";
import { ImClient } from "../webapp/imserver-client.js";
import { FakeServer, TokenBucket, until } from "./fake-server.mjs";

const RETRYABLE = { code: "STORAGE_UNAVAILABLE", retryable: true };

describe("A read-ack", () => {
  let server;
  let client;
  let reported;

  beforeEach(async () => {
    server = await new FakeServer().start();
    server.add("7", "1", "a");
    server.add("7", "1", "b");
  });

  afterEach(async () => {
    client.close();
    await server.stop();
  });

  async function connect(timing = {}) {
    reported = [];
    const all = { backoff: 10, backoffCap: 40, readAckAfter: 1, answerAfter: 20, ...timing };
    client = new ImClient({ server: server.address, credential: "1", WebSocket, timing: all });
    client.addEventListener("read", ({ detail }) => reported.push(...detail.messageIds));
    let shown = 0;
    client.addEventListener("message", () => shown++);
    client.connect();
    await until(() => shown === 2);
  }

  const acks = () => server.received.map(({ packet }) => packet).filter(({ type }) => type === 1);

  test("is sent again, and reported once, where the server could not do it", async () => {
    let refusals = 3;
    server.refuseReadAck = () => (refusals-- > 0 ? RETRYABLE : null);
    await connect();
    client.markRead("1", "2");
    await until(() => server.unread("1").length === 0);
    assert.equal(acks().length, 4);
    assert.deepEqual(reported, ["1", "2"]);
    await until(() => client.unconfirmedReads === 0);
  });

  test("waits twice as long each time, also for what is read meanwhile", async () => {
    server.refuseReadAck = () => ({ code: "RATE_LIMITED", retryable: true });
    await connect({ answerAfter: 40, backoffCap: 10_000 });
    const at = [];
    server.refuseReadAck = () => {
      at.push(performance.now());
      return at.length < 4 ? { code: "RATE_LIMITED", retryable: true } : null;
    };
    client.markRead("1");
    await until(() => at.length === 1);
    client.markRead("2");
    await until(() => at.length === 4);
    const waits = at.slice(1).map((time, index) => time - at[index]);
    // At least: timers are late at times, and never early.
    assert.ok(waits[0] >= 38 && waits[1] >= 78 && waits[2] >= 158, String(waits));
    assert.equal(acks()[1].content, "[1,2]");
  });

  test("is dropped where it would fail again", async () => {
    server.refuseReadAck = () => ({ code: "BAD_READ_ACK", retryable: false });
    await connect();
    client.markRead("1");
    await until(() => acks().length === 1);
    await until(() => client.unconfirmedReads === 0);
    server.refuseReadAck = () => null;
    client.markRead("2");
    await until(() => acks().length === 2);
    assert.deepEqual(acks().map(({ content }) => content), ["[1]", "[2]"]);
  });

  test("is sent again on the next connection where the one before broke soon after", async () => {
    server.refuseReadAck = () => {
      server.cut(1001);
      return RETRYABLE; // which the client does not get
    };
    await connect({ answerAfter: 6000 });
    client.markRead("1", "2");
    await until(() => acks().length === 1);
    server.refuseReadAck = () => null;
    await until(() => server.unread("1").length === 0);
    assert.deepEqual(reported, ["1", "2"]);
  });

  test("keeps to what the server allows, however many wait", async () => {
    const bucket = new TokenBucket(5000, 20_000); // a second is 50 ms here
    let failures = 0;
    const done = new Set();
    server.refuseReadAck = ({ content }) => {
      const ids = JSON.parse(content);
      if (!bucket.take(ids.length)) {
        failures++;
        return { code: "RATE_LIMITED", retryable: true };
      }
      ids.forEach((id) => done.add(id));
      return null;
    };
    await connect({ readsPerSecond: 18_000, answerAfter: 6000 });
    client.markRead(...Array.from({ length: 50_000 }, (_, i) => i + 1));
    await until(() => done.size === 50_000);
    assert.ok(failures <= 3, String(failures));
    assert.equal(reported.length, 50_000);
  });

  test("goes out one by one while the server allows less than that", async () => {
    let failures = 0;
    server.refuseReadAck = () => {
      failures++;
      return { code: "RATE_LIMITED", retryable: true };
    };
    await connect({ readsPerSecond: 100_000, answerAfter: 100, backoffCap: 10_000 });
    client.markRead(...Array.from({ length: 20_000 }, (_, i) => i + 1));
    await until(() => failures >= 4 + 3); // four at once, and then one after each wait
    assert.equal(acks().length, 7);
    let left = 0;
    server.refuseReadAck = ({ content }) => {
      left += JSON.parse(content).length;
      return null;
    };
    await until(() => left === 20_000);
    await until(() => client.unconfirmedReads === 0);
  });

  test("fails without touching the messages on their way", async () => {
    server.refuseReadAck = () => ({ code: "BAD_READ_ACK", retryable: false });
    await connect();
    client.markRead("1");
    const sent = await client.send("7", "hello");
    assert.equal(sent.messageId, "3");
  });
});
