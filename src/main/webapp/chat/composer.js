import { LitElement, css, html, nothing } from "../lib/lit/lit-element.js";
import { send } from "./icons.js";
import { base } from "./styles.js";

/** @import { PropertyValues } from "../lib/lit/lit-element.js" */
/** @import { Texts } from "./texts.js" */

/** From here on it is shown how many characters are left. */
const NEARLY_FULL = 200;

/**
 * Where a message is written. Fires "draft" with the text as it changes, and "send" with the text. Says that a file cannot be
 * sent where one is pasted; `refuseFiles()` says so where one is dropped elsewhere.
 */
export class Composer extends LitElement {
  static properties = {
    texts: { attribute: false },
    name: {},
    text: {},
    maxLength: { type: Number },
    filesRefused: { state: true },
  };

  static styles = [
    base,
    css`
      :host {
        display: block;
        padding: 0.5rem 0.75rem 0.75rem;
        background: var(--_surface);
      }

      form {
        display: flex;
        align-items: end;
        gap: 0.5rem;
      }

      textarea {
        flex: 1;
        min-width: 0;
        max-height: 9rem;
        padding: 0.5rem 0.9rem;
        border: 1px solid var(--_edge);
        border-radius: 1.25rem;
        background: var(--_canvas);
        line-height: 1.4rem;
        resize: none;
      }

      textarea::placeholder {
        color: var(--_quiet);
        opacity: 1;
      }

      textarea:focus-visible {
        border-color: var(--_accent);
        outline-offset: -1px;
      }

      textarea[aria-invalid] {
        border-color: var(--_bad);
        outline-color: var(--_bad);
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

      button[aria-disabled="true"] {
        background: var(--_line);
        color: var(--_quiet);
        cursor: default;
      }

      @media (forced-colors: active) {
        button {
          border: 1px solid;
        }
      }

      .count,
      .files {
        padding: 0.25rem 0.9rem 0;
        color: var(--_quiet);
        font-size: 0.8125rem;
      }

      .files:empty {
        padding: 0;
      }

      .over {
        color: var(--_bad);
        font-weight: 600;
      }
    `,
  ];

  constructor() {
    super();
    /** @type {Texts} */
    this.texts;
    this.name = "";
    this.text = "";
    this.maxLength = 4000;
    this.filesRefused = false;
  }

  get #textarea() {
    return /** @type {HTMLTextAreaElement | null} */ (this.renderRoot.querySelector("textarea"));
  }

  /** @override */
  async focus() {
    await this.updateComplete;
    this.#textarea?.focus();
  }

  refuseFiles() {
    this.filesRefused = true;
  }

  /** @param {PropertyValues<Composer>} changed */
  willUpdate(changed) {
    if (changed.has("text") || changed.has("name")) this.filesRefused = false;
  }

  render() {
    const t = this.texts;
    const left = this.maxLength - [...this.text].length;
    const tooMany = left < 0;
    return html`
      <form @submit=${this.#submit}>
        <textarea
          rows="1"
          aria-label=${t.writeMessage(this.name)}
          aria-describedby="count hint"
          aria-invalid=${tooMany ? "true" : nothing}
          placeholder=${t.writeMessage(this.name)}
          enterkeyhint="send"
          dir="auto"
          .value=${this.text}
          @input=${this.#input}
          @keydown=${this.#keydown}
          @paste=${this.#paste}
        ></textarea>
        <button aria-label=${t.send} aria-disabled=${String(!this.#canSend)}>${send}</button>
      </form>
      <p id="count" class="count ${tooMany ? "over" : ""}" ?hidden=${left > NEARLY_FULL}>
        ${tooMany ? t.charactersTooMany(-left) : t.charactersLeft(left)}
      </p>
      <p class="files" role="status">${this.filesRefused ? t.noFiles : ""}</p>
      <p id="hint" class="visually-hidden">${t.sendHint}</p>
      <p class="visually-hidden" role="status">${tooMany ? t.tooLong(this.maxLength) : ""}</p>
    `;
  }

  /** As high as its text, up to a bound. */
  updated() {
    const textarea = this.#textarea;
    if (!textarea) return;
    textarea.style.height = "auto";
    textarea.style.height = `${textarea.scrollHeight + textarea.offsetHeight - textarea.clientHeight}px`;
  }

  get #canSend() {
    return this.text.trim() !== "" && [...this.text].length <= this.maxLength;
  }

  /** @param {Event} event */
  #input(event) {
    this.#change(/** @type {HTMLTextAreaElement} */ (event.target).value);
  }

  /** @param {string} text */
  #change(text) {
    this.text = text;
    this.dispatchEvent(new CustomEvent("draft", { detail: text }));
  }

  /** What has a text beside its picture, as a table of an office program, is pasted as that. @param {ClipboardEvent} event */
  #paste(event) {
    const types = event.clipboardData?.types ?? [];
    if (!types.includes("Files") || types.includes("text/plain")) return;
    event.preventDefault();
    this.refuseFiles();
  }

  /** @param {KeyboardEvent} event */
  #keydown(event) {
    // While an input method composes, Enter takes its proposal; Safari shows that by the key code 229 alone.
    const composing = event.isComposing || event.keyCode === 229;
    if (event.key === "Enter" && !event.shiftKey && !composing) this.#submit(event);
  }

  /** @param {Event} event */
  #submit(event) {
    event.preventDefault();
    if (this.#canSend) {
      const { text } = this;
      this.#change("");
      this.dispatchEvent(new CustomEvent("send", { detail: text }));
    }
    this.focus();
  }
}
