/** Records a voice message. A module of its own, which is loaded when somebody records; it imports nothing. */

/** Safari records the second one. */
const TYPES = ["audio/webm;codecs=opus", "audio/mp4", "audio/ogg;codecs=opus"];
const BITS = 32_000; // a second: speech
const LOUDNESS_EVERY = 50; // ms
const SKETCH = 64; // characters
const HIGHEST = 35; // "z"

/** @typedef {{blob: Blob, name: string, duration: number, waveform: string}} Recording */

export class Recorder {
  #stream;
  #media;
  #context;
  /** @type {Blob[]} */
  #parts = [];
  /** @type {number[]} */
  #loudness = [];
  #startedAt = performance.now();
  #measuring;

  /**
   * Asks for the microphone, where the user was not asked yet.
   * @returns {Promise<Recorder>} rejects where the user, or the browser, does not let it
   */
  static async start() {
    const stream = await navigator.mediaDevices.getUserMedia({
      audio: { channelCount: 1, echoCancellation: true, noiseSuppression: true },
    });
    try {
      return new Recorder(stream);
    } catch (error) {
      for (const track of stream.getTracks()) track.stop();
      throw error;
    }
  }

  /** @param {MediaStream} stream */
  constructor(stream) {
    this.#stream = stream;
    const mimeType = TYPES.find((type) => MediaRecorder.isTypeSupported(type));
    this.#media = new MediaRecorder(stream, { mimeType, audioBitsPerSecond: BITS });
    this.#media.ondataavailable = ({ data }) => data.size > 0 && this.#parts.push(data);
    this.#context = new AudioContext();
    const analyser = this.#context.createAnalyser();
    analyser.fftSize = 1024;
    this.#context.createMediaStreamSource(stream).connect(analyser);
    const samples = new Float32Array(analyser.fftSize);
    this.#measuring = setInterval(() => {
      analyser.getFloatTimeDomainData(samples);
      this.#loudness.push(Math.sqrt(samples.reduce((sum, sample) => sum + sample * sample, 0) / samples.length));
    }, LOUDNESS_EVERY);
    this.#media.start(1000);
  }

  /** Milliseconds until now. */
  get elapsed() {
    return performance.now() - this.#startedAt;
  }

  /** How loud it was last, from 0 to 1. */
  get level() {
    return loudnessOf(this.#loudness.at(-1) ?? 0);
  }

  /** @returns {Promise<Recording>} */
  async stop() {
    const duration = Math.round(this.elapsed);
    const stopped = new Promise((resolve) => (this.#media.onstop = resolve));
    if (this.#media.state !== "inactive") {
      this.#media.stop();
      await stopped;
    }
    this.#end();
    const type = this.#media.mimeType.split(";")[0] || "audio/webm";
    const blob = new Blob(this.#parts, { type });
    const name = `voice.${{ "audio/mp4": "m4a", "audio/ogg": "ogg" }[type] ?? "webm"}`;
    return { blob, name, duration, waveform: waveformOf(this.#loudness) };
  }

  cancel() {
    if (this.#media.state !== "inactive") this.#media.stop();
    this.#end();
  }

  /** The browser shows no longer that the microphone is in use. */
  #end() {
    clearInterval(this.#measuring);
    for (const track of this.#stream.getTracks()) track.stop();
    this.#context.close().catch(() => {});
  }
}

/** Speech is quiet as numbers go. @param {number} measured */
function loudnessOf(measured) {
  return Math.min(1, Math.sqrt(measured * 3));
}

/**
 * A sketch: the loudest of each part.
 * @param {number[]} measured
 */
export function waveformOf(measured) {
  const count = Math.min(SKETCH, measured.length);
  return Array.from({ length: count }, (_, index) => {
    const part = measured.slice(
      Math.floor((index * measured.length) / count),
      Math.floor(((index + 1) * measured.length) / count),
    );
    return Math.round(loudnessOf(Math.max(...part)) * HIGHEST).toString(36);
  }).join("");
}
