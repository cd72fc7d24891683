/**
 * A part of the page as a picture, drawn by walking over its elements: their backgrounds, frames,
 * canvases, shapes and lines of text, where the browser has put them. What is scrolled out of the
 * part's sight is not in the picture, as on the screen.
 */

const SCALE = 2; // pixels of the picture for one of the page's
const NOTHING = /^(?:transparent|none|rgba\(0, 0, 0, 0\))$/;

/**
 * @param {Element} root
 * @param {string} caption a line below it
 */
export function pictureOf(root, caption) {
  const { left, top, width, height } = root.getBoundingClientRect();
  const foot = 28;
  const canvas = document.createElement("canvas");
  [canvas.width, canvas.height] = [Math.round(width * SCALE), Math.round((height + foot) * SCALE)];
  const context = canvas.getContext("2d");
  if (!context) return canvas;
  const { backgroundColor } = getComputedStyle(document.documentElement);
  const { color, fontFamily } = getComputedStyle(document.body);
  context.fillStyle = backgroundColor;
  context.fillRect(0, 0, canvas.width, canvas.height);
  context.scale(SCALE, SCALE);
  context.fillStyle = color;
  context.font = `12px ${fontFamily}`;
  context.fillText(caption, 8, height + 18, width - 16);
  context.beginPath();
  context.rect(0, 0, width, height);
  context.clip();
  context.translate(-left, -top);
  draw(context, root);
  return canvas;
}

/**
 * @param {CanvasRenderingContext2D} context
 * @param {Element} element
 */
function draw(context, element) {
  const style = getComputedStyle(element);
  if (style.display === "none" || style.visibility === "hidden" || style.clipPath !== "none") return;
  const box = element.getBoundingClientRect();
  context.save();
  context.globalAlpha *= Number(style.opacity);
  if (element instanceof SVGGeometryElement) drawShape(context, element, style);
  else if (!(element instanceof SVGElement)) drawBox(context, box, style);
  if (element instanceof HTMLCanvasElement || element instanceof HTMLImageElement) {
    context.imageSmoothingEnabled = style.imageRendering !== "pixelated";
    context.imageSmoothingQuality = "high";
    drawPicture(context, element, box, style.objectFit === "cover");
  }
  if (!(element instanceof SVGElement)) drawOutline(context, box, style); // over the picture, as the browser paints it
  if (element instanceof HTMLSelectElement || element instanceof HTMLInputElement) drawControl(context, element, box, style);
  else drawChildren(context, element, box, style);
  context.restore();
}

/**
 * @param {CanvasRenderingContext2D} context
 * @param {HTMLCanvasElement | HTMLImageElement} picture
 * @param {DOMRect} box
 * @param {boolean} isCut to the proportions of its box, rather than squeezed
 */
function drawPicture(context, picture, { left, top, width, height }, isCut) {
  const isImage = picture instanceof HTMLImageElement;
  const [w, h] = isImage ? [picture.naturalWidth, picture.naturalHeight] : [picture.width, picture.height];
  if (!w || !h || !width || !height) return;
  const scale = Math.max(width / w, height / h);
  const [across, down] = isCut ? [width / scale, height / scale] : [w, h];
  context.drawImage(picture, (w - across) / 2, (h - down) / 2, across, down, left, top, width, height);
}

/**
 * @param {CanvasRenderingContext2D} context
 * @param {Element} element
 * @param {DOMRect} box
 * @param {CSSStyleDeclaration} style
 */
function drawChildren(context, element, { left, top, width, height }, style) {
  if (style.overflow !== "visible" && element instanceof HTMLElement) {
    context.beginPath();
    context.rect(left, top, width, height);
    context.clip();
  }
  for (const child of element.childNodes) {
    if (child instanceof Element) draw(context, child);
    else if (child instanceof Text && child.data.trim()) drawText(context, child, style);
  }
}

/**
 * @param {CanvasRenderingContext2D} context
 * @param {DOMRect} box
 * @param {CSSStyleDeclaration} style
 */
