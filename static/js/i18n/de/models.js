/** Ein Modell hochladen, und wie seine Fotos vorbereitet werden. */

import { some } from "./plural.js";

/** @type {typeof import("../en/models.js").models} */
export const models = {
  offer: "Netz hochladen …",
  title: "Eigenes Netz",
  lead: "Eine ONNX-Datei mit einem Netz, das ein Bild bekommt, oder hier gespeicherte Gewichte (.safetensors). PyTorch, TensorFlow und Keras schreiben ONNX. Liegen seine Gewichte in Dateien daneben (.onnx.data), alle zusammen wählen oder ablegen.",
  choose: "Datei wählen",
  another: "Andere Datei",
  reading: "Der Server liest es",
  submit: "Öffnen",
  submitAgain: "Noch einmal öffnen",
  name: "Name",
  size: "Größe der Eingabe",
  height: "Höhe in Pixeln",
  width: "Breite in Pixeln",
  pixels: "Pixel, Höhe × Breite",
  fixedSize: (size) => `${size} Pixel, wie es in der Datei steht`,
  fixedSide: { height: "die Höhe legt die Datei fest", width: "die Breite legt die Datei fest" },
  photo: (name) => `${name} wird zum Foto, sobald das Netz gelesen ist.`,
  sameName: (size, time, id) => `${size} Pixel, ${time ? `geöffnet um ${time}` : `Nummer …${id}`}`,
  normalisation: "Normierung",
  presets: {
    "": "Wie in der Datei, oder wie das Netz es zeigt, sonst wie ImageNet",
    imagenet: "ImageNet: Mittelwert und Standardabweichung je Kanal",
    unit: "0 … 1",
    symmetric: "−1 … 1",
    raw: "0 … 255",
    caffe: "Caffe: BGR (Blau, Grün, Rot), 0 … 255",
    custom: "Eigene Werte",
  },
  mean: "Mittel",
  std: "Standardabweichung",
  scale: "Wertebereich der Pixel",
  scales: { "": "0 … 1 (erst ÷ 255)", 1: "0 … 255" },
  formula: "(Pixel − Mittelwert) ÷ Standardabweichung; ein Wert, oder einer je Kanal in der Reihenfolge des Netzes.",
  channels: "Kanäle",
  channelChoices: { "": "Rot, Grün, Blau, oder wie die Vorgabe sagt", rgb: "Rot, Grün, Blau", bgr: "Blau, Grün, Rot", rgba: "Rot, Grün, Blau und Deckkraft", list: "Eine Liste" },
  channelList: "Wert jedes Kanals",
  channelHint: "r, g und b sind Farben, a ist überall 255, eine Zahl von 0 bis 255 bleibt gleich.",
  cropMode: "Fotos anderer Form",
  cropModes: { "": "Die Mitte ausschneiden", squash: "Strecken", border: "Ränder ergänzen" },
  constant: (name) => `Eingang „${name}“ ist immer`,
  labels: "Klassennamen",
  labelChoices: { "": "Wie in der Datei, sonst Nummern", imagenet: "Die 1.000 Namen von ImageNet", file: "Eine Textdatei, ein Name je Zeile" },
  chooseLabels: "Textdatei wählen",
  noFile: "oder hier ablegen",
  data: {
    list: "Gewichte in anderen Dateien",
    alone: { title: "Das sind nur die Gewichte eines Netzes", detail: "Sie gehören zu einer .onnx-Datei, in der steht, was mit ihnen geschieht. Diese Datei wählen oder hier ablegen: dann werden beide zusammen gesendet." },
    add: (n) => (n === 1 ? "Fehlende Datei hinzufügen" : `Die ${n} fehlenden Dateien hinzufügen`),
    called: (file, size) => `${size}, aus ${file}`,
    remove: "Weglassen",
    removeNamed: (name) => `${name} weglassen`,
  },
  notANetwork: { title: "Das sieht nicht nach einem Netz aus", detail: "Der Name endet weder auf .onnx noch auf .safetensors. Senden lässt sich die Datei trotzdem." },
  list: "Hochgeladene Netze",
  figures: (parameters, size, hours) =>
    `${parameters} Parameter · ${size} · bleibt ${hours < 1 ? "noch keine Stunde" : some(hours, "Stunde", "Stunden")}, länger bei Gebrauch`,
  shown: "auf der Seite",
  open: "Öffnen",
  openNamed: (title) => `${title} öffnen`,
  change: "Ändern",
  changeNamed: (title) => `Ändern, wie ${title} gelesen wird`,
  remove: "Löschen",
  removeNamed: (title) => `${title} löschen`,
  stays: "Die Datei geht nur an diesen Server und bleibt in seinem Arbeitsspeicher; nichts wird auf die Platte geschrieben.",
  problem: {
    op: "Operation",
    node: "Knoten",
    supported: (n) => `Die ${n} Operationen, die gerechnet werden können`,
    nothingLost: "Das Foto und das Netz auf der Seite sind, wie sie waren.",
    remedies: {
      "model-too-large": "Gewichte in halber Genauigkeit, eine kleinere Eingabe oder eine kleinere Fassung des Netzes passen vielleicht.",
    },
    mismatch: "Ein Feld passt nicht zu dieser Datei",
    inputsNeeded: (names) =>
      `Außer dem Foto nimmt das Netz ${names.map((name) => `„${name}“`).join(", ")}. Unten die Zahl eintragen, die ${names.length === 1 ? "dieser Eingang" : "jeder dieser Eingänge"} immer hat; bei einer Zahl je Zelle alle, mit Kommas.`,
    channelsNeeded: (n) => `Das Netz nimmt ${n} Kanäle; ein Foto hat 1 oder 3. Unten bei „Kanäle“ wählen, was jeder bekommt.`,
    sizeOf: (height, width) => {
      if (height !== null && width !== null) return `Die Datei legt die Größe der Eingabe fest: ${height} × ${width} Pixel, Höhe × Breite.`;
      if (height !== null) return `Die Datei legt die Höhe der Eingabe fest, ${height} Pixel; die Breite ist offen. Unten die Breite der Bilder eintragen, mit denen das Netz trainiert wurde.`;
      if (width !== null) return `Die Datei legt die Breite der Eingabe fest, ${width} Pixel; die Höhe ist offen. Unten die Höhe der Bilder eintragen, mit denen das Netz trainiert wurde.`;
      return "Die Datei lässt die Größe der Eingabe offen. Unten Höhe und Breite der Bilder eintragen, mit denen das Netz trainiert wurde.";
    },
  },
};

