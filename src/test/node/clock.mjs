/** Time that stands still until a test moves it on. */

import { mock } from "node:test";

export function stopClock() {
  mock.timers.enable({ apis: ["setTimeout", "setInterval", "Date"], now: Date.parse("2026-02-01T00:00:00Z") });
  mock.method(performance, "now", () => Date.now());
}

export function letClockGo() {
  mock.timers.reset();
  mock.restoreAll();
}

/** Lets everything happen that waits for no time. */
export async function settle() {
  for (let i = 0; i < 10; i++) await new Promise((resolve) => setImmediate(resolve));
}

/** Moves the time on, in steps, so that what begins meanwhile has its own time. */
export async function pass(milliseconds, step = 100) {
  await settle();
  for (let rest = milliseconds; rest > 0; rest -= step) {
    mock.timers.tick(Math.min(step, rest));
    await settle();
  }
}

/** Numbers from 0 to below 1 that are the same for the same seed. */
export function randomOf(seed) {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
}
