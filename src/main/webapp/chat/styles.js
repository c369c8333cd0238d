import { css } from "../lib/lit/lit-element.js";

/**
 * The colours, which pages may change by the properties without the underscore. light-dark() goes by color-scheme, which a
 * page sets where it does not want the browser's choice.
 */
export const colours = css`
  :host {
    color-scheme: light dark;
    --_accent: var(--im-accent, light-dark(#0b7069, #52c4b9));
    --_on-accent: var(--im-on-accent, light-dark(#ffffff, #05211f));
    --_mine: var(--im-mine, light-dark(#d3f0ea, #0f4641));
    --_theirs: var(--im-theirs, light-dark(#ffffff, #25302e));
    --_surface: var(--im-surface, light-dark(#ffffff, #161d1c));
    --_canvas: var(--im-canvas, light-dark(#eef2f1, #0e1413));
    --_hover: var(--im-hover, light-dark(#f1f5f4, #1f2927));
    --_selected: var(--im-selected, light-dark(#dcefec, #20403c));
    --_line: var(--im-line, light-dark(#dbe2e0, #2c3735));
    --_edge: var(--im-edge, light-dark(#7b8885, #75837f));
    --_text: var(--im-text, light-dark(#14201e, #e8efed));
    --_quiet: var(--im-quiet, light-dark(#4d5b58, #aebdb9));
    --_bad: var(--im-bad, light-dark(#b3261e, #ff9c92));
    --_warn: var(--im-warn, light-dark(#fff1d0, #493a12));
    --_on-warn: var(--im-on-warn, light-dark(#4a3500, #ffe2a0));
    --_badge: var(--im-badge, light-dark(#c5221f, #ff8a80));
    --_on-badge: var(--im-on-badge, light-dark(#ffffff, #2d0402));
    --_font: var(
      --im-font,
      system-ui,
      -apple-system,
      "Segoe UI",
      Roboto,
      "PingFang SC",
      "Microsoft YaHei",
      "Noto Sans CJK SC",
      sans-serif
    );
  }
`;

export const base = css`
  *,
  *::before,
  *::after {
    box-sizing: border-box;
    margin: 0;
  }

  [hidden] {
    display: none !important;
  }

  button,
  input,
  textarea {
    padding: 0;
    border: 0;
    background: none;
    color: inherit;
    font: inherit;
    letter-spacing: inherit;
  }

  button {
    cursor: pointer;
  }

  ul,
  ol {
    padding: 0;
    list-style: none;
  }

  :focus-visible {
    outline: 2px solid var(--_accent);
    outline-offset: -2px;
  }

  .visually-hidden {
    position: absolute;
    width: 1px;
    height: 1px;
    overflow: hidden;
    clip-path: inset(50%);
    white-space: nowrap;
  }

  .text-button {
    min-height: 1.75rem;
    padding: 0 0.5rem;
    border-radius: 0.4rem;
    color: var(--_accent);
    font-weight: 600;
  }

  .text-button:hover {
    text-decoration: underline;
  }

  .icon-button {
    display: grid;
    flex: none;
    place-items: center;
    width: 2.5rem;
    height: 2.5rem;
    border-radius: 50%;
    color: var(--_quiet);
  }

  .icon-button:hover {
    background: var(--_hover);
    color: var(--_text);
  }

  svg {
    width: 1.5em;
    height: 1.5em;
    fill: none;
    stroke: currentcolor;
    stroke-width: 2;
    stroke-linecap: round;
    stroke-linejoin: round;
  }

  @media (prefers-reduced-motion: reduce) {
    *,
    *::before,
    *::after {
      animation-duration: 1ms !important;
      transition: none !important;
      scroll-behavior: auto !important;
    }
  }
`;
