/** The section with what is stored of one user: it is exported into a file, or erased. */

import { html, nothing } from "../lib/lit/lit-html.js";
import { RequestFailure } from "./api.js";
import { wordOf } from "./texts.js";
import { factsOf, timeOf, userIdField, valueOf } from "./views.js";

/** @import { Erasure, ModerationApi } from "./api.js" */
/** @import { Texts } from "./texts.js" */

const ID = /^[1-9][0-9]{0,18}$/;
/** After these a page of an export is asked for again. */
const PASSING = ["", "RATE_LIMITED", "SERVER_BUSY", "STORAGE_UNAVAILABLE"];
const ATTEMPTS = 10;
const PAUSE = 1000; // ms

/** @param {number} millis */
const wait = (millis) => new Promise((resolve) => setTimeout(resolve, millis));

export class UserData {
  #t;
  #attempt;
  #say;
  #changed;
  /** Whose data is shown; "" for nobody's. */
  #user = "";
  /** @type {Erasure | null} */
  #erasure = null;
  /** What is being exported, also while another user's data is shown. @type {{user: string, lines: number, stopped: boolean} | null} */
  #export = null;
  /** Whose erasure is being watched. */
  #watched = "";

  /**
   * @param {Texts} t
   * @param {<R>(work: (api: ModerationApi) => Promise<R>) => Promise<R | undefined>} attempt does something; says what came of it,
   *   and gives undefined, where that is not what was hoped for
   * @param {(text: string, failed?: boolean) => void} say
   * @param {() => void} changed what view() returns is another one
   */
  constructor(t, attempt, say, changed) {
    this.#t = t;
    this.#attempt = attempt;
    this.#say = say;
    this.#changed = changed;
  }

  /** @param {string} id of a user; anything else is nobody's */
  choose(id) {
    this.#user = ID.test(id) ? id : "";
    this.#erasure = null;
  }

  /** Nobody is signed in any more. */
  clear() {
    this.#erasure = null;
    this.#watched = "";
    if (this.#export) this.#export.stopped = true;
    this.#export = null;
  }

  /** Finds out how far the user is erased. */
  async load() {
    const user = this.#user;
    if (user === "") return;
    const erasure = await this.#attempt((api) => api.erasure(user));
    if (user !== this.#user || erasure === undefined) return;
    this.#erasure = erasure;
    if (erasure?.state === "running") this.#watch(user);
  }

  /** @param {string} user */
  async #watch(user) {
    if (this.#watched === user) return;
    this.#watched = user;
    while (this.#watched === user) {
      await wait(PAUSE);
      if (this.#watched !== user || this.#user !== user) break;
      const erasure = await this.#attempt((api) => api.erasure(user));
      if (this.#watched !== user || this.#user !== user || erasure === null) break;
      if (erasure === undefined) continue; // as while the database is down
      this.#erasure = erasure;
      if (erasure.state === "done") {
        this.#say(this.#t.isErased(user, erasure.messages));
        break;
      }
      this.#changed();
    }
    if (this.#watched === user) this.#watched = "";
  }

  /** @param {SubmitEvent} event */
  async #erase(event) {
    event.preventDefault();
    const form = /** @type {HTMLFormElement} */ (event.target);
    const user = this.#user;
    if (valueOf(form, "again") !== user) {
      this.#say(this.#t.idsDiffer, true);
      return;
    }
    this.#say("");
    const erasure = await this.#attempt((api) => api.erase(user, valueOf(form, "reason")));
    if (!erasure) return;
    form.reset();
    if (user !== this.#user) return;
    this.#erasure = erasure;
    this.#changed();
    this.#watch(user);
  }

  /** Fetches page by page, each of which is kept by the browser outside the memory of the page, and has it saved. */
  async #exportFile() {
    const user = this.#user;
    const mine = { user, lines: 0, stopped: false };
    this.#export = mine;
    this.#say(this.#t.exporting);
    /** @type {Blob[]} */
    const pages = [];
    const complete = await this.#attempt(async (api) => {
      /** @type {string | undefined} */
      let next;
      do {
        const page = await exportPage(api, user, next, mine);
        if (mine.stopped) return false;
        pages.push(new Blob(page.lines.map((line) => line + "\n")));
        mine.lines += page.lines.length;
        next = page.next;
        this.#changed();
      } while (next !== undefined);
      return true;
    });
    if (this.#export === mine) this.#export = null;
    if (complete) {
      save(new Blob(pages, { type: "application/x-ndjson" }), `user-${user}.jsonl`);
      this.#say(this.#t.exported(mine.lines));
    } else {
      this.#changed();
    }
  }

  #stop() {
    if (this.#export) this.#export.stopped = true;
    this.#export = null;
    this.#say("");
  }

  view() {
    const t = this.#t;
    const user = this.#user;
    /** @param {SubmitEvent} event */
    const choose = (event) => {
      event.preventDefault();
      location.hash = "data=" + valueOf(/** @type {HTMLFormElement} */ (event.target), "user");
    };
    return html`
      <h2 tabindex="-1">${user === "" ? t.data : t.dataOf(user)}</h2>
      <form class="card" @submit=${choose}>${userIdField("user", t.userId)}<button>${t.show}</button></form>
      ${user === "" ? nothing : html`${this.#exportView()} ${this.#erasureView()}`}
    `;
  }

  #exportView() {
    const t = this.#t;
    return html`
      <h3>${t.export}</h3>
      <div class="card">
        <p>${t.exportHint}</p>
        ${
          this.#export === null
            ? html`<button @click=${() => this.#exportFile()}>${t.exportFile}</button>`
            : html`<p class="quiet">${t.dataOf(this.#export.user)}: ${t.linesSoFar(this.#export.lines)}</p>
              <button @click=${() => this.#stop()}>${t.stop}</button>`
        }
      </div>
    `;
  }

  #erasureView() {
    const t = this.#t;
    const erasure = this.#erasure;
    return html`
      <h3>${t.erase}</h3>
      ${
        erasure === null
          ? nothing
          : html`<div class="card erasure">
            ${factsOf({
              [t.state]: wordOf(t.erasureStates, erasure.state),
              [t.messagesErased]: erasure.messages,
              [t.begun]: timeOf(erasure.startedAt),
              [t.finished]: erasure.finishedAt ? timeOf(erasure.finishedAt) : undefined,
            })}
          </div>`
      }
      ${
        erasure?.state === "running"
          ? nothing
          : html`<form class="card" @submit=${(/** @type {SubmitEvent} */ event) => this.#erase(event)}>
            <p>${t.eraseHint}</p>
            ${userIdField("again", t.typeId)}
            <label class="wide">${t.why} <input name="reason" required maxlength="1000" autocomplete="off" /></label>
            <button class="danger">${t.eraseForGood}</button>
          </form>`
      }
    `;
  }
}

/**
 * A page; asked for again where the server has refused it for the moment.
 * @param {ModerationApi} api
 * @param {string} user
 * @param {string | undefined} after
 * @param {{stopped: boolean}} wanted
 */
async function exportPage(api, user, after, wanted) {
  for (let attempt = 1; ; attempt++) {
    try {
      return await api.exportPage(user, after);
    } catch (error) {
      const isPassing = error instanceof RequestFailure && PASSING.includes(error.code);
      if (!isPassing || attempt === ATTEMPTS || wanted.stopped) throw error;
      await wait(attempt * PAUSE);
    }
  }
}

/**
 * @param {Blob} file
 * @param {string} name
 */
function save(file, name) {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(file);
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000); // by then the browser has begun to save it
}