/** @type {typeof import("../en/models.js").preprocessing} */
export const preprocessing = {
  open: "Andere Vorverarbeitung",
  assumed: "Die Vorverarbeitung ist angenommen: vergleichen",
  title: "Vorverarbeitung des Fotos",
  wait: "Das Netz rechnet das Foto mit jeder Vorverarbeitung.",
  sources: {
    file: "Die Vorverarbeitung steht in der Datei des Netzes.",
    graph: "Das Netz selbst zeigt, welche Werte es nimmt: am Typ seiner Eingabe oder an seinen ersten Operationen.",
    chosen: "Die Vorverarbeitung wurde beim Hochladen des Netzes gewählt.",
    assumed: "Die Datei des Netzes nennt keine Vorverarbeitung; die übliche ist angenommen. Die richtige gibt sichere und zutreffende Vorhersagen für Fotos von dem, womit es trainiert wurde.",
  },
  preprocessing: "Vorverarbeitung",
  answer: "Vorhersage",
  custom: "Eine eigene",
  boxes: (n, best) => (best === null ? "kein Kasten mit 5 % oder mehr" : `${n} ${n === "1" ? "Kasten" : "Kästen"}, bester Score ${best}`),
  taking: "Das Netz wird so aufbereitet.",
  now: "wie jetzt",
  take: "Anwenden",
  takeNamed: (name) => `Diese Vorverarbeitung anwenden: ${name}`,
};
