/** Time, as far as it is waited for. */

import { ApiError } from "./errors.js";

/** Milliseconds that never go back. */
export function now() {
  return performance.now();
}

/**
 * @template T
 * @param {number} milliseconds
 * @param {Promise<T>} promise
 * @returns {Promise<T>}
 */
export function within(milliseconds, promise) {
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let timer;
  const late = new Promise((_, reject) => {
    timer = setTimeout(
      () => reject(new ApiError(0, "No answer", `no answer within ${milliseconds} ms`, "NETWORK")),
      milliseconds,
    );
  });
  return /** @type {Promise<T>} */ (Promise.race([promise, late])).finally(() => clearTimeout(timer));
}
