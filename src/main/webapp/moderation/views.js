/** What the page of the moderators shows. Whoever calls gives what is to be done. */

import { html, nothing } from "../lib/lit/lit-html.js";
import { wordOf } from "./texts.js";

/** @import { Action, Report, SealedMessage, Suspension, User, Words } from "./api.js" */
/** @import { Texts } from "./texts.js" */

/** How long, in days. */
const DURATIONS = { day: 1, week: 7, month: 30, year: 365 };
const EVER = "9999-12-31T00:00:00Z";

/** @typedef {{scope: string, until: string, reason: string}} SuspensionWanted */
/** @typedef {(event: SubmitEvent) => void} Submit */

/**
 * @param {HTMLFormElement} form
 * @param {string} name
 */
export function valueOf(form, name) {
  const field = /** @type {HTMLInputElement | HTMLSelectElement} */ (form.elements.namedItem(name));
  return field.value.trim();
}

/**
 * What a form of suspensionFields() holds.
 * @param {HTMLFormElement} form
 * @param {number} now milliseconds
 * @returns {SuspensionWanted}
 */
export function suspensionOf(form, now) {
  const duration = /** @type {keyof typeof DURATIONS | "ever"} */ (valueOf(form, "duration"));
  const until = duration === "ever" ? EVER : new Date(now + DURATIONS[duration] * 86_400_000).toISOString();
  return { scope: valueOf(form, "scope"), until, reason: valueOf(form, "reason") };
}

/**
 * @param {Texts} t
 * @param {User} user
 */
export function nameOf(t, user) {
  if (Number(user.id) === 0) return t.system;
  return user.name === String(user.id) ? user.name : `${user.name} (${user.id})`;
}

/** @param {string} time */
export function timeOf(time) {
  const year = Number(time.slice(0, 4));
  const text =
    year >= 9000
      ? "∞"
      : new Date(time).toLocaleString(document.documentElement.lang, { dateStyle: "medium", timeStyle: "short" });
  return html`<time datetime=${time}>${text}</time>`;
}

/** @param {Record<string, unknown>} facts those that are "" or undefined are left out */
export function factsOf(facts) {
  const known = Object.entries(facts).filter(([, value]) => value !== "" && value !== undefined);
  return html`<dl class="facts">${known.map(([name, value]) => html`<dt>${name}</dt><dd class="text">${value}</dd>`)}</dl>`;
}

/**
 * @param {string} name
 * @param {Record<string, string>} options
 */
function optionsOf(name, options) {
  return html`<select name=${name}>${Object.entries(options).map(([value, text]) => html`<option value=${value}>${text}</option>`)}</select>`;
}

/**
 * @param {Texts} t
 * @param {string} name
 * @param {string} label
 */
function line(t, name, label) {
  return html`<label class="wide">${label} <input name=${name} maxlength="1000" autocomplete="off" /></label>`;
}

/**
 * @param {string} name
 * @param {string} label
 */
export function userIdField(name, label) {
  return html`<label>
    ${label} <input name=${name} required inputmode="numeric" pattern="[1-9][0-9]*" maxlength="19" autocomplete="off" />
  </label>`;
}

/**
 * @param {Texts} t
 * @param {{reports: Report[], more: boolean} | null} page null while it is loaded
 * @param {"open" | "closed"} state
 * @param {(state: "open" | "closed") => void} choose
 * @param {() => void} older
 */
export function reportList(t, page, state, choose, older) {
  /** @param {"open" | "closed"} each */
  const button = (each) =>
    html`<button aria-pressed=${each === state ? "true" : "false"} @click=${() => choose(each)}>${t[each]}</button>`;
  return html`
    <h2 tabindex="-1">${t.reports}</h2>
    <div class="switch" role="group" aria-label=${t.state}>${button("open")}${button("closed")}</div>
    ${
      page === null
        ? html`<p>${t.loading}</p>`
        : html`${page.reports.length === 0 ? html`<p>${t.noReports}</p>` : nothing}
          <ul class="list">
            ${page.reports.map(
              (report) => html`<li class="card">
                <a href="#report=${report.reportId}">${t.report(report.reportId)}: ${wordOf(t.reasons, report.reason)}</a>
                <p class="quiet">
                  ${t.reporter}: ${nameOf(t, report.reporter)} · ${t.reported}: ${nameOf(t, report.reported)} ·
                  ${t.countOf(report.messages)} · ${timeOf(report.time)}
                </p>
                ${report.text ? html`<p class="text">${report.text}</p>` : nothing}
              </li>`,
            )}
          </ul>
          ${page.more ? html`<button @click=${older}>${t.older}</button>` : nothing}`
    }
  `;
}

