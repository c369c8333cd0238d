/** The cursor's rule of version 2: what is applied, what is ignored, and when the server is asked. */

import assert from "node:assert/strict";
import { afterEach, beforeEach, describe, test } from "node:test";
import { Sync } from "../webapp/client/sync.js";
import { letClockGo, pass, stopClock } from "./clock.mjs";

describe("The cursor", () => {
  let sync;
  let applied;
  let asked;
  let entries;
  let calls;

  beforeEach(() => {
    stopClock();
    [applied, asked, entries, calls] = [[], [], [], []];
    sync = new Sync({
      ask: (command, answered) => asked.push({ ...command, answered }) > 0,
      begun: () => calls.push("begun"),
      entry: (entry) => entries.push(entry.change),
      forget: () => calls.push("forget"),
      restart: () => calls.push("restart"),
      moved: () => {},
      settled: () => calls.push("settled"),
    });
  });
  afterEach(() => letClockGo());

  const change = (number) => sync.change(number, () => applied.push(number));
  const part = (changes, next, more = false) =>
    asked
      .at(-1)
      .answered({ op: "done", conversations: changes.map((number) => ({ change: number })), next, more, head: next });
  const open = (head, epoch = "e1") => sync.opened({ head, epoch });

  /** All up to a change is known. */
  function reach(head) {
    open(head);
    if (head > 0) part([head], head);
    [applied.length, asked.length, calls.length, entries.length] = [0, 0, 0, 0];
  }

  test("asks for nothing where there is nothing", () => {
    open(0);
    assert.deepEqual([asked, calls], [[], ["settled"]]);
  });

  test("asks for all at first, in parts, with the epoch", () => {
    open(9);
    assert.deepEqual(
      asked.map(({ since, epoch, limit }) => ({ since, epoch, limit })),
      [{ since: 0, epoch: "e1", limit: 200 }],
    );
    part([2, 5], 5, true);
    assert.equal(asked[1].since, 5);
    part([7], 9);
    assert.deepEqual([entries, sync.cursor, calls], [[2, 5, 7], 9, ["begun", "settled"]]);
  });

  test("applies the next change, once, and ignores what is known", () => {
    reach(4);
    change(5);
    change(5);
    change(3);
    change(6);
    assert.deepEqual([applied, asked, sync.cursor], [[5, 6], [], 6]);
  });

  test("asks from where it is when a change is missing, and applies nothing beyond", () => {
    reach(4);
    change(6);
    assert.deepEqual([applied, asked[0].since], [[], 4]);
    change(7);
    assert.equal(asked.length, 1, "once");
    part([6], 6); // the server had not come to 7
    assert.equal(asked[1].since, 6);
    part([7], 7);
    assert.deepEqual([sync.cursor, calls], [7, ["begun", "settled"]]);
  });

  test("applies the missing change if it comes late after all", () => {
    reach(4);
    change(6);
    change(5);
    assert.deepEqual(applied, [5]);
    part([6], 6);
    assert.equal(sync.cursor, 6);
  });

  test("applies nothing between two parts, where a conversation still to come is older than the cursor", () => {
    reach(4);
    open(20);
    part([8], 10, true);
    change(11);
    assert.deepEqual([applied, sync.cursor], [[], 10]);
    part([20], 20);
    assert.equal(sync.cursor, 20);
    change(21);
    assert.deepEqual(applied, [21]);
  });

  test("does not go back where a change has come in since the answer was made", () => {
    reach(4);
    sync.behind();
    change(5);
    part([], 4);
    assert.equal(sync.cursor, 5);
    change(6);
    assert.deepEqual(applied, [5, 6]);
  });

  test("asks when the server says that it may be behind, and once more if that was said meanwhile", () => {
    reach(4);
    sync.behind();
    sync.behind();
    assert.equal(asked.length, 1);
    part([], 4);
    assert.equal(asked.length, 2);
    part([], 4);
    assert.deepEqual(calls, ["begun", "settled"]);
  });

  test("asks only for what has changed after a reconnect", () => {
    reach(4);
    sync.lost();
    open(4);
    assert.equal(asked.length, 0);
    sync.lost();
    open(6);
    assert.equal(asked[0].since, 4);
  });

  test("forgets all when the epoch or the head say that the numbers began anew", () => {
    reach(4);
    sync.lost();
    open(9, "e2");
    assert.deepEqual([calls, asked[0].since, asked[0].epoch], [["forget", "begun"], 0, "e2"]);
    part([9], 9);
    sync.lost();
    open(3, "e2");
    assert.deepEqual([calls.at(-2), asked.at(-1).since], ["forget", 0]);
  });

  test("forgets all on a reset, asks from the beginning, and connects anew where that is refused too", () => {
    reach(4);
    change(9);
    asked[0].answered({ op: "reset" });
    assert.deepEqual([calls, asked[1].since, asked[1].epoch], [["begun", "forget"], 0, "e1"]);
    asked[1].answered({ op: "reset" });
    assert.deepEqual([calls.slice(2), asked.length], [["forget", "restart"], 2]);
  });

  test("asks again where the server could not answer, ever later, and where no answer comes", async () => {
    reach(4);
    change(9);
    asked.at(-1).answered({ op: "fail", code: "STORAGE_UNAVAILABLE", retryable: true });
    await pass(900);
    assert.equal(asked.length, 1);
    await pass(100);
    assert.equal(asked.length, 2);
    asked.at(-1).answered({ op: "fail", code: "STORAGE_UNAVAILABLE", retryable: true });
    await pass(1900);
    assert.equal(asked.length, 2);
    await pass(100);
    assert.equal(asked.length, 3);
    await pass(30_000);
    assert.equal(asked.length, 4);
    asked[2].answered({ op: "done", conversations: [], next: 9, more: false }); // late
    assert.equal(sync.cursor, 4);
    part([9], 9);
    assert.equal(sync.cursor, 9);
  });

  test("gives up what never comes, where the server has nothing of it", () => {
    reach(4);
    change(1000);
    part([], 4);
    assert.equal(asked.length, 1);
    assert.deepEqual(calls, ["begun", "settled"]);
  });

  test("takes no answer of an earlier connection", () => {
    reach(4);
    change(6);
    const old = asked[0];
    sync.lost();
    open(6);
    old.answered({ op: "done", conversations: [], next: 6, more: false });
    assert.equal(sync.cursor, 4);
  });
});
