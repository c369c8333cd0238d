/** What was given to markRead() is sent to the server until it is done. */

import assert from "node:assert/strict";
import { afterEach, beforeEach, describe, test } from "node:test";
import WebSocket from "ws";
import { ImClient } from "../webapp/imserver-client.js";
import { FakeServer, until } from "./fake-server.mjs";

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

  async function connect() {
    reported = [];
    const timing = { backoff: 10, backoffCap: 40, readAckAfter: 1 };
    client = new ImClient({ server: server.address, credential: "1", WebSocket, timing });
    client.addEventListener("read", ({ detail }) => reported.push(...detail.messageIds));
    let shown = 0;
    client.addEventListener("message", () => shown++);
    client.connect();
    await until(() => shown === 2);
  }

  const acks = () => server.received.map(({ packet }) => packet).filter(({ type }) => type === 1);

  test("is dropped where it would fail again", async () => {
    server.refuseReadAck = () => ({ code: "BAD_READ_ACK", retryable: false });
    await connect();
    client.markRead("1");
    await until(() => acks().length === 1);
    await until(() => client.unconfirmedReads === 0);
    server.refuseReadAck = () => null;
    client.markRead("2");
    await until(() => acks().length === 2);
    assert.deepEqual(
      acks().map(({ content }) => content),
      ["[1]", "[2]"],
    );
  });

  test("is sent again on the next connection where the one before broke soon after", async () => {
    server.refuseReadAck = () => {
      server.cut(1001);
      return RETRYABLE; // which the client does not get
    };
    await connect();
    client.markRead("1", "2");
    await until(() => acks().length === 1);
    server.refuseReadAck = () => null;
    await until(() => server.unread("1").length === 0);
    assert.deepEqual(reported, ["1", "2"]);
  });

  test("fails without touching the messages on their way", async () => {
    server.refuseReadAck = () => ({ code: "BAD_READ_ACK", retryable: false });
    await connect();
    client.markRead("1");
    const sent = await client.send("7", "hello");
    assert.equal(sent.messageId, "3");
  });
});
