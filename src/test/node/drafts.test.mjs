/** What a user has begun to write. */

import assert from "node:assert/strict";
import { afterEach, beforeEach, describe, mock, test } from "node:test";
import { Drafts } from "../webapp/chat/drafts.js";
import { FakeStorage } from "./fake-server.mjs";

const DAY = 24 * 60 * 60 * 1000;

describe("Drafts", () => {
  beforeEach(() => {
    for (const name of ["localStorage", "sessionStorage"]) {
      Object.defineProperty(globalThis, name, { value: new FakeStorage(), configurable: true });
    }
    mock.timers.enable({ apis: ["Date"], now: 100 * DAY });
  });

  afterEach(() => {
    mock.timers.reset();
    delete globalThis.localStorage;
    delete globalThis.sessionStorage;
  });

  function of(userKey) {
    const drafts = new Drafts();
    drafts.belongTo(userKey);
    return drafts;
  }

  test("outlive the tab, and are this user's alone", () => {
    of("server 1").set("7", "begun");
    sessionStorage.items.clear();
    assert.equal(of("server 1").get("7"), "begun");
    assert.equal(of("server 12").get("7"), "");
    assert.equal(of("server 2").get("7"), "");
  });

  test("are nobody's while it is not known whose they are", () => {
    const drafts = new Drafts();
    drafts.set("7", "begun");
    assert.equal(localStorage.length, 0);
    drafts.belongTo("server 1");
    assert.equal(of("server 1").get("7"), "begun");
  });

  test("are gone when they are sent", () => {
    const drafts = of("server 1");
    drafts.set("7", "begun");
    drafts.set("7", "");
    assert.equal(localStorage.length, 0);
  });

  test("are removed at the sign-out, those of this user alone", () => {
    const drafts = of("server 1");
    drafts.set("7", "begun");
    drafts.set("8", "begun too");
    of("server 2").set("7", "another's");
    drafts.clear();
    assert.equal(drafts.get("7"), "");
    assert.equal(of("server 1").get("8"), "");
    assert.equal(of("server 2").get("7"), "another's");
  });

  test("do not overwrite what another tab has begun", () => {
    const [one, other] = [of("server 1"), of("server 1")];
    one.set("7", "here");
    other.set("8", "there");
    one.set("7", "here too");
    assert.equal(of("server 1").get("7"), "here too");
    assert.equal(of("server 1").get("8"), "there");
  });

  test("are at most 50 for a user, the newest, of 20 000 characters, for 30 days", () => {
    const drafts = of("server 1");
    for (let i = 1; i <= 60; i++) {
      mock.timers.setTime(100 * DAY + i);
      drafts.set(String(i), `begun ${i}`);
    }
    assert.equal(localStorage.length, 50);
    assert.equal(of("server 1").get("10"), "");
    assert.equal(of("server 1").get("11"), "begun 11");
    drafts.set("60", "x".repeat(20_001));
    assert.equal(drafts.get("60").length, 20_001);
    assert.equal(of("server 1").get("60"), "");
    mock.timers.setTime(131 * DAY);
    assert.equal(of("server 1").get("59"), "");
    assert.equal(localStorage.length, 0);
  });

  test("of an earlier version, which kept them in the tab, are there still", () => {
    sessionStorage.setItem("im-chat.drafts.server 1", '[["7","begun"]]');
    assert.equal(of("server 1").get("7"), "begun");
    assert.equal(sessionStorage.length, 0);
  });

  test("last as long as the page where there is no storage", () => {
    delete globalThis.localStorage;
    delete globalThis.sessionStorage;
    const drafts = of("server 1");
    drafts.set("7", "begun");
    assert.equal(drafts.get("7"), "begun");
  });
});
