/** Attribution. */

/** @type {typeof import("../en/attribution.js").attribution} */
export const attribution = {
  title: "Warum diese Klasse?",
  titleOfValue: "Warum dieser Wert?",
  warning:
    "Von welchen Pixeln die Ausgabe abhängt. Diese Karten zeigen, worauf das Netz anspricht, nicht, was wahr ist, " +
    "und jede stellt eine andere Frage.",
  method: "Verfahren",
  target: "Zielklasse",
  output: "Ausgabe",
  unit: "Welcher Wert (leer: der größte)",
  axes: { unit: "Einheit", map: "Karte", y: "y", x: "x", box: "Kasten", value: "Wert" },
  coordinate: (axis, at) => `${axis} ${at}`,
  baselines: {
    black: "Schwarz",
    white: "Weiß",
    grey: (level) => `Grau (${level} von 255)`,
    mixed: (red, green, blue) => `die Farbe mit Rot ${red}, Grün ${green} und Blau ${blue} von 255`,
  },
  from: "Schicht",
  options: "Einstellungen",
  option: {
    steps: "Schritte",
    samples: "Stichproben (verrauschte Kopien)",
    noise: "Rauschen σ, als Anteil am Wertebereich",
    window: "Fenstergröße, Pixel",
    stride: "Schrittweite, Pixel",
  },
  best: (label, share) => `erste Vorhersage: ${label}, ${share}`,
  choice: (label, share) => `${label}, ${share}`,
  usual: "letzte passende Schicht",
  layer: (name, height, width) => `${name}, ${height} × ${width}`,
  compute: "Berechnen",
  slow: "Das Netz läuft dafür viele Male; das dauert einen Moment und lässt sich abbrechen.",
  asking: "Das Netz rechnet",
  progress: (done, total) => `${done} von ${total} Läufen`,
  took: (ms) => `Berechnet in ${ms} ms.`,
  cancel: "Abbrechen",
  again: "Noch einmal versuchen",
  reset: "Zurück zur üblichen Klasse und Schicht",
  figures: { target: "Zielklasse", number: "Wert", score: "Seine Höhe", logit: "Logit", probability: "Wahrscheinlichkeit", sum: "Summe über alle Pixel", layer: "Schicht" },
  nothing: "Überall null: Nach diesem Verfahren spricht kein Pixel für die Klasse.",
  inWords: ({ low, high, y, x, tenth, against }) =>
    `Von ${low} bis ${high}, am größten bei y ${y} · x ${x}. Das stärkste Zehntel der Pixel enthält ${tenth} von allem` +
    (against === null ? "." : `; ${against} sprechen gegen die Klasse.`),
  completeness: (sum, whole, off) =>
    `Vollständigkeit: zusammen ${sum} von ${whole} (die Ausgabe minus die der Baseline, eines leeren Bildes): ${off}\u00a0% daneben. Mehr Schritte bringen es näher.`,
  test: "Deletion- und Insertion-Test",
  testLead: "Hängt die Ausgabe wirklich von diesen Pixeln ab? Entfernen und nachsehen.",
  tested: "Deletion- und Insertion-Test",
  deletion: (area, random) => `Deletion: stärkste Pixel zuerst entfernt; Fläche unter der Kurve ${area}, in zufälliger Folge (gestrichelt) ${random}`,
  insertion: (area, random) =>
    `Insertion: stärkste Pixel zuerst ins unscharfe Foto gelegt; Fläche unter der Kurve ${area}, in zufälliger Folge (gestrichelt) ${random}`,
  ofPixels: "der Pixel",
  from0to100: (first, last) => `die Wahrscheinlichkeit geht von ${first} bis ${last}`,
  howToRead:
    "Hat die Zuschreibung recht, fällt die linke Kurve sofort (kleine Fläche) " +
    "und die rechte steigt sofort (große Fläche), früher als in zufälliger Folge.",
  picture: (words) => `Die Zuschreibung über dem Bild. ${words} Die Pfeiltasten gehen von Pixel zu Pixel.`,
  noPicture: "Die Eingabe des Netzes. Noch ist nichts berechnet.",
  heading: (label) => `Was für „${label}“ spricht`,
  headingOf: (unit, output) => (unit ? `Was ${unit} von „${output}“ erhöht` : `Was das Maximum von „${output}“ erhöht`),
  numberOf: (unit, output) => `${unit} von ${output}`,
  at: (method, layer) => `${method}, Schicht ${layer}`,
  opacity: "Deckkraft",
  positive: "nur positive Zuschreibungen",
  compare: "Die schnellen Verfahren vergleichen",
  allQuick: "alle schnellen Verfahren, jedes auf seiner eigenen Skala",
  one: "Zurück zu einem Verfahren",
  against: (low) => `${low} dagegen`,
  for: (high) => `dafür ${high}`,
  methods: {
    saliency: {
      title: "Saliency",
      asks: "Wenn sich ein Pixel ein wenig änderte, wie stark änderte sich die Ausgabe?",
      blind: "Das Vorzeichen zeigt sie nicht, und was viele Pixel zusammen bewirken, entgeht ihr.",
    },
    input_x_gradient: {
      title: "Eingabe × Gradient",
      asks: "Wie viel trüge jedes Pixel zur Ausgabe bei, wenn das Netz von hier bis null linear wäre?",
      blind: (zero) => `Netze sind nicht linear, und ein Pixel, das die Aufbereitung zu null macht, zählt als nichts: hier ${zero}.`,
    },
    guided_backprop: {
      title: "Guided Backpropagation",
      asks: "Wie groß ist der Gradient nach jedem Pixel, wenn durch jede ReLU nur sein positiver Teil geht?",
      blind: "Sie zeichnet schöne Kanten, die kaum von der Klasse abhängen: eher, was auf dem Foto ist, als warum.",
    },
    grad_cam: {
      title: "Grad-CAM",
      asks: "Welche Positionen der Karten einer Schicht sprechen für die Klasse, jede Karte mit ihrem mittleren Gradienten gewichtet?",
      blind: "Sie ist so grob wie die Schicht und lässt weg, was dagegen spricht.",
    },
    grad_cam_plus_plus: {
      title: "Grad-CAM++",
      asks: "Dasselbe, doch Positionen mit positivem Gradienten wiegen mehr, damit auch mehrere Gegenstände zählen.",
      blind: "Sie ist so grob wie die Schicht, und ihre Gewichte beruhen auf einer Näherung.",
    },
    integrated_gradients: {
      title: "Integrated Gradients",
      asks: "Auf dem Weg von einem leeren Bild zu diesem: Welcher Teil des Anstiegs der Ausgabe kommt von jedem Pixel?",
      blind: (zero) => `Es kommt auf die Baseline an, das, was als leer gilt: hier ${zero}, was die Aufbereitung zu null macht.`,
    },
    smooth_grad: {
      title: "SmoothGrad",
      asks: "Was bleibt von der Saliency, wenn über Kopien des Fotos mit etwas Rauschen gemittelt wird?",
      blind: "Das Vorzeichen zeigt es nicht, und wie viel Rauschen richtig ist, bleibt Geschmackssache.",
    },
    occlusion: {
      title: "Okklusion",
      asks: "Wie weit fällt die Ausgabe, wenn ein Fenster des Fotos abgedeckt wird?",
      blind:
        "Was an zwei Stellen zu sehen ist, entgeht ihr, denn eine bleibt; und ein abgedeckter Fleck ist selbst eine ungewöhnliche Eingabe.",
    },
  },
};
