/**
 * Where the client's token comes from: at first the one that the page has given, and again after each expiry.
 */

export class TokenSource {
  #token;
  /** The token that was given out last; "" for none. */
  used = "";
  #provide;
  #ask;
  #server;
  /** @type {((token: string) => void) | undefined} */
  #resolve;

  /**
   * @param {string} token "" for none yet
   * @param {(() => string | Promise<string>) | null} provide the page's own way to renew it
   * @param {() => void} ask asks the page for a token, where it has no such way
   * @param {string} server
   */
  constructor(token, provide, ask, server) {
    this.#token = token;
    this.#provide = provide;
    this.#ask = ask;
    this.#server = server;
  }

  /** Whether the page has been asked and has not answered. */
  get isWaiting() {
    return this.#resolve !== undefined;
  }

  /**
   * A token that was not given out before; the same again only where there is no other and the server takes it still. The
   * client asks also when it cannot reach the server, for it does not know why: users are not to be asked for that.
   *
   * @returns {Promise<string>}
   */
  async next() {
    if (!this.#token || this.#token === this.used) {
      if (this.#provide) this.#token = await this.#provide();
      else if (!this.#token || (await this.#isRefused())) this.#token = await this.#fromPage();
    }
    return (this.used = this.#token);
  }

  async #isRefused() {
    const { exp } = claimsOf(this.#token) ?? {};
    if (typeof exp === "number" && exp * 1000 <= Date.now()) return true; // though the server is lenient for a minute
    try {
      const headers = { Authorization: `Bearer ${this.#token}` };
      const { status } = await fetch(new URL("api/users/me", this.#server), { headers, cache: "no-store" });
      return status === 401;
    } catch {
      return false;
    }
  }

  /** @param {string} token what the page has instead from now on */
  replace(token) {
    this.#token = token;
    if (token !== this.used) this.#resolve?.(token);
  }

  /** @returns {Promise<string>} */
  #fromPage() {
    return new Promise((resolve) => {
      this.#resolve = (token) => {
        this.#resolve = undefined;
        resolve(token);
      };
      this.#ask();
    });
  }
}

/**
 * Equal for two tokens of one user, though one is newer than the other. Only the server can verify them.
 *
 * @param {string} token
 */
export function ownerOf(token) {
  const claims = claimsOf(token);
  if (!claims) return token;
  for (const ofThisToken of ["exp", "iat", "nbf", "jti", "sid", "auth_time", "nonce", "at_hash"])
    delete claims[ofThisToken];
  return JSON.stringify(claims);
}

/**
 * @param {string} token
 * @returns {Record<string, unknown> | null} null for what is no token
 */
function claimsOf(token) {
  try {
    const payload = token.split(".")[1].replace(/-/g, "+").replace(/_/g, "/");
    const bytes = Uint8Array.from(atob(payload), (char) => char.charCodeAt(0));
    return JSON.parse(new TextDecoder().decode(bytes));
  } catch {
    return null;
  }
}
