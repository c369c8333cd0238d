import { LitElement, css, html, nothing } from "../lib/lit/lit-element.js";
import { base } from "./styles.js";

/** @import { Connection } from "./chat-store.js" */
/** @import { Texts } from "./texts.js" */

/** Close codes that the user can do something about, and nothing. */
const OPEN_ELSEWHERE = 4409;
const EXPIRED = 4401;
const ACCESS_ENDED = 4403;

/**
 * Says how the connection is where it is not as it should be. Fires "reconnect".
 */
export class Banner extends LitElement {
  static properties = {
    connection: { attribute: false },
    waitsForToken: { type: Boolean },
    texts: { attribute: false },
    online: { state: true },
    now: { state: true },
  };

  static styles = [
    base,
    css`
      :host {
        display: block;
      }

      .banner {
        display: flex;
        flex-wrap: wrap;
        align-items: center;
        justify-content: center;
        gap: 0.15rem 0.75rem;
        padding: 0.3rem 1rem;
        background: var(--_warn);
        color: var(--_on-warn);
        font-size: 0.875rem;
        text-align: center;
      }

      .text-button {
        color: inherit;
        text-decoration: underline;
      }

      /* A cut that is over within two seconds, as that for a new token, shows nothing and moves nothing. */
      .soon {
        animation: appear 0s 2s both;
      }

      @keyframes appear {
        from {
          display: none;
        }
      }
    `,
  ];

  /** @type {ReturnType<typeof setInterval> | undefined} */
  #clock;
  /** Whether there was a connection to lose. */
  #lost = false;
  #network = () => {
    this.online = navigator.onLine;
  };

  constructor() {
    super();
    /** @type {Connection} */
    this.connection;
    this.waitsForToken = false;
    /** @type {Texts} */
    this.texts;
    this.online = navigator.onLine;
    this.now = 0;
  }

  connectedCallback() {
    super.connectedCallback();
    window.addEventListener("online", this.#network);
    window.addEventListener("offline", this.#network);
  }

  disconnectedCallback() {
    super.disconnectedCallback();
    window.removeEventListener("online", this.#network);
    window.removeEventListener("offline", this.#network);
    this.#countDown(false);
  }

  willUpdate() {
    const { state } = this.connection;
    this.#countDown(state === "waiting");
    if (state === "waiting") this.#lost = true;
    if (state === "open" || state === "idle") this.#lost = false;
  }

  /** @param {boolean} on */
  #countDown(on) {
    if (on && this.#clock === undefined) this.#clock = setInterval(() => (this.now = Date.now()), 500);
    if (!on) {
      clearInterval(this.#clock);
      this.#clock = undefined;
    }
  }

  render() {
    const { text, soon, button, detail } = this.#content();
    // The role is there from the beginning, for what comes later to be read out.
    return html`<div role="status">
      ${
        text
          ? html`<div class="banner ${soon ? "soon" : ""}">
            <span>${text}</span>
            ${detail ? html`<span aria-hidden="true">${detail}</span>` : nothing}
            ${button ? html`<button class="text-button" @click=${this.#reconnect}>${button}</button>` : nothing}
          </div>`
          : nothing
      }
    </div>`;
  }

  /** @returns {{text?: string, soon?: boolean, button?: string, detail?: string}} */
  #content() {
    const { texts: t, connection } = this;
    const { state, code, retryAt, problem } = connection;
    if (this.waitsForToken) return { text: t.renewing, soon: true };
    if (state === "closed") {
      const text = (code && t.ended[code]) || t.endedOtherwise;
      const needsToken = code === EXPIRED || code === ACCESS_ENDED;
      return { text, button: needsToken ? undefined : code === OPEN_ELSEWHERE ? t.useHere : t.reconnect };
    }
    if (state === "idle") return { text: t.noCredential };
    if (state === "open") return {};
    if (!this.online) return { text: t.offline, soon: true };
    if (!this.#lost) return { text: t.connecting, soon: true };
    const text = problem === null ? t.waiting : t.problems[problem](location.origin);
    // Not read out: what changes every second.
    if (state === "connecting") return { text, soon: true, detail: t.connecting };
    const seconds = Math.max(1, Math.ceil((retryAt - Date.now()) / 1000));
    return { text, soon: true, detail: t.retryIn(seconds), button: t.reconnect };
  }

  #reconnect() {
    this.dispatchEvent(new Event("reconnect"));
  }
}
