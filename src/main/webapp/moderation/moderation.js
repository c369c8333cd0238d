/**
 * The page of the moderators: what was reported, who is suspended, what was done.
 *
 * Its address takes `#token=…`, which is removed at once; then it says what is shown: `#reports`, `#report=5`, `#suspensions`,
 * `#words`, `#data`, `#data=42` (of user 42), `#audit`. A further section has an entry in SECTIONS, and a case in load() and content().
 */

import { html, nothing, render } from "../lib/lit/lit-html.js";
import { ModerationApi, RequestFailure } from "./api.js";
import { textsFor, wordOf } from "./texts.js";
import { UserData } from "./user-data.js";
import { actionList, reportList, reportView, suspensionList, suspensionOf, valueOf, wordLists } from "./views.js";

/** @import { Action, Report, SealedMessage, Suspension, Words } from "./api.js" */

/** @type {("reports" | "suspensions" | "words" | "data" | "audit")[]} */
const SECTIONS = ["reports", "suspensions", "words", "data", "audit"];
const WHEN_DOWN = 2000; // ms
/** In open mode. */
const ANYBODY = "0";

const { t, lang } = textsFor(navigator.languages);

const state = {
  /** What the server said last about it. @type {string | undefined} */
  authMode: undefined,
  /** @type {ModerationApi | null} */
  api: null,
  /** What is shown. @type {"reports" | "report" | "suspensions" | "words" | "data" | "audit"} */
  section: "reports",
  /** Which report. */
  reportId: 0,
  /** @type {"open" | "closed"} */
  reportState: "open",
  /** @type {{reports: Report[], more: boolean} | null} */
  reports: null,
  /** @type {{report: Report, messages: SealedMessage[]} | null} */
  report: null,
  /** @type {{suspensions: Suspension[], more: boolean} | null} */
  suspensions: null,
  /** @type {Words | null} */
  words: null,
  /** @type {{actions: Action[], more: boolean} | null} */
  actions: null,
  /** What came of the last step. */
  said: "",
  failed: false,
};
/** Counts what was loaded, so that what comes late is not shown. */
let generation = 0;

/** What is stored of one user. */
const userData = new UserData(t, attempt, say, show);

// ---- Where the page is ----

function takeAddress() {
  const fragment = new URLSearchParams(location.hash.slice(1));
  const token = fragment.get("token");
  if (token) {
    history.replaceState(null, "", location.pathname + location.search);
    signIn(token);
  }
  const id = Number(fragment.get("report"));
  const section = SECTIONS.find((each) => fragment.has(each));
  state.reportId = Number.isSafeInteger(id) && id > 0 ? id : 0;
  state.section = state.reportId > 0 ? "report" : (section ?? "reports");
  if (state.section === "data") userData.choose(fragment.get("data") ?? "");
}

async function askHealth() {
  try {
    const health = await fetch("../api/health", { cache: "no-store" }).then((response) => response.json());
    state.authMode = health.authMode;
  } catch {
    // asked again
  }
  if (state.authMode === undefined) {
    setTimeout(askHealth, WHEN_DOWN);
    return;
  }
  if (state.authMode === "open") signIn(ANYBODY);
  await load();
}

/** @param {string} credential */
function signIn(credential) {
  state.api = new ModerationApi(credential);
}

/** @param {string} [why] */
function signOut(why = "") {
  generation++;
  userData.clear();
  Object.assign(state, { api: null, reports: null, report: null, suspensions: null, words: null, actions: null });
  say(why, Boolean(why));
}

/**
 * @param {string} text
 * @param {boolean} [failed]
 */
function say(text, failed = false) {
  state.said = text;
  state.failed = failed;
  show();
}

// ---- What is asked of the server ----

/**
 * Does something; says what came of it where that is not what was hoped for.
 * @template R
 * @param {(api: ModerationApi) => Promise<R>} work
 * @returns {Promise<R | undefined>}
 */
async function attempt(work) {
  const { api } = state;
  if (api === null) return undefined;
  try {
    return await work(api);
  } catch (error) {
    if (state.api !== api) return undefined;
    const code = error instanceof RequestFailure ? error.code : "";
    const text = wordOf(t.failures, code);
    const known = text !== code ? text : t.failed;
    if (code === "UNAUTHORIZED" || (code === "FORBIDDEN" && state.authMode !== "open")) signOut(known);
    else say(known, true);
    return undefined;
  }
}

/** Loads what is to be shown, from its beginning. */
async function load() {
  const mine = ++generation;
  const { section, reportId, reportState } = state;
  show();
  if (section === "reports") {
    state.reports = null;
    const reports = await attempt((api) => api.reports(reportState));
    if (mine === generation && reports) state.reports = reports;
  } else if (section === "report") {
    if (state.report?.report.reportId !== reportId) state.report = null;
    const report = await attempt((api) => api.report(reportId));
    if (mine === generation && report) state.report = report;
  } else if (section === "suspensions") {
    const suspensions = await attempt((api) => api.suspensions());
    if (mine === generation && suspensions) state.suspensions = suspensions;
  } else if (section === "words") {
    const words = await attempt((api) => api.words());
    if (mine === generation && words) state.words = words;
  } else if (section === "data") {
    await userData.load();
  } else {
    const actions = await attempt((api) => api.actions());
    if (mine === generation && actions) state.actions = actions;
  }
  if (mine === generation) show();
}

