/** Why no connection could be had: a browser does not say, REST shows it. */

import { PROBE_WITHIN } from "./identity.js";

/** @import { Identity } from "./identity.js" */
/** @import { Problem } from "./types.js" */

/**
 * Why no connection could be had.
 * @param {Identity} identity what REST says to the credential
 * @param {URL} server
 * @param {typeof globalThis.fetch} request
 * @returns {Promise<Problem>}
 */
export async function diagnose({ status, userId }, server, request) {
  if (status === 0) return (await isThere(server, request)) ? "ORIGIN" : "UNREACHABLE";
  if (status === 403) return "ORIGIN";
  if (status >= 500) return "UNAVAILABLE";
  if (userId === null && status !== 429) return "ADDRESS";
  return (await takesOrigin(server, request)) ? "WEBSOCKET" : "ORIGIN";
}

/**
 * Whether there is a server that does not let this page read its answers.
 * @param {URL} server
 * @param {typeof globalThis.fetch} request
 */
async function isThere(server, request) {
  if (globalThis.location === undefined) return false; // only browsers keep answers from the page
  try {
    await health(server, request, { mode: "no-cors" });
    return true;
  } catch {
    return false;
  }
}

/**
 * Whether the server takes the page's origin, which a browser sends in the handshake, but not in a GET of its own.
 * @param {URL} server
 * @param {typeof globalThis.fetch} request
 */
async function takesOrigin(server, request) {
  if (globalThis.location?.origin !== server.origin) return true; // or REST would not have answered
  try {
    const { headers } = await health(server, request, { method: "OPTIONS" });
    return headers.has("Access-Control-Allow-Origin");
  } catch {
    return true; // not certain: a proxy may not pass this on
  }
}

/**
 * @param {URL} server
 * @param {typeof globalThis.fetch} request
 * @param {RequestInit} init
 */
function health(server, request, init) {
  const signal = AbortSignal.timeout(PROBE_WITHIN);
  return request(new URL("api/health", server).href, { ...init, signal, cache: "no-store" });
}