function drawBox(context, { left, top, width, height }, style) {
  const radius = style.borderTopLeftRadius.endsWith("%") ? (Math.min(width, height) * parseFloat(style.borderTopLeftRadius)) / 100
    : parseFloat(style.borderTopLeftRadius);
  drawShadow(context, [left, top, width, height], style.boxShadow);
  if (!NOTHING.test(style.backgroundColor)) {
    context.fillStyle = style.backgroundColor;
    context.beginPath();
    context.roundRect(left, top, width, height, radius);
    context.fill();
  }
  for (const [side, x, y, across, down] of /** @type {const} */ ([
    ["Top", left, top, width, 0], ["Left", left, top, 0, height],
    ["Bottom", left, top + height, width, 0], ["Right", left + width, top, 0, height],
  ])) {
    const thick = parseFloat(style[`border${side}Width`]);
    if (!thick || style[`border${side}Style`] === "none") continue;
    context.fillStyle = style[`border${side}Color`];
    const [dx, dy] = [side === "Right" ? -thick : 0, side === "Bottom" ? -thick : 0];
    context.fillRect(x + dx, y + dy, across || thick, down || thick);
  }
}

/**
 * @param {CanvasRenderingContext2D} context
 * @param {DOMRect} box
 * @param {CSSStyleDeclaration} style
 */
function drawOutline(context, { left, top, width, height }, style) {
  const outline = style.outlineStyle === "solid" ? parseFloat(style.outlineWidth) : 0;
  if (!outline) return;
  const out = outline / 2 + parseFloat(style.outlineOffset);
  [context.strokeStyle, context.lineWidth] = [style.outlineColor, outline];
  context.strokeRect(left - out, top - out, width + 2 * out, height + 2 * out);
}

/**
 * Halos and veils: shadows that are neither blurred nor moved, outside of the box or within it.
 *
 * @param {CanvasRenderingContext2D} context
 * @param {[number, number, number, number]} box
 * @param {string} shadow
 */
function drawShadow(context, [left, top, width, height], shadow) {
  const [, colour, spread, inset] = /^(rgba?\([^)]*\)) 0px 0px 0px ([\d.]+)px( inset)?$/.exec(shadow) ?? [];
  if (!colour || !spread) return;
  const by = Number(spread) * (inset ? -1 : 1);
  context.fillStyle = colour;
  context.beginPath();
  context.rect(left, top, width, height);
  context.rect(left - by, top - by, width + 2 * by, height + 2 * by);
  context.fill("evenodd");
}

/**
 * @param {CanvasRenderingContext2D} context
 * @param {SVGGeometryElement} shape
 * @param {CSSStyleDeclaration} style
 */
function drawShape(context, shape, style) {
  const matrix = shape.getScreenCTM();
  if (!matrix) return;
  context.save();
  context.transform(matrix.a, matrix.b, matrix.c, matrix.d, matrix.e, matrix.f);
  const path = pathOf(shape);
  const alpha = context.globalAlpha;
  if (!NOTHING.test(style.fill)) {
    context.fillStyle = style.fill;
    context.globalAlpha = alpha * Number(style.fillOpacity);
    context.fill(path, style.fillRule === "evenodd" ? "evenodd" : "nonzero");
  }
  if (!NOTHING.test(style.stroke) && parseFloat(style.strokeWidth)) {
    const isFixed = style.vectorEffect === "non-scaling-stroke";
    context.strokeStyle = style.stroke;
    context.globalAlpha = alpha * Number(style.strokeOpacity);
    context.lineWidth = parseFloat(style.strokeWidth) / (isFixed ? Math.hypot(matrix.a, matrix.b) || 1 : 1);
    [context.lineCap, context.lineJoin] = [
      /** @type {CanvasLineCap} */ (style.strokeLinecap), /** @type {CanvasLineJoin} */ (style.strokeLinejoin),
    ];
    context.setLineDash(style.strokeDasharray === "none" ? [] : style.strokeDasharray.split(",").map(parseFloat));
    context.stroke(path);
  }
  context.restore();
}

