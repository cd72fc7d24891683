/** Classes collected on the spot: named, then filled with pictures by camera or by hand. */

import { getElement, h, setAttribute } from "../../lib/dom.js";
import { Viewfinder } from "../../views/shared/camera.js";
import { Pad } from "../../views/shared/draw.js";
import { t } from "../../i18n/index.js";
import { shrink } from "./shrink.js";

/**
 * @typedef {{ blob: Blob, url: string }} Picture
 * @typedef {{ name: string, pictures: Picture[], row: HTMLElement, thumbs: HTMLElement, count:
 *   HTMLElement }} Class
 */

const words = t.learn.setup.collect;
const FEWEST = 2; // pictures of a class: one to learn from, one to be asked about
const RHYTHM = 250; // milliseconds between pictures while the button is held
const QUALITY = 0.95;

export class Collector {
  /** @type {Class[]} */
  #classes = [];
  /** @type {Class | null} Whose pictures are taken or drawn. */
  #filled = null;
  /** @type {ReturnType<typeof setInterval> | undefined} */
  #held;
  #name = h("input", { type: "text", id: "collect-name", maxlength: 60, value: words.name });
  #list = h("ol", { class: "collected" });
  #status = h("p", { class: "muted", role: "status" });
  #done = h("button", { type: "button", class: "primary", on: { click: () => void this.#finish() } }, words.use);
  #words = h("p", { class: "muted", role: "status" });
  /** @type {HTMLDialogElement} */
  element;
  /** @type {Viewfinder} */
  #finder = new Viewfinder(() => this.element.open, ({ title, detail }) => this.#showCamera(false, `${title}. ${detail}`));
  #take = h("button", { type: "button", class: "secondary" }, words.take);
  /** @type {HTMLElement} */
  #camera = h(
    "div",
    { class: "collect-camera", hidden: true },
    h("div", { class: "viewfinder" }, this.#finder.video),
    h("p", { class: "ways-out" }, this.#take, h("button", { type: "button", class: "text", on: { click: () => this.#stopCamera() } }, words.off)),
  );
  #padDialog = h("dialog", { "aria-labelledby": "collect-draw-title" });
  #pad = new Pad((drawing) => this.#drawn(drawing), this.#padDialog);

  /**
   * @param {(name: string, entries: import("./zip.js").Entry[]) => Promise<boolean>} onDone gives
   *   whether it went well
   */
  constructor(onDone) {
    this.onDone = onDone;
    this.element = h(
      "dialog",
      { class: "collect", "aria-labelledby": "collect-title" },
      h("form", { method: "dialog" }, h("button", { class: "icon close", "aria-label": t.close }, "×")),
      h("h2", { id: "collect-title" }, words.title),
      h("p", { class: "muted" }, words.hint),
      h("div", { class: "field" }, h("label", { for: "collect-name" }, words.nameLabel), this.#name),
      this.#camera,
      this.#words,
      this.#list,
      h("p", {}, h("button", { type: "button", class: "text", on: { click: () => this.#add(true) } }, words.add)),
      h("p", { class: "ways-out collect-done" }, this.#done, this.#status),
      this.#padDialog,
    );
    this.element.addEventListener("close", () => this.#stopCamera());
    this.#holdToTake();
    this.#add(false);
    this.#add(false);
  }

  open() {
    this.element.showModal();
    const first = this.#classes[0];
    if (first) getElement("input", HTMLInputElement, first.row).focus();
  }

  /**
   * Pictures that were dropped while the dialog is open: for the class that they were dropped on,
   * or else the first one that has none yet.
   *
   * @param {import("../../lib/data-transfer.js").Dropped[]} found
   * @param {EventTarget | null} target
   */
  async take(found, target) {
    const one = this.#classes.find(({ row }) => target instanceof Node && row.contains(target)) ?? this.#classes.find(({ pictures }) => !pictures.length) ?? this.#classes.at(-1);
    if (!one) return;
    const refused = [];
    for (const { path, file } of found) {
      const isShown = file && (await createImageBitmap(file).then((bitmap) => bitmap.close() ?? true, () => false));
      if (isShown) this.#keep(one, await shrink(file));
      else refused.push(path);
    }
    if (refused.length) this.#words.textContent = words.refused(refused.join(", "));
  }

  /** @param {boolean} focus */
  #add(focus) {
    const taken = new Set(this.#classes.map(({ name }) => name));
    let n = this.#classes.length + 1;
    while (taken.has(words.className(n))) n++;
    const name = h("input", { type: "text", maxlength: 60, "aria-label": words.classLabel, value: words.className(n) });
    const button = (/** @type {string} */ text, /** @type {() => void} */ click) =>
      h("button", { type: "button", class: "text", on: { click } }, text);
    const thumbs = h("ul", { class: "thumbs" });
    const amount = h("span", { class: "muted" });
    const remove = h("button", { type: "button", class: "icon", on: { click: () => this.#remove(one) } }, "×");
    const row = h("li", {}, h("div", { class: "collected-head" }, name, amount, button(words.camera, () => void this.#startCamera(one)), button(words.draw, () => this.#draw(one)), remove), thumbs);
    /** @type {Class} */
    const one = { name: words.className(n), pictures: [], row, thumbs, count: amount };
    name.addEventListener("input", () => {
      one.name = name.value.trim();
      this.#check();
    });
    setAttribute(remove, "aria-label", words.removeClass(one.name));
    setAttribute(remove, "title", words.removeClass(one.name));
    this.#classes.push(one);
    this.#list.append(row);
    this.#check();
    if (focus) name.select();
  }

  /** @param {Class} one */
  #remove(one) {
    one.pictures.forEach(({ url }) => URL.revokeObjectURL(url));
    this.#classes = this.#classes.filter((other) => other !== one);
    one.row.remove();
    if (this.#filled === one) this.#stopCamera();
    this.#check();
    this.#name.focus();
  }

  /**
   * @param {Class} one
   * @param {Blob} blob
   */
  #keep(one, blob) {
    const picture = { blob, url: URL.createObjectURL(blob) };
    one.pictures.push(picture);
    const label = words.removePicture(one.name, one.pictures.length);
    const thumb = h(
      "li",
      {},
      h("button", { type: "button", "aria-label": label, title: label, on: { click: () => this.#discard(one, picture, thumb) } }, h("img", { src: picture.url, alt: "" })),
    );
    one.thumbs.append(thumb);
    thumb.scrollIntoView({ block: "nearest" });
    this.#check();
  }

  /**
   * @param {Class} one
   * @param {Picture} picture
   * @param {HTMLElement} thumb
   */
  #discard(one, picture, thumb) {
    const next = (thumb.nextElementSibling ?? thumb.previousElementSibling)?.querySelector("button");
    URL.revokeObjectURL(picture.url);
    one.pictures = one.pictures.filter((other) => other !== picture);
    thumb.remove();
    this.#check();
    (next ?? getElement("input", HTMLInputElement, one.row)).focus();
  }

  /** @param {Class} one */
  #draw(one) {
    this.#stopCamera();
    this.#filled = one;
    this.#pad.open();
  }

  /** @param {Blob} drawing */
  #drawn(drawing) {
    if (this.#filled) this.#keep(this.#filled, drawing);
    this.#pad.clear();
    this.#pad.open(); // for the next one; closing the dialog ends it
  }

  /** @param {Class} one */
  async #startCamera(one) {
    this.#filled = one;
    this.#words.textContent = t.camera.asking;
    if (await this.#finder.start()) this.#showCamera(true, words.takingFor(one.name));
  }

  #stopCamera() {
    clearInterval(this.#held);
    this.#finder.stop();
    this.#showCamera(false, "");
  }

  /**
   * @param {boolean} isOn
   * @param {string} text
   */
  #showCamera(isOn, text) {
    this.#camera.hidden = !isOn;
    this.#words.textContent = text;
    if (isOn) this.#take.focus();
  }

  /**
   * A click takes one picture; the button held, by finger, mouse or key, takes one after the other.
   */
  #holdToTake() {
    const stop = () => clearInterval(this.#held);
    const start = () => {
      stop();
      void this.#shoot();
      this.#held = setInterval(() => void this.#shoot(), RHYTHM);
    };
    this.#take.addEventListener("pointerdown", start);
    this.#take.addEventListener("keydown", (event) => {
      if (event.key !== " " && event.key !== "Enter") return;
      event.preventDefault();
      if (!event.repeat) start();
    });
    for (const end of ["pointerup", "pointercancel", "pointerleave", "keyup", "blur"]) this.#take.addEventListener(end, stop);
  }

  async #shoot() {
    const one = this.#filled;
    const still = document.createElement("canvas");
    this.#finder.takeOnto(still);
    if (!one || !still.width) return;
    const photo = await new Promise((/** @type {(blob: Blob | null) => void} */ resolve) => still.toBlob(resolve, "image/jpeg", QUALITY));
    if (photo) this.#keep(one, await shrink(photo));
  }

  /** Say how many pictures there are, and what is still missing. */
  #check() {
    for (const { count: amount, pictures } of this.#classes) amount.textContent = words.pictures(pictures.length);
    const missing = this.#missing();
    this.#status.textContent = missing ?? words.ready;
    this.#done.disabled = missing !== null;
  }

  /** @returns {string | null} */
  #missing() {
    if (this.#classes.length < 2) return words.twoClasses;
    const names = this.#classes.map(({ name }) => folderName(name));
    if (names.some((name) => !name)) return words.noName;
    if (new Set(names).size < names.length) return words.sameName;
    const few = this.#classes.find(({ pictures }) => pictures.length < FEWEST);
    return few ? words.tooFew(few.name, FEWEST) : null;
  }

  async #finish() {
    const entries = this.#classes.flatMap(({ name, pictures }) =>
      pictures.map(({ blob }, i) => ({ path: `${folderName(name)}/${String(i + 1).padStart(4, "0")}.${blob.type === "image/png" ? "png" : "jpg"}`, blob })),
    );
    this.element.close();
    await this.onDone(this.#name.value.trim() || words.name, entries);
  }
}

/**
 * A name that can be a folder's.
 *
 * @param {string} name
 */
function folderName(name) {
  return name.trim().replace(/[/\\:*?"<>|]+/g, "_").replace(/^\.+/, "");
}
