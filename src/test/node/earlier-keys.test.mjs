/** What an earlier version of the chat left in the browser. */

import assert from "node:assert/strict";
import { afterEach, beforeEach, describe, mock, test } from "node:test";
import { moveFromEarlierKeys } from "../webapp/chat/earlier-keys.js";
import { LocalOutbox } from "../webapp/imserver-client.js";
import { FakeStorage } from "./fake-server.mjs";

const SERVER = "https://school.example/teaching/";

describe("What was kept under an earlier key", () => {
  let warnings;

  beforeEach(() => {
    for (const name of ["localStorage", "sessionStorage"]) {
      Object.defineProperty(globalThis, name, { value: new FakeStorage(), configurable: true });
    }
    warnings = mock.method(console, "warn", () => {});
  });

  afterEach(() => {
    mock.restoreAll();
    delete globalThis.localStorage;
    delete globalThis.sessionStorage;
  });

  function leave(key, ...contents) {
    const outbox = new LocalOutbox(key);
    contents.forEach((content, index) =>
      outbox.put({
        clientMessageId: content,
        toId: "7",
        content,
        timestamp: "1",
        since: index,
        state: "sending",
        code: null,
        message: null,
      }),
    );
    outbox.release();
  }

  function kept(key) {
    const outbox = new LocalOutbox(key);
    const contents = outbox.claim(100).map(({ content }) => content);
    outbox.release();
    return contents;
  }

  test("for all users together is removed, which is said once, with the number and no text", () => {
    leave(`${SERVER} `, "of anybody", "of another");
    sessionStorage.setItem(`im-chat.drafts.${SERVER} `, '[["7","begun"]]');
    assert.equal(moveFromEarlierKeys(SERVER, "sub-1", `${SERVER} 1`), 2);
    assert.equal(warnings.mock.callCount(), 1);
    const warning = String(warnings.mock.calls[0].arguments[0]);
    assert.match(warning, /unsent messages .*: 2$/);
    assert.doesNotMatch(warning, /of anybody/);
    assert.deepEqual([...localStorage.items.keys(), ...sessionStorage.items.keys()], []);
    assert.equal(moveFromEarlierKeys(SERVER, "sub-1", `${SERVER} 1`), 0);
    assert.equal(warnings.mock.callCount(), 1);
  });

  test("for one user is this user's still, without a word", () => {
    leave(`${SERVER} sub-1`, "of one");
    assert.equal(moveFromEarlierKeys(SERVER, "sub-1", `${SERVER} 1`), 0);
    assert.deepEqual(kept(`${SERVER} 1`), ["of one"]);
    assert.equal(warnings.mock.callCount(), 0);
  });

  test("for another user stays where it is", () => {
    leave(`${SERVER} sub-2`, "of two");
    moveFromEarlierKeys(SERVER, "sub-1", `${SERVER} 1`);
    assert.deepEqual(kept(`${SERVER} 1`), []);
    assert.deepEqual(kept(`${SERVER} sub-2`), ["of two"]);
  });
});
