/** Probleme, wie die Seite sie sagt. */

/** @type {typeof import("../en/errors.js").problems} */
export const problems = {
  again: "Noch einmal versuchen",
  another: "Anderes Foto auswählen",
  sample: "Ein Beispiel nehmen",
  usual: (title) => `Mit „${title}“ weitermachen`,
  dismiss: "Ausblenden",
  limit: (limit, actual) => `Erlaubt sind ${limit}; das hier waren ${actual}.`,
  toLearnFrom: {
    title: "Trainingsbilder gehören auf eine andere Seite",
    detail: "Mit einem Ordner oder einer ZIP-Datei voller Bilder wird ein Netz trainiert. Die Trainingsseite öffnen und dort ablegen; hier ein einzelnes Foto.",
  },
  learn: "Trainingsseite öffnen",
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
    "model-invalid": "Das ist kein Netz, das sich lesen lässt",
    "model-unsupported": "Das Netz braucht etwas, das hier nicht gerechnet werden kann",
    "model-too-large": "Das Netz ist zu groß",
    "model-input-size-needed": "Die Eingabe des Netzes braucht eine Größe",
    "model-option-needed": "Zu diesem Netz fehlt noch eine Angabe",
    "model-fixed": "Dieses Netz lässt sich nicht löschen",
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
};
