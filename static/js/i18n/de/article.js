/** Der Artikel. */

import { some } from "./plural.js";

/** @type {typeof import("../en/article.js").article} */
export const article = {
  cue: "Wie es funktioniert ↓",
  title: "Wie ein Netz sieht",
  lead: "Ein paar kleine Ideen, gezeigt an genau diesem Foto und diesem Netz. Die Abbildungen sind aus seinen wirklichen Aktivierungen gezeichnet; ein anderes Foto zeichnet sie neu.",
  more: "Mehr darüber",
  show: (layer) => `Auf der Bühne zeigen: ${layer}`,
  shift: (pixels) => `Was wäre, wenn das Foto um ${pixels} Pixel verschoben ist?`,
  scale: { signed: "blau: unter null, orange: darüber", positive: "von null an" },
  chapters: {
    pixels: {
      title: "Pixel: Es bekommt nur Zahlen",
      text: [
        "Ein Netz hat keine Augen. Seine Eingabe ist das Foto in klein und von jedem Pixel drei Zahlen, eine je Kanal: wie viel Rot, wie viel Grün, wie viel Blau. Alles Weitere ist daraus berechnet.",
      ],
    },
    detective: {
      title: "Der Detektiv: Faltung",
      text: [
        "Ein Detektiv mit einer kleinen Lupe geht über das Bild und sucht immer nach ein und demselben Muster: einer Kante, einer Ecke, einem Farbfleck. Aufgeschrieben ist das Muster als ein paar Gewichte, der {kernel|Kern}. An jeder Position werden die Werte im Fenster einzeln mit den Gewichten malgenommen und zusammengezählt.",
        "Wo das Muster passt, ist die Summe groß. Alle Summen zusammen sind die {map|Aktivierungskarte}: wo das Muster ist.",
      ],
    },
    deeper: {
      title: "Von Kanten zu Rädern: tiefere Schichten",
      text: [
        "Frühe Detektive sehen ein paar Pixel und finden Kanten. Spätere sehen sich die Karten der früheren an und finden so Muster aus Mustern: Ecken, Räder, Ohren, Gesichter. Jede Schicht sieht dabei auch einen größeren Teil des Fotos, ihr {receptive-field|rezeptives Feld}.",
      ],
    },
    switch: {
      title: "Der Lichtschalter: ReLU",
      text: [
        "Auf jeden Detektiv folgt eine Reihe Lichtschalter, die {activation-function|Aktivierungsfunktion}. Ein positiver Wert geht unverändert hindurch; ein negativer wird ausgeschaltet, auf null. Das ist alles, und doch könnte das ganze Netz ohne sie nicht mehr als eine einzige Schicht.",
      ],
    },
    summariser: {
      title: "Der Zusammenfasser: Pooling",
      text: [
        "Beim Blinzeln verschwinden die Einzelheiten, und die Hauptsachen bleiben. Der Zusammenfasser blickt auf kleine Fenster und behält von jedem einen Wert. Die Karten werden kleiner, und wo genau etwas war, wird weniger wichtig: Ein um zwei Pixel verschobenes Foto bekommt fast dieselbe Antwort. Das ist {translation-invariance|Translationsinvarianz}.",
      ],
    },
    jury: {
      title: "Die Jury: vollverbunden",
      text: [
        "Am Ende sitzt eine Jury. Jeder Wert, der noch da ist, ist ein Indiz, und für jede Klasse hat jedes Indiz ein Gewicht: Manche sprechen dafür, manche dagegen. Alles zusammengezählt ist das {logit|Logit} der Klasse.",
      ],
    },
    answer: {
      title: "Die Antwort: Softmax und Wahrscheinlichkeiten",
      text: [
        "Logits können beliebige Zahlen sein. Um sie vergleichbar zu machen, berechnet die {softmax|Softmax} e hoch jedes Logit und teilt jedes Ergebnis durch die Summe von allen. Das sind die Wahrscheinlichkeiten, die die Seite zeigt. Sie sagen, wie das Netz seine Zuversicht auf die Klassen verteilt, die es kennt, nicht, wie oft es recht hat.",
      ],
    },
  },
  learning: {
    title: "Wie ein Netz lernt",
    lead: "Niemand hat die Gewichte aufgeschrieben. Am Anfang waren sie Zufallszahlen und wurden dann wieder und wieder verbessert: wie bei einer Schülerin, die eine Prüfung schreibt, sie voller roter Tinte zurückbekommt und es beim nächsten Mal besser macht. Eine solche Runde ist ein {training-step|Trainingsschritt}. Hier ist einer, mit diesem Foto; das Netz selbst bleibt, wie es ist.",
    key: "Im Lösungsheft des Lehrers steht: Das Foto zeigt",
    keyHint: "Eine andere Lösung wählen und die rote Tinte sehen.",
    want: "Einen Trainingsschritt mit diesem Foto berechnen (das Netz ist groß: es kann dauern)",
    train: "Selbst ein Netz trainieren und zusehen →",
    show: {
      forward: "Zeigen: der Vorwärtsdurchlauf, Schicht für Schicht",
      loss: "Zeigen: der Verlust, Klasse für Klasse",
      backward: "Zeigen: der Rückwärtsdurchlauf, an diesem Gewicht",
      update: "Zeigen: die Anpassung dieses Gewichts",
      epochs: "",
    },
    chapters: {
      forward: {
        title: "Die Prüfung: Vorwärtsdurchlauf",
        text: [
          "Die Schülerin schreibt die Prüfung: Das Foto geht durch alle Schichten, von der ersten bis zur letzten, wie oben erzählt. Das ist der {forward-pass|Vorwärtsdurchlauf}. Neu ist nur, dass sich jede Schicht Notizen macht: was sie braucht, wenn die Arbeit zurückkommt, ihren {cache|Cache}.",
        ],
      },
      loss: {
        title: "Die Note: Verlust",
        text: [
          "Der Lehrer vergleicht die Antwort mit der Lösung. Eine Zahl sagt, wie falsch sie ist, der {loss|Verlust} L: nahe null für eine sichere und richtige Antwort, groß für eine sichere und falsche. Klassifikatoren nehmen meist die {cross-entropy|Kreuzentropie}, die nur nach der Wahrscheinlichkeit der richtigen Klasse fragt. Der {mean-squared-error|mittlere quadratische Fehler} (MSE) quadriert den Abstand zwischen jedem Logit z und seinem Ziel y.",
        ],
      },
      backward: {
        title: "Der Rotstift: Rückwärtsdurchlauf",
        text: [
          "Nun geht der Rotstift durch die Arbeit, von der letzten Zeile zur ersten: der {backward-pass|Rückwärtsdurchlauf}. An jeden Wert schreibt er, wie stark sich der Verlust mit ihm ändern würde, den {gradient|Gradienten}. Von einer Schicht zur vorigen kommt er mit der {chain-rule|Kettenregel} und braucht dazu, was die Schicht gespeichert hat. Jede Schicht bekommt vier Vermerke: dZ für ihre Summen, dW für ihre Gewichte, db für ihre Biases und dA, das sie weiterreicht.",
        ],
      },
      update: {
        title: "Die Korrektur: Anpassung",
        text: [
          "Der {optimiser|Optimierer} bewegt jedes Gewicht einen kleinen Schritt gegen seinen Gradienten; wie klein, sagt die {learning-rate|Lernrate} η. Danach schreibt die Schülerin dieselbe Prüfung noch einmal.",
        ],
      },
      epochs: {
        title: "Üben: Batches und Epochen",
        text: [
          "Eine Prüfung lehrt wenig. Ein Netz bekommt viele Bilder auf einmal gezeigt, einen {batch|Batch}; ihre Gradienten werden gemittelt, und daraus wird ein Schritt. Einmal durch alle Bilder ist eine {epoch|Epoche}. Dann werden sie gemischt, und es beginnt von vorn.",
          "Mit nur einem Foto lernt die Schülerin es auswendig, wie hier zu sehen ist. Das ist {overfitting|Überanpassung} und der Grund für Tausende Fotos und für eine Prüfung mit Fotos, an denen nie geübt wurde.",
        ],
      },
    },
    forwardColumns: ["", "Schicht", "Berechnet", "Speichert"],
    nothing: "nichts",
    lossChoice: "Verlust",
    losses: { cross_entropy: "Kreuzentropie", mean_squared_error: "Mittlerer quadratischer Fehler" },
    optimiserChoice: "Optimierer",
    optimisers: { sgd: "Gradientenabstieg", momentum: "Momentum", rmsprop: "RMSProp", adam: "Adam" },
    optimiserTexts: {
      sgd: "Geradewegs den Hang hinab: der Gradient mal die Lernrate.",
      momentum: "Eine Kugel, die weiterrollt: Frühere Gradienten schieben mit. In einem ersten Schritt gibt es noch keine früheren, also ist er derselbe wie beim Gradientenabstieg.",
      rmsprop: "Jedem Gewicht sein Tempo: Sein Gradient wird durch die Größe geteilt, die er sonst hat.",
      adam: "Momentum und ein Tempo für jedes Gewicht in einem; beide sind um ihren Beginn bei null berichtigt.",
    },
    scaledRate: (rate, plainRate) =>
      `Hier ist η ${rate}, beim Gradientenabstieg ${plainRate}: Die Division nimmt die Größe des Gradienten aus d heraus; wie weit sich ein Gewicht bewegt, sagt dann allein η.`,
    others: (n) => `${n} weitere Klassen`,
    before: "vorher",
    after: "nachher",
    stepName: (n) => (n ? `nach ${some(n, "Schritt", "Schritten")}` : "vorher"),
    moreSteps: "Noch ein Schritt mit diesem Foto",
    lines: {
      dz: (label) => `das Logit von „${label}“`,
      dw: (layer, index) => `Gewicht [${index}] von ${layer}: das seines stärksten Indizes`,
      db: (label) => `der Bias von „${label}“`,
      da: (name) => `weitergereicht an ${name}`,
      sum: (n) => `die Summe über ${n} Klassen`,
    },
    trained: (images, batch, epochs) => `Dieses Netz wurde mit ${images} Bildern in Batches von ${batch} trainiert, ${epochs} Epochen lang.`,
    figures: {
      forward: (layers, label, p) => `Von ${layers} Schichten je eine von jeder Art mit ihrer stärksten Karte: was sie berechnet und was sie speichert. Am Ende die Antwort: „${label}“, ${p}.`,
      loss: (label, p) => `Das Logit z, die Wahrscheinlichkeit p, das Ziel y und was jede Klasse zum Verlust beiträgt. Nur die richtige Klasse zählt: Das Netz gibt „${label}“ ${p}.`,
      squared: "Hier zählt jede Klasse: Das Logit der richtigen sollte 1 sein, alle anderen 0; K ist die Zahl der Klassen.",
      gradients: "Der Gradient dZ einiger Schichten, die letzte zuerst: orange, wo ein größerer Wert den Verlust größer machen würde, blau, wo kleiner.",
      backward: "Oben: der Gradient dZ einiger Schichten, die letzte zuerst; orange, wo ein größerer Wert den Verlust größer machen würde, blau, wo kleiner. Unten: die vier Vermerke des Rotstifts an der letzten vollverbundenen Schicht.",
      update: (label, before, after) => `Oben: ein Gewicht, von vor dem Schritt bis danach (w⁺). Unten: dasselbe Foto noch einmal, wenn sich alle Gewichte bewegt haben, und die Wahrscheinlichkeit von „${label}“. Der Verlust L geht von ${before} auf ${after}.`,
      epochs: (label) => `Der Verlust L und die Wahrscheinlichkeit von „${label}“, Schritt um Schritt mit diesem einen Foto.`,
    },
  },
  figures: {
    pixels: (y, x, [red = "", green = "", blue = ""]) =>
      `Die Eingabe des Netzes und ihre drei Kanäle: wie viel Rot, Grün und Blau darin ist. Das markierte Pixel in Zeile ${y} und Spalte ${x} hat Rot ${red}, Grün ${green}, Blau ${blue} von 255.`,
    detective: ({ layer, window, product, others, bias, value }) =>
      `Die Lupe: ein Fenster von ${window} × ein Kern von ${layer} = ${product}. Mit ${others ? `${some(others, "weiteren Karte", "weiteren Karten")} und ` : ""}dem Bias ${bias} ist die Summe ${value}, der in der Karte rechts markierte Wert.`,
    deeper: ({ early, small, deep, large }) =>
      `Woraus der größte Wert einer Schicht berechnet ist, auf dem Foto eingerahmt: ${small} Pixel in ${early}, ${large} in ${deep}.`,
    switch: ({ map, layer, off, before, after }) =>
      `Dieselbe Karte vor und nach ${layer}, auf einer Skala. In ${map} sind ${off} der Werte ausgeschaltet; der markierte geht von ${before} auf ${after}.`,
    summariser: ({ layer, window, value, before, after, fewer }) =>
      `Dieselbe Karte vor und nach ${layer}: Von den ${window} Werten im markierten Fenster bleibt einer, ${value}. Aus ${before} werden ${after}, ${fewer} weniger Werte.`,
    jury: ({ label, layer, contributions, pro, contra, named, share }) =>
      `Die Indizien für „${label}“ in ${layer}: ${contributions} Beiträge (Gewicht × Eingabe), nach Karten zusammengezählt. Dafür: ${pro}. Dagegen: ${contra}. Die ${named} größten, hier genannt, machen ${share} der Summe aus.`,
    othersFor: (n) => `${n} weitere dafür`,
    othersAgainst: (n) => `${n} weitere dagegen`,
    answer: "Die ersten fünf von allen Klassen: Logit und Wahrscheinlichkeit.",
  },
};
