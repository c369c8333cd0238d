/** Where the server is. */

/**
 * @param {string | URL} [server] where these modules lie unless given
 */
export function rootOf(server) {
  const root = new URL(server ?? ownRoot(), globalThis.document && server !== undefined ? document.baseURI : import.meta.url);
  if (!/^https?:$/.test(root.protocol)) throw new TypeError(`not the address of a server: ${root}`);
  if (!root.pathname.endsWith("/")) root.pathname += "/";
  root.search = root.hash = "";
  return root;
}

/** The folder above client/, or the one where a bundle lies that has this module in it. */
function ownRoot() {
  return /\/client\/[^/]*$/.test(import.meta.url) ? ".." : ".";
}
