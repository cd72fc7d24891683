/**
 * What lights up on the strip: in the layers before, where the value under the cursor comes from,
 * and its receptive field on the input.
 */

import { placeBox } from "../../lib/dom.js";
import { explains, fractions, windowBox } from "../../model/terms.js";

/**
 * @typedef {import("./column.js").Drawn} Drawn
 * @typedef {import("../../state/types.js").State} State
 */

export class Lights {
  /** @type {Set<HTMLElement>} Those that are on. */
  #lit = new Set();

  /**
   * @param {Readonly<State>} state
   * @param {(layer: string) => Drawn | undefined} drawnOf
   */
  show({ model, explanation, cursor, layer }, drawnOf) {
    const first = model?.layers[0];
    if (!first) return;
    const current = explains(explanation, layer, cursor) ? explanation : null;
    if (!current && cursor && explanation?.layer === layer) return; // the old ones stay until the new ones are here
    const before = this.#lit;
    this.#lit = new Set();
    if (current?.receptive_field) this.#lightUp(drawnOf(first.name), current.receptive_field.input, null);
    for (const input of new Set(current?.terms.map((term) => term.input))) {
      const terms = current?.terms.filter((term) => term.input === input) ?? [];
      const channels = new Set(terms.map((term) => term.channel ?? 0));
      const box = windowBox(terms);
      if (box) this.#lightUp(drawnOf(input), box, channels);
    }
    if (cursor?.length === 3) {
      const [channel = 0, top = 0, left = 0] = cursor;
      this.#lightUp(drawnOf(layer), { left, top, right: left + 1, bottom: top + 1 }, new Set([channel]));
    }
    for (const light of before) if (!this.#lit.has(light)) light.hidden = true;
  }

  /** The columns are new: nothing of theirs is on. */
  forget() {
    this.#lit = new Set();
  }

  /**
   * @param {Drawn | undefined} drawn
   * @param {import("../../state/types.js").Box} box
   * @param {Set<number> | null} channels only on these maps
   */
  #lightUp(drawn, box, channels) {
    const [, height, width] = drawn?.column.layer.shape ?? [];
    if (!drawn || height === undefined || width === undefined) return;
    drawn.lights.forEach((light, i) => {
      const channel = drawn.channels[i] ?? -1;
      if (channels && !channels.has(channel)) return;
      placeBox(light, fractions(box, height, width));
      this.#lit.add(light);
    });
  }
}