/** @param {SVGGeometryElement} shape */
function pathOf(shape) {
  const of = (/** @type {string} */ name) => parseFloat(shape.getAttribute(name) ?? "0") || 0;
  const path = new Path2D(shape instanceof SVGPathElement ? (shape.getAttribute("d") ?? "") : "");
  if (shape instanceof SVGCircleElement) path.arc(of("cx"), of("cy"), of("r"), 0, 2 * Math.PI);
  else if (shape instanceof SVGRectElement) path.rect(shape.x.baseVal.value, shape.y.baseVal.value, shape.width.baseVal.value, shape.height.baseVal.value);
  else if (shape instanceof SVGLineElement) {
    path.moveTo(shape.x1.baseVal.value, shape.y1.baseVal.value);
    path.lineTo(shape.x2.baseVal.value, shape.y2.baseVal.value);
  } else if (shape instanceof SVGPolylineElement || shape instanceof SVGPolygonElement) {
    for (const { x, y } of shape.points) path.lineTo(x, y);
    if (shape instanceof SVGPolygonElement) path.closePath();
  }
  return path;
}

/**
 * Word by word, each where the browser has put it: lines break by themselves.
 *
 * @param {CanvasRenderingContext2D} context
 * @param {Text} text
 * @param {CSSStyleDeclaration} style
 */
function drawText(context, text, style) {
  dressText(context, text.parentElement instanceof SVGElement ? style.fill : style.color, style);
  const range = document.createRange();
  for (const { 0: word, index } of text.data.matchAll(/\S+/g)) {
    range.setStart(text, index);
    range.setEnd(text, index + word.length);
    const box = range.getClientRects()[0];
    if (box) context.fillText(cased(word, style.textTransform), box.left, baseline(context, box));
  }
}

/**
 * The text of a control, which is in no text node, or the dot of a choice.
 *
 * @param {CanvasRenderingContext2D} context
 * @param {HTMLSelectElement | HTMLInputElement} control
 * @param {DOMRect} box
 * @param {CSSStyleDeclaration} style
 */
function drawControl(context, control, box, style) {
  dressText(context, style.color, style);
  const isTick = control.type === "radio" || control.type === "checkbox";
  if (isTick || control.type === "range") {
    const share = isTick ? 0.5 : (Number(control.value) - Number(/** @type {HTMLInputElement} */ (control).min)) /
      (Number(/** @type {HTMLInputElement} */ (control).max) - Number(/** @type {HTMLInputElement} */ (control).min) || 1);
    const [x, y] = [box.left + share * box.width, box.top + box.height / 2];
    context.strokeStyle = style.color;
    context.strokeRect(box.left, y, isTick ? 0 : box.width, 0);
    context.beginPath();
    context.arc(x, y, Math.min(box.width, box.height) / 2 - 1, 0, 2 * Math.PI);
    if (!isTick || /** @type {HTMLInputElement} */ (control).checked) context.fill();
    context.stroke();
    return;
  }
  const text = control instanceof HTMLSelectElement ? (control.selectedOptions[0]?.text ?? "") : control.value;
  context.fillText(text, box.left + parseFloat(style.paddingLeft) + 1, baseline(context, box), box.width);
}

/**
 * @param {CanvasRenderingContext2D} context
 * @param {string} colour
 * @param {CSSStyleDeclaration} style
 */
function dressText(context, colour, style) {
  context.fillStyle = colour;
  context.font = `${style.fontStyle} ${style.fontWeight} ${style.fontSize} ${style.fontFamily}`;
  context.letterSpacing = style.letterSpacing === "normal" ? "0px" : style.letterSpacing;
}

/**
 * @param {CanvasRenderingContext2D} context
 * @param {DOMRect} box
 */
function baseline(context, { top, height }) {
  const { fontBoundingBoxAscent: above, fontBoundingBoxDescent: below } = context.measureText("x");
  return top + (height - above - below) / 2 + above;
}

/**
 * @param {string} word
 * @param {string} how
 */
function cased(word, how) {
  if (how === "uppercase") return word.toUpperCase();
  return how === "lowercase" ? word.toLowerCase() : word;
}
