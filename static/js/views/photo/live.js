/**
 * A camera whose frames run through the network, one after the other; and below the photo the ways
 * to freeze one of them and to end it.
 */

import { getElement, h } from "../../lib/dom.js";
import { framesOfVideo } from "../../lib/frame-source.js";
import { t } from "../../i18n/index.js";
import { Camera, openCamera } from "../shared/camera.js";

/** @typedef {import("../../state/types.js").App} App */

const words = t.live;

/** @param {App} app */
export function mountLive(app) {
  const bar = new LiveBar(app);
  const camera = new Camera(
    (photo) => void app.photoController.analyseFile(photo),
    (stream) => void bar.begin(stream),
  );
  getElement("#camera", HTMLElement).addEventListener("click", () => void camera.open());
  app.store.watch(["live"], () => bar.show());
}

class LiveBar {
  #app;
  #element = getElement("#live-bar", HTMLElement);
  #makings = getElement(".makings", HTMLElement);
  #pause = button(words.pause, () => void this.#app.live.freeze());
  #turn = button(words.turn, () => void this.#turnRound());
  /** @type {MediaStream | null} */
  #stream = null;
  #wasLive = false;

  /** @param {App} app */
  constructor(app) {
    this.#app = app;
    this.#turn.hidden = true;
    this.#element.append(this.#pause, this.#turn, button(words.stop, () => this.#app.live.stop()));
    this.#element.addEventListener("keydown", (event) => {
      if (event.key !== "Escape") return;
      event.stopPropagation();
      this.#app.live.stop();
    });
  }

  /** @param {MediaStream} stream */
  async begin(stream) {
    const video = h("video", { muted: true, playsinline: true });
    video.muted = true; // the attribute alone does not allow the page to play it
    video.srcObject = stream;
    const stop = () => {
      for (const track of stream.getTracks()) track.stop();
      video.srcObject = null;
    };
    // An end that the page did not ask for: somebody pulls the plug, or takes the leave back.
    for (const track of stream.getTracks()) track.addEventListener("ended", () => this.#lose());
    await video.play();
    this.#stream = stream;
    this.#app.live.start(framesOfVideo(video, stop), words.camera);
    const cameras = (await navigator.mediaDevices.enumerateDevices()).filter(({ kind }) => kind === "videoinput");
    this.#turn.hidden = cameras.length < 2;
  }

  show() {
    const isLive = this.#app.store.state.live !== null;
    if (isLive === this.#wasLive) return;
    this.#wasLive = isLive;
    const hadFocus = this.#element.contains(document.activeElement);
    this.#element.hidden = !isLive;
    this.#makings.hidden = isLive;
    document.documentElement.toggleAttribute("data-live", isLive);
    getElement("#live-words", HTMLElement).textContent = isLive ? words.begun : words.ended;
    if (isLive && !document.activeElement?.closest("dialog")) this.#pause.focus(); // who draws goes on drawing
    if (isLive) return;
    this.#turn.hidden = true;
    if (hadFocus || document.activeElement === document.body) getElement("#camera", HTMLElement).focus();
  }

  /** The camera on the other side, of a phone; the next one of a computer. */
  async #turnRound() {
    const [track] = this.#stream?.getVideoTracks() ?? [];
    const { facingMode, deviceId } = track?.getSettings() ?? {};
    const cameras = (await navigator.mediaDevices.enumerateDevices()).filter(({ kind }) => kind === "videoinput");
    const at = cameras.findIndex((camera) => camera.deviceId === deviceId);
    const next = cameras[(at + 1) % cameras.length]?.deviceId ?? "";
    const wanted = facingMode ? { facingMode: facingMode === "user" ? "environment" : "user" } : { deviceId: next };
    try {
      // Phones open one camera at a time.
      this.#app.live.stop();
      await this.begin(await openCamera(wanted));
    } catch (error) {
      if (!(error instanceof DOMException)) throw error;
      this.#lose();
    }
  }

  #lose() {
    this.#app.live.stop();
    this.#app.store.set({ problem: { type: "camera-lost", status: 0, ...words.lost } });
  }
}

/**
 * @param {string} name
 * @param {() => void} click
 */
function button(name, click) {
  return h("button", { type: "button", class: "text", on: { click } }, name);
}
