/** Zahlen und Felder für sie. */

import { some } from "./plural.js";

/** @type {typeof import("../en/numbers.js").invalidNumber} */
export const invalidNumber = {
  whole: "eine ganze Zahl",
  any: "eine Zahl",
  from: (kind, least) => `Möglich ist ${kind} ab ${least}.`,
  fromTo: (kind, least, most) => `Möglich ist ${kind} von ${least} bis ${most}.`,
  empty: (range) => range,
  outside: (value, range) => `${value} liegt außerhalb. ${range}`,
  fraction: (value, range) => `${value} ist nicht ganz. ${range}`,
};

/** @type {typeof import("../en/numbers.js").numbers} */
export const numbers = {
  decimal: ",",
  separator: "; ",
  notANumber: "keine Zahl",
  bytes: (n) => `${n} Byte`,
  million: (n) => `${n} Millionen`,
  billion: (n) => `${n} Milliarden`,
  maps: (n) => some(n, "Karte", "Karten"),
  numbers: (n) => some(n, "Wert", "Werte"),
  colours: { red: "Rot", green: "Grün", blue: "Blau" },
  constant: (value) => `überall ${value}`,
  map: (channel) => `Karte ${channel}`,
  number: (unit) => `Einheit ${unit}`,
  of: (name, count) => `${name} von ${count}`,
  span: (low, high, mean) => `von ${low} bis ${high}, Mittel ${mean}`,
};