async function older() {
  const mine = generation;
  if (state.section === "reports" && state.reports) {
    const known = state.reports.reports;
    const { reportState } = state;
    const next = await attempt((api) => api.reports(reportState, known.at(-1)?.reportId));
    if (mine === generation && next) state.reports = { reports: [...known, ...next.reports], more: next.more };
  } else if (state.section === "suspensions" && state.suspensions) {
    const known = state.suspensions.suspensions;
    const next = await attempt((api) => api.suspensions(known.at(-1)?.user.id));
    if (mine === generation && next)
      state.suspensions = { suspensions: [...known, ...next.suspensions], more: next.more };
  } else if (state.section === "audit" && state.actions) {
    const known = state.actions.actions;
    const next = await attempt((api) => api.actions(known.at(-1)?.id));
    if (mine === generation && next) state.actions = { actions: [...known, ...next.actions], more: next.more };
  }
  show();
}

/**
 * Does a step, says so, and loads anew what is shown.
 * @param {(api: ModerationApi) => Promise<unknown>} step
 */
async function act(step) {
  say("");
  const done = await attempt(async (api) => {
    await step(api);
    return true;
  });
  if (!done) return;
  await load();
  say(t.done);
}

// ---- What is shown ----

function show() {
  for (const element of document.querySelectorAll(".until-loaded")) element.remove();
  render(page(), document.body);
}

function page() {
  const signedIn = state.api !== null;
  const current = state.section === "report" ? "reports" : state.section;
  return html`
    <header>
      <h1>${t.title}</h1>
      ${
        signedIn
          ? html`<nav aria-label=${t.sections}>
            <ul>
              ${SECTIONS.map(
                (each) =>
                  html`<li><a href="#${each}" aria-current=${each === current ? "page" : nothing}>${t[each]}</a></li>`,
              )}
            </ul>
          </nav>`
          : nothing
      }
      ${signedIn && state.authMode !== "open" ? html`<button @click=${() => signOut()}>${t.signOut}</button>` : nothing}
    </header>
    <main>
      ${state.authMode === "open" ? html`<p>${t.openMode}</p>` : nothing}
      <p id="said" role=${state.failed ? "alert" : "status"}>${state.said}</p>
      ${signedIn ? content() : state.authMode === "jwt" ? signInForm() : html`<p>${t.loading}</p>`}
    </main>
  `;
}

function signInForm() {
  /** @param {SubmitEvent} event */
  const submit = (event) => {
    event.preventDefault();
    signIn(valueOf(/** @type {HTMLFormElement} */ (event.target), "token"));
    say("");
    load();
  };
  return html`<form class="sign-in" autocomplete="off" @submit=${submit}>
    <h2>${t.signIn}</h2>
    <p>${t.tokenHint}</p>
    <textarea name="token" required spellcheck="false" autocapitalize="off" aria-label=${t.token}></textarea>
    <button class="primary">${t.connect}</button>
  </form>`;
}

function content() {
  switch (state.section) {
    case "reports":
      return reportList(t, state.reports, state.reportState, chooseState, older);
    case "report":
      return reportView(t, state.report, {
        remove: (message, reason) => act((api) => api.remove(message.messageId, reason)),
        suspend: suspendReported,
        close: closeReport,
      });
    case "suspensions":
      return suspensionList(t, state.suspensions, {
        suspend: suspendUser,
        end: (suspension) => act((api) => api.endSuspension(suspension.user.id)),
        more: older,
      });
    case "words":
      return wordLists(t, state.words, (list, words) => act((api) => api.putWords(list, words)));
    case "data":
      return userData.view();
    default:
      return actionList(t, state.actions, older);
  }
}

/** @param {"open" | "closed"} chosen */
function chooseState(chosen) {
  state.reportState = chosen;
  load();
}

/** @param {SubmitEvent} event */
function suspendReported(event) {
  event.preventDefault();
  const { scope, until, reason } = suspensionOf(/** @type {HTMLFormElement} */ (event.target), Date.now());
  const user = state.report?.report.reported.id;
  if (user !== undefined) act((api) => api.suspend(user, scope, until, reason));
}

/** @param {SubmitEvent} event */
function suspendUser(event) {
  event.preventDefault();
  const form = /** @type {HTMLFormElement} */ (event.target);
  const { scope, until, reason } = suspensionOf(form, Date.now());
  act(async (api) => {
    await api.suspend(valueOf(form, "user"), scope, until, reason);
    form.reset();
  });
}

/** @param {SubmitEvent} event */
function closeReport(event) {
  event.preventDefault();
  const form = /** @type {HTMLFormElement} */ (event.target);
  act((api) => api.close(state.reportId, valueOf(form, "outcome"), valueOf(form, "note")));
}

document.documentElement.lang = lang;
document.title = t.title;
takeAddress();
show();
askHealth();
window.addEventListener("hashchange", async () => {
  takeAddress();
  state.said = "";
  const focused = document.activeElement;
  await load();
  // So that keys and screen readers go on where the new content is; not where the user has gone on meanwhile.
  if ([focused, document.body].includes(document.activeElement))
    /** @type {HTMLElement | null} */ (document.querySelector("main h2"))?.focus();
});
