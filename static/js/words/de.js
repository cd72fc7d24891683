/** Alles, was die Seite sagt, auf Deutsch. */

const whole = new Intl.NumberFormat("de", { maximumFractionDigits: 0 });

/**
 * @param {number} n
 * @param {string} one
 * @param {string} more
 */
const some = (n, one, more) => `${whole.format(n)} ${n === 1 ? one : more}`;

/** @param {number} fewer Anteil der Stellen */
const shrinkage = (fewer) => (fewer > 0 ? `die Karten werden damit ${Math.round(fewer * 100)}\u00a0% kleiner` : "die Karten behalten ihre Größe");

/** @type {import("./en.js").Say} */
export const say = {
  language: "Sprache",
  close: "Schließen",
  cancel: "Abbrechen",

  numbers: {
    decimal: ",",
    separator: "; ",
    notANumber: "keine Zahl",
    million: (n) => `${n} Millionen`,
    billion: (n) => `${n} Milliarden`,
    maps: (n) => some(n, "Karte", "Karten"),
    numbers: (n) => some(n, "Zahl", "Zahlen"),
    colours: ["Rot", "Grün", "Blau"],
    map: (channel) => `Karte ${channel}`,
    number: (unit) => `Zahl ${unit}`,
    of: (name, count) => `${name} von ${count}`,
    span: (low, high, mean) => `von ${low} bis ${high}, Mittel ${mean}`,
  },

  toolbar: {
    network: "Netz",
    step: "Durch die Schichten gehen",
    back: "Vorige Schicht",
    forward: "Nächste Schicht",
    nowhere: "Schicht –",
    position: (at, count) => `Schicht ${at} von ${count}`,
    walk: "Rundgang",
    walkLabel: "Rundgang durch alle Schichten",
    page: "Seite",
    api: "API",
    learn: "Lernen",
    microscope: "Mikroskop",
    theme: "Dunkle Darstellung",
    help: "Tasten und Hilfe",
  },

  photo: {
    title: "Foto",
    none: "Noch kein Foto",
    samples: "Beispiele",
    choose: "Foto auswählen",
    orDrop: "oder ablegen, einfügen",
    drop: "Das Foto irgendwo hier ablegen",
    label: (title, width, height) => `Das Foto: ${title}, ${width} × ${height} Pixel`,
    notHere: "Der Server behält kein Foto; darum zeigt dieser Link nur, was das Netz davon gesehen hat.",
    yours: "das eigene Foto",
    byLink: "ein Foto, das über seinen Link geöffnet wurde",
  },

  camera: {
    offer: "Foto aufnehmen",
    title: "Foto aufnehmen",
    live: "Was die Kamera sieht",
    still: "Das aufgenommene Foto",
    asking: "Der Browser fragt, ob diese Seite die Kamera benutzen darf.",
    mirrored: "Wie im Spiegel gezeigt; das Foto selbst ist nicht gespiegelt.",
    taken: "Die Kamera ist aus. So bekommt das Netz das Foto.",
    take: "Aufnehmen",
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
  },

  draw: {
    offer: "Etwas zeichnen",
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
    undo: "Zurück",
    clear: "Leeren",
    name: "eigene Zeichnung",
  },

  crop: {
    role: "verschiebbarer Rahmen",
    label: "Was das Netz vom Foto sieht. Pfeiltasten verschieben es, mit Umschalt um ein Pixel; Plus und Minus vergrößern und verkleinern; Pos1 bringt es zurück in die Mitte.",
    hint: "Den Rahmen ziehen, um dem Netz einen anderen Teil zu zeigen",
    fixed: "Das Foto selbst ist nicht hier, deshalb bleibt der Rahmen, wo er ist",
    back: "Zurück in die Mitte",
    at: (left, top, width, height) => `${width} × ${height} Pixel, ${left} vom linken, ${top} vom oberen Rand`,
  },

  save: {
    offer: "Sichern",
    title: "Sichern",
    picture: "Ein Bild (PNG)",
    panels: { stage: "der Karten", inspector: "der Erklärung", photo: "des Fotos", seen: "dessen, was das Netz sah", strip: "aller Schichten" },
    numbers: (/** @type {string} */ layer) => `Die Zahlen von ${layer}`,
    program: "Ein Programm, das diese Schicht berechnet",
    same: "Es fragt den Server nach den Zahlen und malt dieselben Pixel wie diese Seite; auch für ein anderes Foto.",
    script: "Python-Skript",
    notebook: "Jupyter-Notebook",
  },

  seen: {
    title: "Was das Netz gesehen hat",
    empty: "Die Eingabe des Netzes",
    label: (width, height) => `Das Foto, wie das Netz es bekam, ${width} × ${height} Pixel`,
    cut: (width, height, interpolation, moved) =>
      `${width} × ${height} Pixel, ${moved ? "von Hand gewählt" : "aus der Mitte geschnitten"} und verkleinert (${interpolation}). `,
    colours: (mean, std) => `Dann jede Farbe minus ${mean}, geteilt durch ${std}.`,
  },

  answer: {
    title: "Was es sagt",
    unsure: (classes) => `Es ist sich nicht sicher. Wählen kann es nur unter den ${whole.format(classes)} Klassen, die es gelernt hat.`,
    classes: "Welche Klassen es kennt und wie oft es recht hat",
    allNumbers: "Alle Zahlen: ",
    knows: (network) => `Was ${network} kennt`,
    taught: (classes) => `Gelernt hat es ${classes} Klassen, und alles gilt ihm als eine davon, auch was keine von ihnen ist. `,
    right: (tested, accuracy) => `Bei ${tested} Bildern, mit denen es nicht gelernt hat, stimmt sein erster Tipp in ${accuracy} der Fälle.`,
    list: "Klassen",
    unnamed: (i) => `Klasse ${i}`,
  },

  work: {
    ready: "Gleich geht es los",
    opening: "Das Foto wird geöffnet",
    reading: "Das Foto wird gelesen",
    loading: "Das Netz wird geladen",
    looking: "Das Netz sieht es sich an",
    sending: (sent, total) => `${sent} von ${total} gesendet`,
    seconds: (text, seconds) => `${text} · ${seconds} s`,
  },

  problems: {
    again: "Noch einmal versuchen",
    another: "Anderes Foto auswählen",
    sample: "Ein Beispiel nehmen",
    dismiss: "Ausblenden",
    limit: (limit, actual) => `Erlaubt sind ${limit}; das hier waren ${actual}.`,
    onlyALink: {
      title: "Das war nur ein Link auf ein Bild",
      detail: "Diese Seite fragt bei keinem anderen Rechner an. Das Bild erst speichern, dann die Datei hier ablegen.",
    },
    noModel: { title: "Noch ist kein Netz geladen", detail: "Einen Augenblick warten oder die Seite neu laden." },
    noAnswer: {
      title: "Der Server antwortet nicht",
      detail: "Vielleicht wurde er beendet, oder die Verbindung ist weg. Auf dieser Seite geht nichts verloren; einfach noch einmal versuchen.",
    },
    status: (status) => `Der Server antwortete mit ${status}`,
    titles: {
      "no-image": "In der Anfrage ist kein Bild",
      "not-an-image": "Das ist kein Bild, das sich lesen lässt",
      "image-damaged": "Das Bild ist beschädigt",
      "image-too-large": "Die Bilddatei ist zu groß",
      "image-too-many-pixels": "Das Bild hat zu viele Pixel",
      "unknown-model": "Ein solches Modell gibt es nicht",
      "unknown-analysis": "Diese Analyse ist nicht mehr im Gedächtnis des Servers",
      "unknown-layer": "Eine solche Schicht gibt es nicht",
      "invalid-request": "Die Anfrage ist nicht gültig",
      "bad-upload": "Die gesendeten Daten lassen sich nicht lesen",
      "upload-too-slow": "Das Senden hat zu lange gedauert",
      busy: "Der Server ist ausgelastet",
      "time-limit": "Die Arbeit hat zu lange gedauert",
      "not-ready": "Der Server ist noch nicht bereit",
      "internal-error": "Auf dem Server ist etwas schiefgegangen",
    },
  },

  strip: {
    title: "Schichten",
    lists: "Listen",
    column: (name, kind, shape) => `${name}: ${kind}, ${shape}`,
  },

  stage: {
    empty: "Hier erscheinen die Karten jeder Schicht, sobald es ein Foto gibt.",
    mapBefore: "Vorige Karte",
    nextMap: "Nächste Karte",
    allMaps: "alle Karten",
    maps: (layer) => `Karten von ${layer}`,
    numbers: (layer) => `Zahlen von ${layer}`,
    zero: (name) => `${name}, überall null`,
    heatmap: "Wärmebild",
    open: (layer, map, figures) => `${layer}, ${map}, ${figures}. Die Pfeiltasten gehen von Zahl zu Zahl.`,
    cells: (layer, count, figures) => `${layer}: ${count} Zahlen, ${figures}`,
    goTo: (name) => `Zu ${name}`,
  },

  legend: {
    title: "Eine Skala für jede",
    map: "Karte",
    layer: "Schicht",
    network: "alle",
  },

  inspector: {
    title: "Erklärung",
    tabs: "Was hier erklärt wird",
    layer: "Schicht",
    whatif: "Was wäre, wenn?",
    why: "Warum diese Klasse?",
    shape: "Form",
    madeFrom: "Gemacht aus",
    thePhoto: "dem Foto",
    parameters: "Parameter",
    multiplyAdds: "Multiplikationen",
    sees: "Blickfeld",
    smallest: "kleinste",
    largest: "größte",
    mean: "Mittel",
    zero: "null",
    dead: "tote Karten",
    settings: {
      kernel: "Kern",
      stride: "Schrittweite",
      padding: "Rand",
      dilation: "Spreizung",
      groups: "Gruppen",
      alpha: "Alpha",
      low: "Untergrenze",
      high: "Obergrenze",
      rate: "Rate",
      epsilon: "Epsilon",
      value: "Wert",
      shape: "Form",
    },
    sums: "Woher diese Zahl kommt",
  },

  ops: {
    titles: {
      input: "Eingabe",
      conv: "Faltung",
      relu: "ReLU",
      leaky_relu: "Leaky ReLU",
      sigmoid: "Sigmoid",
      tanh: "Tanh",
      clip: "Begrenzung",
      softmax: "Softmax",
      max_pool: "Max-Pooling",
      average_pool: "Mittelwert-Pooling",
      global_average_pool: "Globales Mittelwert-Pooling",
      batch_norm: "Batch-Normalisierung",
      dropout: "Dropout",
      dense: "Vollverbunden",
      flatten: "Aneinanderreihung",
      reshape: "Umformung",
      pad: "Rand",
      concat: "Stapelung",
      add: "Addition",
      mul: "Multiplikation",
      identity: "Identität",
    },
    unknown: (title) => [`Ein Schritt der Art „${title}“. Seine Zahlen lassen sich hier lesen wie alle anderen.`],
    input: (mean, std) => [
      "Was das Netz bekommt: das Foto, zugeschnitten und verkleinert, eine Karte für jede Farbe.",
      `Jede Farbe wird so verschoben und gestreckt, dass ihre Zahlen um 0 liegen: (Wert ÷ 255 − ${mean}) ÷ ${std}.`,
    ],
    conv: ({ size, patterns, channels, together, input }) => {
      const over = together === channels
        ? `${channels === 1 ? "die eine Karte" : `alle ${some(channels, "Karte", "Karten")}`} von ${input ?? "seiner Eingabe"}${channels === 1 ? "" : " zugleich"}`
        : together === 1 ? "jeweils eine Karte"
        : `jeweils ${some(together, "Karte", "Karten")}`;
      const times = `einmal für ${patterns === 1 ? "das eine Muster" : `jedes von ${some(patterns, "Muster", "Mustern")}`}`;
      return [
        size === null
          ? `Ein Detektiv, der immer nur auf eine Stelle blickt und dort alle Karten vergleicht, ${times}.`
          : `Ein Detektiv mit einer kleinen Lupe, ${size} Zahlen groß, sucht ${over} ab, ${times}.`,
        "Wo ein Muster passt, bekommt seine Karte eine große positive Zahl; wo sich das Gegenteil findet, eine negative; wo nichts dergleichen ist, eine nahe 0.",
      ];
    },
    relu: (off) => [
      "Ein Lichtschalter an jeder Zahl: Eine positive geht unverändert hindurch, eine negative wird ausgeschaltet, auf 0.",
      `Hier sind ${off} von ihnen aus. Ohne solche Schalter ließen sich alle Schichten zu einer einzigen zusammenfassen.`,
    ],
    leaky_relu: (kept) => [
      "Ein Dimmer an jeder Zahl: Eine positive geht unverändert hindurch, eine negative wird heruntergedreht.",
      `Was negativ ist, behält ${kept} seiner Größe, damit das Netz noch daraus lernen kann.`,
    ],
    sigmoid: () => [
      "Drückt jede Zahl sanft zwischen 0 und 1, wie ein träger Schalter.",
      "Weit unter null ist sie so gut wie aus, weit darüber so gut wie an.",
    ],
    tanh: () => [
      "Drückt jede Zahl sanft zwischen −1 und 1 und lässt ihr das Vorzeichen.",
      "Kleine Zahlen gehen fast unverändert hindurch; große landen alle nahe derselben Grenze.",
    ],
    clip: (low, high) => [
      `Ein Schalter mit Anschlag: Alles unter ${low ?? "seiner Grenze"} wird auf diesen Wert gehoben, alles über ${high ?? "seiner Grenze"} auf diesen gesenkt.`,
      "Was dazwischen liegt, geht unverändert hindurch.",
    ],
    softmax: (scores) => [
      `Verteilt 100\u00a0% auf ${some(scores, "Punktzahl", "Punktzahlen")}: Jede wird zu e hoch Punktzahl, geteilt durch die Summe von allen.`,
      "Die Reihenfolge bleibt. Ein Vorsprung von 1 Punkt wird zu einem 2,7-mal so großen Anteil.",
    ],
    max_pool: (block, fewer) => [
      `Der Zusammenfasser beim Blinzeln: Von jedem ${block}-Block bleibt nur die größte Zahl, ${shrinkage(fewer)}.`,
      "Dass etwas gefunden wurde, bleibt; wo genau, wird vergessen. Ein um ein Pixel verschobenes Foto sieht von hier an fast gleich aus.",
    ],
    average_pool: (block, fewer) => [
      `Der Zusammenfasser beim Blinzeln: Jeder ${block}-Block wird zu seinem Mittelwert, ${shrinkage(fewer)}.`,
      "Feinheiten werden geglättet; was für den ganzen Block gilt, bleibt.",
    ],
    global_average_pool: () => [
      "Der Zusammenfasser in einem Wort: Jede Karte wird zu einer einzigen Zahl, ihrem Mittelwert.",
      "Wie viel es von einem Muster gab, bleibt; wo es war, wird vergessen.",
    ],
    batch_norm: () => [
      "Ein Drehknopf an jeder Karte: Ihre Zahlen werden auf eine gemeinsame Größe verschoben und gestreckt, die sich beim Lernen bewährt hat.",
      "Mittel und Streuung dafür wurden beim Lernen gemessen; hier ist es noch eine Multiplikation und eine Addition.",
    ],
    dropout: (rate) => [
      `Nur beim Lernen am Werk: Dort verdeckt es ${rate} der Zahlen nach Zufall, damit auf keine einzelne Verlass ist.`,
      "Jetzt geht alles unverändert hindurch.",
    ],
    dense: (evidence, outputs, areClasses) => [
      `Die Jury: ${some(evidence, "Indiz wird", "Indizien werden")} zu jeder von ${outputs} ${areClasses ? "Klassen" : "Ausgaben"} angehört, und jedes wiegt bei jeder anders.`,
      `Gewicht × Indiz kann dafür oder dagegen sprechen; die Summe ist ${areClasses ? "die Punktzahl der Klasse" : "das Ergebnis"}.`,
    ],
    flatten: (sides, numbers) => [
      `Legt die Liste aus: Karte um Karte, Zeile um Zeile, ${sides.length > 1 ? `${sides.join("\u00a0×\u00a0")} = ` : ""}${some(numbers, "Zahl", "Zahlen")} in einer einzigen Reihe.`,
      "Nichts wird gerechnet, und nichts geht verloren: Jede Zahl hat noch ihren Platz auf dem Foto.",
    ],
    reshape: (shape) => [
      `Bringt dieselben Zahlen in eine andere Form: ${shape}.`,
      "Nichts wird gerechnet; sie werden nur neu abgezählt.",
    ],
    pad: (value) => [
      `Legt einen Rand aus ${value} um jede Karte.`,
      "So können die Schichten dahinter über die Kante hinausblicken.",
    ],
    concat: (layers) => [
      `Legt die Karten von ${some(layers.length, "Schicht", "Schichten")} auf einen Stapel: ${layers.join(", ")}.`,
      "Nichts wird gerechnet; was danach kommt, sieht sie alle zusammen.",
    ],
    add: (layers) => [
      `Addiert ${layers.join(" und ")}, Zahl für Zahl.`,
      "Hier endet eine Abkürzung im Netz: Was unterwegs gefunden wurde, kommt zu dem hinzu, was vorher schon da war.",
    ],
    mul: (layers) => [
      `Multipliziert ${layers.join(" und ")}, Zahl für Zahl.`,
      "Wo die eine groß ist, dreht sie die andere auf, wo sie klein ist, dreht sie sie zu.",
    ],
    identity: () => ["Gibt jede Zahl weiter, wie sie ist.", "Der Schritt ist hier, weil er in der Datei des Netzes steht."],
  },

  sums: {
    bias: "Bias",
    together: "zusammen",
    outside: (place) => `${place}, außerhalb`,
    outsideTheMap: "außerhalb der Karte",
    others: (n) => `${n} weitere`,
    showAll: (n) => `Alle ${n} zeigen`,
    showLargest: "Nur die größten zeigen",
    and: " und ",
    window: {
      formula: (windows) => ` = ${some(windows, "Fenster", "Fenster")} × Kern `,
      show: "Diese Zahlen zeigen",
      product: "Wert × Gewicht = Produkt",
      countedAsZero: "außerhalb der Karte: zählt als 0",
      edge: "Rand 0",
    },
    jury: {
      formula: (pieces) => ` = ${some(pieces, "Indiz", "Indizien")} × Gewicht `,
      balance: (label, pro, contra) => `Für${label === null ? "" : ` „${label}“`}: ${pro}. Dagegen: ${contra}.`,
      where: (label) => `Wo auf dem Foto die Indizien${label ? ` für „${label}“` : ""} liegen`,
      caption: (where, maps, height, width) =>
        `${where}: alle ${maps} Karten aufeinandergelegt, ${height} × ${width} Stellen. Orange spricht dafür, Blau dagegen.`,
    },
    block: {
      largest: (n) => ` = die größte von ${n}`,
      mean: (n) => ` = das Mittel von ${n}`,
      more: (n) => `und ${n} weitere`,
      kept: "Behalten: ",
      allEqual: "Alle sind gleich; die erste zählt.",
      thrownAway: (n) => `Weggeworfen: die anderen ${n}.`,
      sum: (sum, weight, cells) => `Summe ${sum} × ${weight} (1 ÷ ${cells}) = `,
    },
    few: {
      constant: "Eine Konstante: Sie kommt aus keiner anderen Zahl.",
      copy: "Genau die Zahl von ",
      sum: (n) => ` = die Summe von ${n}`,
      from: "Aus ",
      xIs: "x ist ",
      pixel: (pixel, mean, std) => `Pixel ${pixel} ÷ 255, minus das Mittel ${mean}, geteilt durch ${std}.`,
      norm: ({ mean, variance, epsilon, gamma, beta }) => `(x − Mittel ${mean}) ÷ √(Varianz ${variance} + ${epsilon}) × ${gamma} ${beta}.`,
    },
    curve: {
      at: (name) => ` = ${name} bei x = `,
      xIs: " x ist ",
      on: "Positiv: Der Schalter ist an, die Zahl geht unverändert hindurch.",
      off: "Nicht positiv: ausgeschaltet.",
      passes: "Positiv: Sie geht unverändert hindurch.",
      turnedDown: (to) => `Negativ: auf ${to} heruntergedreht.`,
      within: "Innerhalb der Grenzen: Sie geht unverändert hindurch.",
      beyond: "Jenseits einer Grenze: dort festgehalten.",
      label: (x, y) => `Die Kurve, bei ${x} ist sie ${y}`,
    },
    share: {
      highest: (score) => `Die Punktzahl ${score} ist die höchste, darum zählt sie als e⁰ = 1. `,
      below: (score, gap, highest) => `Die Punktzahl ${score} liegt ${gap} unter der höchsten, ${highest}. `,
      rule: "e hoch dieser Zahl, geteilt durch die Summe von allen, ist der Anteil.",
      columns: ["Punktzahl", "e^(Punktzahl − höchste)", "Anteil"],
    },
  },

  tour: {
    offer: "Führung",
    decline: "Nein, danke",
    close: "Führung beenden",
    back: "Zurück",
    next: "Weiter",
    done: "Fertig",
    count: (at, of) => `${at} von ${of}`,
    stops: {
      photo: {
        title: "Das Foto",
        text: "Das Netz sieht nur den hellen Teil, und den klein. Darunter lässt sich ein anderes Foto wählen; ablegen geht überall auf der Seite.",
      },
      strip: {
        title: "Das ganze Netz",
        text: "Alle Schichten der Reihe nach, vom Foto bis zur Antwort. Jede Spalte zeigt einige ihrer Karten; ein Klick führt dorthin.",
      },
      maps: {
        title: "Was eine Schicht daraus macht",
        text: "Jedes Bild ist eine Karte: für jede Stelle eine Zahl, als Farbe gezeichnet. Beim Daraufzeigen ist die Zahl zu lesen.",
      },
      number: {
        title: "Eine Karte, geöffnet",
        text: "Daneben steht, woraus sie gemacht ist. Beim Bewegen über die Karte zeigt das Fenster, aus welchen Zahlen eine Zahl entstand, und das Foto, was sie sieht.",
      },
      sums: {
        title: "Woher eine Zahl kommt",
        text: "Die ganze Rechnung der Zahl unter dem Zeiger. Sie geht auf und lässt sich nachprüfen.",
      },
      tabs: {
        title: "Fragen stellen",
        text: "Was wäre, wenn das Foto oder das Netz anders wären? Warum diese Klasse? Etwas ändern und sehen, was daraus folgt.",
      },
      answer: {
        title: "Die Antwort",
        text: "Wofür das Netz das Foto hält und wie sicher es ist. Einen Klick entfernt: was es kennt und wie oft es recht hat.",
      },
      more: {
        title: "Und nun in Ruhe",
        text: "Unter der Seite erzählt ein kurzer Artikel mit diesem Foto, wie alles funktioniert. Führung und Tasten stehen hinter dem Fragezeichen.",
      },
    },
  },

  article: {
    cue: "Wie es funktioniert ↓",
    title: "Wie ein Netz sieht",
    lead: "Sechs kleine Ideen, gezeigt an genau diesem Foto und diesem Netz. Die Bilder sind aus seinen wirklichen Zahlen gezeichnet; ein anderes Foto zeichnet sie neu.",
    more: "Mehr darüber",
    show: (layer) => `Auf der Bühne zeigen: ${layer}`,
    before: "vorher",
    after: "nachher",
    chapters: {
      pixels: {
        title: "Pixel: Es bekommt nur Zahlen",
        text: [
          "Ein Netz hat keine Augen. Es bekommt das Foto in klein und von jedem Pixel drei Zahlen: wie viel Rot, wie viel Grün, wie viel Blau. Alles Weitere ist daraus gemacht.",
        ],
      },
      detective: {
        title: "Der Detektiv: Faltung",
        text: [
          "Ein Detektiv mit einer kleinen Lupe geht über das Bild und sucht immer nach ein und demselben Muster: einer Kante, einer Ecke, einem Farbfleck. Aufgeschrieben ist das Muster als ein paar Gewichte, der Kern. An jeder Stelle wird, was unter der Lupe liegt, Zahl für Zahl mit den Gewichten malgenommen und zusammengezählt.",
          "Wo das Muster passt, ist die Summe groß. Alle Summen zusammen sind eine Karte davon, wo das Muster ist. Spätere Detektive sehen sich die Karten der früheren an und finden so Muster aus Mustern: Räder, Ohren, Gesichter.",
        ],
      },
      switch: {
        title: "Der Lichtschalter: ReLU",
        text: [
          "Auf jeden Detektiv folgt eine Reihe Lichtschalter. Eine positive Zahl geht unverändert hindurch; eine negative wird ausgeschaltet, auf null. Das ist alles, und doch könnte das ganze Netz ohne sie nicht mehr als eine einzige Schicht.",
        ],
      },
      summariser: {
        title: "Der Zusammenfasser: Pooling",
        text: [
          "Beim Blinzeln verschwinden die Einzelheiten, und die Hauptsachen bleiben. Der Zusammenfasser blickt auf kleine Blöcke und behält von jedem eine Zahl. Die Karten werden kleiner, und wo genau etwas war, wird weniger wichtig: Ein leicht verschobenes Foto sieht von hier an fast gleich aus.",
        ],
      },
      jury: {
        title: "Die Jury: vollverbunden",
        text: [
          "Am Ende sitzt eine Jury. Jede Zahl, die noch da ist, ist ein Indiz, und für jede Klasse hat jedes Indiz ein Gewicht: Manche sprechen dafür, manche dagegen. Alles zusammengezählt ist die Punktzahl der Klasse.",
        ],
      },
      answer: {
        title: "Die Antwort: Anteile an 100 %",
        text: [
          "Punktzahlen können beliebige Zahlen sein. Um sie vergleichbar zu machen, wird e mit jeder potenziert und jedes Ergebnis durch die Summe von allen geteilt. Das sind die Anteile, die die Seite zeigt. Sie sagen, wie das Netz sein Vertrauen auf die Klassen verteilt, die es kennt, nicht, wie wahrscheinlich es recht hat.",
        ],
      },
      learning: {
        title: "Und wie hat es gelernt?",
        text: [
          "Niemand hat die Gewichte aufgeschrieben. Am Anfang waren sie Zufallszahlen; dann bekam das Netz Tausende Fotos mit ihren Namen gezeigt, und nach jeder Handvoll wurde jedes Gewicht ein wenig in die Richtung geschoben, in der die Antworten weniger falsch gewesen wären. Nach genügend Schüben suchen die Detektive nach dem, was hilft.",
        ],
      },
    },
    figures: {
      pixels: (y, x, [red = "", green = "", blue = ""]) =>
        `Was das Netz bekam, und wie viel Rot, Grün und Blau darin ist. Das markierte Pixel in Zeile ${y} und Spalte ${x} hat Rot ${red}, Grün ${green}, Blau ${blue} von 255.`,
      detective: ({ layer, product, others, bias, value }) =>
        `Ein Fenster × ein Kern von ${layer}: Das bringt ${product}. Mit ${others ? `${some(others, "weiteren Karte", "weiteren Karten")} und ` : ""}dem Bias ${bias} ist die Summe ${value}, die in der Karte rechts markierte Zahl.`,
      switch: (layer, off) => `Dieselbe Karte vor und nach ${layer}, auf einer Skala. In der ganzen Schicht sind ${off} der Zahlen null.`,
      summariser: ({ layer, before, after, fewer }) => `Dieselbe Karte vor und nach ${layer}: Aus ${before} werden ${after}, ${fewer} weniger Zahlen.`,
      jury: (label, layer, pieces) => `Was in ${layer} für und gegen „${label}“ spricht: ${pieces} Indizien, nach Karten geordnet, die stärksten zuerst.`,
      answer: "Die ersten fünf von allen Klassen: Punktzahl und Anteil.",
    },
  },

  help: {
    keys: "Tasten",
    pageUp: "Bild ↑",
    pageDown: "Bild ↓",
    home: "Pos1",
    end: "Ende",
    space: "Leertaste",
    layers: "vorige Schicht, nächste Schicht",
    maps: "vorige Karte, nächste Karte",
    enter: "die Karte öffnen; noch einmal: hineingehen, dann führen die Pfeiltasten von Zahl zu Zahl",
    escape: "eine Ebene zurück",
    another: "eine andere Karte, während eine offen ist",
    ends: "erste Schicht, letzte Schicht",
    walk: "Rundgang durch alle Schichten, oder anhalten",
    slide: "das Fenster über die offene Karte gleiten lassen, oder anhalten; eine Zahl zurück, eine weiter",
    field: "wie stark jedes Pixel des Fotos für die Zahl zählt, oder beenden",
    trail: "der stärkste Weg von der Zahl zum Foto; noch einmal: einen Schritt weiter zurück",
    flip: "die andere Seite eines Vergleichs: Original oder verändert",
    control: "Strg",
    undo: "die letzte Veränderung unter „Was wäre, wenn?“ zurücknehmen",
    theme: "hell oder dunkel",
    list: "diese Liste",
    reading: "Wie die Karten zu lesen sind",
    read:
      "Jedes Pixel ist eine Zahl. Wo Zahlen negativ sein können, ist Blau unter null und Orange darüber; null hat die Farbe der Seite. " +
      "Wo sie es nicht können, ist dunkles Violett null und Gelb die größte. Ein Klick auf eine Karte öffnet sie, ein Klick auf eine Zahl hält sie fest. " +
      "Auf einem Touchscreen führt Wischen zur Seite durch die Schichten.",
  },

  probe: {
    role: "Ortssucher",
    label:
      "Das Foto, wie das Netz es bekam. Die Pfeiltasten zeigen auf ein Pixel und sagen, welche Zahlen der Schicht es sehen; Escape beendet.",
    hint: "Auf eine Stelle der Bilder zeigen oder tippen: Welche Zahlen sehen sie?",
    pixel: (y, x) => `Pixel y ${y} · x ${x}:`,
    maps: (layer, down, across, height, width, maps) =>
      `${down} × ${across} von ${height} × ${width} Stellen von ${layer} sehen es${maps > 1 ? ", auf jeder Karte" : ""}.`,
    units: (layer, some, all) => `${some} von ${all} Zahlen von ${layer} sehen es.`,
    all: (layer, all) => `alle ${all} Zahlen von ${layer} sehen es.`,
    none: (layer) => `keine Zahl von ${layer} sieht es.`,
  },
  field: {
    button: "Wie stark jedes Pixel zählt",
    nothing: "Kein Pixel kann diese Zahl ein wenig ändern: Jeder Weg zu ihr ist unterwegs abgeschaltet, oder sie hängt von keinem ab.",
    words: ({ height, width, middle, strongest, y, x }) =>
      `Der Kasten misst ${height} × ${width} Pixel, aber nicht alle zählen gleich: ` +
      `${middle} des Einflusses liegen in seinem mittleren Viertel. ` +
      `Das stärkste Pixel ist y ${y} · x ${x}: Eine Änderung um 1 dort ändert die Zahl um höchstens ${strongest}.`,
  },
  trail: {
    tools: "Von dieser Zahl zum Foto",
    button: "Dem stärksten Weg zum Foto folgen",
    anew: "Dem stärksten Weg von hier aus folgen",
    title: "Der stärkste Weg",
    lead: "Von allen Summanden, aus denen eine Zahl entsteht, der größte; dann dort dasselbe, zurück bis zum Foto.",
    brought: "Was sie zur Zahl darüber beitrug",
    next: "Einen Schritt weiter zurück",
    close: "Weg schließen",
    unit: (unit) => `Zahl ${unit}`,
    found: (steps) => `Der stärkste Weg hat ${steps} Schritte.`,
  },
  why: {
    title: "Warum diese Klasse?",
    warning:
      "An welchen Pixeln die Bewertung hängt. Diese Karten zeigen, worauf das Netz anspricht, nicht, was wahr ist, " +
      "und jede stellt eine andere Frage.",
    method: "Verfahren",
    target: "Spricht für",
    from: "Aus Sicht von",
    options: "Einstellungen",
    option: {
      steps: "Schritte",
      samples: "Verrauschte Kopien",
      noise: "Rauschen, als Anteil am Wertebereich",
      window: "Seite der Abdeckung, Pixel",
      stride: "Schritt der Abdeckung, Pixel",
    },
    best: (label, share) => `erster Tipp: ${label}, ${share}`,
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
    figures: { target: "Klasse", score: "Ihre Bewertung", sum: "Alle Pixel zusammen", layer: "Aus Sicht von" },
    nothing: "Überall null: Nach diesem Verfahren spricht kein Pixel für die Klasse.",
    inWords: ({ low, high, y, x, tenth, against }) =>
      `Von ${low} bis ${high}, am größten bei y ${y} · x ${x}. Das stärkste Zehntel der Pixel enthält ${tenth} von allem` +
      (against === null ? "." : `; ${against} sprechen gegen die Klasse.`),
    completeness: (sum, whole, off) =>
      `Zusammen ${sum} von ${whole} (die Bewertung minus die eines leeren Bildes): ${off}\u00a0% daneben. Mehr Schritte bringen es näher.`,
    test: "Diese Karte prüfen",
    testLead: "Hängt die Bewertung wirklich an diesen Pixeln? Wegnehmen und nachsehen.",
    tested: "Die Karte auf der Probe",
    deletion: (area, random) => `Stärkste Pixel zuerst weggenommen: Fläche ${area}, in zufälliger Folge (gestrichelt) ${random}`,
    insertion: (area, random) =>
      `Stärkste Pixel zuerst ins unscharfe Foto gelegt: Fläche ${area}, in zufälliger Folge (gestrichelt) ${random}`,
    ofPixels: "der Pixel",
    from0to100: (first, last) => `der Anteil geht von ${first} bis ${last}`,
    howToRead:
      "Weiß die Karte, worauf es ankommt, fällt die linke Kurve sofort (kleine Fläche) " +
      "und die rechte steigt sofort (große Fläche), früher als in zufälliger Folge.",
    picture: (words) => `Die Zuschreibung über dem Bild. ${words} Die Pfeiltasten gehen von Pixel zu Pixel.`,
    noPicture: "Das Foto, wie das Netz es sah. Noch ist nichts berechnet.",
    heading: (label) => `Was für „${label}“ spricht`,
    at: (method, layer) => `${method}, aus Sicht von ${layer}`,
    strength: "Stärke",
    positive: "nur, was dafür spricht",
    compare: "Die schnellen Verfahren vergleichen",
    allQuick: "alle schnellen Verfahren, jedes auf seiner eigenen Skala",
    one: "Zurück zu einem Verfahren",
    against: (low) => `${low} dagegen`,
    for: (high) => `dafür ${high}`,
    methods: {
      saliency: {
        title: "Salienz",
        asks: "Wenn sich ein Pixel ein wenig änderte, wie stark änderte sich die Bewertung?",
        blind: "Die Richtung zeigt sie nicht, und was viele Pixel zusammen bewirken, entgeht ihr.",
      },
      input_x_gradient: {
        title: "Eingabe × Gradient",
        asks: "Wie viel brächte jedes Pixel zur Bewertung, wenn das Netz von hier bis null eine gerade Linie wäre?",
        blind: "Netze sind keine geraden Linien, und ein Pixel von mittlerer Farbe zählt als nichts.",
      },
      guided_backprop: {
        title: "Guided Backpropagation",
        asks: "Welche Pixel liegen auf dem Weg zur Bewertung, wenn an jedem Schalter nur zählt, was dafür spricht?",
        blind: "Sie zeichnet schöne Kanten, die kaum von der Klasse abhängen: eher, was auf dem Foto ist, als warum.",
      },
      grad_cam: {
        title: "Grad-CAM",
        asks: "Welche Stellen der Karten einer Schicht sprechen für die Klasse, jede Karte mit ihrer mittleren Steigung gewichtet?",
        blind: "Sie ist so grob wie die Schicht und lässt weg, was dagegen spricht.",
      },
      grad_cam_plus_plus: {
        title: "Grad-CAM++",
        asks: "Dasselbe, doch Stellen mit positiver Steigung wiegen mehr, damit auch mehrere Gegenstände zählen.",
        blind: "Sie ist so grob wie die Schicht, und ihre Gewichte beruhen auf einer Näherung.",
      },
      integrated_gradients: {
        title: "Integrierte Gradienten",
        asks: "Auf dem Weg von einem leeren Bild zu diesem: Welcher Teil des Anstiegs der Bewertung kommt von jedem Pixel?",
        blind: "Es kommt darauf an, was als leer gilt: hier die Farbe, die das Netz für null hält.",
      },
      smooth_grad: {
        title: "SmoothGrad",
        asks: "Was bleibt von der Salienz, wenn über Kopien des Fotos mit etwas Rauschen gemittelt wird?",
        blind: "Die Richtung zeigt es nicht, und wie viel Rauschen richtig ist, bleibt Geschmackssache.",
      },
      occlusion: {
        title: "Abdecken",
        asks: "Wie weit fällt die Bewertung, wenn ein Fleck des Fotos abgedeckt wird?",
        blind:
          "Was an zwei Stellen zu sehen ist, versteckt sich hier, denn eine bleibt; und auch eine Abdeckung ist ein seltsamer Anblick.",
      },
    },
  },
  micro: {
    slide: {
      title: "Das Fenster gleiten lassen",
      play: "Abspielen: das Fenster gleitet",
      pause: "Anhalten",
      back: "Eine Zahl zurück",
      forward: "Eine Zahl weiter",
      speed: "Tempo",
      pace: (numbers) => `${numbers} / s`,
      end: "ganze Karte",
    },
    close: {
      title: "Ein Fenster, Zahl für Zahl",
      choose: "Diese Zahlen zeigen",
      window: "Fenster",
      kernel: "× Kern",
      products: "= Produkte",
      sum: "zusammen",
      seen: "das Foto",
      colourKernel: "Kern in Farbe",
      howColoured: "Die Gewichte für Rot, Grün und Blau zu einer Farbe gemischt, alle drei auf einer Skala; Grau ist null.",
      outside: "außerhalb der Karte, zählt als 0",
      hint: "Auf eine Zelle zeigen, um ihre genauen Zahlen zu sehen. Schraffierte Zellen liegen außerhalb der Karte und zählen als 0.",
    },
    kernels: {
      maps: "Karten",
      numbers: "Zahlen",
      kernels: "Kerne",
      show: "Was die Bühne zeigt",
      all: (layer) => `Kerne von ${layer}`,
      inWords: (filter, low, high) => `Kern von ${filter}, Gewichte von ${low} bis ${high}`,
      slices: (filter, slices) => `Der Kern von ${filter}, ein Bild für jeden von ${slices} Eingängen, der größte zuerst`,
      open: (filter) => `${filter} öffnen`,
      colour: "in Farbe: Grau ist null, eine Skala für Rot, Grün und Blau",
      wait: "Die Gewichte sind unterwegs.",
      page: (from, to, all) => `${from} bis ${to} von ${all}`,
      before: "Größere",
      next: "Kleinere",
    },
    sums: {
      all: "Alle zeigen",
      beyond: "länger als die Skala",
      others: (n) => `${n} andere`,
      larger: (n) => `${n} größere`,
      smaller: (n) => `${n} kleinere`,
      maps: (sum, bias, value) => `Eingangskarten ${sum}, Bias ${bias}: zusammen ${value}.`,
      off: { relu: "Ausgeschaltet", leaky_relu: "Heruntergedreht", clip: "An einer Grenze festgehalten", sigmoid: "So gut wie aus (unter 0,05)", tanh: "Nahe einer Grenze (jenseits ±0,95)" },
      inMap: (map, share, n, all) => `${map}: ${share} (${n} von ${all})`,
      inAll: (share, n, all) => `alle Karten: ${share} (${n} von ${all})`,
      mask: "Wo: dunkel ist aus",
      perMap: "Anteil je Karte; diese ist markiert",
      sizes: (before, after, from, to, fewer) => `Jede Karte: ${before} → ${after}, ${from} → ${to} Zahlen, ${fewer} weniger.`,
      row: (y) => `Zeile ${y}`,
      counted: (formula) => `Gezählt Karte für Karte, Zeile für Zeile: ${formula}`,
      choosePlace: "Die Karte, aus der sie stammt. Ein Klick auf eine Zelle führt zu ihrem Platz in der Liste.",
      list: "Die Liste: ein Abschnitt je Karte, der dieser Karte markiert",
      line: "Die Gerade dieser Karte, bei dieser Zahl",
      stack: "Welche Karten aus welcher Schicht stammen; diese ist markiert",
      range: (from, to) => `Karten ${from}–${to}`,
      groupBy: "Geordnet nach",
      byMap: "Karte",
      byPlace: "Ort",
      unit: "Belege für",
      place: (y, x) => `y ${y}, x ${x}`,
      pick: "Ein Klick auf einen Ort führt zu seinem größten Beleg.",
      temperature: "Temperatur",
      temperatureWhatIf: "Was wäre, wenn die Werte zuerst durch eine Temperatur geteilt würden? Nur diese Balken ändern sich, sonst nichts auf der Seite.",
      temperatureReset: "zurück auf 1",
      instead: (share) => `stattdessen ${share}`,
      score: "Wert",
      power: "e^(Wert − höchster)",
      share: "Anteil",
    },
  },
  whatif: {
    title: "Was wäre, wenn?",
    show: "Zeigen",
    original: "Original",
    changed: "verändert",
    difference: "Unterschied",
    sideBySide: "nebeneinander",
    yourPhoto: "das eigene Foto",
    openedByLink: "ein per Link geöffnetes Foto",
    points: (points) => `${points} Punkte`,
    noSample: (id) => ({ title: "Dieses Beispiel gibt es nicht", detail: `Kein Beispiel heißt „${id}“. Bitte ein anderes Foto wählen.` }),
    noPhoto: {
      title: "Das Foto selbst ist nicht hier",
      detail: "Der Server behält kein Foto. Eines, das über seinen Link geöffnet wurde, kann daher keinem anderen Netz gezeigt werden. Bitte das Foto neu wählen.",
    },
    again: "Noch einmal versuchen",
    besideLayer: (layer, network) => `Neben ${layer}, aus ${network}:`,
    stage: {
      difference: (layer) => `Was sich in den Karten von ${layer} verändert hat`,
      beside: (layer) => `${layer}, vorher und nachher`,
      changed: (map, share) => `${map} · um ${share} verändert`,
      tile: (map, share, most) => `${map}, um ${share} verändert, höchstens um ${most}`,
      sheet: (what, side, low, high, mean) => `${what}, ${side}: von ${low} bis ${high}, Mittel ${mean}`,
      reading: (one, other) => `${one} → ${other}`,
    },
    scores: {
      title: "Was es sagt, vorher und nachher",
      apart: "Punkte",
      row: (name, before, after, points) => `${name}: vorher ${before}, nachher ${after}, ${points}`,
    },
    photo: {
      title: "Das Foto",
      right: "Nach rechts",
      down: "Nach unten",
      rotate: "Drehen",
      blur: "Weichzeichnen",
      pixels: (n) => `${n} px`,
      degrees: (n) => `${n}°`,
    },
    brush: {
      title: "Einen Teil abdecken",
      hint: "Auf dem malen, was das Netz sah. Mit der Tastatur: Pfeile bewegen den Pinsel, Leertaste deckt ab, Rücktaste deckt auf.",
      label: (x, y, covered) => `Was das Netz sah, zum teilweisen Abdecken. Der Pinsel ist bei x ${x}, y ${y}; ${covered} % sind abgedeckt.`,
      size: "Pinsel",
      clear: "Alles aufdecken",
    },
    network: {
      title: "Das Netz",
      none: (layer) => `${layer} hat keine eigenen Gewichte; abzuschalten oder zu bearbeiten gibt es hier nichts.`,
      before: (layer) => `Zu ${layer}, der Schicht davor, die welche hat`,
      elsewhere: "Die gezeigte Schicht gehört nicht zu dem Netz, das verändert wird.",
      filter: (what, layer) => `${what} von ${layer}`,
      unit: (n) => `Zahl ${n}`,
      off: "Abschalten",
      scale: "Stärke",
      times: (n) => `× ${n}`,
      edit: "Gewichte bearbeiten",
      channel: "Gewichte auf",
      input: "Gewicht auf Zahl",
      weight: (y, x) => `Gewicht in Zeile ${y}, Spalte ${x}`,
      single: "Gewicht",
      reset: "Wie gelernt",
      hint: "Eine andere Karte auf der Bühne wählen, um diese zu verändern.",
    },
    list: {
      title: "Was verändert ist",
      nothing: "Noch nichts.",
      undo: (what) => `Zurücknehmen: ${what}`,
      undoAll: "Alles zurücknehmen",
      resting: "Ruht, solange zwei Fotos oder zwei Netze verglichen werden.",
      unknown: (what) => `${what}: In diesem Netz gibt es keine solche Schicht oder keinen solchen Filter, daher ausgelassen`,
      shift: (right, down) =>
        `Foto ${[
          right && `${Math.abs(right)} px nach ${right > 0 ? "rechts" : "links"}`,
          down && `${Math.abs(down)} px nach ${down > 0 ? "unten" : "oben"}`,
        ].filter(Boolean).join(" und ")} verschoben`,
      rotate: (degrees, clockwise) => `Foto um ${degrees}° ${clockwise ? "im" : "gegen den"} Uhrzeigersinn gedreht`,
      blur: (sigma) => `Foto um ${sigma} px weichgezeichnet`,
      cover: (pixels) => `${pixels} Pixel abgedeckt`,
      off: (filter, layer) => `${filter} von ${layer} abgeschaltet`,
      scale: (filter, layer, scale) => `${filter} von ${layer} × ${scale}`,
      weight: (filter, layer, place, weight) => `${filter} von ${layer}: Gewicht ${place} auf ${weight} gesetzt`,
    },
    beside: {
      title: "Vergleichen mit",
      nothing: "den Veränderungen oben",
      photos: "Ein anderes Foto",
      networks: "Ein anderes Netz",
      brought: "das mitgebrachte Foto",
      choose: "Ein Foto zum Vergleichen wählen",
    },
    chart: {
      title: "Wie weit die Veränderung reicht",
      label: "Unterschied jeder Schicht, als Anteil dessen, was sie war",
      bar: (layer, share) => `${layer}: ${share} Unterschied`,
      nothing: "Solange nichts verändert ist, ist jede Schicht, wie sie war.",
      networks: "Zwei Netze haben verschiedene Schichten, daher gibt es keinen Unterschied Schicht für Schicht; auf der Bühne stehen sie nebeneinander.",
      zero: "war überall null",
      photos: "Das andere Foto",
      change: "Die Veränderung",
      shift: (pixels) => `Eine Verschiebung um ${pixels} px`,
      story: (what, layer, share) => `${what} verändert ${layer} um ${share}`,
      unchanged: (what) => `${what} verändert in keiner Schicht etwas`,
      left: (pool, share) => `nach ${pool} bleiben ${share}`,
      answer: (name, points) => `die Antwort „${name}“ bewegt sich um ${points} Punkte`,
      pools: "Was jedes Pooling durchlässt",
      survives: (before, after, share) => `${before} → ${after}: ${share} bleiben`,
      same: "nichts durchzulassen",
    },
  },

  learn: {
    run: {
      title: "Ein Netz lernt",
      glass: "Ein Schritt unter der Lupe",
      setup: "Was gelernt wird, und wie",
      controls: {
        title: "Bedienung",
      },
    },
  },
};
