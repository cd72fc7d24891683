/** A photo taken with the camera. It is asked for on a click, and it is off again as soon as nobody needs it. */

import { find, h } from "../dom.js";
import { say } from "../words/index.js";

/** @typedef {import("../types.js").App} App */

const words = say.camera;
const QUALITY = 0.95; // of the JPEG that is sent

/** @type {Record<string, { title: string, detail: string }>} Why there is no picture, by the browser's names for it. */
const PROBLEMS = {
  NotAllowedError: words.problems.refused,
  NotFoundError: words.problems.none,
  OverconstrainedError: words.problems.none,
  NotReadableError: words.problems.inUse,
  AbortError: words.problems.inUse,
};

/** @param {App} app */
export function mountCamera({ intake }) {
  const camera = new Camera((photo) => void intake.analyseFile(photo));
  find("#camera", HTMLElement).addEventListener("click", () => void camera.open());
}

/** The dialog with the camera's picture; one a page. */
export class Camera {
  /** @type {MediaStream | null} */
  #stream = null;
  #dialog = find("#camera-dialog", HTMLDialogElement);
  #video = h("video", { autoplay: true, muted: true, playsinline: true, "aria-label": words.live });
  #still = h("canvas", { role: "img", "aria-label": words.still, hidden: true });
  #words = h("p", { class: "quiet", role: "status" });
  #buttons = h("p", { class: "ways-out" });

  /** @param {(photo: File) => void} onUse */
  constructor(onUse) {
    this.onUse = onUse;
    this.#dialog.append(
      h("form", { method: "dialog" }, h("button", { class: "icon close", "aria-label": say.close }, "×")),
      h("h2", { id: "camera-title" }, words.title),
      h("div", { class: "viewfinder" }, this.#video, this.#still),
      this.#words,
      this.#buttons,
    );
    this.#dialog.addEventListener("close", () => this.#stop());
    document.addEventListener("visibilitychange", () => {
      if (document.hidden && this.#stream) this.#fail(words.problems.hidden);
    });
  }

  async open() {
    if (!this.#dialog.open) this.#dialog.showModal();
    this.#show("", words.asking, []);
    // Browsers offer the camera to pages that came over a safe connection only.
    if (!navigator.mediaDevices) return this.#fail(words.problems.insecure);
    try {
      const stream = await navigator.mediaDevices.getUserMedia({ video: { width: { ideal: 1280 } } });
      this.#stop();
      this.#stream = stream;
      if (!this.#dialog.open || document.hidden) return this.#fail(words.problems.hidden); // the reader went away meanwhile
      await this.#live(stream);
    } catch (error) {
      if (!(error instanceof DOMException)) throw error;
      this.#fail(PROBLEMS[error.name] ?? words.problems.none);
    }
  }

  /** @param {MediaStream} stream */
  async #live(stream) {
    const faces = stream.getVideoTracks()[0]?.getSettings().facingMode;
    this.#video.classList.toggle("mirrored", faces !== "environment");
    this.#video.srcObject = stream;
    await this.#video.play();
    this.#show("video", faces === "environment" ? "" : words.mirrored, [[words.take, () => this.#take()]]);
  }

  #take() {
    const { videoWidth, videoHeight } = this.#video;
    [this.#still.width, this.#still.height] = [videoWidth, videoHeight];
    this.#still.getContext("2d")?.drawImage(this.#video, 0, 0);
    this.#stop();
    this.#show("still", words.taken, [[words.use, () => this.#use()], [words.again, () => void this.open()]]);
  }

  #use() {
    this.#still.toBlob((blob) => {
      this.#dialog.close();
      if (blob) this.onUse(new File([blob], words.name, { type: blob.type }));
    }, "image/jpeg", QUALITY);
  }

  /** @param {{ title: string, detail: string }} problem */
  #fail({ title, detail }) {
    this.#stop();
    this.#show("", `${title}. ${detail}`, [[say.problems.again, () => void this.open()]]);
  }

  #stop() {
    for (const track of this.#stream?.getTracks() ?? []) track.stop();
    this.#stream = null;
    this.#video.srcObject = null;
  }

  /**
   * @param {"video" | "still" | ""} picture
   * @param {string} text
   * @param {[string, () => void][]} ways the first one is what most people want next
   */
  #show(picture, text, ways) {
    this.#video.hidden = picture !== "video";
    this.#still.hidden = picture !== "still";
    this.#words.textContent = text;
    const buttons = ways.map(([name, click]) => h("button", { type: "button", class: "text", on: { click } }, name));
    this.#buttons.replaceChildren(...buttons);
    buttons[0]?.focus();
  }
}
