/**
 * A photo taken with the camera. It is asked for on a click, and it is off again as soon as nobody
 * needs it.
 */

import { getElement, h } from "../../lib/dom.js";
import { t } from "../../i18n/index.js";

const words = t.camera;
const QUALITY = 0.95; // of the JPEG that is sent

/**
 * @type {Record<string, { title: string, detail: string }>} Why there is no picture, by the
 *   browser's names for it.
 */
const PROBLEMS = {
  NotAllowedError: words.problems.refused,
  NotFoundError: words.problems.none,
  OverconstrainedError: words.problems.none,
  NotReadableError: words.problems.inUse,
  AbortError: words.problems.inUse,
};

/**
 * @param {MediaTrackConstraints} [which]
 * @returns {Promise<MediaStream>}
 */
export function openCamera(which = {}) {
  return navigator.mediaDevices.getUserMedia({ video: { width: { ideal: 1280 }, ...which } });
}

/** The camera's picture, while its dialog is open. */
export class Viewfinder {
  /** @type {MediaStream | null} */
  #stream = null;
  video = h("video", { autoplay: true, muted: true, playsinline: true, "aria-label": words.live });

  /**
   * @param {() => boolean} isWatched
   * @param {(problem: { title: string, detail: string }) => void} onProblem
   */
  constructor(isWatched, onProblem) {
    this.isWatched = isWatched;
    this.onProblem = onProblem;
    document.addEventListener("visibilitychange", () => {
      if (document.hidden && this.#stream) this.#fail(words.problems.hidden);
    });
  }

  /** Ask for the camera; afterwards, whether there is a picture. What stands in the way is told. */
  async start() {
    // Browsers offer the camera to pages that came over a safe connection only.
    if (!navigator.mediaDevices) return this.#fail(words.problems.insecure);
    try {
      const stream = await openCamera();
      this.stop();
      this.#stream = stream;
      if (!this.isWatched() || document.hidden) return this.#fail(words.problems.hidden); // the reader went away meanwhile
      this.video.classList.toggle("mirrored", this.isMirrored);
      this.video.srcObject = stream;
      await this.video.play();
      return true;
    } catch (error) {
      if (!(error instanceof DOMException)) throw error;
      return this.#fail(PROBLEMS[error.name] ?? words.problems.none);
    }
  }

  /**
   * Whether people see themselves, and expect to as in a mirror. The picture that is taken is not
   * turned round.
   */
  get isMirrored() {
    return this.#stream?.getVideoTracks()[0]?.getSettings().facingMode !== "environment";
  }

  /** @param {HTMLCanvasElement} canvas made as large as the picture */
  takeOnto(canvas) {
    [canvas.width, canvas.height] = [this.video.videoWidth, this.video.videoHeight];
    canvas.getContext("2d")?.drawImage(this.video, 0, 0);
  }

  /** The camera, which stays on: from now on it is somebody else's. */
  release() {
    const stream = this.#stream;
    this.#stream = null;
    this.stop();
    return stream;
  }

  stop() {
    for (const track of this.#stream?.getTracks() ?? []) track.stop();
    this.#stream = null;
    this.video.srcObject = null;
  }

  /** @param {{ title: string, detail: string }} problem */
  #fail(problem) {
    this.stop();
    this.onProblem(problem);
    return false;
  }
}

/** The dialog with the camera's picture; one a page. */
export class Camera {
  #dialog = getElement("#camera-dialog", HTMLDialogElement);
  #finder = new Viewfinder(() => this.#dialog.open, (problem) => this.#fail(problem));
  #still = h("canvas", { role: "img", "aria-label": words.still, hidden: true });
  #words = h("p", { class: "muted", role: "status" });
  #buttons = h("p", { class: "ways-out" });

  /**
   * @param {(photo: File) => void} onUse
   * @param {((stream: MediaStream) => void) | null} [onLive] where the moving picture can be used
   */
  constructor(onUse, onLive = null) {
    this.onUse = onUse;
    this.onLive = onLive;
    this.#dialog.append(
      h("form", { method: "dialog" }, h("button", { class: "icon close", "aria-label": t.close }, "×")),
      h("h2", { id: "camera-title" }, words.title),
      h("div", { class: "viewfinder" }, this.#finder.video, this.#still),
      this.#words,
      this.#buttons,
    );
    this.#dialog.addEventListener("close", () => this.#finder.stop());
  }

  async open() {
    if (!this.#dialog.open) this.#dialog.showModal();
    this.#show("", words.asking, []);
    if (!(await this.#finder.start())) return;
    this.#show("video", this.#finder.isMirrored ? words.mirrored : "", [
      [words.take, () => this.#take()],
      ...(this.onLive ? [/** @type {[string, () => void]} */ ([words.goLive, () => this.#goLive()])] : []),
    ]);
  }

  #goLive() {
    const stream = this.#finder.release();
    this.#dialog.close();
    if (stream) this.onLive?.(stream);
  }

  #take() {
    this.#finder.takeOnto(this.#still);
    this.#finder.stop();
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
    this.#show("", `${title}. ${detail}`, [[t.problems.again, () => void this.open()]]);
  }

  /**
   * @param {"video" | "still" | ""} picture
   * @param {string} text
   * @param {[string, () => void][]} ways the first one is what most people want next
   */
  #show(picture, text, ways) {
    this.#finder.video.hidden = picture !== "video";
    this.#still.hidden = picture !== "still";
    this.#words.textContent = text;
    const buttons = ways.map(([name, click]) => h("button", { type: "button", class: "text", on: { click } }, name));
    this.#buttons.replaceChildren(...buttons);
    buttons[0]?.focus();
  }
}
