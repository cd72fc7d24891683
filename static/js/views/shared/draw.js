/** A drawing instead of a photo: by mouse, pen, finger or keyboard. */

import { getElement, h, setAttribute } from "../../lib/dom.js";
import { framesOfCanvas } from "../../lib/frame-source.js";
import { t } from "../../i18n/index.js";

/**
 * @typedef {{ colour: string, width: number, points: number[][] }} Stroke
 * @typedef {{ background: string, strokes: Stroke[] }} Drawing
 * @typedef {{ begin: (source: import("../../lib/frame-source.js").FrameSource) => void, end: () =>
 *   void }} Follower Who is shown the drawing while it is drawn.
 */

const words = t.draw;
const SIZE = 320; // pixels of the drawing's sides
const STEP = 8; // pixels that an arrow key moves the pen
const COLOURS = ["#000000", "#ffffff", "#d62828", "#f28c28", "#f7d038", "#2a9d4a", "#2667c9", "#7a4a21"];
const WIDTHS = [4, 10, 22, 44];
const ARROWS = /** @type {Record<string, [number, number]>} */ ({
  ArrowUp: [0, -1], ArrowDown: [0, 1], ArrowLeft: [-1, 0], ArrowRight: [1, 0],
});

/** @param {import("../../state/types.js").App} app */
export function mountDraw({ photoController, live }) {
  const follower = {
    begin: (/** @type {import("../../lib/frame-source.js").FrameSource} */ source) => live.start(source, words.name),
    end: () => live.stop(),
  };
  const pad = new Pad((drawing) => void photoController.analyseFile(drawing), undefined, follower);
  getElement("#draw", HTMLElement).addEventListener("click", () => pad.open());
}

