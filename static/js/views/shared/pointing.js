/**
 * The one rule of everything that shows numbers: the pointer shows; a click holds, and the next one
 * lets go. By touch, a tap shows and a long press holds.
 */

/**
 * @template P
 * @typedef {object} Reader What is told of the pointer; P is where a number is.
 * @property {(place: P) => void} point the pointer passes over
 * @property {(place: P) => void} show
 * @property {(place: P) => void} hold
 * @property {(place: P) => void} click
 */

/**
 * @typedef {object} Options
 * @property {(event: MouseEvent) => void} [open] what a click or a tap does where it does not hold
 *   or show
 * @property {boolean} [drags] whether a finger that moves shows number after number, where the page
 *   does not scroll with it
 */

const LONG = 500; // milliseconds that make a press a long one
const STILL = 8; // pixels that a finger may stray in them

/**
 * The listeners of an element that shows numbers.
 *
 * @template P
 * @param {Reader<P>} reader
 * @param {(event: MouseEvent) => P | null} placeOf
 * @param {Options} [options]
 * @returns {Record<string, (event: any) => void>}
 */
export function pointing(reader, placeOf, { open, drags = false } = {}) {
  const press = new Press();
  const tell = (/** @type {(place: P) => void} */ what, /** @type {MouseEvent} */ event) => {
    const place = placeOf(event);
    if (place !== null) what(place);
  };
  return {
    pointerdown: (/** @type {PointerEvent} */ event) => {
      const place = placeOf(event);
      press.begin(event, () => place !== null && reader.hold(place));
      if (drags && press.isTouch && place !== null) reader.show(place);
    },
    pointermove: (/** @type {PointerEvent} */ event) => {
      if (event.pointerType !== "touch") tell((place) => reader.point(place), event);
      else if (press.strays(event) && drags) tell((place) => reader.show(place), event);
    },
    pointerup: () => press.end(),
    pointercancel: () => press.end(),
    click: (/** @type {MouseEvent} */ event) => {
      const isKey = event.detail === 0; // Enter on a button is a click without a count
      if (press.wasLong && !isKey) return; // it has been held
      if (open) open(event);
      else if (!press.isTouch || isKey) tell((place) => reader.click(place), event);
      else if (!drags) tell((place) => reader.show(place), event); // otherwise it is shown since the finger came down
    },
    contextmenu: (/** @type {MouseEvent} */ event) => {
      if (press.isTouch) event.preventDefault(); // a browser's menu for a long press
    },
  };
}

/** What a finger does between coming down and lifting. */
class Press {
  isTouch = false;
  wasLong = false;
  #hasStrayed = false;
  /** @type {{ x: number, y: number }} */
  #start = { x: 0, y: 0 };
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #timer;

  /**
   * @param {PointerEvent} event
   * @param {() => void} long called when it has become a long one
   */
  begin({ pointerType, clientX: x, clientY: y }, long) {
    this.end();
    this.isTouch = pointerType === "touch";
    this.wasLong = this.#hasStrayed = false;
    this.#start = { x, y };
    if (!this.isTouch) return;
    this.#timer = setTimeout(() => {
      this.wasLong = true;
      long();
    }, LONG);
  }

  /**
   * Whether the finger moves on purpose, rather than pressing long.
   *
   * @param {PointerEvent} event
   */
  strays({ clientX, clientY }) {
    if (this.wasLong) return false;
    this.#hasStrayed ||= Math.hypot(clientX - this.#start.x, clientY - this.#start.y) > STILL;
    if (this.#hasStrayed) this.end();
    return this.#hasStrayed;
  }

  end() {
    clearTimeout(this.#timer);
  }
}
