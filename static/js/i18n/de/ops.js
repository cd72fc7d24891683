/** Jede Art von Schicht: Titel, Satz, was sie getan hat. */

import { plain } from "./plain-ops.js";
import { some } from "./plural.js";

/** @param {number} fewer Anteil der Stellen */
const shrinkage = (fewer) => (fewer > 0 ? `die Karten werden damit ${Math.round(fewer * 100)}\u00a0% kleiner` : "die Karten behalten ihre Größe");

/** @type {typeof import("../en/ops.js").ops} */
export const ops = {
  titles: {
    input: "Eingabe",
    conv: "Faltung",
    relu: "ReLU",
    leaky_relu: "Leaky ReLU",
    sigmoid: "Sigmoid",
    tanh: "Tanh",
    clip: "Clip",
    softmax: "Softmax",
    max_pool: "Max-Pooling",
    average_pool: "Mittelwert-Pooling",
    global_average_pool: "Globales Mittelwert-Pooling",
    batch_norm: "Batch-Normalisierung",
    dropout: "Dropout",
    dense: "Vollverbunden",
    flatten: "Flatten",
    reshape: "Reshape",
    pad: "Padding",
    concat: "Konkatenation",
    add: "Addition",
    mul: "Multiplikation",
    identity: "Identität",
    conv_transpose: "Transponierte Faltung",
    prelu: "PReLU",
    hard_sigmoid: "Hard-Sigmoid",
    hard_swish: "Hard-Swish",
    mish: "Mish",
    elu: "ELU",
    gelu: "GELU",
    erf: "Fehlerfunktion",
    softplus: "Softplus",
    abs: "Betrag",
    neg: "Negation",
    exp: "Exponentialfunktion",
    log: "Logarithmus",
    sqrt: "Wurzel",
    reciprocal: "Kehrwert",
    log_softmax: "Log-Softmax",
    lp_pool: "Lp-Pooling",
    global_max_pool: "Globales Max-Pooling",
    instance_norm: "Instance-Normalisierung",
    group_norm: "Group-Normalisierung",
    layer_norm: "Layer-Normalisierung",
    lrn: "Local Response Normalization",
    transpose: "Transpose",
    slice: "Slice",
    gather: "Gather",
    expand: "Expand",
    depth_to_space: "DepthToSpace",
    space_to_depth: "SpaceToDepth",
    resize: "Resize",
    sub: "Subtraktion",
    div: "Division",
    pow: "Potenz",
    min: "Minimum",
    max: "Maximum",
    matmul: "MatMul",
    reduce_mean: "ReduceMean",
    reduce_sum: "ReduceSum",
    reduce_max: "ReduceMax",
    arg_max: "ArgMax",
    quantize: "Quantisierung",
    dequantize: "Dequantisierung",
    conv_integer: "Ganzzahlige Faltung",
    matmul_integer: "Ganzzahliges Matrixprodukt",
    requantize: "Requantisierung",
    quantized_add: "Quantisierte Addition",
    dynamic_scale: "Dynamische Skala",
    dynamic_zero_point: "Dynamischer Nullpunkt",
    dynamic_quantize: "Dynamische Quantisierung",
    floor: "Abrunden",
    ceil: "Aufrunden",
    round: "Rundung",
    trunc: "Abschneiden",
    sign: "Vorzeichen",
    selu: "SELU",
    celu: "CELU",
    thresholded_relu: "Thresholded ReLU",
    shrink: "Shrink",
    trigonometric: "Trigonometrische Funktion",
    mod: "Mod",
    compare: "Vergleich",
    where: "Where",
    top_k: "TopK",
    gather_elements: "GatherElements",
    cum_sum: "CumSum",
    reduce_min: "ReduceMin",
    reduce_prod: "ReduceProd",
    constant: "Konstante",
  },
  general: {
    input: (title) => `${title}: was das Netz bekommt.`,
    weights: (title) => `${title}: Jede Zahl ist eine gewichtete Summe von Zahlen der Eingabe, mit gelernten Gewichten.`,
    norm: (title) => `${title}: verschiebt und streckt die Zahlen, damit sie in einem Bereich liegen.`,
    activation: (title, formula) => `${title}: eine Aktivierungsfunktion${formula && `, ${formula}`}, auf jede Zahl für sich angewandt.`,
    pool: (title) => `${title}: Viele Zahlen werden zu einer zusammengefasst.`,
    merge: (title) => `${title}: Aus mehreren Werten wird einer.`,
    reshape: (title) => `${title}: gibt Zahlen weiter, in anderer Reihenfolge oder Form.`,
    output: (title) => `${title}: macht aus den Zahlen davor die Antwort.`,
    other: (title, formula) => `${title}${formula && `, ${formula}`}: ein Rechenschritt, Zahl für Zahl.`,
  },
  readable: "Seine Zahlen lassen sich hier lesen wie alle anderen.",
  value: "Wert",
  input: (channels, order, formula) => [
    `Die Eingabe des Netzes: das Foto, zugeschnitten und skaliert, ${channels === 1 ? "ein Kanal für die Helligkeit" : "ein Kanal für jede Farbe"}${order && channels > 1 ? `, in dieser Reihenfolge: ${order}` : ""}.`,
    formula === "Wert" ? "Jeder Wert ist der des Pixels, wie er im Bild steht, von 0 bis 255." : `Jeder Wert von 0 bis 255 wird so normalisiert wie im Training: ${formula}.`,
  ],
  conv: ({ size, patterns, channels, together, input }) => {
    const over = together === channels
      ? `${channels === 1 ? "die eine Karte" : `alle ${some(channels, "Karte", "Karten")}`} von ${input ?? "seiner Eingabe"}${channels === 1 ? "" : " zugleich"}`
      : together === 1 ? "jeweils eine Karte"
      : `jeweils ${some(together, "Karte", "Karten")}`;
    const times = `einmal für ${patterns === 1 ? "den einen Filter" : `jeden von ${some(patterns, "Filter", "Filtern")}`}`;
    return [
      size === null
        ? `Ein Detektiv, der immer nur auf eine Position blickt und dort alle Karten vergleicht, ${times}.`
        : `Ein Detektiv mit einer kleinen Lupe, dem ${size}-Kern, sucht ${over} ab, ${times}.`,
      "Wo das Muster eines Filters passt, bekommt seine Aktivierungskarte einen großen positiven Wert; wo sich das Gegenteil findet, einen negativen; wo nichts dergleichen ist, einen nahe 0.",
    ];
  },
  relu: (off) => [
    "Ein Lichtschalter an jedem Wert: Ein positiver geht unverändert hindurch, ein negativer wird ausgeschaltet, auf 0.",
    `Hier sind ${off} der Aktivierungen null. Ohne eine nichtlineare Funktion dazwischen könnten alle Schichten zusammen nicht mehr als eine einzige.`,
  ],
  leaky_relu: (kept) => [
    "Ein Dimmer an jedem Wert: Ein positiver geht unverändert hindurch, ein negativer wird heruntergedreht.",
    `Ein negativer Wert behält ${kept} seiner Größe, damit der Gradient nicht null wird.`,
  ],
  sigmoid: () => [
    "Drückt jeden Wert sanft zwischen 0 und 1, wie ein träger Lichtschalter.",
    "Weit unter null ist er so gut wie aus, weit darüber so gut wie an; dort verschwindet der Gradient fast.",
  ],
  tanh: () => [
    "Drückt jeden Wert sanft zwischen −1 und 1 und lässt ihm das Vorzeichen.",
    "Kleine Werte gehen fast unverändert hindurch; große landen alle nahe derselben Grenze.",
  ],
  clip: (low, high) => [
    `Ein Schalter mit Boden und Decke: Werte unter ${low ?? "der Untergrenze"} werden darauf angehoben, Werte über ${high ?? "der Obergrenze"} darauf gesenkt.`,
    "Was dazwischen liegt, geht unverändert hindurch.",
  ],
  softmax: (scores) => [
    `Macht aus ${some(scores, "Logit", "Logits")} Wahrscheinlichkeiten, die zusammen 100\u00a0% sind: e hoch jedes Logit, geteilt durch die Summe von allen.`,
    "Die Reihenfolge bleibt. Ein um 1 größeres Logit ergibt eine 2,7-mal so große Wahrscheinlichkeit.",
  ],
  max_pool: (block, fewer) => [
    `Der Zusammenfasser beim Blinzeln: Von jedem ${block}-Fenster bleibt nur das Maximum, ${shrinkage(fewer)}.`,
    "Dass ein Muster gefunden wurde, bleibt; wo genau, wird vergessen. Ein um ein Pixel verschobenes Foto sieht von hier an fast gleich aus.",
  ],
  average_pool: (block, fewer) => [
    `Der Zusammenfasser beim Blinzeln: Jedes ${block}-Fenster wird zu seinem Mittelwert, ${shrinkage(fewer)}.`,
    "Feinheiten werden geglättet; was für das ganze Fenster gilt, bleibt.",
  ],
  global_average_pool: () => [
    "Der Zusammenfasser in einem Wort: Jede Karte wird zu einem einzigen Wert, ihrem Mittelwert.",
    "Wie viel es von einem Muster gab, bleibt; wo es war, wird vergessen.",
  ],
  batch_norm: () => [
    "Ein Drehknopf an jeder Karte: Ihre Werte werden verschoben und skaliert, auf einen Mittelwert und eine Standardabweichung, die sich im Training bewährt haben.",
    "Mittelwert und Varianz, die dabei herausgerechnet werden, wurden im Training gemessen; hier ist es noch eine Multiplikation und eine Addition.",
  ],
  dropout: (rate) => [
    `Nur im Training aktiv: Dort setzt es ${rate} der Werte nach Zufall auf null, damit sich das Netz auf keinen einzelnen verlässt.`,
    "Jetzt geht alles unverändert hindurch.",
  ],
  dense: (evidence, outputs, areClasses) => [
    `Die Jury: ${some(evidence, "Eingabe wird", "Eingaben werden")} als Indizien zu jeder von ${outputs} ${areClasses ? "Klassen" : "Einheiten"} angehört, und jede wiegt bei jeder anders.`,
    `Gewicht × Eingabe kann dafür oder dagegen sprechen; die Summe plus Bias ist ${areClasses ? "das Logit der Klasse" : "der Wert der Einheit"}.`,
  ],
  flatten: (sides, numbers) => [
    `Legt die Karten zu einem Vektor aus: Karte um Karte, Zeile um Zeile, ${sides.length > 1 ? `${sides.join("\u00a0×\u00a0")} = ` : ""}${some(numbers, "Wert", "Werte")}.`,
    "Nichts wird gerechnet, und nichts geht verloren: Jeder Wert hat noch seine Position auf dem Foto.",
  ],
  reshape: (shape) => [
    `Gibt denselben Werten eine andere Form: ${shape}.`,
    "Nichts wird gerechnet; ihre Reihenfolge bleibt.",
  ],
  pad: (value) => [
    `Legt einen Rand aus ${value} um jede Karte.`,
    "So können die Schichten dahinter über die Kante hinausblicken.",
  ],
  concat: (layers) => [
    `Stapelt die Karten von ${some(layers.length, "Schicht", "Schichten")} entlang der Kanäle: ${layers.join(", ")}.`,
    "Nichts wird gerechnet; die nächste Schicht sieht sie alle zusammen.",
  ],
  add: (layers) => [
    `Addiert ${layers.join(" und ")}, Wert für Wert.`,
    "Ist eine davon eine Skip-Verbindung (Abkürzung), kommt das, was die Schichten dazwischen fanden, zu dem hinzu, was vorher schon da war.",
  ],
  mul: (layers) => [
    `Multipliziert ${layers.join(" und ")}, Wert für Wert.`,
    "Wo die eine groß ist, dreht sie die andere auf, wo sie klein ist, dreht sie sie zu.",
  ],
  identity: () => ["Gibt jeden Wert unverändert weiter.", "Sie ist hier, weil sie in der Datei des Netzes steht."],
  /** @type {(a: string, b: string) => string[]} */
  sub: (a, b) => [`Zieht ${b} von ${a} ab, Wert für Wert.`, "Was beide gemeinsam haben, verschwindet."],
  /** @type {(a: string, b: string) => string[]} */
  div: (a, b) => [`Teilt ${a} durch ${b}, Wert für Wert.`, "Die zweite sagt, wie viel von der ersten zählt."],
  /** @type {(a: string, b: string) => string[]} */
  pow: (a, b) => [`Erhebt ${a} zur Potenz ${b}, Wert für Wert.`, "Unterschiede zwischen großen Werten wachsen."],
  /** @type {(a: string, b: string) => string[]} */
  min: (a, b) => [`Behält die kleinere von ${a} und ${b}, Wert für Wert.`, "Das Ergebnis übersteigt keine der beiden."],
  /** @type {(a: string, b: string) => string[]} */
  max: (a, b) => [`Behält die größere von ${a} und ${b}, Wert für Wert.`, "Was eine der beiden gefunden hat, bleibt."],
  plain,
  constants: {
    add: "Addiert Konstanten aus der Datei des Netzes.",
    mul: "Multipliziert mit Konstanten aus der Datei des Netzes.",
    sub: "Die Differenz zu Konstanten aus der Datei des Netzes.",
    div: "Eine Division mit Konstanten aus der Datei des Netzes.",
    pow: "Eine Potenz mit Konstanten aus der Datei des Netzes.",
    min: "Das Minimum mit Konstanten aus der Datei des Netzes: Kein Wert übersteigt sie.",
    max: "Das Maximum mit Konstanten aus der Datei des Netzes: Kein Wert unterschreitet sie.",
  },
  same: "Sie sind für jedes Foto dieselben.",
};
