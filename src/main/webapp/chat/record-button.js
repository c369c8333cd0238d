import { LitElement, css, html, nothing } from "../lib/lit/lit-element.js";
import { clear, microphone, send } from "./icons.js";
import { loadRecorder } from "./lazy.js";
import { base } from "./styles.js";
import { lengthText } from "./texts.js";

/** @import { Recorder } from "./recorder.js" */
/** @import { Texts } from "./texts.js" */

const LONGEST = 60_000; // ms
/** What is held for less is a press: the recording goes on until a button ends it. */
const HELD = 400; // ms
/** What is shorter than that says nothing. */
const SHORTEST = 700; // ms
/** A finger that is moved further away lets go of the recording. */
const AWAY = 80; // px

/** Whether this browser, on this page, can record. */
export function canRecord() {
  return (
    globalThis.isSecureContext &&
    typeof MediaRecorder !== "undefined" &&
    navigator.mediaDevices?.getUserMedia !== undefined
  );
}

/**
 * Records a voice message: held, it records until it is let go, and sends; pressed, by a key too, until a button sends or cancels.
 * Fires "recording" with whether it does, "voice" with what was recorded, and "problem" with why it could not be, in words.
 */
export class RecordButton extends LitElement {
  static properties = {
    texts: { attribute: false },
    state: { state: true },
    elapsed: { state: true },
    isAway: { state: true },
  };

  static styles = [
    base,
    css`
      :host {
        display: flex;
        min-width: 0;
      }

      :host([recording]) {
        flex: 1;
      }

      .start,
      .done {
        display: grid;
        flex: none;
        place-items: center;
        width: 2.5rem;
        height: 2.5rem;
        border-radius: 50%;
        background: var(--_accent);
        color: var(--_on-accent);
        touch-action: none;
        user-select: none;
        -webkit-touch-callout: none;
      }

      button:focus-visible {
        outline-offset: 2px;
      }

      .bar {
        display: flex;
        flex: 1;
        align-items: center;
        gap: 0.5rem;
        min-width: 0;
      }

      .hint {
        flex: 1;
        min-width: 0;
        overflow: hidden;
        color: var(--_quiet);
        font-size: 0.8125rem;
        text-overflow: ellipsis;
        white-space: nowrap;
      }

      .away {
        color: var(--_bad);
      }

      .dot {
        flex: none;
        width: 0.7rem;
        height: 0.7rem;
        border-radius: 50%;
        background: var(--_bad);
        animation: beat 1s ease-in-out infinite alternate;
      }

      @keyframes beat {
        to {
          opacity: 0.35;
        }
      }

      .time {
        flex: none;
        font-variant-numeric: tabular-nums;
      }
    `,
  ];

  /** @type {Recorder | null} */
  #recorder = null;
  /** @type {ReturnType<typeof setInterval> | undefined} */
  #ticking;
  /** Counts attempts: one that was ended while the user was asked for the microphone does not begin. */
  #attempt = 0;
  /** @type {{x: number, y: number, at: number} | null} where it is held */
  #held = null;

  constructor() {
    super();
    /** @type {Texts} */
    this.texts;
    /** @type {"idle" | "held" | "free"} */
    this.state = "idle";
    this.elapsed = 0;
    this.isAway = false;
  }

  disconnectedCallback() {
    super.disconnectedCallback();
    this.cancel();
  }

