/** Der Wert unter dem Zeiger, und woher er kommt. */

/** @type {typeof import("../en/inspector.js").inspector} */
export const inspector = {
  title: "Inspektor",
  tabs: "Was der Inspektor zeigt",
  layer: "Schicht",
  whatif: "Was wäre, wenn?",
  attribution: "Warum?", // in full, the three tabs are wider than a phone
  attributionOfValue: "Warum?",
  end: "Ende",
  start: "Anfang",
  shape: "Form",
  layout: "Achsen",
  axes: { N: "Batch", C: "Kanäle", H: "Höhe", W: "Breite", L: "Länge" },
  notPerPicture: "keine Batch-Achse",
  inputs: "Eingabe",
  thePhoto: "das Foto",
  parameters: "Parameter",
  multiplyAdds: "Multiply-Adds",
  receptiveField: "Rezeptives Feld",
  min: "Minimum",
  max: "Maximum",
  mean: "Mittelwert",
  zeros: "Nullen",
  silentMaps: "stumme Karten",
  silent: (maps) => (maps === 1 ? "Eine Karte ist auf diesem Foto stumm" : `${maps} Karten sind auf diesem Foto stumm`),
  silentOnly: "Sie sind hier überall null. Ob ein Filter nie anspricht, zeigen erst viele Fotos.",
  map: (channel) => `Karte ${channel} öffnen`,
  settings: {
    kernel: "Kern",
    stride: "Schrittweite",
    padding: "Padding",
    dilation: "Dilatation",
    groups: "Gruppen",
    alpha: "Alpha",
    low: "Untergrenze",
    high: "Obergrenze",
    rate: "Rate",
    epsilon: "Epsilon",
    value: "Wert",
    shape: "Form",
  },
  explanation: "Wie dieser Wert berechnet wird",
};

/** @type {typeof import("../en/inspector.js").effectiveReceptiveField} */
export const effectiveReceptiveField = {
  button: "Effektives rezeptives Feld",
  nothing: "Der Gradient ist für jedes Pixel null: Jeder Pfad zu diesem Wert ist abgeschaltet, oder er hängt von keinem ab.",
  words: ({ height, width, middle, strongest, y, x }) =>
    `Das rezeptive Feld misst ${height} × ${width} Pixel, aber nicht alle zählen gleich: ` +
    `${middle} des Einflusses liegen in seinem mittleren Viertel. ` +
    `Das stärkste Pixel ist y ${y} · x ${x}: Eine Änderung um 1 dort ändert den Wert um höchstens ${strongest}.`,
};

/** @type {typeof import("../en/inspector.js").strongestPath} */
export const strongestPath = {
  tools: "Von diesem Wert zum Foto",
  button: "Stärkster Pfad zum Foto",
  fromHere: "Stärkster Pfad von hier aus",
  title: "Der stärkste Pfad",
  lead: "Von allen Summanden, aus denen ein Wert berechnet wird, der größte; dann dort dasselbe, zurück bis zum Foto.",
  contribution: "Beitrag zum Wert darüber",
  next: "Einen Schritt weiter zurück",
  close: "Pfad schließen",
  unit: (unit) => `Einheit ${unit}`,
  found: (steps) => `Der stärkste Pfad hat ${steps} Schritte.`,
};
