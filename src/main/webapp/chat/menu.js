import { LitElement, css, html, nothing } from "../lib/lit/lit-element.js";
import { base } from "./styles.js";

/** @typedef {{label: string, act: () => void, checked?: boolean, isOneOf?: boolean}} MenuItem `checked` makes it a switch, `isOneOf` one of several of which one is on */

/** From the edge of the window. */
const MARGIN = 8; // px

/**
 * The menu of something: opened beside it, closed by Escape, by a click elsewhere, or by a choice. The focus goes back to
 * where it was.
 */
export class Menu extends LitElement {
  static properties = {
    items: { state: true },
  };

  static styles = [
    base,
    css`
      div {
        position: fixed;
        inset: auto;
        min-width: 8rem;
        padding: 0.3rem;
        border: 1px solid var(--_edge);
        border-radius: 0.6rem;
        background: var(--_surface);
        box-shadow: 0 4px 16px #00000040;
        color: var(--_text);
      }

      button {
        display: block;
        width: 100%;
        min-height: 2.5rem;
        padding: 0 0.9rem;
        border-radius: 0.4rem;
        text-align: start;
      }

      .mark {
        display: inline-block;
        width: 1.5em;
      }

      button:hover,
      button:focus-visible {
        background: var(--_hover);
      }
    `,
  ];

  constructor() {
    super();
    /** @type {MenuItem[]} */
    this.items = [];
  }

  /** @type {HTMLElement | null} */
  #button = null;

  /**
   * @param {MenuItem[]} items
   * @param {HTMLElement} button of which this is the menu
   */
  async open(items, button) {
    this.items = items;
    this.#button = button;
    await this.updateComplete;
    const menu = this.#menu;
    menu.showPopover();
    const beside = button.getBoundingClientRect();
    const { width, height } = menu.getBoundingClientRect();
    const top = beside.bottom + height + MARGIN < innerHeight ? beside.bottom : beside.top - height;
    menu.style.top = `${Math.max(MARGIN, top)}px`;
    menu.style.left = `${Math.max(MARGIN, Math.min(beside.left, innerWidth - width - MARGIN))}px`;
    button.setAttribute("aria-expanded", "true");
    this.#buttons[0]?.focus();
  }

  render() {
    const marked = this.items.some(({ checked }) => checked !== undefined);
    return html`<div popover="auto" role="menu" @keydown=${this.#keydown} @beforetoggle=${this.#toggling}>
      ${this.items.map(
        (item) => html`<button
          role=${item.checked === undefined ? "menuitem" : item.isOneOf ? "menuitemradio" : "menuitemcheckbox"}
          aria-checked=${item.checked === undefined ? nothing : String(item.checked)}
          tabindex="-1"
          @click=${() => this.#choose(item)}
        >
          ${marked ? html`<span class="mark" aria-hidden="true">${item.checked ? "✓" : ""}</span>` : nothing}${item.label}
        </button>`,
      )}
    </div>`;
  }

  get #menu() {
    return /** @type {HTMLElement} */ (this.renderRoot.querySelector("div"));
  }

  get #buttons() {
    return /** @type {HTMLElement[]} */ ([...this.renderRoot.querySelectorAll("button")]);
  }

  /** However it is closed. @param {Event} event */
  #toggling(event) {
    if (/** @type {ToggleEvent} */ (event).newState === "closed") this.#button?.removeAttribute("aria-expanded");
  }

  #close() {
    this.#menu.hidePopover();
    this.#button?.focus({ preventScroll: true });
  }

  /** @param {MenuItem} item */
  #choose(item) {
    this.#close();
    item.act();
  }

  /** @param {KeyboardEvent} event */
  #keydown(event) {
    event.stopPropagation(); // Escape closes this, and not the conversation
    const buttons = this.#buttons;
    const at = buttons.indexOf(/** @type {HTMLElement} */ (event.target));
    if (event.key === "Tab" || event.key === "Escape") this.#close();
    const to = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: -1 }[event.key];
    if (to === undefined) return;
    event.preventDefault();
    buttons.at(to % buttons.length)?.focus();
  }
}
