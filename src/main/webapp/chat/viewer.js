/**
 * Pictures in full: one at a time, with keys, swipe and pinch. A module of its own, which is loaded when a picture is opened; it
 * imports nothing.
 */

/**
 * @typedef {object} Shown
 * @property {string} name
 * @property {number | null} width
 * @property {number | null} height
 * @property {string} preview what is there at once; "" for nothing
 * @property {() => Promise<string>} source the picture in full
 */

/** @typedef {{previous: string, next: string, close: string, save: string, fileGone: string, picture: (name: string, index: number, count: number) => string, pictureOf: (index: number, count: number) => string}} ViewerTexts */

const STYLES = `
dialog { position: fixed; inset: 0; width: 100vw; height: 100vh; height: 100dvh; max-width: none; max-height: none; margin: 0; padding: 0;
  overflow: hidden; border: 0; background: #0b0f0e; color: #f2f6f5; font: inherit; }
dialog::backdrop { background: #000; }
.stage { position: absolute; inset: 0; display: grid; place-items: center; overflow: hidden; touch-action: none; user-select: none; }
img { max-width: 100vw; max-height: 100vh; max-height: 100dvh; object-fit: contain; -webkit-touch-callout: none; }
img.moves { transition: transform 0.15s; }
.gone { padding: 1rem; }
.bar { position: absolute; inset: 0 0 auto; display: flex; align-items: center; gap: 0.25rem; padding: 0.5rem;
  padding-top: max(0.5rem, env(safe-area-inset-top)); background: #000000a0; }
.title { flex: 1; min-width: 0; overflow: hidden; padding: 0 0.5rem; font-size: 0.875rem; text-overflow: ellipsis; white-space: nowrap; }
button, a { display: grid; flex: none; place-items: center; width: 2.75rem; height: 2.75rem; padding: 0; border: 0; border-radius: 50%;
  background: #000000a0; color: inherit; font: inherit; cursor: pointer; }
button:hover, a:hover { background: #3a4543; }
:focus-visible { outline: 2px solid #52c4b9; outline-offset: -2px; }
svg { width: 1.5rem; height: 1.5rem; fill: none; stroke: currentcolor; stroke-width: 2; stroke-linecap: round; stroke-linejoin: round; }
.side { position: absolute; top: calc(50% - 1.4rem); }
.previous { left: 0.5rem; } .next { right: 0.5rem; }
[hidden] { display: none !important; }
@media (prefers-reduced-motion: reduce) { img.moves { transition: none; } }
`;
const ICONS = {
  close: "M7 7l10 10M17 7L7 17",
  save: "M12 4v11M7 11l5 5 5-5M5 20h14",
  previous: "M15 5l-7 7 7 7",
  next: "M9 5l7 7-7 7",
};
const MOST_ZOOM = 8;
const SWIPE = 60; // px
const TAP_AGAIN = 300; // ms

/**
 * Opens it.
 * @param {object} options
 * @param {Shown[]} options.pictures
 * @param {number} options.index of the one to begin with
 * @param {ViewerTexts} options.texts
 * @param {Node} options.root where the dialog is put
 * @param {() => void} options.closed
 */
export function openViewer({ pictures, index, texts, root, closed }) {
  const host = document.createElement("div");
  const shadow = host.attachShadow({ mode: "open" });
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(STYLES);
  shadow.adoptedStyleSheets = [sheet];
  const viewer = new Viewer(pictures, index, texts);
  shadow.append(viewer.dialog);
  root.appendChild(host);
  viewer.dialog.addEventListener("close", () => {
    host.remove();
    closed();
  });
  viewer.dialog.showModal();
  viewer.show(index);
  return viewer;
}

