/** A finger that moves further scrolls. */
const STILL = 10; // px
const LONG = 500; // ms

/**
 * Finds a long press of a finger on a message. Most browsers tell of one by the event "contextmenu", Safari by none. With a
 * mouse that event is the browser's own menu, which copies what is selected: it is left alone.
 *
 * @implements {EventListenerObject}
 */
export class PressWatcher {
  #pressed;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #timer;
  /** Whether the last pointer that went down was a finger. */
  #isTouch = false;

  /** @param {(bubble: Element) => void} pressed */
  constructor(pressed) {
    this.#pressed = pressed;
  }

  /** @param {Event} event */
  handleEvent(event) {
    const bubble = /** @type {Element} */ (event.target).closest(".bubble");
    if (event.type === "pointerdown") this.#down(/** @type {PointerEvent} */ (event), bubble);
    else if (bubble && this.#isTouch) event.preventDefault(); // the timer opens ours
  }

  /**
   * @param {PointerEvent} down
   * @param {Element | null} bubble
   */
  #down(down, bubble) {
    clearTimeout(this.#timer);
    this.#isTouch = down.pointerType === "touch";
    if (!this.#isTouch || !bubble) return;
    const over = new AbortController();
    const { signal } = over;
    const end = () => {
      clearTimeout(this.#timer);
      over.abort();
    };
    const move = (/** @type {PointerEvent} */ { clientX, clientY }) => {
      if (Math.hypot(clientX - down.clientX, clientY - down.clientY) > STILL) end();
    };
    window.addEventListener("pointermove", move, { signal });
    for (const type of ["pointerup", "pointercancel"]) window.addEventListener(type, end, { signal });
    this.#timer = setTimeout(() => {
      end();
      const lifted = new AbortController();
      const listening = { signal: lifted.signal, passive: false };
      // What the browser makes of the finger that is lifted, a click, would close the menu, or follow a link.
      const open = (/** @type {Event} */ event) => {
        event.preventDefault();
        lifted.abort();
        setTimeout(() => this.#pressed(bubble));
      };
      window.addEventListener("touchend", open, listening);
      window.addEventListener("pointercancel", () => lifted.abort(), listening); // it scrolls after all
    }, LONG);
  }
}
