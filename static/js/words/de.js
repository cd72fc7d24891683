/** Alles, was die Seite sagt, auf Deutsch. */

/** @type {import("./en.js").Say} */
export const say = {
  language: "Sprache",
  probe: {
    role: "Ortssucher",
    label: "Das Foto, wie das Netz es bekam. Die Pfeiltasten zeigen auf ein Pixel und sagen, welche Zahlen der Schicht es sehen; Escape beendet.",
    hint: "Auf eine Stelle eines der beiden Bilder zeigen oder tippen: dann steht hier, welche Zahlen sie sehen.",
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
      `Der Kasten misst ${height} × ${width} Pixel, aber nicht alle zählen gleich: ${middle} des Einflusses liegen in seinem mittleren Viertel. ` +
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
    usual: "letzte Schicht mit Karten",
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
    deletion: (area) => `Stärkste Pixel zuerst weggenommen: Fläche ${area}`,
    insertion: (area) => `Stärkste Pixel zuerst zurückgelegt: Fläche ${area}`,
    ofPixels: "der Pixel",
    from0to100: (first, last) => `der Anteil geht von ${first} bis ${last}`,
    howToRead: "Weiß die Karte, worauf es ankommt, fällt die linke Kurve sofort (kleine Fläche) und die rechte steigt sofort (große Fläche).",
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
        blind: "Was an zwei Stellen zu sehen ist, versteckt sich hier, denn eine bleibt; und auch eine Abdeckung ist ein seltsamer Anblick.",
      },
    },
  },
};
