/** Das Foto, die Kamera, das Zeichnen, und was das Netz bekommt. */

import { byPointer } from "../by-pointer.js";

/** @type {Readonly<Record<string, string>>} */
const INTERPOLATIONS = { nearest: "nächster Nachbar", bilinear: "bilinear", bicubic: "bikubisch" };

/** @type {typeof import("../en/photo.js").photo} */
export const photo = {
  onWhite: "Durchsichtiges liegt auf Weiß.",
  title: "Foto",
  none: "Noch kein Foto",
  samples: "Beispiele",
  choose: "Foto auswählen",
  orDrop: byPointer("ablegen, einfügen", "ein eigenes"),
  drop: "Das Foto oder das Netz irgendwo hier ablegen",
  label: (title, width, height) => `Das Foto: ${title}, ${width} × ${height} Pixel`,
  notHere: "Der Server behält kein Foto; darum zeigt dieser Link nur die Eingabe des Netzes.",
  yours: "das eigene Foto",
  byLink: "ein Foto, das über seinen Link geöffnet wurde",
  converted: {
    format: (from, to) => `Hier von ${from} in ${to} umgewandelt.`,
    smaller: (from, to) => `Hier von ${from} auf ${to} Pixel verkleinert.`,
    anew: (from, to) => `Hier neu gespeichert: aus ${from} wurden ${to}.`,
  },
};

/** @type {typeof import("../en/photo.js").camera} */
export const camera = {
  offer: "Aufnehmen",
  title: "Foto aufnehmen",
  live: "Was die Kamera sieht",
  still: "Das aufgenommene Foto",
  asking: "Der Browser fragt, ob diese Seite die Kamera benutzen darf.",
  mirrored: "Wie im Spiegel gezeigt; das Foto selbst ist nicht gespiegelt.",
  taken: "Die Kamera ist aus. So bekommt das Netz das Foto.",
  take: "Aufnehmen",
  goLive: "Live",
  use: "Verwenden",
  again: "Noch einmal",
  name: "eigenes Foto",
  problems: {
    refused: { title: "Die Kamera wurde verweigert", detail: "Sie lässt sich in der Adresszeile des Browsers für diese Seite erlauben; danach noch einmal versuchen." },
    none: { title: "Keine Kamera gefunden", detail: "Eine anschließen und noch einmal versuchen; oder schließen und ein Foto wählen." },
    inUse: { title: "Die Kamera liefert kein Bild", detail: "Vielleicht benutzt sie ein anderes Programm. Dieses schließen, dann noch einmal versuchen." },
    insecure: { title: "Der Browser bietet hier keine Kamera an", detail: "Das tut er nur über https oder auf diesem Rechner selbst. Ein Foto lässt sich trotzdem wählen." },
    hidden: { title: "Die Kamera wurde ausgeschaltet", detail: "Das geschieht, sobald diese Seite nicht mehr zu sehen ist." },
  },
};

/** @type {typeof import("../en/photo.js").live} */
export const live = {
  camera: "Live-Bild",
  begins: "Live",
  rate: (frames) => `Live, ${frames} ${frames === 1 ? "Bild" : "Bilder"} je Sekunde`,
  waiting: "Der Server ist beschäftigt; das nächste Bild wartet.",
  pause: "Anhalten",
  turn: "Andere Kamera",
  stop: "Beenden",
  begun: "Live: Was zu sehen ist, läuft immer wieder durch das Netz. Anhalten behält ein Bild als Foto, Escape beendet.",
  ended: "Nicht mehr live.",
  lost: { title: "Die Kamera ist weg", detail: "Sie liefert kein Bild mehr. Was vorher zu sehen war, ist wieder da." },
};

/** @type {typeof import("../en/photo.js").draw} */
export const draw = {
  offer: "Zeichnen",
  title: "Etwas zeichnen",
  role: "Zeichnung",
  label: "Zeichnung. Pfeiltasten bewegen den Stift, mit Umschalt um wenig; die Leertaste setzt ihn auf und hebt ihn ab.",
  hint: "Tasten: Pfeile bewegen den Stift, die Leertaste setzt ihn auf und hebt ihn ab, Strg Z nimmt zurück.",
  pen: { title: "Farbe", names: ["schwarz", "weiß, ein Radierer auf Weiß", "rot", "orange", "gelb", "grün", "blau", "braun"] },
  width: { title: "Stift", names: ["fein", "mittel", "breit", "sehr breit"] },
  background: {
    title: "Hintergrund",
    names: ["schwarz", "weiß", "rot", "orange", "gelb", "grün", "blau", "braun"].map((name) => `Hintergrund ${name}`),
  },
  use: "Verwenden",
  live: "Live",
  undo: "Zurück",
  clear: "Leeren",
  name: "eigene Zeichnung",
};

/** @type {typeof import("../en/photo.js").crop} */
export const crop = {
  role: "verschiebbarer Rahmen",
  label: "Der Ausschnitt, den das Netz vom Foto bekommt. Pfeiltasten verschieben es, mit Umschalt um ein Pixel; Plus und Minus vergrößern und verkleinern; Pos1 bringt es zurück in die Mitte.",
  hint: "Den Rahmen ziehen, um dem Netz einen anderen Teil zu zeigen",
  fixed: "Das Foto selbst ist nicht hier, deshalb bleibt der Rahmen, wo er ist",
  back: "Zurück in die Mitte",
  at: (left, top, width, height) => `${width} × ${height} Pixel, ${left} vom linken, ${top} vom oberen Rand`,
};

/** @type {typeof import("../en/photo.js").networkInput} */
export const networkInput = {
  title: "Eingabe des Netzes",
  empty: "Die Eingabe des Netzes",
  label: (width, height) => `Das Foto, wie das Netz es bekam, ${width} × ${height} Pixel`,
  cut: (width, height, interpolation, how) =>
    `${width} × ${height} Pixel, ${{ moved: "eigener Ausschnitt", center: "mittig ausgeschnitten", squash: "passend gestreckt", border: "das ganze Foto, mit Rändern" }[how]}, skaliert (${INTERPOLATIONS[interpolation] ?? interpolation}). `,
  colours: (formula, order) => `Dann wird jeder Wert von 0 bis 255 zu ${formula}${order ? `, in dieser Reihenfolge: ${order}` : ""}.`,
};

/** @type {typeof import("../en/photo.js").probe} */
export const probe = {
  role: "Ortssucher",
  label:
    "Die Eingabe des Netzes. Die Pfeiltasten zeigen auf ein Pixel und sagen, welche Werte der Schicht es im rezeptiven Feld haben; Escape beendet.",
  hint: byPointer("Auf ein Pixel zeigen: Welche Werte haben es im rezeptiven Feld?", "Ein Pixel antippen: Welche Werte haben es im rezeptiven Feld?"),
  pixel: (y, x) => `Pixel y ${y} · x ${x}:`,
  maps: (layer, down, across, height, width, maps) =>
    `${down} × ${across} von ${height} × ${width} Positionen von ${layer} sehen es${maps > 1 ? ", auf jeder Karte" : ""}.`,
  units: (layer, some, all) => `${some} von ${all} Einheiten von ${layer} sehen es.`,
  all: (layer, all) => `alle ${all} Einheiten von ${layer} sehen es.`,
  none: (layer) => `kein Wert von ${layer} sieht es.`,
};
