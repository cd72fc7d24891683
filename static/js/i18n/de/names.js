/** Die Namen dessen, was mitgeliefert wird: Klassen, Datensätze und Beispiele. */

/** @type {typeof import("../en/names.js").names} */
export const names = {
  classes: {
    everyday: {
      banana: "Banane",
      bell_pepper: "Paprika",
      bird: "Vogel",
      boat: "Boot",
      bus: "Bus",
      butterfly: "Schmetterling",
      car: "Auto",
      cat: "Katze",
      dog: "Hund",
      elephant: "Elefant",
      espresso: "Espresso",
      goldfish: "Goldfisch",
      koala: "Koala",
      ladybug: "Marienkäfer",
      mushroom: "Pilz",
      orange: "Orange",
      pizza: "Pizza",
      red_panda: "Roter Panda",
      tractor: "Traktor",
      train: "Zug",
    },
    shapes: {
      circle: "Kreis",
      square: "Quadrat",
      triangle: "Dreieck",
      star: "Stern",
      cross: "Kreuz",
      ring: "Ring",
      heart: "Herz",
      moon: "Mond",
    },
    strokes: {
      horizontal: "waagerecht",
      vertical: "senkrecht",
      rising: "steigend",
      falling: "fallend",
      curve: "Bogen",
      zigzag: "Zickzack",
      cross: "Kreuz",
      dot: "Punkt",
    },
  },
  datasets: {
    shapes: {
      name: "Formen",
      description: "Acht einfache Figuren in jeder Farbe, Größe und Drehung auf ruhigem Grund. Die Farbe verrät nichts, der Umriss alles.",
    },
    digits: { name: "Ziffern", description: "Zehn Ziffern wie von Hand, mit Stiften und Kreiden vieler Breiten, schräg, eng und eilig." },
    strokes: { name: "Striche", description: "Acht Pinselstriche. In welche Richtung eine Linie läuft, lernen Filter als Erstes zu sehen." },
  },
  samples: {
    car: { title: "Ein Auto, gerendert", credit: "Von Convscopes render_car.py" },
    coffee: { title: "Eine Tasse Espresso", credit: "Rachel Michetti, aus scikit-image" },
    chelsea: { title: "Die Katze Chelsea", credit: "Stéfan van der Walt, aus scikit-image" },
  },
};
