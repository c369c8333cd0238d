/** What a page and its network tell a client; outside of browsers there is nothing of it. */

/**
 * @typedef {object} PageListener
 * @property {() => void} online
 * @property {() => void} offline
 * @property {() => void} leaving the page may not come back
 * @property {() => void} returned it has come back from the cache of pages
 * @property {() => void} hidden
 * @property {() => void} visible
 */

/**
 * @param {AbortSignal} signal ends the listening
 * @param {PageListener} listener
 */
export function listenToPage(signal, listener) {
  /** @type {(target: EventTarget | undefined, type: string, listener: (event: Event) => void) => void} */
  const on = (target, type, heard) => target?.addEventListener?.(type, heard, { signal });
  const page = /** @type {EventTarget} */ (globalThis);
  const document = /** @type {Document | undefined} */ (globalThis.document);
  on(page, "online", listener.online);
  on(page, "offline", listener.offline);
  on(page, "pagehide", listener.leaving);
  on(page, "pageshow", (event) => /** @type {PageTransitionEvent} */ (event).persisted && listener.returned());
  on(document, "visibilitychange", () =>
    document?.visibilityState === "hidden" ? listener.hidden() : listener.visible(),
  );
}
