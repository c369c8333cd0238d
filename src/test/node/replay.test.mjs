/** What the server does not push after a connect is fetched, in its place. */

import assert from "node:assert/strict";
import { afterEach, beforeEach, describe, test } from "node:test";
import WebSocket from "ws";
import { ImClient } from "../webapp/imserver-client.js";
import { FakeServer, TokenBucket, until } from "./fake-server.mjs";

describe("Messages beyond what the server pushes", () => {
  let server;
  let client;
  let shown;

  beforeEach(async () => {
    server = await new FakeServer().start();
    server.replayLimit = 10;
  });

  afterEach(async () => {
    client.close();
    await server.stop();
  });

  function connect(timing = {}, options = {}) {
    shown = [];
    const all = { backoff: 10, backoffCap: 40, quietAfter: 100, requestsPerSecond: 1000, ...timing };
    client = new ImClient({ server: server.address, credential: "1", WebSocket, timing: all, ...options });
    client.addEventListener("message", ({ detail }) => shown.push(detail));
    client.connect();
  }

  const contents = () => shown.map(({ content }) => content);
  const texts = (from, to) => Array.from({ length: to - from }, (_, i) => `m${from + i}`);

  /** From three senders in turns, with answers between them. */
  function fill(count) {
    for (let i = 0; i < count; i++) {
      server.add(String(7 + (i % 3)), "1", `m${i}`);
      if (i % 50 === 0) server.add("1", "7", "an answer");
    }
  }

  test("come in order, each once, and before live ones", async () => {
    fill(350);
    connect();
    await until(() => client.state === "open");
    server.add("7", "1", "m350"); // live, before anything is known
    await until(() => server.asked.some((path) => path.includes("messages")));
    for (let i = 351; i < 360; i++) server.add("8", "1", `m${i}`);
    await until(() => shown.length >= 360);
    server.add("9", "1", "m360");
    await until(() => shown.length >= 361);
    assert.deepEqual(contents(), texts(0, 361));
    const { fromId, toId, messageId, userName } = shown[200];
    assert.deepEqual({ fromId, toId, userName }, { fromId: "9", toId: "1", userName: "9" });
    assert.equal(typeof messageId, "string");
  });

  test("are not asked for where all were pushed", async () => {
    fill(10);
    connect();
    await until(() => shown.length === 10);
    server.add("7", "1", "m10");
    await until(() => shown.length === 11);
    assert.deepEqual(server.asked, ["conversations?limit=1", "unread"]);
  });

  test("are not shown again at the next connect, where only new ones are", async () => {
    fill(60);
    connect();
    await until(() => shown.length === 60);
    server.letIn = () => false;
    server.cut(1001);
    await until(() => client.state !== "open");
    for (let i = 60; i < 65; i++) server.add("7", "1", `m${i}`);
    server.letIn = () => true;
    await until(() => shown.length >= 65);
    assert.deepEqual(contents(), texts(0, 65));
  });

  test("come in spite of REST that fails for a while", async () => {
    fill(40);
    let failures = 2;
    server.refuseRest = (path) => (path.includes("messages") && failures-- > 0 ? 503 : null);
    connect();
    await until(() => shown.length >= 40);
    assert.deepEqual(contents(), texts(0, 40));
  });

  test("come on the same connection where REST could not be had for a while, and hold up no live ones meanwhile", async () => {
    fill(40);
    let failures = 2;
    const request = (address, init) =>
      failures-- > 0 ? Promise.reject(new TypeError("nobody is there")) : fetch(address, init);
    connect({ holdWithin: 300 }, { fetch: request });
    await until(() => shown.length === 10);
    server.add("7", "1", "live");
    await until(() => shown.length === 11);
    assert.equal(shown[10].content, "live");
    await until(() => shown.length >= 41);
    assert.deepEqual(contents(), [...texts(0, 10), "live", ...texts(10, 40)]);
    assert.equal(server.connected.length, 1);
  });

  test("come also where REST answers as late as the server does while its database hangs", async () => {
    fill(40);
    let late = true;
    const request = async (address, init) => {
      if (!String(address).includes("conversations") || !late) return fetch(address, init);
      late = false;
      await new Promise((resolve) => setTimeout(resolve, 5200));
      return new Response("{}", { status: 503 });
    };
    connect({}, { fetch: request });
    await until(() => shown.length >= 40);
    assert.deepEqual(contents(), texts(0, 40));
  });

  test("come at the next connect where REST did not give them, and do not hold up live ones for ever", async () => {
    fill(40);
    server.refuseRest = (path) => (path === "unread" ? 403 : null);
    connect();
    await until(() => shown.length === 10);
    server.add("7", "1", "live");
    await until(() => shown.length === 11);
    server.refuseRest = () => null;
    server.cut(1001);
    await until(() => shown.length === 41);
    assert.deepEqual(contents(), [...texts(0, 10), "live", ...texts(10, 40)]);
  });

  test("come also where more live ones arrive meanwhile than are held", async () => {
    fill(30);
    let more = true;
    server.refuseRest = (path) => {
      if (path.includes("messages") && more) {
        more = false;
        for (let i = 30; i < 2600; i++) server.add("7", "1", `m${i}`);
      }
      return null;
    };
    connect();
    await until(() => shown.length >= 2600);
    assert.deepEqual(contents(), texts(0, 2600));
  });

  test("come all, each once, where they take more requests than the server allows at once", async () => {
    server.requests = new TokenBucket(250, 130);
    for (let i = 0; i < 3000; i++) server.add(String(7 + (i % 300)), "1", `m${i}`); // three hundred conversations
    connect();
    await until(() => shown.length >= 3000);
    assert.deepEqual(contents(), texts(0, 3000));
    const parts = server.asked.filter((path) => path.includes("messages?after"));
    assert.ok(server.refusedAsTooMany > 0);
    assert.ok(parts.length - server.refusedAsTooMany <= 300, "nothing is asked for twice");
    server.add("7", "1", "m3000");
    await until(() => shown.length >= 3001);
  });

  test("are asked for no faster than the client is told to", async () => {
    for (let i = 0; i < 900; i++) server.add(String(7 + (i % 90)), "1", `m${i}`);
    server.requests = new TokenBucket(80 * 3, 90); // a burst, and as much again as the client asks for by itself
    connect({ requestsPerSecond: 25 });
    await until(() => shown.length >= 900);
    assert.deepEqual(contents(), texts(0, 900));
    assert.equal(server.refusedAsTooMany, 0);
  });

  test("hold up live ones for a while only, where the server has no room for requests, and come in the end", async () => {
    fill(40);
    let isBusy = true;
    server.refuseRest = (path) => (isBusy && path.includes("messages") ? 429 : null);
    connect({ holdWithin: 300 });
    await until(() => server.asked.some((path) => path.includes("messages")));
    server.add("7", "1", "live");
    await until(() => shown.length === 11);
    server.add("7", "1", "more");
    await until(() => shown.length === 12);
    isBusy = false;
    await until(() => shown.length >= 42);
    assert.deepEqual(contents(), [...texts(0, 10), "live", "more", ...texts(10, 40)]);
    server.letIn = () => false;
    server.cut(1001);
    await until(() => client.state !== "open");
    server.add("8", "1", "later");
    server.letIn = () => true;
    await until(() => shown.length >= 43);
    assert.equal(shown.at(-1).content, "later");
    assert.equal(shown.length, 43);
  });

  test("hold up live ones for a while only, where these do not end", async () => {
    fill(40);
    connect({ holdWithin: 300 });
    await until(() => client.state === "open");
    let i = 0;
    const timer = setInterval(() => server.add("9", "1", `live${i++}`), 10);
    try {
      await until(() => shown.length > 40);
    } finally {
      clearInterval(timer);
    }
    await until(() => shown.length === 40 + i);
    assert.equal(new Set(contents()).size, 40 + i);
  });

  test("do not make it ask for the whole history where the server has not begun to push", async () => {
    for (let i = 0; i < 300; i++) server.add("7", "1", `old${i}`).read = true;
    server.add("7", "1", "new");
    server.replayLimit = 0;
    connect();
    await until(() => server.asked.includes("unread"));
    server.replayLimit = 10;
    assert.deepEqual(
      server.asked.filter((path) => path.includes("messages")),
      [],
    );
  });
});