/** The dialog that is drawn in. */
export class Pad {
  /** @type {Drawing[]} What was there before, the oldest first. */
  #past = [];
  /** @type {Drawing} */
  #now = { background: COLOURS[1] ?? "", strokes: [] };
  #colour = COLOURS[0] ?? "";
  #width = WIDTHS[1] ?? 1;
  #pen = [SIZE / 2, SIZE / 2];
  /** Counts what was painted. */
  #version = 0;
  /** Whether the keyboard's pen is down. */
  #isDown = false;
  /** @type {HTMLDialogElement} */
  #dialog;
  #canvas = h("canvas", {
    width: SIZE, height: SIZE, tabindex: 0, role: "application", "aria-roledescription": words.role, "aria-label": words.label,
    on: {
      pointerdown: (/** @type {PointerEvent} */ event) => this.#press(event),
      pointermove: (/** @type {PointerEvent} */ event) => event.buttons && this.#draw(this.#placeOf(event)),
      keydown: (/** @type {KeyboardEvent} */ event) => this.#key(event),
      blur: () => this.#lift(),
    },
  });
  #tip = h("span", { class: "tip", "aria-hidden": "true" });
  #live = h("button", { type: "button", class: "text", "aria-pressed": "false", on: { click: () => this.#setLive(!this.#isLive) } }, words.live);
  #undo = h("button", { type: "button", class: "text", on: { click: () => this.#goBack() } }, words.undo);

  /**
   * @param {(drawing: File) => void} onUse
   * @param {HTMLDialogElement} [dialog] for this pad alone, labelled by the heading that is made
   *   here
   * @param {Follower | null} [follower]
   */
  constructor(onUse, dialog = getElement("#draw-dialog", HTMLDialogElement), follower = null) {
    this.onUse = onUse;
    this.follower = follower;
    this.#dialog = dialog;
    const button = (/** @type {string} */ name, /** @type {() => void} */ click) =>
      h("button", { type: "button", class: "text", on: { click } }, name);
    this.#dialog.append(
      h("form", { method: "dialog" }, h("button", { class: "icon close", "aria-label": t.close }, "×")),
      h("h2", { id: dialog.getAttribute("aria-labelledby") }, words.title),
      h("div", { class: "pad" }, this.#canvas, this.#tip),
      h("p", { class: "muted" }, words.hint),
      choice(words.pen, COLOURS, this.#colour, (colour) => (this.#colour = colour)),
      choice(words.width, WIDTHS, this.#width, (width) => {
        this.#width = width;
        this.#paint();
      }),
      choice(words.background, COLOURS, this.#now.background, (background) => this.#change({ ...this.#now, background })),
      h("p", { class: "ways-out" }, button(words.use, () => this.#use()), follower && this.#live, this.#undo, button(words.clear, () => this.clear())),
    );
    if (!follower) return;
    this.#dialog.addEventListener("close", () => !this.#dialog.open && this.#isLive && this.#setLive(false));
    this.#dialog.addEventListener("keydown", ({ key }) => key === "Escape" && this.#isLive && this.#dialog.close());
  }

  get #isLive() {
    return this.#dialog.classList.contains("beside");
  }

  /**
   * While it is drawn live, the dialog stands beside what follows it.
   *
   * @param {boolean} isLive
   */
  #setLive(isLive) {
    const wasOpen = this.#dialog.open;
    this.#dialog.classList.toggle("beside", isLive);
    setAttribute(this.#live, "aria-pressed", String(isLive));
    if (!isLive) this.follower?.end();
    if (!wasOpen) return;
    this.#dialog.close();
    if (isLive) this.#dialog.show();
    else this.#dialog.showModal();
    this.#canvas.focus();
    if (isLive) this.follower?.begin(framesOfCanvas(this.#canvas, () => this.#version, () => this.#dialog.close()));
  }

  open() {
    this.#dialog.showModal();
    this.#paint();
    this.#canvas.focus();
  }

  /** Begin anew, on the same ground. */
  clear() {
    this.#change({ ...this.#now, strokes: [] });
  }

  /** @param {PointerEvent} event */
  #press(event) {
    this.#lift();
    this.#canvas.setPointerCapture(event.pointerId);
    this.#begin(this.#placeOf(event));
  }

  /** @param {PointerEvent} event */
  #placeOf({ clientX, clientY }) {
    const { left, top, width, height } = this.#canvas.getBoundingClientRect();
    return [((clientX - left) / width) * SIZE, ((clientY - top) / height) * SIZE];
  }

  /** @param {KeyboardEvent} event */
  #key(event) {
    const move = ARROWS[event.key];
    if (event.key === " " && !event.repeat) {
      const wasDown = this.#isDown;
      this.#lift();
      if (!wasDown) this.#begin(this.#pen);
      this.#isDown = !wasDown;
    } else if (move) {
      const step = event.shiftKey ? 1 : STEP;
      this.#pen = this.#pen.map((at, axis) => Math.max(0, Math.min(SIZE, at + step * (move[axis] ?? 0))));
      if (this.#isDown) this.#draw(this.#pen);
    } else if (event.key === "z" && (event.ctrlKey || event.metaKey)) this.#goBack();
    else if (event.key !== " ") return;
    event.preventDefault();
    this.#paint();
  }

  #lift() {
    this.#isDown = false;
    this.#paint();
  }

  /** @param {number[]} place */
  #begin(place) {
    const stroke = { colour: this.#colour, width: this.#width, points: [place] };
    this.#pen = place;
    this.#change({ ...this.#now, strokes: [...this.#now.strokes, stroke] });
  }

  /** @param {number[]} place */
  #draw(place) {
    this.#now.strokes.at(-1)?.points.push(place);
    this.#pen = place;
    this.#paint();
  }

  /** @param {Drawing} next */
  #change(next) {
    this.#past.push(this.#now);
    this.#now = next;
    this.#paint();
  }

  #goBack() {
    this.#isDown = false;
    this.#now = this.#past.pop() ?? this.#now;
    this.#paint();
  }

  #paint() {
    const { background, strokes } = this.#now;
    const context = this.#canvas.getContext("2d");
    if (!context) return;
    context.fillStyle = background;
    context.fillRect(0, 0, SIZE, SIZE);
    [context.lineCap, context.lineJoin] = ["round", "round"];
    for (const { colour, width, points } of strokes) {
      [context.strokeStyle, context.lineWidth] = [colour, width];
      context.beginPath();
      const [startX = 0, startY = 0] = points[0] ?? [];
      context.moveTo(startX, startY);
      context.lineTo(startX + 0.01, startY); // a line without length is not drawn, but a tap is a dot
      for (const [x = 0, y = 0] of points) context.lineTo(x, y);
      context.stroke();
    }
    this.#version += 1;
    this.#undo.disabled = this.#past.length === 0;
    this.#tip.classList.toggle("down", this.#isDown);
    const [x = 0, y = 0] = this.#pen;
    const share = (/** @type {number} */ n) => `${(n / SIZE) * 100}%`;
    Object.assign(this.#tip.style, { left: share(x), top: share(y), width: share(this.#width) });
  }

  #use() {
    this.#canvas.toBlob((blob) => {
      this.#dialog.close();
      if (blob) this.onUse(new File([blob], words.name, { type: blob.type }));
    });
  }
}

/**
 * A row of buttons of which one is pressed: colours, or dots as wide as the pen.
 *
 * @template {string | number} T
 * @param {{ title: string, names: string[] }} said
 * @param {T[]} values
 * @param {T} first
 * @param {(value: T) => void} onChoice
 */
function choice({ title, names }, values, first, onChoice) {
  /** @type {(value: T) => Record<string, string>} */
  const dot = (value) =>
    typeof value === "number" ? { width: `${value / 2}px`, height: `${value / 2}px` } : { background: String(value) };
  const buttons = values.map((value, i) => {
    const click = () => {
      buttons.forEach((button, k) => button.setAttribute("aria-pressed", String(k === i)));
      onChoice(value);
    };
    const pressed = String(value === first);
    return h("button", { type: "button", "aria-label": names[i], title: names[i], "aria-pressed": pressed, on: { click } }, h("span", { style: dot(value) }));
  });
  return h("div", { class: "pens", role: "group", "aria-label": title }, h("span", { class: "muted" }, title), ...buttons);
}
