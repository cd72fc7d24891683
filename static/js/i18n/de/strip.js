/** Der Streifen der Schichten. */

/** @type {typeof import("../en/strip.js").strip} */
export const strip = {
  title: "Schichten",
  lists: "Vektoren",
  column: (name, kind, shape, parameters, multiplyAdds) =>
    `${name}: ${kind}, ${shape}`
    + (parameters === null ? "" : `, ${parameters} Parameter`) + (multiplyAdds === null ? "" : `, ${multiplyAdds} Multiply-Adds`),
  layers: (count) => `${count} Schichten`,
  number: (number) => `Block ${number}`,
  block: (name, layers) => `${name}, ein Block aus ${layers} Schichten`,
  collapse: (name, layers) => `Die ${layers} Schichten von ${name} einklappen`,
  expand: (name, layers) => `Die ${layers} Schichten von ${name} ausklappen`,
  foldAll: (count) => `Block × ${count} einklappen`,
  expandAll: (count) => `Block × ${count} ausklappen`,
  shown: (some, all) => `${some} von ${all} Schichten gezeigt`,
  tools: "Im Netz bewegen",
  search: "Schicht suchen",
  overview: {
    title: "Schichten im Überblick",
    layer: "Schicht",
    zeros: "Nullen",
    silent: "stumme Karten",
    of: (some, all) => `${some} von ${all}`,
    extremes: "Minimum und Maximum",
    deviation: "Standardabweichung",
    notNumbers: "NaN und unendlich",
    nan: "NaN",
    inf: "unendlich",
    logarithmic: "Minimum, Maximum und Abweichung sind logarithmisch gezeichnet: Große Werte rücken zusammen, damit kleine sichtbar bleiben.",
  },
  answer: "Zur Ausgabe →",
  whole: "Ganzes Netz",
  zoomIn: "Vergrößern",
  zoomOut: "Verkleinern",
  find: "Schichten",
  query: "Name oder Operation, etwa conv",
  found: (count) => (count === 1 ? "1 Schicht gefunden" : `${count} Schichten gefunden`),
  all: (count) => `${count} Schichten`,
  parameters: (count) => `${count} Parameter`,
  families: {
    input: "Eingabe", weights: "Gewichte", norm: "Normalisierung", activation: "Aktivierung", pool: "Pooling", merge: "Zusammenführung",
    reshape: "Umformung", output: "Ausgabe", other: "Sonstiges",
  },
};