/**
 * @param {Texts} t
 * @param {{report: Report, messages: SealedMessage[]} | null} found null while it is loaded
 * @param {{remove: (message: SealedMessage, reason: string) => void, suspend: Submit, close: Submit}} steps
 */
export function reportView(t, found, steps) {
  if (found === null) return html`<h2 tabindex="-1">${t.loading}</h2>`;
  const { report, messages } = found;
  /** @param {number} id */
  const name = (id) => {
    const user = [report.reporter, report.reported].find((each) => String(each.id) === String(id));
    return user && Number(id) !== 0 ? nameOf(t, user) : String(id);
  };
  return html`
    <p><a href="#reports">${t.backToReports}</a></p>
    <h2 tabindex="-1">${t.report(report.reportId)}: ${wordOf(t.reasons, report.reason)}</h2>
    <div class="card">
      ${factsOf({
        [t.reporter]: nameOf(t, report.reporter),
        [t.reported]: nameOf(t, report.reported),
        [t.time]: timeOf(report.time),
        [t.text]: report.text,
        [t.outcome]: report.outcome && wordOf(t.outcomes, report.outcome),
        [t.note]: report.note ?? "",
        [t.closed]: report.closedAt && timeOf(report.closedAt),
      })}
    </div>
    <h3>${t.messages}</h3>
    <ol class="list">
      ${messages.map((message) => sealedMessage(t, message, name, steps.remove))}
    </ol>
    <h3>${t.suspendThis(nameOf(t, report.reported))}</h3>
    <form class="card" @submit=${steps.suspend}>${suspensionFields(t)}</form>
    <p><a href="#data=${report.reported.id}">${t.dataOfThis(nameOf(t, report.reported))}</a></p>
    ${
      report.state === "open"
        ? html`<h3>${t.close}</h3>
          <form class="card" @submit=${steps.close}>
            <label>${t.outcome} ${optionsOf("outcome", t.outcomes)}</label>
            ${line(t, "note", t.note)}
            <button class="primary">${t.close}</button>
          </form>`
        : nothing
    }
  `;
}

/**
 * @param {Texts} t
 * @param {SealedMessage} message
 * @param {(id: number) => string} name
 * @param {(message: SealedMessage, reason: string) => void} remove
 */
function sealedMessage(t, message, name, remove) {
  /** @param {SubmitEvent} event */
  const submit = (event) => {
    event.preventDefault();
    remove(message, valueOf(/** @type {HTMLFormElement} */ (event.target), "reason"));
  };
  return html`<li class="card message ${message.named ? "named" : ""}">
    <p class="quiet">
      ${t.fromTo(name(message.fromId), name(message.toId))} · ${timeOf(message.time)}
      ${message.named ? html`· <span class="tag">${t.named}</span>` : nothing}
    </p>
    ${message.recalled ? html`<p class="quiet">${t.recalledBefore}</p>` : html`<p class="text" dir="auto">${message.content}</p>`}
    ${message.attachments ? html`<ul class="files">${message.attachments.map((file) => sealedFile(t, file))}</ul>` : nothing}
    ${
      message.recalled
        ? nothing
        : html`<details>
          <summary>${t.remove}</summary>
          <form @submit=${submit}>${line(t, "reason", t.why)}<button>${t.removeForBoth}</button></form>
        </details>`
    }
  </li>`;
}

/**
 * A picture is shown when it is asked for: moderators should not have to see what they do not want to.
 * @param {Texts} t
 * @param {import("./api.js").SealedFile} file
 */
function sealedFile(t, file) {
  const link = html`<a href=${file.url} target="_blank" rel="noopener noreferrer" dir="auto">${file.name}</a> <span class="quiet">${file.type}</span>`;
  if (!file.previewUrl) return html`<li>${link}</li>`;
  return html`<li>
    ${link}
    <details>
      <summary>${t.showPicture}</summary>
      <img src=${file.previewUrl} alt=${file.name} loading="lazy" />
    </details>
  </li>`;
}

