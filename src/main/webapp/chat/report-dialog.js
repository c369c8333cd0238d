import { LitElement, css, html, nothing } from "../lib/lit/lit-element.js";
import { base } from "./styles.js";

/** @import { ReportReason } from "../imserver-client.js" */
/** @import { Texts } from "./texts.js" */

/** @type {ReportReason[]} */
const REASONS = ["spam", "abuse", "sexual", "fraud", "other"];
/** Characters that the server takes. */
const MOST_TEXT = 1000;

/**
 * Asks why a message is to be reported. `ask()` opens it; closed by Escape or a button it reports nothing. The focus goes back
 * to where it was.
 */
export class ReportDialog extends LitElement {
  static properties = {
    texts: { attribute: false },
    problem: { state: true },
    isBusy: { state: true },
  };

  static styles = [
    base,
    css`
      dialog {
        width: min(26rem, calc(100vw - 1rem));
        max-height: calc(100dvh - 1rem);
        margin: auto;
        padding: 1rem 1.25rem;
        overflow-y: auto;
        border: 1px solid var(--_edge);
        border-radius: 0.75rem;
        background: var(--_surface);
        color: var(--_text);
      }

      dialog::backdrop {
        background: #00000080;
      }

      h2 {
        font-size: 1.0625rem;
      }

      p,
      legend {
        padding: 0.25rem 0;
        color: var(--_quiet);
        font-size: 0.875rem;
      }

      fieldset {
        min-width: 0;
        padding: 0;
        border: 0;
      }

      fieldset label {
        display: flex;
        align-items: center;
        gap: 0.6rem;
        min-height: 2.25rem;
      }

      input {
        flex: none;
        width: 1.15rem;
        height: 1.15rem;
        margin: 0.15rem;
        accent-color: var(--_accent);
      }

      .text {
        display: block;
        padding-top: 0.5rem;
        font-size: 0.875rem;
      }

      textarea {
        display: block;
        width: 100%;
        margin-top: 0.25rem;
        padding: 0.5rem 0.75rem;
        border: 1px solid var(--_edge);
        border-radius: 0.5rem;
        background: var(--_canvas);
        resize: vertical;
      }

      .problem {
        color: var(--_bad);
      }

      .buttons {
        display: flex;
        flex-wrap: wrap;
        justify-content: end;
        gap: 0.5rem;
        padding-top: 0.75rem;
      }

      .buttons button {
        min-height: 2.5rem;
        padding: 0 1.1rem;
        border: 1px solid var(--_edge);
        border-radius: 99px;
      }

      .buttons [type="submit"] {
        border-color: var(--_accent);
        background: var(--_accent);
        color: var(--_on-accent);
      }

      .buttons button:focus-visible {
        outline-offset: 2px;
      }
    `,
  ];

  /** @type {((reason: ReportReason, text: string) => Promise<string | null>) | null} */
  #report = null;
  /** @type {HTMLElement | null} */
  #from = null;

  constructor() {
    super();
    /** @type {Texts} */
    this.texts;
    this.problem = "";
    this.isBusy = false;
  }

  /**
   * @param {HTMLElement} from where the focus is to go back to
   * @param {(reason: ReportReason, text: string) => Promise<string | null>} report resolves with what went wrong, in words; null where nothing did
   */
  async ask(from, report) {
    this.#report = report;
    this.#from = from;
    this.problem = "";
    this.isBusy = false;
    await this.updateComplete;
    this.#form.reset();
    this.#dialog.showModal();
  }

  /** Where it is open: what it asks of is gone. */
  close() {
    if (this.hasUpdated && this.#dialog.open) this.#dialog.close();
  }

  get #dialog() {
    return /** @type {HTMLDialogElement} */ (this.renderRoot.querySelector("dialog"));
  }

  get #form() {
    return /** @type {HTMLFormElement} */ (this.renderRoot.querySelector("form"));
  }

  render() {
    const t = this.texts;
    return html`<dialog aria-labelledby="title" @keydown=${this.#keydown} @close=${this.#closed}>
      <form @submit=${this.#submit}>
        <h2 id="title">${t.reportTitle}</h2>
        <p>${t.reportHint}</p>
        <fieldset>
          <legend>${t.reportReason}</legend>
          ${REASONS.map(
            (reason, index) => html`<label
              ><input type="radio" name="reason" value=${reason} required ?autofocus=${index === 0} />${t.reportReasons[reason]}</label
            >`,
          )}
        </fieldset>
        <label class="text">${t.reportText}<textarea name="text" rows="3" maxlength=${MOST_TEXT}></textarea></label>
        ${this.problem ? html`<p class="problem" role="alert">${this.problem}</p>` : nothing}
        <div class="buttons">
          <button type="button" @click=${this.close}>${t.cancel}</button>
          <button type="submit" aria-disabled=${String(this.isBusy)}>${t.reportSend}</button>
        </div>
      </form>
    </dialog>`;
  }

  /** @param {SubmitEvent} event */
  async #submit(event) {
    event.preventDefault();
    const report = this.#report;
    if (this.isBusy || report === null) return;
    const data = new FormData(this.#form);
    this.isBusy = true;
    this.problem = "";
    const problem = await report(/** @type {ReportReason} */ (data.get("reason")), String(data.get("text")).trim());
    if (report !== this.#report) return; // it was closed, and perhaps opened for another message
    this.isBusy = false;
    if (problem === null) this.close();
    else this.problem = problem;
  }

  #closed() {
    this.#report = null;
    this.#from?.focus({ preventScroll: true });
  }

  /** @param {KeyboardEvent} event */
  #keydown(event) {
    event.stopPropagation(); // Escape closes this, and not the conversation
  }
}
