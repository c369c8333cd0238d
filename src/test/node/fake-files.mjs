/** The files of FakeServer2: uploads in one request and in parts, and what they are answered with. */

export class FakeFiles {
  /** By id. @type {Map<string, any>} */
  #files = new Map();
  #lastId = 10;
  /** Requests: "POST", "POST tus", "HEAD 12", "PATCH 12 0", "GET 12". */
  asked = [];
  /** For each request, as in `asked`: {status, code}, "cut" for no answer though it was heard, or null. */
  refuse = () => null;
  /** Holds a request up. @type {(request: string) => Promise<void>} */
  hold = async () => {};
  /** Bytes of one part that get through before it is cut, where `refuse` says "cut". */
  through = 0;
  /** Counts the addresses that were given out. */
  signed = 0;

  get(id) {
    return this.#files.get(id);
  }

  get size() {
    return this.#files.size;
  }

  /** As a message shows it. */
  view(id, asText = true) {
    const { owner, bytes, ...file } = this.#files.get(id);
    const known = Object.fromEntries(
      Object.entries(file).filter(([name, value]) => value !== null && !["length", "clientFileId"].includes(name)),
    );
    const address = `/teaching/api/files/${id}`;
    return {
      ...known,
      fileId: asText ? id : Number(id),
      url: `${address}/content?s=${++this.signed}`,
      ...(file.width ? { previewUrl: `${address}/preview?s=${this.signed}` } : {}),
    };
  }

  /** Those of a user's that are complete; null where one is not. */
  attached(user, ids) {
    const files = ids.map((id) => this.#files.get(id));
    return files.every((file) => file?.owner === user && file.bytes.length === file.length) ? ids : null;
  }

  remove(id) {
    this.#files.delete(id);
  }

  /** An image that somebody has sent. */
  image(owner, name = "photo.jpg") {
    const id = String(++this.#lastId);
    this.#files.set(id, {
      owner,
      name,
      type: "image/jpeg",
      size: 3,
      length: 3,
      bytes: "abc",
      width: 40,
      height: 30,
      clientFileId: null,
    });
    return id;
  }

  /** @returns {Promise<Response>} */
  async answer(user, url, init) {
    const id = url.pathname.split("/api/files/")[1] ?? "";
    const headers = new Headers(init.headers);
    const isTus = headers.has("Tus-Resumable");
    const request = [
      init.method,
      ...(id ? [id] : isTus ? ["tus"] : []),
      ...(init.method === "PATCH" ? [headers.get("Upload-Offset")] : []),
    ].join(" ");
    this.asked.push(request);
    await this.hold(request);
    init.signal?.throwIfAborted();
    const refusal = this.refuse(request);
    if (refusal !== null && refusal !== "cut") return json(refusal.status, { title: "refused", ...refusal });
    if (refusal === "cut" && init.method === "PATCH")
      this.#files.get(id).bytes += (await init.body.text()).slice(0, this.through);
    else if (refusal !== "cut" || init.method === "POST") {
      const answer = await this.#done(user, id, url, init, headers, isTus);
      if (refusal === null) return answer;
    }
    throw new TypeError("fetch failed");
  }

  async #done(user, id, url, init, headers, isTus) {
    if (init.method === "POST") return this.#create(user, url, init, headers, isTus);
    const file = this.#files.get(id);
    if (!file) return json(404, { title: "Not Found", code: "NOT_FOUND" });
    if (init.method === "GET") return json(200, this.view(id, false));
    if (init.method === "PATCH") {
      if (Number(headers.get("Upload-Offset")) !== file.bytes.length) return json(409, { title: "Conflict" });
      file.bytes += await init.body.text();
    }
    return new Response(null, {
      status: init.method === "HEAD" ? 200 : 204,
      headers: { "Upload-Offset": String(file.bytes.length), "Upload-Length": String(file.length) },
    });
  }

  async #create(user, url, init, headers, isTus) {
    const metadata = Object.fromEntries(
      (headers.get("Upload-Metadata") ?? "")
        .split(",")
        .map((each) => each.split(" "))
        .map(([name, value = ""]) => [
          name,
          new TextDecoder().decode(Uint8Array.from(atob(value), (c) => c.charCodeAt(0))),
        ]),
    );
    const fields = isTus ? { ...metadata, name: metadata.filename } : Object.fromEntries(url.searchParams);
    const { name = "", clientFileId = null, duration, waveform = null } = fields;
    const known = [...this.#files].find(
      ([, file]) => clientFileId && file.owner === user && file.clientFileId === clientFileId,
    )?.[0];
    const id = known ?? String(++this.#lastId);
    if (!known) {
      const bytes = isTus ? "" : await init.body.text();
      const length = isTus ? Number(headers.get("Upload-Length")) : bytes.length;
      const type = name.endsWith(".jpg") ? "image/jpeg" : duration ? "audio/webm" : "application/octet-stream";
      const image = type === "image/jpeg" ? { width: 40, height: 30 } : {};
      this.#files.set(id, {
        owner: user,
        name,
        type,
        size: length,
        length,
        bytes,
        clientFileId,
        duration: duration ? Number(duration) : null,
        waveform,
        ...image,
      });
    }
    return json(known ? 200 : 201, isTus ? { fileId: id } : this.view(id, false));
  }
}

function json(status, body) {
  return new Response(JSON.stringify(body), { status, headers: { "Content-Type": "application/json" } });
}
