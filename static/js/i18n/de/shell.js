/** Der Rahmen der Seite: Leiste, Dialoge, Rundgang, Tasten. */

import { byPointer } from "../by-pointer.js";

/** @type {typeof import("../en/shell.js").language} */
export const language = "Sprache";

/** @type {typeof import("../en/shell.js").close} */
export const close = "Schließen";

/** @type {typeof import("../en/shell.js").cancel} */
export const cancel = "Abbrechen";

/** @type {typeof import("../en/shell.js").deletion} */
export const deletion = {
  yes: "Löschen",
  yesNamed: (name) => `Ja, ${name} löschen`,
  no: "Behalten",
  going: "Wird gelöscht …",
  done: (name) => `${name} ist gelöscht.`,
};

/** @type {typeof import("../en/shell.js").sharing} */
export const sharing = {
  share: "Teilen",
  shareNamed: (name) => `Teilen: ${name}`,
  shared: "Geteilt",
  sharedNamed: (name) => `Geteilt: ${name}`,
  address: (name) => `Link zu ${name}`,
  whoever: "Wer den Link hat, kann es ansehen, aber nichts ändern.",
  copied: "Der Link ist kopiert.",
  copy: "Kopieren",
  stop: "Nicht mehr teilen",
  stopped: (name) => `${name} wird nicht mehr geteilt.`,
  done: "Fertig",
  lentRun: "Dieser Lauf ist geteilt: Alles darf angesehen werden, ändern kann ihn nur, wem er gehört.",
  lentSecond: (name) => `„${name}“ ist geteilt und nur zum Ansehen da: Die Knöpfe gelten allein für den eigenen Lauf.`,
  lentSetup: "Nur zum Ansehen: So wurde der geteilte Lauf begonnen.",
  ownRun: "Einen eigenen Lauf beginnen",
  lentNetwork: "Dieses Netz ist geteilt: Es darf angesehen und mit Fotos ausprobiert werden, ändern kann es nur, wem es gehört.",
};

/** @type {typeof import("../en/shell.js").login} */
export const login = {
  say: "Dieser Server ist geschlossen. Sein Token öffnet ihn in diesem Browser.",
  token: "Token",
  wrong: "Das ist nicht das Token. Wer den Server betreibt, kennt es.",
  wait: "Zu viele falsche Token. Eine Minute warten, dann noch einmal versuchen.",
  open: "Anmelden",
};

/** @type {typeof import("../en/shell.js").workspace} */
export const workspace = {
  title: "Mein Arbeitsbereich",
  say: "Was hier hochgeladen oder gemacht wird, gehört diesem Browser. Niemand sonst sieht es, außer über einen geteilten Link.",
  models: "Netze",
  datasets: "Datensätze",
  trainings: "Trainings",
  delete: "Alles löschen, was mir gehört",
  sure: "Netze, Datensätze, Trainings, Analysen und Links sind dann für immer weg, auch wenn ein Training läuft.",
  yes: "Alles löschen",
  deleted: "Alles ist gelöscht.",
  join: "Den Arbeitsbereich der Shell hier benutzen",
  key: "Der Schlüssel, den „convscope workspace“ ausgibt",
  wrong: "Das ist kein Schlüssel eines Arbeitsbereichs.",
  open: "Öffnen",
  back: "Zurück zu Convscope",
};

/** @type {typeof import("../en/shell.js").toolbar} */
export const toolbar = {
  network: "Netz",
  compared: (network, other) => `${network} ↔ ${other}`,
  step: "Durch die Schichten gehen",
  back: "Vorige Schicht",
  forward: "Nächste Schicht",
  layer: "Schicht",
  nowhere: "–",
  position: (at, count) => `${at} von ${count}`,
  play: "Abspielen",
  playLabel: "Alle Schichten abspielen",
  page: "Seiten",
  api: "API",
  learn: "Trainieren",
  microscope: "Mikroskop",
  theme: "Dunkle Darstellung",
  help: "Tasten, Glossar und Hilfe",
};

/** @type {typeof import("../en/shell.js").menu} */
export const menu = {
  title: "Menü",
  open: "Menü öffnen",
};

/** @type {typeof import("../en/shell.js").status} */
export const status = {
  ready: "Gleich geht es los",
  opening: "Das Foto wird geöffnet",
  reading: "Das Foto wird gelesen",
  loading: "Das Netz wird geladen",
  looking: "Das Netz rechnet",
  sending: (sent, total) => `${sent} von ${total} gesendet`,
  seconds: (text, seconds) => `${text} · ${seconds} s`,
};

