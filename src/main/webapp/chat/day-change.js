import { dayNumber } from "./texts.js";

/** A timer does not run while the device sleeps. */
const LOOK_EVERY = 60_000; // ms

/**
 * Tells that another day has begun: "today" is another one from then on.
 *
 * @param {() => void} changed
 * @returns {() => void} ends it
 */
export function onNewDay(changed) {
  let day = dayNumber(Date.now());
  const timer = setInterval(() => {
    const now = dayNumber(Date.now());
    if (now === day) return;
    day = now;
    changed();
  }, LOOK_EVERY);
  return () => clearInterval(timer);
}
