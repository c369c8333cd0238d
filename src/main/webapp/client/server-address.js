/** Where the server is. */

/**
 * @param {string | URL} [server] where these modules lie unless given
 */
export function rootOf(server) {
  const root = rootUrl(server);
  const isSocket = /^wss?:$/.test(root.protocol) || /\/imserver\/[^/]*$/.test(root.pathname);
  if (isSocket)
    throw new TypeError(
      `this is the address of the socket: pass that of the application, ${applicationOf(root)}, as server`,
    );
  if (!/^https?:$/.test(root.protocol)) {
    const hint = server === undefined ? ": pass one as the option server, such as https://HOST/teaching/" : "";
    throw new TypeError(`not the address of a server: ${root}${hint}`);
  }
  if (!root.pathname.endsWith("/")) root.pathname += "/";
  root.search = root.hash = "";
  return root;
}

/** @param {string | URL} [server] */
function rootUrl(server) {
  try {
    return new URL(
      server ?? ownRoot(),
      globalThis.document && server !== undefined ? document.baseURI : import.meta.url,
    );
  } catch {
    throw new TypeError(`not the address of a server: ${server}`);
  }
}

/** The folder above client/, or the one where a bundle lies that has this module in it. */
function ownRoot() {
  return /\/client\/[^/]*$/.test(import.meta.url) ? ".." : ".";
}

/** @param {URL} socket */
function applicationOf(socket) {
  const path = socket.pathname.replace(/(^|\/)imserver(\/.*)?$/, "$1");
  return `${socket.protocol.replace("ws", "http")}//${socket.host}${path}`;
}