/** @param {Texts} t */
function suspensionFields(t) {
  return html`
    <label>${t.scope} ${optionsOf("scope", t.scopes)}</label>
    <label>${t.duration} ${optionsOf("duration", t.durations)}</label>
    ${line(t, "reason", t.why)}
    <button>${t.suspend}</button>
  `;
}

/**
 * @param {Texts} t
 * @param {{suspensions: Suspension[], more: boolean} | null} page null while it is loaded
 * @param {{suspend: Submit, end: (suspension: Suspension) => void, more: () => void}} steps
 */
export function suspensionList(t, page, steps) {
  return html`
    <h2 tabindex="-1">${t.suspensions}</h2>
    ${
      page === null
        ? html`<p>${t.loading}</p>`
        : html`${page.suspensions.length === 0 ? html`<p>${t.noSuspensions}</p>` : nothing}
          <ul class="list">
            ${page.suspensions.map(
              (each) => html`<li class="card">
                <strong>${nameOf(t, each.user)}</strong>
                ${factsOf({
                  [t.scope]: wordOf(t.scopes, each.scope),
                  [t.until]: timeOf(each.until),
                  [t.why]: each.reason,
                  [t.since]: timeOf(each.since),
                  [t.by]: Number(each.moderatorId) === 0 ? t.host : each.moderator,
                })}
                <button aria-label=${t.endOf(nameOf(t, each.user))} @click=${() => steps.end(each)}>${t.end}</button>
              </li>`,
            )}
          </ul>
          ${page.more ? html`<button @click=${steps.more}>${t.more}</button>` : nothing}`
    }
    <h3>${t.suspendUser}</h3>
    <form class="card" @submit=${steps.suspend}>
      ${userIdField("user", t.userId)}
      ${suspensionFields(t)}
    </form>
  `;
}

/**
 * @param {Texts} t
 * @param {{actions: Action[], more: boolean} | null} page null while it is loaded
 * @param {() => void} older
 */
export function actionList(t, page, older) {
  return html`
    <h2 tabindex="-1">${t.audit}</h2>
    ${
      page === null
        ? html`<p>${t.loading}</p>`
        : html`${page.actions.length === 0 ? html`<p>${t.noActions}</p>` : nothing}
          <ul class="list">
            ${page.actions.map(
              (each) => html`<li class="card">
                <strong>${wordOf(t.actions, each.action)}</strong>
                ${factsOf({
                  [t.time]: timeOf(each.time),
                  [t.by]: Number(each.moderatorId) === 0 ? `${t.host} (${each.moderator})` : each.moderator,
                  [t.user]: each.userId,
                  [t.message]: each.messageId,
                  [t.aReport]: each.reportId && html`<a href="#report=${each.reportId}">${each.reportId}</a>`,
                  [t.why]: each.reason,
                  [t.detail]: each.detail,
                })}
              </li>`,
            )}
          </ul>
          ${page.more ? html`<button @click=${older}>${t.older}</button>` : nothing}`
    }
  `;
}

/**
 * @param {Texts} t
 * @param {Words | null} words null while they are loaded
 * @param {(list: "refuse" | "mask" | "report", words: string[]) => void} put
 */
export function wordLists(t, words, put) {
  /** @param {"refuse" | "mask" | "report"} list */
  const form = (list) => {
    /** @param {SubmitEvent} event */
    const submit = (event) => {
      event.preventDefault();
      const text = valueOf(/** @type {HTMLFormElement} */ (event.target), "words");
      const lines = text.split("\n").map((line) => line.trim());
      put(list, [...new Set(lines.filter((line) => line !== ""))]);
    };
    return html`<form class="card" @submit=${submit}>
      <label>${t.wordLists[list]} <textarea name="words" rows="8" spellcheck="false" .value=${(words?.[list] ?? []).join("\n")}></textarea></label>
      <button aria-label=${t.saveList(t.wordLists[list])}>${t.save}</button>
    </form>`;
  };
  return html`
    <h2 tabindex="-1">${t.words}</h2>
    ${
      words === null
        ? html`<p>${t.loading}</p>`
        : html`<p>${t.wordsHint}</p>
          ${form("refuse")} ${form("mask")} ${form("report")}`
    }
  `;
}
