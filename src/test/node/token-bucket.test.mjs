/** Pacing. */

import assert from "node:assert/strict";
import { afterEach, beforeEach, describe, mock, test } from "node:test";
import { TokenBucket } from "../webapp/client/token-bucket.js";
import { letClockGo, stopClock } from "./clock.mjs";

describe("A token bucket", () => {
  beforeEach(() => stopClock());
  afterEach(() => letClockGo());

  test("lets a burst go, and then so many a second", () => {
    const bucket = new TokenBucket(10, 3);
    assert.deepEqual([bucket.take(), bucket.take(2), bucket.take()], [0, 0, 100]);
    mock.timers.tick(50);
    assert.notEqual(bucket.take(), 0);
    mock.timers.tick(51);
    assert.equal(bucket.take(), 0);
  });

  test("never saves up more than a burst", () => {
    const bucket = new TokenBucket(10, 3);
    mock.timers.tick(60_000);
    assert.equal(bucket.take(3), 0);
    assert.equal(bucket.take(), 100);
    bucket.limit(1);
    mock.timers.tick(60_000);
    assert.deepEqual([bucket.take(), bucket.take()], [0, 100]);
  });
});
