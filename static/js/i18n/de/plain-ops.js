/** Schichten ohne Parameter, zu denen ein Satz genügt. */

/** @type {typeof import("../en/plain-ops.js").plain} */
export const plain = {
  conv_transpose: [
    "Ein Detektiv, der rückwärts arbeitet: Jeder Wert malt seinen Kern in die Ausgabe, und wo Kerne sich überdecken, werden sie addiert.",
    "So werden Karten größer (Upsampling), mit gelernten Gewichten.",
  ],
  prelu: [
    "Ein Dimmer an jedem Wert: Ein positiver geht unverändert hindurch, ein negativer wird heruntergedreht.",
    "Wie weit jede Karte herunterdreht (ihre Steigung unter null), ist gelernt.",
  ],
  hard_sigmoid: [
    "Ein Schalter mit Rampe: unten aus, oben an, dazwischen eine Gerade von 0 bis 1.",
    "Eine Näherung der Sigmoidfunktion, die sich billig berechnen lässt.",
  ],
  hard_swish: [
    "Ein Schalter, der sich entlang einer Rampe öffnet: Weit unter null geht nichts hindurch, weit darüber alles.",
    "Dazwischen wird ein Wert damit multipliziert, wie weit er offen ist: x · Hard-Sigmoid(x).",
  ],
  mish: [
    "Ein sanfter Lichtschalter: Positive Werte gehen fast unverändert hindurch, negative verblassen.",
    "Knapp unter null kommt noch etwas hindurch, damit das Netz daraus lernen kann.",
  ],
  elu: [
    "Ein Lichtschalter, der sanft schließt: Positive Werte gehen unverändert hindurch.",
    "Negative sinken auf einen Boden zu, doch nie darunter.",
  ],
  gelu: [
    "Ein sanfter Lichtschalter: Jeder Wert wird mit der Wahrscheinlichkeit multipliziert, dass ein normalverteilter kleiner ist, x · Φ(x).",
    "Große gehen hindurch, sehr negative sind aus, und der Übergang ist glatt.",
  ],
  erf: [
    "Drückt jeden Wert zwischen −1 und 1, entlang dem Integral der Glockenkurve.",
    "Ein Teil von GELU, ausgeschrieben.",
  ],
  softplus: [
    "Ein Lichtschalter mit runder Ecke: Weit über null geht ein Wert hindurch, weit darunter wird er 0.",
    "Die Ecke der ReLU, geglättet.",
  ],
  abs: [
    "Jeder Wert ohne sein Vorzeichen.",
    "Wie viel, bleibt; in welche Richtung, wird vergessen.",
  ],
  neg: [
    "Jeder Wert mit umgekehrtem Vorzeichen.",
    "Sonst ändert sich nichts.",
  ],
  exp: [
    "e hoch jeden Wert: Aus einer Summe wird ein Produkt.",
    "Meist ein Teil einer Softmax, ausgeschrieben.",
  ],
  log: [
    "Der natürliche Logarithmus jedes Wertes: Aus einem Produkt wird eine Summe.",
    "Große Unterschiede werden klein.",
  ],
  sqrt: [
    "Die Quadratwurzel jedes Wertes.",
    "Meist ein Teil einer Normalisierung, ausgeschrieben.",
  ],
  reciprocal: [
    "Eins, geteilt durch jeden Wert.",
    "Was groß war, wird klein.",
  ],
  log_softmax: [
    "Der Logarithmus der Wahrscheinlichkeiten, die eine Softmax ergäbe.",
    "Die Reihenfolge bleibt; 0 heißt Gewissheit, alles andere liegt darunter.",
  ],
  lp_pool: [
    "Der Zusammenfasser misst Längen: Jedes Fenster wird zur p-Norm seiner Werte, der p-ten Wurzel aus der Summe ihrer p-ten Potenzen.",
    "Je größer p, desto näher am Maximum.",
  ],
  global_max_pool: [
    "Der Zusammenfasser in einem Wort: Jede Karte wird zu einem einzigen Wert, ihrem Maximum.",
    "Dass ein Muster gefunden wurde, bleibt; wo es war, wird vergessen.",
  ],
  instance_norm: [
    "Ein Drehknopf an jeder Karte jedes Fotos: Ihre Werte werden auf Mittelwert 0 und Standardabweichung 1 normalisiert, dann skaliert und verschoben.",
    "Mittelwert und Standardabweichung sind die dieser Karte selbst; Helligkeit und Kontrast des Fotos verblassen damit.",
  ],
  group_norm: [
    "Ein Drehknopf an Gruppen von Karten: Ihre Werte werden auf Mittelwert 0 und Standardabweichung 1 normalisiert, dann skaliert und verschoben.",
    "Mittelwert und Standardabweichung sind die der eigenen Kartengruppe dieses Fotos.",
  ],
  layer_norm: [
    "Ein Drehknopf an jeder Position: Ihre Werte werden auf Mittelwert 0 und Standardabweichung 1 normalisiert, dann skaliert und verschoben.",
    "Mittelwert und Standardabweichung sind die der Werte dieser Position.",
  ],
  lrn: [
    "Wettstreit benachbarter Karten: Ein Wert wird durch die Größe seiner Nachbarn an derselben Position geteilt.",
    "Was an einer Position unter den Karten hervorsticht, bleibt.",
  ],
  transpose: [
    "Bringt die Achsen in eine andere Reihenfolge.",
    "Nichts wird gerechnet; Zeilen werden zu Spalten, oder die Kanäle kommen zuletzt.",
  ],
  slice: [
    "Schneidet einen Teil heraus, von einem Index bis zu einem anderen entlang einer Achse.",
    "Nichts wird gerechnet; der Rest wird anderswo gebraucht oder gar nicht.",
  ],
  gather: [
    "Wählt Werte nach ihrem Index entlang einer Achse aus.",
    "Nichts wird gerechnet; was zweimal gewählt wird, kommt zweimal.",
  ],
  expand: [
    "Wiederholt die Werte, bis sie eine größere Form füllen (Broadcasting).",
    "Nichts wird gerechnet.",
  ],
  depth_to_space: [
    "Verteilt Kanäle auf Positionen: Aus mehreren kleinen Karten wird eine große.",
    "Nichts wird gerechnet; jeder Wert rückt an die Position, für die sein Kanal stand.",
  ],
  space_to_depth: [
    "Verteilt Positionen auf Kanäle: Aus einer großen Karte werden mehrere kleine.",
    "Nichts wird gerechnet, und nichts geht verloren.",
  ],
  resize: [
    "Macht die Karten größer oder kleiner, wie ein Foto in der Größe geändert wird.",
    "Neue Werte kommen von den nächsten Positionen oder werden zwischen ihnen interpoliert.",
  ],
  matmul: [
    "Matrixprodukt: Jede Zeile trifft jede Spalte, ihre Werte werden paarweise multipliziert und addiert.",
    "Wieder eine Jury, einmal für jede Zeile.",
  ],
  reduce_mean: [
    "Der Zusammenfasser: Alle Werte entlang einiger Achsen werden zu ihrem Mittelwert.",
    "Was sie gemeinsam haben, bleibt; wo jeder war, wird vergessen.",
  ],
  reduce_sum: [
    "Der Zusammenfasser: Alle Werte entlang einiger Achsen werden zu ihrer Summe.",
    "Wie viel es im Ganzen ist, bleibt; wo es war, wird vergessen.",
  ],
  reduce_max: [
    "Der Zusammenfasser: Von allen Werten entlang einiger Achsen bleibt das Maximum.",
    "Dass ein Muster gefunden wurde, bleibt; wo es war, wird vergessen.",
  ],
  arg_max: [
    "Der Index des Maximums entlang einer Achse, statt des Maximums selbst.",
    "Die letzte Operation eines Netzes, das nur eine Klasse ausgibt.",
  ],
  quantize: [
    "Rundet jeden Wert auf eine von 256 Stufen, sodass er in ein Byte passt: x ÷ Skala + Nullpunkt.",
    "Was kleiner als eine halbe Stufe ist, geht verloren.",
  ],
  dequantize: [
    "Macht aus Bytes wieder reelle Werte: (Stufe − Nullpunkt) × Skala.",
    "Die Rundung davor bleibt sichtbar.",
  ],
  conv_integer: [
    "Eine Faltung ganzer Zahlen: Bytes mal Bytes, ohne jede Rundung summiert.",
    "Die Summen sind groß; die nächste Operation macht daraus wieder Bytes oder reelle Werte.",
  ],
  matmul_integer: [
    "Ein Matrixprodukt ganzer Zahlen, ohne jede Rundung summiert.",
    "Die Summen sind groß; die nächste Operation macht daraus wieder Bytes oder reelle Werte.",
  ],
  requantize: [
    "Bringt große Summen ganzer Zahlen auf eine von 256 Stufen zurück: mal eine Skala, gerundet, plus den Nullpunkt.",
    "Was nicht in ein Byte passt, wird auf dessen Grenzen begrenzt.",
  ],
  quantized_add: [
    "Addiert zwei quantisierte Tensoren, jeder mit seiner eigenen Skala.",
    "Die Summe wird auf die Stufen des Ergebnisses gerundet.",
  ],
  dynamic_scale: [
    "Die Skala: wie groß eine von 256 Stufen sein muss, damit alle Werte dieser Eingabe passen.",
    "Sie folgt aus deren Maximum und Minimum, für jedes Foto neu.",
  ],
  dynamic_zero_point: [
    "Der Nullpunkt: welche der 256 Stufen für die Null steht.",
    "Er folgt aus dem Minimum und der Skala, für jedes Foto neu.",
  ],
  dynamic_quantize: [
    "Rundet jeden Wert auf eine von 256 Stufen, deren Skala aus eben dieser Eingabe berechnet wurde.",
    "Was kleiner als eine halbe Stufe ist, geht verloren.",
  ],
  floor: [
    "Rundet jeden Wert auf eine ganze Zahl ab.",
    "Der Nachkommateil geht verloren.",
  ],
  ceil: [
    "Rundet jeden Wert auf eine ganze Zahl auf.",
    "Der Nachkommateil geht verloren.",
  ],
  round: [
    "Rundet jeden Wert auf die nächste ganze Zahl, einen halben auf die gerade.",
    "Der Nachkommateil geht verloren.",
  ],
  trunc: [
    "Behält von jedem Wert den ganzzahligen Teil, wie die Umwandlung in ganze Zahlen.",
    "Der Nachkommateil geht verloren.",
  ],
  sign: [
    "Behält von jedem Wert nur das Vorzeichen: −1, 0 oder 1.",
    "Wie groß er war, wird vergessen.",
  ],
  selu: [
    "Ein Lichtschalter, der sanft schließt, mit zwei festen Faktoren.",
    "Sie sind so gewählt, dass die Standardabweichung der Aktivierungen von Schicht zu Schicht etwa gleich bleibt.",
  ],
  celu: [
    "Ein Lichtschalter, der sanft schließt: Positive Werte bleiben, wie sie sind.",
    "Negative sinken auf einen Boden zu, ohne Knick bei null.",
  ],
  thresholded_relu: [
    "Ein Lichtschalter mit Schwelle: Werte darüber bleiben, wie sie sind.",
    "Alle anderen werden null.",
  ],
  shrink: [
    "Werte nahe null werden null, alle anderen rücken um einen festen Betrag zu ihr hin.",
    "Kleines Rauschen wird entfernt.",
  ],
  trigonometric: [
    "Sinus, Kosinus, Tangens, eine hyperbolische Funktion oder eine Umkehrfunktion davon, Wert für Wert.",
    "Winkel stehen im Bogenmaß.",
  ],
  mod: [
    "Der Rest einer Division, Wert für Wert.",
    "Das Ergebnis beginnt nach jedem Vielfachen des Teilers wieder bei null.",
  ],
  compare: [
    "Vergleicht an jeder Position zwei Werte: 1, wo es stimmt, 0, wo nicht.",
    "Wie weit sie auseinanderliegen, wird vergessen.",
  ],
  where: [
    "Eine Wahl an jeder Position: der zweite Wert, wo die Bedingung wahr ist, sonst der dritte.",
    "Es wird nichts gerechnet, einer von beiden Werten wird weitergereicht.",
  ],
  top_k: [
    "Ordnet die Werte entlang einer Achse und behält die ersten k, oder ihre Indizes.",
    "Alle anderen werden vergessen.",
  ],
  gather_elements: [
    "Wählt entlang einer Achse Werte nach Indizes aus, die das Netz berechnet hat.",
    "Welche, das kann von Foto zu Foto anders sein.",
  ],
  cum_sum: [
    "Kumulierte Summe entlang einer Achse: Jeder Wert wird zur Summe aller bis zu ihm.",
    "Netze nummerieren damit Positionen.",
  ],
  reduce_min: [
    "Von allen Werten entlang einiger Achsen bleibt das Minimum.",
    "Wo es war, wird vergessen.",
  ],
  reduce_prod: [
    "Alle Werte entlang einiger Achsen werden zu ihrem Produkt.",
    "Eine einzige Null macht alles zu null.",
  ],
  constant: [
    "Ein Wert, der in der Datei des Netzes steht.",
    "Er ist für jedes Foto derselbe.",
  ],
};
