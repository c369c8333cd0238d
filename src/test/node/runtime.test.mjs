/** The client library in Node: with the WebSocket of packages, which are no DOM, and with Node's own where there is one. */

import assert from "node:assert/strict";
import { createRequire } from "node:module";
import { after, afterEach, beforeEach, describe, test } from "node:test";
import WebSocket from "ws";
import { ImApi, ImClient } from "../webapp/imserver-client.js";
import { FakeServer, until } from "./fake-server.mjs";

const faye = createRequire(import.meta.url)("faye-websocket").Client;
const kinds = { ws: WebSocket, "faye-websocket": faye };
if (globalThis.WebSocket) kinds["the built-in one"] = globalThis.WebSocket;

/** An error that nobody listens to would be one of these. */
const uncaught = [];
process.on("uncaughtException", (error) => uncaught.push(error));
after(() => assert.deepEqual(uncaught, []));

for (const [name, Type] of Object.entries(kinds)) {
  describe(`with ${name}`, () => {
    let server;
    let client;
    let states;
    let addresses;
    let offered;

    beforeEach(async () => {
      server = await new FakeServer().start();
      addresses = [];
      offered = [];
    });

    afterEach(async () => {
      client?.close();
      await server.stop();
      assert.deepEqual(uncaught, []);
    });

    function connect(credential, timing = {}) {
      const Watched = class extends Type {
        constructor(address, ...rest) {
          super(address, ...rest);
          addresses.push(address);
          offered.push(rest[0] ?? []);
        }
      };
      const options = { server: server.address, credential, WebSocket: Watched };
      client = new ImClient({ ...options, timing: { backoff: 20, backoffCap: 50, ...timing } });
      states = [];
      client.addEventListener("state", ({ detail }) => states.push(detail));
      client.connect();
    }

    test("sends and receives, by a user id and by a token", async () => {
      server.add("7", "1", "for you");
      for (const credential of ["1", () => "token.1.a"]) {
        connect(credential);
        const got = [];
        client.addEventListener("message", ({ detail }) => got.push(detail.content));
        const { messageId } = await client.send("7", "hello");
        assert.equal(server.messages.find(({ id }) => String(id) === messageId).content, "hello");
        await until(() => got.includes("for you"));
        assert.equal(client.userId, "1");
        client.close();
      }
      assert.ok(
        addresses.every((address) => typeof address === "string"),
        "an address is a text",
      );
    });

    test("goes on trying while the server is away, and connects when it is there", async () => {
      const { port } = server;
      await server.stop();
      connect("1");
      client.send("7", "hello");
      await until(() => states.filter(({ state }) => state === "waiting").length >= 3);
      assert.equal(states.at(-1).problem ?? "UNREACHABLE", "UNREACHABLE");
      server = await new FakeServer().start(port);
      await until(() => server.messages.length === 1);
    });

    test("offers its versions each time, but to a server that is there and chooses none", async () => {
      server.chooses = false;
      connect("1");
      await until(() => client.state === "open"); // some clients take that, others need to offer none
      client.close();
      server.chooses = "imserver.v1";
      const { port } = server;
      await server.stop();
      offered = [];
      connect("1");
      await until(() => offered.length >= 4);
      server = await new FakeServer().start(port);
      await until(() => client.state === "open");
      server.letIn = () => false;
      server.cut(4408);
      const before = offered.length;
      await until(() => offered.length >= before + 4);
      assert.ok(
        offered.every((versions) => versions.length === 2),
        JSON.stringify(offered),
      );
    });

    test("offers its versions again after one refusal, and after a connection without one", async () => {
      let handshakes = 0;
      server.letIn = () => ++handshakes > 1; // as if it had come up between the handshake and what REST was asked
      connect("1");
      await until(() => client.state === "open");
      assert.deepEqual(
        offered.map((versions) => versions.length),
        [2, 2],
      );
      client.close();
      server.chooses = false;
      connect("1");
      await until(() => client.state === "open");
      const before = offered.length;
      server.cut(4408);
      await until(() => offered.length > before);
      assert.equal(offered[before].length, 2);
    });

    test("waits ever longer where handshakes are refused with 429", async () => {
      server.letIn = () => false;
      connect("1", { backoff: 2, backoffCap: 60_000 });
      await until(() => states.filter(({ state }) => state === "waiting").length >= 5);
      assert.equal(states.findLast(({ state }) => state === "waiting").problem, "WEBSOCKET");
      assert.ok(states.every(({ state }) => state !== "closed"));
      server.letIn = () => true;
      client.close();
      client.connect();
      await until(() => client.state === "open");
    });

    test("ends where its user is suspended, and says so, whether or not it knew whose the credential is", async () => {
      server.letIn = () => false;
      server.refuseRest = () => ({ status: 403, code: "SUSPENDED" });
      for (const credential of ["1", () => "token.1.a"]) {
        connect(credential);
        await until(() => client.state === "closed");
        assert.equal(states.at(-1).code, 4423);
        client.close();
      }
      server.refuseRest = () => ({ status: 403, code: "FORBIDDEN" });
      connect("1");
      await until(() => states.some(({ state }) => state === "waiting"));
      assert.equal(states.findLast(({ state }) => state === "waiting").problem, "ORIGIN");
    });

    test("can be closed while it connects", async () => {
      connect("1");
      await until(() => addresses.length > 0);
      client.close();
      client.connect();
      await until(() => client.state === "open");
    });

    test("does not come back by itself after 4403, 4409, 4423 and 4429", async () => {
      for (const code of [4403, 4409, 4423, 4429]) {
        connect("1");
        await until(() => client.state === "open");
        server.cut(code);
        await until(() => client.state === "closed");
        assert.equal(states.at(-1).code, code);
        const { code: why } = await client.send("7", "hello").catch((error) => error);
        assert.equal(why, "NOT_CONNECTED");
      }
      assert.equal(server.connected.length, 4);
    });
  });
}

test(
  "says what to do where there is no WebSocket",
  { skip: globalThis.WebSocket !== undefined && "there is one" },
  () => {
    assert.throws(() => new ImClient({ server: "http://127.0.0.1/", credential: "1" }), /option WebSocket .*ws/);
  },
);

test("wants to be told where the server is", () => {
  assert.throws(() => new ImApi({ credential: "1" }), /address of a server/);
});

test("says which address to pass in place of the socket's", () => {
  for (const socket of [
    "ws://127.0.0.1:8080/teaching/imserver/1",
    "http://127.0.0.1:8080/teaching/imserver/me",
    "ws://127.0.0.1:8080/teaching/",
  ]) {
    assert.throws(
      () => new ImClient({ server: socket, credential: "1", WebSocket }),
      /pass that of the application, http:\/\/127.0.0.1:8080\/teaching\/, as server/,
    );
  }
});