  render() {
    const { texts: t, state, isAway } = this;
    const isIdle = state === "idle";
    const hint =
      state === "held"
        ? isAway
          ? t.releaseToCancel
          : t.slideToCancel
        : this.elapsed >= LONGEST
          ? t.recordingFull(LONGEST / 1000)
          : t.recording;
    const status = html`<span class="dot"></span><span class="time" role="timer">${lengthText(this.elapsed)}</span
      ><span class="hint ${isAway ? "away" : ""}">${hint}</span>`;
    return html`<div class=${isIdle ? "" : "bar"} @keydown=${this.#keydown}>
      ${
        state === "free"
          ? html`<button class="icon-button" aria-label=${t.cancel} title=${t.cancel} @click=${this.cancel}>${clear}</button>`
          : nothing
      }
      ${isIdle ? nothing : status}
      ${
        state === "free"
          ? html`<button class="done" aria-label=${t.send} title=${t.send} @click=${this.#finish}>${send}</button>`
          : html`<button
            class="start"
            aria-label=${t.record}
            aria-description=${t.recordHint}
            title=${t.recordHint}
            @pointerdown=${this.#down}
            @pointermove=${this.#move}
            @pointerup=${this.#up}
            @pointercancel=${this.cancel}
            @contextmenu=${(/** @type {Event} */ event) => event.preventDefault()}
            @click=${this.#clicked}
          >
            ${microphone}
          </button>`
      }
    </div>`;
  }

  /** @param {PointerEvent} event */
  #down(event) {
    if (event.button !== 0 || this.state !== "idle") return;
    const button = /** @type {HTMLElement} */ (event.currentTarget);
    button.setPointerCapture(event.pointerId);
    this.#held = { x: event.clientX, y: event.clientY, at: performance.now() };
    this.#start("held");
  }

  /** @param {PointerEvent} event */
  #move({ clientX, clientY }) {
    if (this.#held && this.state === "held")
      this.isAway = Math.hypot(clientX - this.#held.x, clientY - this.#held.y) > AWAY;
  }

  #up() {
    const held = this.#held;
    this.#held = null;
    if (held === null || this.state !== "held") return;
    if (this.isAway) this.cancel();
    else if (performance.now() - held.at < HELD || this.#recorder === null) this.#free();
    else this.#finish();
  }

  /** By a key, or by what presses in a user's place; a pointer has been dealt with. @param {MouseEvent} event */
  async #clicked({ detail }) {
    if (detail > 0 || this.state !== "idle") return;
    await this.#start("free");
    this.#free();
  }

  async #free() {
    if (this.state === "idle") return;
    this.state = "free";
    await this.updateComplete;
    /** @type {HTMLElement | null} */ (this.renderRoot.querySelector(".done"))?.focus();
  }

  /** @param {"held" | "free"} state */
  async #start(state) {
    const attempt = ++this.#attempt;
    this.#set(state);
    try {
      const { Recorder } = await loadRecorder();
      const recorder = await Recorder.start();
      if (attempt !== this.#attempt) return recorder.cancel();
      this.#recorder = recorder;
      this.#ticking = setInterval(() => this.#tick(), 200);
    } catch (error) {
      if (attempt !== this.#attempt) return;
      this.cancel();
      const isDenied = /** @type {Error} */ (error).name === "NotAllowedError";
      this.dispatchEvent(
        new CustomEvent("problem", { detail: isDenied ? this.texts.microphoneDenied : this.texts.recordFailed }),
      );
    }
  }

  #tick() {
    this.elapsed = Math.min(LONGEST, this.#recorder?.elapsed ?? 0);
    if (this.elapsed >= LONGEST) this.#finish();
  }

  async #finish() {
    const recorder = this.#recorder;
    if (recorder === null || recorder.elapsed < SHORTEST) return this.cancel();
    this.#recorder = null;
    this.#reset();
    try {
      const recording = await recorder.stop();
      recording.duration = Math.min(LONGEST, recording.duration);
      this.dispatchEvent(new CustomEvent("voice", { detail: recording }));
    } catch {
      this.dispatchEvent(new CustomEvent("problem", { detail: this.texts.recordFailed }));
    }
  }

  cancel() {
    this.#recorder?.cancel();
    this.#recorder = null;
    this.#reset();
  }

  async #reset() {
    if (this.state === "idle") return;
    this.#attempt++;
    clearInterval(this.#ticking);
    const hadFocus = /** @type {ShadowRoot} */ (this.renderRoot).activeElement !== null;
    this.#set("idle");
    await this.updateComplete;
    if (hadFocus) /** @type {HTMLElement | null} */ (this.renderRoot.querySelector(".start"))?.focus();
  }

  /** @param {"idle" | "held" | "free"} state */
  #set(state) {
    this.state = state;
    this.elapsed = 0;
    this.isAway = false;
    this.toggleAttribute("recording", state !== "idle");
    this.dispatchEvent(new CustomEvent("recording", { detail: state !== "idle" }));
  }

  /** @param {KeyboardEvent} event */
  #keydown(event) {
    if (event.key !== "Escape" || this.state === "idle") return;
    event.stopPropagation(); // it closes this, and not the conversation
    this.cancel();
  }
}