/** @type {typeof import("../en/shell.js").save} */
export const save = {
  offer: "Sichern",
  title: "Sichern",
  picture: "Ein Bild (PNG)",
  panels: { stage: "der Karten", inspector: "des Inspektors", photo: "des Fotos", seen: "der Eingabe des Netzes", strip: "aller Schichten" },
  numbers: (/** @type {string} */ layer) => `Die Werte von ${layer}`,
  program: "Ein Programm, das diese Schicht berechnet",
  same: "Es fragt den Server nach den Zahlen und malt dieselben Pixel wie diese Seite; auch für ein anderes Foto.",
  script: "Python-Skript",
  notebook: "Jupyter-Notebook",
};

/** @type {typeof import("../en/shell.js").hold} */
export const hold = {
  offer: "Festhalten",
  held: "gehalten · Esc löst",
  heldByTouch: "gehalten · Tippen löst",
  isHeld: "gehalten",
};

/** @type {typeof import("../en/shell.js").help} */
export const help = {
  keys: "Mit der Tastatur",
  touch: "Mit dem Finger",
  tapMap: ["eine Karte antippen", "sie öffnen"],
  tapValue: ["einen Wert antippen", "zeigen, wie er berechnet wird"],
  longPress: ["lange drücken", "den Wert festhalten; das nächste Tippen oder ein anderer Wert löst ihn"],
  drag: ["über eine offene Karte streichen", "von Wert zu Wert gehen"],
  swipe: ["zur Seite wischen", "vorige Schicht, nächste Schicht"],
  mouse: "Mit der Maus",
  point: ["daraufzeigen", "den Wert unter dem Zeiger lesen"],
  clickMap: ["eine Karte anklicken", "sie öffnen"],
  clickValue: ["einen Wert anklicken", "ihn festhalten, auch in anderen Schichten; der nächste Klick, Esc oder ein anderer Wert löst ihn"],
  singleKeys: "Tastenkürzel aus einem einzigen Zeichen",
  singleKeysOff: "Ohne sie tun Buchstaben, Ziffern und Zeichen nichts. Pfeiltasten, Enter, Esc und Leertaste bleiben.",
  pageUp: "Bild ↑",
  pageDown: "Bild ↓",
  home: "Pos1",
  end: "Ende",
  space: "Leertaste",
  layers: "vorige Schicht, nächste Schicht",
  maps: "vorige Karte, nächste Karte",
  order: "die Karten sortieren: nach Kanal, Mittelwert, Maximum, Standardabweichung",
  enter: "die Karte öffnen; noch einmal: hineingehen, dann führen die Pfeiltasten von Wert zu Wert; noch einmal: den Wert festhalten",
  escape: "einen gehaltenen Wert lösen, sonst eine Ebene zurück",
  another: "eine andere Karte, während eine offen ist",
  ends: "erste Schicht, letzte Schicht",
  walk: "alle Schichten abspielen, oder anhalten",
  slide: "das Fenster über die offene Karte gleiten lassen, oder anhalten; einen Wert zurück, einen weiter",
  search: "eine Schicht nach Name oder Operation suchen",
  zoom: "alle Schichten: vergrößern, verkleinern, das ganze Netz",
  fold: "Blöcke, die sich wiederholen, einklappen oder ausklappen",
  field: "effektives rezeptives Feld: wie stark jedes Pixel für den Wert zählt; oder beenden",
  trail: "der stärkste Pfad vom Wert zum Foto; noch einmal: einen Schritt weiter zurück",
  flip: "die andere Seite eines Vergleichs: Original oder verändert",
  control: "Strg",
  undo: "die letzte Änderung unter „Was wäre, wenn?“ zurücknehmen",
  theme: "hell oder dunkel",
  list: "diese Liste",
  reading: "Wie die Karten zu lesen sind",
  read:
    "Jedes Pixel ist eine Aktivierung. Wo Aktivierungen negativ sein können, ist Blau unter null und Orange darüber; null hat die Farbe der Seite. " +
    "Wo sie es nicht können, ist dunkles Violett null und Gelb das Maximum.",
};

