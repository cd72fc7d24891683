/** Wie ein Wert berechnet wird. */

import { some } from "./plural.js";

/** @type {typeof import("../en/explain.js").explain} */
export const explain = {
  bias: "Bias",
  together: "Summe",
  outside: (place) => `${place}, außerhalb`,
  outsideTheMap: "außerhalb der Karte",
  others: (n) => `${n} weitere`,
  showAll: (n) => `Alle ${n} zeigen`,
  showLargest: "Nur die größten zeigen",
  and: " und ",
  /** The formula as a picture, beside an opened map. */
  card: {
    name: { max: "max", mean: "Mittelwert" },
    max: "Der größte bleibt",
    mean: "Ihr Mittelwert",
    copy: "Unverändert weitergegeben",
  },
  window: {
    formula: (windows) => ` = ${some(windows, "Fenster", "Fenster")} × Kern `,
    show: "Diese Werte zeigen",
    product: "Wert × Gewicht = Produkt",
    countedAsZero: "Padding: zählt als 0",
    edge: "Padding 0",
  },
  dense: {
    formula: (pieces) => ` = ${some(pieces, "Eingabe", "Eingaben")} × Gewicht `,
    balance: (label, pro, contra) => `Für${label === null ? "" : ` „${label}“`}: ${pro}. Dagegen: ${contra}.`,
    where: (label) => `Wo auf dem Foto die Beiträge${label ? ` zu „${label}“` : ""} liegen`,
    caption: (where, maps, height, width) =>
      `${where}: alle ${maps} Karten aufeinandergelegt, ${height} × ${width} Positionen. Orange spricht dafür, Blau dagegen.`,
  },
  pooling: {
    largest: (n) => ` = Maximum von ${n}`,
    mean: (n) => ` = Mittelwert von ${n}`,
    more: (n) => `und ${n} weitere`,
    maximum: "Maximum: ",
    allEqual: "Alle sind gleich; die erste zählt.",
    discarded: (n) => `Die anderen ${n} fallen weg.`,
    sum: (sum, weight, cells) => `Summe ${sum} × ${weight} (1 ÷ ${cells}) = `,
  },
  elementwise: {
    constant: "Eine Konstante: Sie wird aus keinem anderen Wert berechnet.",
    copy: "Eine Kopie von ",
    sum: (n) => ` = Summe von ${n}`,
    from: "Aus ",
    xIs: "x ist ",
    pixel: (formula) => `Das Pixel: ${formula}.`,
    norm: ({ mean, variance, epsilon, gamma, beta }) => `(x − Mittelwert ${mean}) ÷ √(Varianz ${variance} + ${epsilon}) × ${gamma} ${beta}.`,
  },
  curve: {
    at: (name) => ` = ${name} bei x = `,
    xIs: " x ist ",
    on: "Positiv: Der Schalter ist an, der Wert geht unverändert hindurch.",
    off: "Nicht positiv: ausgeschaltet.",
    passes: "Positiv: Er geht unverändert hindurch.",
    turnedDown: (to) => `Negativ: auf ${to} heruntergedreht.`,
    within: "Innerhalb der Grenzen: Er geht unverändert hindurch.",
    beyond: "Jenseits einer Grenze: dort festgehalten.",
    label: (x, y) => `Die Kurve, bei ${x} ist sie ${y}`,
  },
  softmax: {
    highest: (score) => `Das Logit ${score} ist das höchste, darum zählt es als e⁰ = 1. `,
    below: (score, gap, highest) => `Das Logit ${score} liegt ${gap} unter dem höchsten, ${highest}. `,
    rule: "e hoch dieser Zahl, geteilt durch die Summe von allen, ist die Wahrscheinlichkeit.",
    columns: ["Logit", "e^(Logit − höchstes)", "Wahrscheinlichkeit"],
  },
};
