/** Nothing of one user is sent, shown or kept in another's name. */

import assert from "node:assert/strict";
import { afterEach, beforeEach, describe, test } from "node:test";
import WebSocket from "ws";
import { ImClient, LocalOutbox } from "../webapp/imserver-client.js";
import { FakeServer, FakeStorage, until } from "./fake-server.mjs";

describe("A client", () => {
  let server;
  let storage;
  let clients;

  beforeEach(async () => {
    server = await new FakeServer().start();
    storage = new FakeStorage();
    clients = [];
  });

  afterEach(async () => {
    clients.forEach((client) => client.close());
    await server.stop();
  });

  function connect(credential, options = {}) {
    const store = (userId) => new LocalOutbox(userId, storage);
    const timing = { backoff: 20, backoffCap: 50, readAckAfter: 1 };
    const client = new ImClient({ server: server.address, credential, store, WebSocket, timing, ...options });
    client.log = [];
    for (const type of ["user", "otheruser", "message", "outgoing"]) {
      client.addEventListener(type, ({ detail }) => client.log.push({ type, ...detail }));
    }
    clients.push(client);
    client.connect();
    return client;
  }

  const sentBy = (user) => server.messages.filter(({ fromId }) => fromId === user).map(({ content }) => content);

  /** Leaves a message of a user in the storage, that was not sent. */
  async function leave(user, content) {
    const client = connect(() => `token.${user}.a`);
    await until(() => client.userId === user);
    client.close();
    client.send("7", content);
    clients.pop();
    assert.ok([...storage.items.keys()].some((key) => key.includes("message.")));
  }

  test("takes from a store what its own user left, and nothing of others", async () => {
    await leave("1", "of one");
    const two = connect(() => "token.2.a");
    await two.send("7", "of two");
    two.close();
    assert.deepEqual(
      two.log.filter(({ content }) => content === "of one"),
      [],
    );
    connect(() => "token.1.b");
    await until(() => sentBy("1").length === 1);
    assert.deepEqual(sentBy("1"), ["of one"]);
    assert.deepEqual(sentBy("2"), ["of two"]);
  });

  test("does so even where all users share one store", async () => {
    const shared = () => ({ store: new LocalOutbox("all", storage) });
    const one = connect(() => "token.1.a", shared());
    await until(() => one.userId === "1");
    one.close();
    one.send("7", "of one");
    const two = connect(() => "token.2.a", shared());
    await two.send("7", "of two");
    two.close();
    assert.deepEqual(sentBy("2"), ["of two"]);
    connect(() => "token.1.b", shared());
    await until(() => sentBy("1").length === 1);
  });

  test("reads nothing from its store before the server has said who the user is", async () => {
    await leave("1", "of one");
    server.refuseRest = () => 503;
    server.letIn = () => false;
    const client = connect(() => "token.1.b");
    client.addEventListener("state", ({ detail }) => detail.state === "waiting" && client.log.push({ type: "tried" }));
    await until(() => client.log.filter(({ type }) => type === "tried").length > 2);
    assert.deepEqual(client.outgoing(), []);
    server.refuseRest = () => null;
    server.letIn = () => true;
    await until(() => sentBy("1").length === 1);
  });

  test("learns from the socket who the user is, where REST does not say", async () => {
    await leave("1", "of one");
    server.refuseRest = () => 404;
    const client = connect(() => "token.1.b");
    await until(() => sentBy("1").length === 1);
    assert.equal(client.userId, "1");
  });

  test("reads nothing from a store object either before the socket has said who the user is, where REST does not", async () => {
    await leave("1", "of one");
    server.refuseRest = () => 503;
    const shared = new LocalOutbox("1", storage);
    let claimedFor = [];
    const store = {
      claim: (limit, userId) => {
        claimedFor.push(userId);
        return shared.claim(limit, userId);
      },
      put: (entry) => shared.put(entry),
      remove: (id) => shared.remove(id),
      release: () => shared.release(),
    };
    connect(() => "token.1.b", { store });
    await until(() => sentBy("1").length === 1);
    assert.deepEqual([...new Set(claimedFor)], ["1"]);
  });

  test("says that there was no answer, and not that the user is another, where the network is down after a renewal", async () => {
    let asked = 0;
    let isDown = false;
    const request = (address, init) => {
      if (isDown && init.headers.Authorization.endsWith("1.b")) return Promise.reject(new TypeError("nobody is there"));
      return fetch(address, init);
    };
    const client = connect(() => (asked++ === 0 ? "token.1.a" : "token.1.b"), { fetch: request });
    await until(() => client.userId === "1" && client.state === "open");
    isDown = true;
    server.refuseRest = (path, { headers }) =>
      path === "unread" && headers.authorization.endsWith("1.a") ? 401 : null;
    await assert.rejects(client.api.unread(), { status: 0, code: "NETWORK" });
    isDown = false;
    server.refuseRest = (path) => (path === "users/me" ? 503 : null);
    await assert.rejects(client.api.unread(), { status: 503, code: "" });
    server.refuseRest = () => null;
    await client.api.unread();
  });

  test("closes where its function returns another user's token, and keeps what waits for its own", async () => {
    const tokens = ["token.1.a", "token.2.a"];
    const client = connect(() => tokens.shift() ?? "token.2.b");
    await until(() => client.state === "open");
    server.letIn = () => false; // what is written now waits
    server.add("7", "2", "for two");
    server.cut(4401);
    await until(() => client.state !== "open");
    client.send("7", "of one");
    await until(() => client.log.some(({ type }) => type === "otheruser"));
    server.letIn = () => true;
    assert.equal(client.state, "closed");
    assert.equal(client.log.find(({ type }) => type === "otheruser").userId, "2");
    const two = connect(() => "token.2.a");
    await until(() => two.log.some(({ content }) => content === "for two"));
    assert.deepEqual(
      client.log.filter(({ type }) => type === "message"),
      [],
    );
    assert.deepEqual([sentBy("1"), sentBy("2")], [[], []]);
    connect(() => "token.1.b");
    await until(() => sentBy("1").length === 1);
  });

  test("does not take over REST's answer to another user", async () => {
    let asked = 0;
    const client = connect(() => (asked++ === 0 ? "token.1.a" : "token.2.a"));
    await until(() => client.userId === "1");
    server.refuseRest = (path, { headers }) =>
      path === "unread" && headers.authorization.endsWith("1.a") ? 401 : null;
    await assert.rejects(client.api.unread(), { code: "OTHER_USER" });
    assert.equal(client.state, "closed");
    assert.deepEqual(
      client.log.filter(({ type }) => type === "otheruser"),
      [{ type: "otheruser", userId: "2" }],
    );
  });

  test("holds back what was written before it was known who the user is, where another one turns out", async () => {
    const token = (sub, jti) => `h.${Buffer.from(JSON.stringify({ sub, jti })).toString("base64url")}.s`;
    const users = { [token("1", 2)]: "1", [token("2", 2)]: "2" };
    for (const [second, event] of [
      [token("1", 2), "user"],
      [token("2", 2), "otheruser"],
    ]) {
      let isUp = false;
      const request = async (address, { headers }) => {
        const user = users[headers?.Authorization?.replace("Bearer ", "")];
        if (!isUp) throw new TypeError("nobody is there");
        return user ? Response.json({ id: Number(user) }) : new Response("", { status: 401 });
      };
      server.letIn = () => isUp;
      let asked = 0;
      const client = connect(() => (asked++ === 0 ? token("1", 1) : second), { fetch: request });
      client.send("7", "written early");
      await until(() => client.state === "waiting");
      isUp = true;
      await until(() => client.log.some(({ type }) => type === "user" || type === "otheruser"));
      assert.equal(client.log.find(({ type }) => type === "user" || type === "otheruser").type, event);
      assert.equal(client.state === "closed", event === "otheruser");
      client.close();
    }
  });
});
