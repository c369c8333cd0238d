/** What the web chat shows, without a page. */

import assert from "node:assert/strict";
import { afterEach, beforeEach, describe, test } from "node:test";
import { ChatStore } from "../webapp/chat/chat-store.js";
import { ImClient } from "../webapp/imserver-client.js";
import { letClockGo, settle, stopClock } from "./clock.mjs";
import { FakeServer2 } from "./fake-server-2.mjs";

describe("The store of the chat", () => {
  let server;
  let store;
  let changes;

  beforeEach(() => {
    stopClock();
    server = new FakeServer2();
    const client = new ImClient({
      server: "http://127.0.0.1/teaching/",
      credential: "1",
      WebSocket: server.WebSocket,
      fetch: server.fetch,
    });
    store = new ChatStore(client, (userId) => userId);
    changes = 0;
    store.addEventListener("change", () => changes++);
  });

  afterEach(() => {
    store.close();
    letClockGo();
  });

  test("takes as many characters as the server says that it takes", async () => {
    server.limits = { maxContent: 140, recallSeconds: 120 };
    assert.equal(store.maxLength, 4000);
    store.client.connect();
    await settle();
    assert.equal(store.maxLength, 140);
  });

  test("knows the newest message at the start, though an older conversation is pinned above it", async () => {
    server.send("7", "1", "old");
    const { entry } = server.send("8", "1", "new");
    server.set("1", "7", { pinned: true });
    store.client.connect();
    await settle();
    assert.equal(store.newestAtFirst, Number(entry.messageId));
  });

  test("tells nothing more when it is closed, though an answer comes then", async () => {
    for (let i = 0; i < 60; i++) server.send("1", "7", `m${i}`);
    store.client.connect();
    await settle();
    await store.open("7");
    const conversation = store.conversation("7");
    const older = store.loadOlder(conversation);
    store.close();
    changes = 0;
    await older;
    assert.equal(conversation.messages.length, 60);
    assert.equal(changes, 0);
  });
});