/** @type {typeof import("../en/shell.js").tour} */
export const tour = {
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
      text: byPointer(
        "Das Netz bekommt nur den hellen Teil, und den klein. Darunter lässt sich ein anderes Foto wählen; ablegen geht überall auf der Seite.",
        "Das Netz bekommt nur den hellen Teil, und den klein. Darunter lässt sich ein anderes Foto wählen oder aufnehmen.",
      ),
    },
    strip: {
      title: "Das ganze Netz",
      text: byPointer(
        "Alle Schichten der Reihe nach, von der Eingabe zur Ausgabe. Jede Spalte zeigt einige ihrer Aktivierungskarten; ein Klick führt dorthin.",
        "Alle Schichten der Reihe nach, von der Eingabe zur Ausgabe. Jede Spalte zeigt einige ihrer Aktivierungskarten; Antippen führt dorthin.",
      ),
    },
    maps: {
      title: "Die Aktivierungen einer Schicht",
      text: byPointer(
        "Jedes Bild ist die Aktivierungskarte eines Kanals: für jede Position ein Wert, als Farbe gezeichnet. Beim Daraufzeigen ist er zu lesen, ein Klick öffnet die Karte.",
        "Jedes Bild ist die Aktivierungskarte eines Kanals: für jede Position ein Wert, als Farbe gezeichnet. Antippen öffnet sie.",
      ),
    },
    number: {
      title: "Eine Karte, geöffnet",
      text: byPointer(
        "Daneben steht ihre Eingabe. Beim Bewegen über die Karte zeigt das Fenster, aus welchen Werten ein Wert berechnet ist, und das Foto sein rezeptives Feld. Ein Klick hält den Wert fest, der nächste löst ihn.",
        "Dabei steht ihre Eingabe. Beim Antippen oder Streichen über die Karte zeigt das Fenster, aus welchen Werten ein Wert berechnet ist, und das Foto sein rezeptives Feld. Langes Drücken hält den Wert fest.",
      ),
    },
    sums: {
      title: "Wie ein Wert berechnet wird",
      text: "Die ganze Rechnung des gezeigten Wertes. Sie geht auf und lässt sich nachprüfen.",
    },
    tabs: {
      title: "Fragen stellen",
      text: "Was wäre, wenn das Foto oder das Netz anders wären? Warum diese Klasse? Etwas ändern und sehen, was daraus folgt.",
    },
    answer: {
      title: "Die Vorhersage",
      text: byPointer(
        "Wofür das Netz das Foto hält und mit welcher Wahrscheinlichkeit. Einen Klick entfernt: seine Klassen und seine Genauigkeit.",
        "Wofür das Netz das Foto hält und mit welcher Wahrscheinlichkeit. Einmal tippen: seine Klassen und seine Genauigkeit.",
      ),
    },
    more: {
      title: "Und nun in Ruhe",
      text: "Unter der Seite erzählt ein Artikel an diesem Foto, wie ein Netz sieht und wie es lernt. Unter „Trainieren“ lässt sich dabei zusehen. Tasten, Glossar und diese Führung stehen in der Hilfe, oben rechts.",
    },
  },
};

/** @type {typeof import("../en/shell.js").glossary} */
export const glossary = {
  title: "Glossar",
  open: "Glossar öffnen",
  key: "das Glossar",
  search: "Begriff suchen",
  none: "Diesen Begriff gibt es hier nicht.",
  see: "Ansehen →",
  seeTerm: (term) => `Ansehen: ${term}`,
};

/** @type {typeof import("../en/shell.js").apiReference} */
export const apiReference = {
  title: "API-Referenz",
  document: "OpenAPI-Dokument",
  lead: "Ein Foto geht hinein, jede Schicht eines Faltungsnetzes kommt heraus: Aktivierungskarten, Ausgaben des Poolings, Scores, und woher jede Zahl kommt. Einen Aufruf aufklappen und von hier senden, oder sein Beispiel kopieren. Die Aufrufe selbst sind auf Englisch beschrieben.",
  errors: "Fehler",
  shape:
    "Jeder Fehler ist ein Problemdokument, application/problem+json (RFC 9457): ein fester type, ein title, der status, ein detail für Menschen, und wo es eine gibt, die Grenze (limit), der Wert (actual) und was beide zählen (what). Der title ist auf Englisch; hier steht, was er bedeutet.",
  table: "Tabelle der Fehler",
  meaning: "Bedeutung",
  unread: (reason) => `Das OpenAPI-Dokument war nicht zu lesen: ${reason}`,
};
