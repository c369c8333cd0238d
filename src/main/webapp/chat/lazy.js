/** What few need, or late, is no part of the bundle: the browser loads these modules when they are used. They import nothing. */

/** @returns {Promise<typeof import("./viewer.js")>} */
export function loadViewer() {
  return load("viewer.js");
}

/** @returns {Promise<typeof import("./recorder.js")>} */
export function loadRecorder() {
  return load("recorder.js");
}

/** By an address that is made here: what makes the bundle would take a module that is named into it. @param {string} module */
function load(module) {
  return import(new URL(module, import.meta.url).href);
}
