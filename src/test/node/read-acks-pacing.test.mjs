/** How often and how fast read-acks go out, by a clock that stands still. */

import assert from "node:assert/strict";
import { afterEach, beforeEach, describe, test } from "node:test";
import { ReadAcks } from "../webapp/client/read-acks.js";
import { TIMING } from "../webapp/client/timing.js";
import { letClockGo, pass, stopClock } from "./clock.mjs";
import { TokenBucket } from "./fake-server.mjs";

const RETRYABLE = { code: "STORAGE_UNAVAILABLE", retryable: true };
const TOO_MANY = { code: "RATE_LIMITED", retryable: true };

describe("Read-acks", () => {
  let acks;
  /** What was sent: {ids, at}. */
  let sent;
  let reported;
  /** For each that comes in: a failure, or null where it is done. */
  let refuse;

  beforeEach(() => {
    stopClock();
    sent = [];
    reported = [];
    refuse = () => null;
    acks = new ReadAcks(write, TIMING, (ids) => reported.push(...ids));
    acks.opened();
  });

  afterEach(() => {
    acks.pause();
    letClockGo();
  });

  function write(ids, timestamp) {
    sent.push({ ids, at: performance.now() });
    setTimeout(() => {
      const failure = refuse(ids);
      if (failure) acks.refused({ timestamp, ...failure });
    }, 50);
    return true;
  }

  const idsTo = (count) => Array.from({ length: count }, (_, i) => String(i + 1));
  const ids = () => sent.map((each) => each.ids.join());

  test("are sent again, and reported once, where the server could not do it", async () => {
    let refusals = 3;
    refuse = () => (refusals-- > 0 ? RETRYABLE : null);
    acks.add(["1", "2"]);
    await pass(120_000);
    assert.deepEqual(ids(), ["1,2", "1,2", "1,2", "1,2"]);
    assert.deepEqual(reported, ["1", "2"]);
    assert.equal(acks.unconfirmed, 0);
  });

  test("wait twice as long each time, also for what is read meanwhile", async () => {
    refuse = () => (sent.length < 4 ? TOO_MANY : null);
    acks.add(["1"]);
    await pass(1000);
    acks.add(["2"]);
    await pass(120_000);
    const waits = sent.slice(1).map(({ at }, index) => at - sent[index].at);
    // Up to a quarter more, at random, after the answer; the clock goes on by steps of 100 ms.
    waits.forEach((wait, index) =>
      assert.ok(wait >= 6000 * 2 ** index && wait <= 7500 * 2 ** index + 300, String(waits)),
    );
    assert.deepEqual(ids(), ["1", "1,2", "1,2", "1,2"]);
  });

  test("keep to what the server allows, however many wait", async () => {
    const bucket = new TokenBucket(5000, 1000);
    let failures = 0;
    const done = new Set();
    refuse = (some) => {
      if (!bucket.take(some.length)) {
        failures++;
        return TOO_MANY;
      }
      some.forEach((id) => done.add(id));
      return null;
    };
    acks.add(idsTo(50_000));
    await pass(60_000);
    assert.equal(done.size, 50_000);
    assert.equal(failures, 0);
    assert.equal(reported.length, 50_000);
  });

  test("go out one by one while the server allows less than that", async () => {
    let failures = 0;
    refuse = () => {
      failures++;
      return TOO_MANY;
    };
    acks.add(idsTo(20_000));
    while (failures < 4 + 3) await pass(1000); // four at once, and then one after each wait
    assert.equal(sent.length, 7);
    const left = new Set();
    refuse = (some) => void some.forEach((id) => left.add(id));
    await pass(120_000);
    assert.equal(left.size, 20_000);
    assert.equal(acks.unconfirmed, 0);
  });

  test("go out once more, and are not reported again, where the server shows as unread what was read before", async () => {
    acks.add(["1"]);
    await pass(100);
    acks.again("1"); // it has not come to the server yet, perhaps
    acks.add(["1"]);
    await pass(1000);
    assert.deepEqual(ids(), ["1"]);
    await pass(12_000);
    acks.again("1"); // it was lost
    await pass(1000);
    assert.deepEqual(ids(), ["1", "1"]);
    assert.deepEqual(reported, ["1"]);
  });

  test("are reported, where they were read without a connection, though the server shows them once more", async () => {
    acks.lost();
    acks.add(["1"]);
    acks.again("1");
    acks.opened();
    assert.deepEqual(ids(), ["1"]);
    assert.deepEqual(reported, ["1"]);
  });
});
