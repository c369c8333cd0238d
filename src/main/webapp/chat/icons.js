import { html } from "../lib/lit/lit-element.js";

/** Drawn for this chat, on a grid of 24. Names are for those who see: the button around an icon has a label. */

export const back = html`<svg viewBox="0 0 24 24" aria-hidden="true"><path d="M15 5l-7 7 7 7" /></svg>`;
export const search = html`<svg viewBox="0 0 24 24" aria-hidden="true"><circle cx="11" cy="11" r="6" /><path d="M15.5 15.5L20 20" /></svg>`;
export const clear = html`<svg viewBox="0 0 24 24" aria-hidden="true"><path d="M7 7l10 10M17 7L7 17" /></svg>`;
export const write = html`<svg viewBox="0 0 24 24" aria-hidden="true"><path d="M5 19l1-4L16.5 4.5a1.5 1.5 0 012 0l1 1a1.5 1.5 0 010 2L9 18l-4 1zM14.5 6.500l3 3" /></svg>`;
export const send = html`<svg viewBox="0 0 24 24" aria-hidden="true"><path d="M12 19V5M6 11l6-6 6 6" /></svg>`;
export const down = html`<svg viewBox="0 0 24 24" aria-hidden="true"><path d="M12 5v14M6 13l6 6 6-6" /></svg>`;
export const clock = html`<svg viewBox="0 0 24 24" aria-hidden="true"><circle cx="12" cy="12" r="8" /><path d="M12 8v4l2.5 2" /></svg>`;
export const check = html`<svg viewBox="0 0 24 24" aria-hidden="true"><path d="M5 12.500l4.5 4.500L19 7.5" /></svg>`;
export const failed = html`<svg viewBox="0 0 24 24" aria-hidden="true"><circle cx="12" cy="12" r="9" /><path d="M12 7.500v5M12 16v.1" /></svg>`;
export const speech = html`<svg viewBox="0 0 24 24" aria-hidden="true"><path d="M4 6.500A2.5 2.5 0 016.5 4h11A2.5 2.5 0 0120 6.500v7a2.5 2.5 0 01-2.5 2.500H11l-5 4v-4A2.5 2.5 0 014 13.500z" /></svg>`;
export const read = html`<svg viewBox="0 0 24 24" aria-hidden="true"><path d="M1.500 12.500l4.500 4.500L15 7.500M11.500 16l1 1L22 7.500" /></svg>`;
export const more = html`<svg viewBox="0 0 24 24" aria-hidden="true"><path d="M6 12v.1M12 12v.1M18 12v.1" /></svg>`;
export const muted = html`<svg viewBox="0 0 24 24" aria-hidden="true"><path d="M6 16.500v-6a6 6 0 0112 0v6l1.500 1.500h-15zM4 4l16 16" /></svg>`;
export const pinned = html`<svg viewBox="0 0 24 24" aria-hidden="true"><path d="M9 4h6l-1 6 3 3H7l3-3zM12 13v7" /></svg>`;
export const bell = html`<svg viewBox="0 0 24 24" aria-hidden="true"><path d="M6 16.500v-6a6 6 0 0112 0v6l1.500 1.500h-15zM10.500 21h3" /></svg>`;
export const attach = html`<svg viewBox="0 0 24 24" aria-hidden="true"><path d="M19 11.500l-7.500 7.500a4.500 4.500 0 01-6.500-6.500l8-8a3 3 0 014.500 4.500l-8 8a1.500 1.500 0 01-2-2l7-7" /></svg>`;
export const microphone = html`<svg viewBox="0 0 24 24" aria-hidden="true"><rect x="9" y="3.500" width="6" height="11" rx="3" /><path d="M5.500 11.500a6.500 6.500 0 0013 0M12 18v3" /></svg>`;
export const play = html`<svg viewBox="0 0 24 24" aria-hidden="true"><path d="M8 5.500l10 6.500-10 6.500z" fill="currentcolor" /></svg>`;
export const pause = html`<svg viewBox="0 0 24 24" aria-hidden="true"><path d="M9 6v12M15 6v12" stroke-width="3" /></svg>`;
export const page = html`<svg viewBox="0 0 24 24" aria-hidden="true"><path d="M6.500 3.500h7l4.500 4.500v12.500h-11.500zM13.500 3.500v4.500h4.500" /></svg>`;
export const film = html`<svg viewBox="0 0 24 24" aria-hidden="true"><rect x="3.500" y="6" width="12" height="12" rx="2" /><path d="M15.500 10.500l5-3v9l-5-3" /></svg>`;