class Viewer {
  dialog;
  #pictures;
  #index;
  #texts;
  #stage = element("div", "stage");
  #image = element("img", "moves");
  #gone = element("p", "gone");
  #title = element("p", "title");
  #previous;
  #next;
  #save = element("a", "");
  #scale = 1;
  #x = 0;
  #y = 0;
  /** Fingers, or the mouse, that are down. @type {Map<number, {x: number, y: number}>} */
  #down = new Map();
  #moved = 0;
  #tappedAt = -Infinity;

  /**
   * @param {Shown[]} pictures
   * @param {number} index
   * @param {ViewerTexts} texts
   */
  constructor(pictures, index, texts) {
    this.#pictures = pictures;
    this.#index = index;
    this.#texts = texts;
    this.dialog = element("dialog", "");
    const close = button("close", texts.close, "");
    close.autofocus = true;
    close.onclick = () => this.dialog.close();
    this.#previous = button("previous", texts.previous, "side previous");
    this.#next = button("next", texts.next, "side next");
    this.#previous.onclick = () => this.#step(-1);
    this.#next.onclick = () => this.#step(1);
    this.#save.append(icon("save"));
    Object.assign(this.#save, { title: texts.save, target: "_blank", rel: "noopener noreferrer" });
    this.#save.setAttribute("aria-label", texts.save);
    this.#title.setAttribute("role", "status");
    this.#gone.textContent = texts.fileGone;
    const bar = element("div", "bar");
    bar.append(this.#title, this.#save, close);
    this.#stage.append(this.#image, this.#gone);
    this.dialog.append(this.#stage, this.#previous, this.#next, bar);
    this.dialog.addEventListener("keydown", (event) => this.#keydown(event));
    this.#image.draggable = false;
    this.#listen();
  }

  /** @param {number} index */
  async show(index) {
    const picture = this.#pictures[index];
    const { name, width, height, preview } = picture;
    const count = this.#pictures.length;
    this.#index = index;
    this.#place(1, 0, 0);
    this.#previous.hidden = index === 0;
    this.#next.hidden = index === count - 1;
    const label = this.#texts.picture(name, index + 1, count);
    this.dialog.setAttribute("aria-label", label);
    this.#title.textContent = count > 1 ? `${this.#texts.pictureOf(index + 1, count)} · ${name}` : name;
    this.#gone.hidden = true;
    Object.assign(this.#image, { hidden: false, alt: label });
    if (width && height) Object.assign(this.#image, { width, height });
    if (preview) this.#image.src = preview;
    else this.#image.removeAttribute("src");
    this.#save.hidden = true;
    try {
      const source = await picture.source();
      if (this.#index !== index) return;
      Object.assign(this.#save, { hidden: false, href: source, download: name });
      const full = new Image(); // the preview stays until it is there
      full.src = source;
      await full.decode();
      if (this.#index === index) this.#image.src = source;
    } catch {
      if (this.#index !== index || preview) return;
      this.#image.hidden = true;
      this.#gone.hidden = false;
    }
  }

  /** @param {number} step */
  #step(step) {
    const index = this.#index + step;
    if (this.#pictures[index] === undefined) return;
    this.show(index);
    const gone = step < 0 ? this.#previous : this.#next;
    if (gone.hidden) (step < 0 ? this.#next : this.#previous).focus();
  }

  /** @param {KeyboardEvent} event */
  #keydown(event) {
    event.stopPropagation(); // Escape closes this, and not the conversation
    if (event.key === "ArrowLeft") this.#step(-1);
    else if (event.key === "ArrowRight") this.#step(1);
    else if (event.key === "+" || event.key === "=") this.#zoom(this.#scale * 1.5);
    else if (event.key === "-") this.#zoom(this.#scale / 1.5);
    else return;
    event.preventDefault();
  }

  // ---- Fingers and the mouse ----

  #listen() {
    const stage = this.#stage;
    stage.addEventListener("pointerdown", (event) => {
      if (event.button !== 0) return;
      stage.setPointerCapture(event.pointerId);
      if (this.#down.size === 0) this.#moved = 0;
      this.#down.set(event.pointerId, { x: event.clientX, y: event.clientY });
      this.#image.classList.remove("moves");
    });
    stage.addEventListener("pointermove", (event) => this.#move(event));
    for (const type of ["pointerup", "pointercancel"])
      stage.addEventListener(type, (event) => this.#up(/** @type {PointerEvent} */ (event)));
    stage.addEventListener(
      "wheel",
      (event) => {
        event.preventDefault();
        this.#zoom(this.#scale * Math.exp(-event.deltaY / 300));
      },
      { passive: false },
    );
  }

  /** @param {PointerEvent} event */
  #move({ pointerId, clientX: x, clientY: y }) {
    const before = this.#down.get(pointerId);
    if (before === undefined) return;
    const other = [...this.#down].find(([id]) => id !== pointerId)?.[1];
    this.#down.set(pointerId, { x, y });
    if (other) {
      const [was, is] = [Math.hypot(before.x - other.x, before.y - other.y), Math.hypot(x - other.x, y - other.y)];
      this.#moved = Infinity; // it is no swipe
      this.#place(this.#scale * (is / Math.max(1, was)), this.#x + (x - before.x) / 2, this.#y + (y - before.y) / 2);
    } else {
      if (this.#moved !== Infinity) this.#moved += x - before.x;
      this.#place(this.#scale, this.#x + x - before.x, this.#scale > 1 ? this.#y + y - before.y : 0);
    }
  }

  /** @param {PointerEvent} event */
  #up({ pointerId, type, timeStamp }) {
    if (!this.#down.delete(pointerId) || this.#down.size > 0) return;
    this.#image.classList.add("moves");
    const moved = this.#moved;
    if (this.#scale <= 1) {
      this.#place(1, 0, 0);
      if (type === "pointerup" && Math.abs(moved) > SWIPE && moved !== Infinity) return this.#step(moved > 0 ? -1 : 1);
    }
    if (Math.abs(moved) > 5) return;
    if (timeStamp - this.#tappedAt < TAP_AGAIN) this.#zoom(this.#scale > 1 ? 1 : 2.5);
    this.#tappedAt = timeStamp;
  }

  /** @param {number} scale */
  #zoom(scale) {
    if (scale <= 1) this.#place(1, 0, 0);
    else this.#place(scale, this.#x, this.#y);
  }

  /**
   * @param {number} scale
   * @param {number} x
   * @param {number} y
   */
  #place(scale, x, y) {
    this.#scale = Math.min(MOST_ZOOM, Math.max(0.5, scale));
    const most = { x: Math.max(0, (this.#scale - 1) * innerWidth), y: Math.max(0, (this.#scale - 1) * innerHeight) };
    this.#x = this.#scale > 1 ? Math.max(-most.x, Math.min(most.x, x)) : x;
    this.#y = Math.max(-most.y, Math.min(most.y, y));
    this.#image.style.transform = `translate(${this.#x}px, ${this.#y}px) scale(${this.#scale})`;
  }
}

/**
 * @template {keyof HTMLElementTagNameMap} K
 * @param {K} name
 * @param {string} className
 * @returns {HTMLElementTagNameMap[K]}
 */
function element(name, className) {
  const made = document.createElement(name);
  if (className) made.className = className;
  return made;
}

/**
 * @param {keyof typeof ICONS} name
 * @param {string} label
 * @param {string} className
 */
function button(name, label, className) {
  const made = element("button", className);
  made.type = "button";
  made.title = label;
  made.setAttribute("aria-label", label);
  made.append(icon(name));
  return made;
}

/** @param {keyof typeof ICONS} name */
function icon(name) {
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  svg.setAttribute("viewBox", "0 0 24 24");
  svg.setAttribute("aria-hidden", "true");
  const path = document.createElementNS("http://www.w3.org/2000/svg", "path");
  path.setAttribute("d", ICONS[name]);
  svg.append(path);
  return svg;
}
