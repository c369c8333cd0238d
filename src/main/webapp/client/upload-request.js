/** Sends a body and tells how much of it has gone out: by XMLHttpRequest where there is one, since fetch does not tell. */

/**
 * As much of a Response as is needed.
 * @typedef {{ok: boolean, status: number, statusText: string, headers: {get: (name: string) => string | null}, text: () => Promise<string>}} Answer
 * @typedef {{method: string, headers: Record<string, string>, body?: Blob | string, signal?: AbortSignal, progress?: (sent: number) => void}} Sending
 * @typedef {(url: URL, sending: Sending) => Promise<Answer>} SendBody
 */

/** Where nothing moves for so long, nothing will; the server takes its time to look at what it has got. */
const STALLED_AFTER = 60_000; // ms
/** With fetch nothing tells whether it moves: a line that is slower than that is given up. */
const SLOWEST = 8; // bytes in a ms

/** @type {SendBody} */
export function sendByXhr(url, { method, headers, body, signal, progress }) {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    /** @type {ReturnType<typeof setTimeout> | undefined} */
    let timer;
    const fail = (/** @type {string} */ why) => {
      clearTimeout(timer);
      signal?.removeEventListener("abort", stop);
      reject(signal?.aborted ? signal.reason : new Error(why));
    };
    const stop = () => request.abort();
    const moved = () => {
      clearTimeout(timer);
      timer = setTimeout(stop, STALLED_AFTER);
    };
    request.open(method, url);
    for (const [name, value] of Object.entries(headers)) request.setRequestHeader(name, value);
    request.upload.onprogress = ({ loaded }) => {
      moved();
      progress?.(loaded);
    };
    request.onload = () => {
      clearTimeout(timer);
      signal?.removeEventListener("abort", stop);
      resolve(answerOf(request));
    };
    request.onerror = () => fail("the connection was lost");
    request.onabort = () => fail("the upload does not move");
    if (signal?.aborted) return fail("");
    signal?.addEventListener("abort", stop);
    moved();
    request.send(body ?? null);
  });
}

/** @param {XMLHttpRequest} request @returns {Answer} */
function answerOf(request) {
  const { status, statusText, responseText } = request;
  const headers = { get: (/** @type {string} */ name) => request.getResponseHeader(name) };
  return { ok: status >= 200 && status < 300, status, statusText, headers, text: async () => responseText };
}

/**
 * @param {typeof globalThis.fetch} request
 * @returns {SendBody}
 */
export function sendByFetch(request) {
  return (url, { method, headers, body, signal }) => {
    const size = body instanceof Blob ? body.size : 0;
    const late = AbortSignal.timeout(STALLED_AFTER + Math.ceil(size / SLOWEST));
    return request(url, { method, headers, body, signal: signal ? anyOf(signal, late) : late, cache: "no-store" });
  };
}

/** AbortSignal.any() is newer than the browsers that this is for. @param {...AbortSignal} signals */
function anyOf(...signals) {
  const any = new AbortController();
  for (const signal of signals) {
    if (signal.aborted) any.abort(signal.reason);
    else signal.addEventListener("abort", () => any.abort(signal.reason), { once: true, signal: any.signal });
  }
  return any.signal;
}
