/** The maps in the columns: fetched when a column comes into sight, painted on shared canvases. */

import { isAbort } from "../../api/http.js";
import { layerRange } from "../../model/colour-range.js";
import { hasMaps } from "../../model/graph.js";
import { condense, planeOf } from "../../render/raster.js";
import { Sheet } from "./canvas.js";

/**
 * @typedef {import("../../network/geometry.js").Column} Column
 * @typedef {import("./column.js").Drawn} Drawn
 * @typedef {import("../../state/types.js").State} State
 */

// Browsers make every canvas a layer of its own, and a hundred layers take longer to put together
// than everything else that a moved cursor changes. So neighbouring columns share one.
const COLUMNS_A_SHEET = 16;

export class Thumbnails {
  /** @type {Map<Column, Sheet>} */
  #sheets = new Map();
  #store;

  /** @param {import("../../state/types.js").App["store"]} store */
  constructor(store) {
    this.#store = store;
  }

  /**
   * Canvases for other columns.
   *
   * @param {Column[]} columns
   * @param {HTMLElement} root that they are put into
   * @param {number} unit pixels in a sixteenth of a rem
   */
  layOut(columns, root, unit) {
    /** @type {Column[][]} */
    const groups = [];
    for (const column of columns) (groups[Math.floor(column.at / COLUMNS_A_SHEET)] ??= []).push(column);
    this.#sheets = new Map(
      groups.flatMap((group) => {
        const sheet = new Sheet(group, root, unit);
        return group.map((column) => /** @type {[Column, Sheet]} */ ([column, sheet]));
      }),
    );
  }

  /** @param {Drawn} drawn */
  async fill(drawn) {
    const { numbers } = this.#store.state;
    const { layer } = drawn.column;
    if (!numbers) return;
    try {
      const tensor = await (hasMaps(layer) ? numbers.some(layer, drawn.channels) : numbers.whole(layer));
      if (this.#store.state.numbers !== numbers) return; // those of another analysis are on their way
      drawn.tensor = tensor;
      this.paint(drawn);
    } catch (error) {
      // A thumbnail that cannot be had stays empty; the stage reports the reason when its layer is
      // opened.
      if (!isAbort(error)) console.warn(error);
    }
  }

  /** @param {Drawn} drawn */
  paint({ column, thumbs, tensor }) {
    const { analysis, theme } = this.#store.state;
    const { layer } = column;
    const result = analysis?.layers.find(({ name }) => name === layer.name);
    const sheet = this.#sheets.get(column);
    if (!tensor || !result || !sheet) return;
    const range = layerRange(result);
    thumbs.forEach((thumb, i) => {
      if (hasMaps(layer)) sheet.paint(column, i, planeOf(tensor, i), layer.shape[2] ?? 1, range, theme);
      else sheet.paint(column, i, condense(tensor.data, 128), 1, range, theme);
      thumb.classList.remove("empty");
    });
  }
}
