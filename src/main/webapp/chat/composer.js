import { LitElement, css, html, nothing } from "../lib/lit/lit-element.js";
import { attach, send } from "./icons.js";
import { canRecord } from "./record-button.js";
import { base } from "./styles.js";
import { filesOf, tray, trayStyles } from "./tray.js";

/** @import { PropertyValues } from "../lib/lit/lit-element.js" */
/** @import { Menu } from "./menu.js" */
/** @import { RecordButton } from "./record-button.js" */
/** @import { Texts } from "./texts.js" */
/** @import { Chosen } from "./tray.js" */

/** From here on it is shown how many characters are left. */
const NEARLY_FULL = 200;

/**
 * Where a message is written. Fires "draft" with the text as it changes, and "send" with the text. Where files are taken it fires
 * "pick" with files that were chosen or pasted, "unpick" with the index of one that is to go, and "voice" with what was recorded;
 * `problem` says what could not be taken. Where they are not it says so when one is pasted, and by `refuseFiles()`.
 */
export class Composer extends LitElement {
  static properties = {
    texts: { attribute: false },
    name: {},
    text: {},
    maxLength: { type: Number },
    takesFiles: { attribute: false },
    chosen: { attribute: false },
    problem: { attribute: false },
    filesRefused: { state: true },
    isRecording: { state: true },
  };

  static styles = [
    base,
    trayStyles,
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

      .send {
        display: grid;
        flex: none;
        place-items: center;
        width: 2.5rem;
        height: 2.5rem;
        border-radius: 50%;
        background: var(--_accent);
        color: var(--_on-accent);
      }

      .send:focus-visible {
        outline-offset: 2px;
      }

      .attach {
        margin-inline: -0.35rem -0.25rem;
      }

      .recording > :not(im-chat-record) {
        display: none;
      }

      .send[aria-disabled="true"] {
        background: var(--_line);
        color: var(--_quiet);
        cursor: default;
      }

      @media (forced-colors: active) {
        .send {
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
    /** Whether the server takes files. */
    this.takesFiles = false;
    /** @type {Chosen[]} */
    this.chosen = [];
    this.problem = "";
    this.filesRefused = false;
    this.isRecording = false;
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

  get #input() {
    return /** @type {HTMLInputElement} */ (this.renderRoot.querySelector("input[type=file]"));
  }

  render() {
    const t = this.texts;
    const left = this.maxLength - [...this.text].length;
    const tooMany = left < 0;
    const isNothing = this.text.trim() === "" && this.chosen.length === 0;
    return html`
      ${this.takesFiles ? tray(this.chosen, (index) => this.#unpick(index), t) : nothing}
      <form class=${this.isRecording ? "recording" : ""} @submit=${this.#submit}>
        ${
          this.takesFiles
            ? html`<button
                type="button"
                class="icon-button attach"
                aria-label=${t.attach}
                aria-haspopup=${hasCamera() ? "menu" : nothing}
                title=${t.attach}
                @click=${this.#attach}
              >
                ${attach}</button
              ><input type="file" multiple hidden @change=${this.#picked} />`
            : nothing
        }
        <textarea
          rows="1"
          aria-label=${t.writeMessage(this.name)}
          aria-describedby="count hint"
          aria-invalid=${tooMany ? "true" : nothing}
          placeholder=${t.writeMessage(this.name)}
          enterkeyhint="send"
          dir="auto"
          .value=${this.text}
          @input=${this.#typed}
          @keydown=${this.#keydown}
          @paste=${this.#paste}
        ></textarea>
        ${
          this.takesFiles && isNothing && canRecord()
            ? html`<im-chat-record
              .texts=${t}
              @recording=${this.#recordingChanged}
              @voice=${this.#recorded}
              @problem=${this.#recorded}
            ></im-chat-record>`
            : html`<button class="send" aria-label=${t.send} aria-disabled=${String(!this.#canSend)}>${send}</button>`
        }
      </form>
      <p id="count" class="count ${tooMany ? "over" : ""}" ?hidden=${left > NEARLY_FULL}>
        ${tooMany ? t.charactersTooMany(-left) : t.charactersLeft(left)}
      </p>
      <p class="files" role="status">${this.filesRefused ? t.noFiles : this.problem}</p>
      <p id="hint" class="visually-hidden">${t.sendHint}</p>
      <p class="visually-hidden" role="status">${tooMany ? t.tooLong(this.maxLength) : ""}</p>
      ${this.takesFiles && hasCamera() ? html`<im-chat-menu></im-chat-menu>` : nothing}
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
    return (this.text.trim() !== "" || this.chosen.length > 0) && [...this.text].length <= this.maxLength;
  }

  // ---- Files ----

  /** On a phone one may take a photo; elsewhere the dialog of the browser has everything. @param {Event} event */
  #attach(event) {
    if (!hasCamera()) return this.#ask("", false);
    const t = this.texts;
    const menu = /** @type {Menu} */ (this.renderRoot.querySelector("im-chat-menu"));
    menu.open(
      [
        { label: t.takePhoto, act: () => this.#ask("image/*", true) },
        { label: t.choosePictures, act: () => this.#ask("image/*,video/*", false) },
        { label: t.chooseFiles, act: () => this.#ask("", false) },
      ],
      /** @type {HTMLElement} */ (event.currentTarget),
    );
  }

  /**
   * @param {string} accept
   * @param {boolean} camera
   */
  #ask(accept, camera) {
    const input = this.#input;
    input.accept = accept;
    input.toggleAttribute("multiple", !camera);
    if (camera) input.setAttribute("capture", "environment");
    else input.removeAttribute("capture");
    input.click();
  }

  #picked() {
    const input = this.#input;
    const files = [...(input.files ?? [])];
    input.value = ""; // so that the same one can be chosen again
    this.#pick(files);
  }

  /** @param {File[]} files */
  #pick(files) {
    if (files.length > 0) this.dispatchEvent(new CustomEvent("pick", { detail: files }));
    if (!hasCamera()) this.focus(); // the keyboard of a phone would cover what was chosen
  }

  /** @param {number} index */
  #unpick(index) {
    this.dispatchEvent(new CustomEvent("unpick", { detail: index }));
    if (!hasCamera()) this.focus();
  }

  /** @param {CustomEvent<boolean>} event */
  #recordingChanged({ detail }) {
    this.isRecording = detail;
    this.dispatchEvent(new CustomEvent("recording", { detail }));
  }

  /** What is being recorded was for another conversation. */
  cancelRecording() {
    /** @type {RecordButton | null} */ (this.renderRoot.querySelector("im-chat-record"))?.cancel();
  }

  /** What was recorded, or why it was not, goes on as it is. @param {CustomEvent} event */
  #recorded({ type, detail }) {
    this.dispatchEvent(new CustomEvent(type, { detail }));
  }

  // ---- The text ----

  /** @param {Event} event */
  #typed(event) {
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
    if (this.takesFiles) this.#pick(filesOf(event.clipboardData));
    else this.refuseFiles();
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

/** Where a finger is what one points with there is a camera, mostly. */
function hasCamera() {
  return matchMedia("(pointer: coarse)").matches;
}
