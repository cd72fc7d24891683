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
    learning: {
      title: "Und wie hat es gelernt?",
      text: [
        "Niemand hat die Gewichte aufgeschrieben. Am Anfang waren sie Zufallszahlen; dann bekam das Netz Tausende Fotos mit ihren Labels gezeigt, und nach jedem Batch wurde jedes Gewicht ein wenig gegen seinen Gradienten geschoben, in die Richtung, in der der Verlust kleiner wird. Nach genügend solchen Schritten suchen die Detektive nach dem, was hilft.",
      ],
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
