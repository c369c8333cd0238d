import { LitElement, css, html } from "../lib/lit/lit-element.js";
import { pause, play } from "./icons.js";
import { base } from "./styles.js";
import { lengthText } from "./texts.js";

/** @import { PropertyValues } from "../lib/lit/lit-element.js" */
/** @import { Attachment } from "../imserver-client.js" */
/** @import { Texts } from "./texts.js" */

const BARS = 36; // of three units each
const HIGHEST = 35; // "z", of a waveform

/** The one that is heard: another one stops it. @type {Voice | null} */
let heard = null;

/**
 * A recording: a button, and its sketch, in which one can move. Fires "renew" where it cannot be loaded.
 */
export class Voice extends LitElement {
  static properties = {
    attachment: { attribute: false },
    source: { attribute: false },
    texts: { attribute: false },
    isPlaying: { state: true },
    at: { state: true },
    length: { state: true },
    problem: { state: true },
  };

  static styles = [
    base,
    css`
      :host {
        display: block;
        width: 15rem;
        max-width: 100%;
      }

      .player {
        display: flex;
        align-items: center;
        gap: 0.5rem;
        min-height: 2.75rem;
      }

      button {
        display: grid;
        flex: none;
        place-items: center;
        width: 2.5rem;
        height: 2.5rem;
        border-radius: 50%;
        background: var(--_accent);
        color: var(--_on-accent);
      }

      button:focus-visible {
        outline-offset: 2px;
      }

      .sketch {
        position: relative;
        flex: 1;
        min-width: 0;
        height: 2rem;
      }

      .sketch svg {
        width: 100%;
        height: 100%;
        stroke: none;
        fill: var(--_edge);
      }

      .sketch .past {
        fill: var(--_accent);
      }

      /* One can see the sketch, and move as in any slider. */
      input {
        position: absolute;
        inset: 0;
        width: 100%;
        height: 100%;
        margin: 0;
        opacity: 0;
        cursor: pointer;
      }

      .sketch:has(input:focus-visible) {
        border-radius: 0.4rem;
        outline: 2px solid var(--_accent);
      }

      .length {
        flex: none;
        min-width: 2.2rem;
        color: var(--_quiet);
        font-size: 0.8125rem;
        font-variant-numeric: tabular-nums;
      }

      .problem {
        color: var(--_bad);
        font-size: 0.8125rem;
      }
    `,
  ];

  /** @type {HTMLAudioElement | null} */
  #audio = null;
  /** Where a new address is waited for, so that it is played then. */
  #resumes = false;

  constructor() {
    super();
    /** @type {Attachment} */
    this.attachment;
    this.source = "";
    /** @type {Texts} */
    this.texts;
    this.isPlaying = false;
    this.at = 0; // s
    this.length = 0; // s; as far as it is known better than by the message
    this.problem = "";
  }

  disconnectedCallback() {
    super.disconnectedCallback();
    this.#audio?.pause();
  }

  /** @param {PropertyValues<Voice>} changed */
  willUpdate(changed) {
    if (!changed.has("source") || this.#audio === null || this.isPlaying) return;
    this.#audio = null;
    if (!this.#resumes || !this.source) return;
    this.#resumes = false;
    this.#play();
  }

  /** Seconds. */
  get #length() {
    const { duration } = this.attachment;
    return duration ? duration / 1000 : this.length;
  }

  render() {
    const { texts: t, attachment } = this;
    const length = this.#length;
    const share = length > 0 ? Math.min(1, this.at / length) : 0;
    const [past, rest] = bars(attachment.waveform, share);
    const shown = this.isPlaying || this.at > 0 ? this.at : length;
    return html`
      <div class="player" role="group" aria-label=${t.voice(Math.round(length))}>
        <button aria-label=${this.isPlaying ? t.pause : t.play} ?disabled=${!this.source} @click=${this.#toggle}>
          ${this.isPlaying ? pause : play}
        </button>
        <div class="sketch">
          <svg viewBox="0 0 108 24" preserveAspectRatio="none" aria-hidden="true">
            <path class="past" d=${past} />
            <path d=${rest} />
          </svg>
          <input
            type="range"
            min="0"
            max=${Math.max(1, Math.round(length * 10))}
            aria-label=${t.position}
            aria-valuetext=${lengthText(this.at * 1000)}
            .value=${String(Math.round(this.at * 10))}
            @input=${this.#moved}
          />
        </div>
        <span class="length">${length > 0 ? lengthText(shown * 1000) : ""}</span>
      </div>
      <p class="problem" role="status" ?hidden=${this.problem === ""}>${this.problem}</p>
    `;
  }

  #toggle() {
    if (this.isPlaying) this.#audio?.pause();
    else this.#play();
  }

  async #play() {
    if (heard !== this) heard?.pause();
    heard = this;
    this.problem = "";
    const audio = (this.#audio ??= this.#load());
    try {
      await audio.play();
    } catch (error) {
      if (/** @type {Error} */ (error).name !== "AbortError" && !this.#resumes) this.problem = this.texts.cannotPlay;
    }
  }

  pause() {
    this.#audio?.pause();
  }

  #load() {
    const audio = new Audio(this.source);
    if (this.at > 0) audio.currentTime = this.at;
    const isCurrent = () => audio === this.#audio;
    audio.onplay = () => (this.isPlaying = true);
    audio.onpause = () => (this.isPlaying = false);
    audio.ontimeupdate = () => isCurrent() && (this.at = audio.currentTime);
    // A recording of a browser does not say how long it is before its end.
    audio.ondurationchange = () => Number.isFinite(audio.duration) && (this.length = audio.duration);
    audio.onended = () => {
      this.isPlaying = false;
      this.at = 0;
      audio.currentTime = 0;
    };
    audio.onerror = () => {
      this.isPlaying = false;
      this.#resumes = true; // its address may be old
      this.dispatchEvent(new Event("renew"));
    };
    return audio;
  }

  /** @param {Event} event */
  #moved({ target }) {
    this.at = Number(/** @type {HTMLInputElement} */ (target).value) / 10;
    if (this.#audio) this.#audio.currentTime = this.at;
  }
}

/**
 * @param {string} waveform
 * @param {number} share how much of it is over
 */
function bars(waveform, share) {
  const levels = Array.from({ length: BARS }, (_, index) => {
    const level = parseInt(waveform[Math.floor((index * waveform.length) / BARS)] ?? "4", 36);
    return Number.isNaN(level) ? 0 : level / HIGHEST;
  });
  // One path for what is over and one for what is to come: few elements, however many recordings there are.
  const path = (/** @type {number} */ from, /** @type {number} */ to) =>
    levels
      .slice(from, to)
      .map((level, index) => {
        const height = 2 + level * 20;
        return `M${(from + index) * 3} ${(24 - height) / 2}h2v${height}h-2z`;
      })
      .join("");
  const over = Math.round(share * BARS);
  return [path(0, over), path(over, BARS)];
}
