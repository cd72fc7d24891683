/** Numbers, and fields that take them. */

import { some } from "./plural.js";

export const invalidNumber = {
  whole: "a whole number",
  any: "a number",
  /** @type {(kind: string, least: string) => string} */
  from: (kind, least) => `Enter ${kind} of ${least} or more.`,
  /** @type {(kind: string, least: string, most: string) => string} */
  fromTo: (kind, least, most) => `Enter ${kind} from ${least} to ${most}.`,
  empty: (/** @type {string} */ range) => range,
  /** @type {(value: string, range: string) => string} */
  outside: (value, range) => `${value} is out of range. ${range}`,
  /** @type {(value: string, range: string) => string} */
  fraction: (value, range) => `${value} is not whole. ${range}`,
};

export const numbers = {
  decimal: ".",
  separator: ", ",
  notANumber: "not a number",
  bytes: (/** @type {string} */ n) => (n === "1" ? "1 byte" : `${n} bytes`),
  million: (/** @type {string} */ n) => `${n} million`,
  billion: (/** @type {string} */ n) => `${n} billion`,
  maps: (/** @type {number} */ n) => some(n, "map"),
  numbers: (/** @type {number} */ n) => some(n, "value"),
  colours: { red: "red", green: "green", blue: "blue" },
  constant: (/** @type {string} */ value) => `${value} everywhere`,
  map: (/** @type {number} */ channel) => `map ${channel}`,
  number: (/** @type {number} */ unit) => `unit ${unit}`,
  of: (/** @type {string} */ name, /** @type {number} */ count) => `${name} of ${count}`,
  /** @type {(low: string, high: string, mean: string) => string} */
  span: (low, high, mean) => `from ${low} to ${high}, mean ${mean}`,
};
