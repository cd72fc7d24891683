/** Alles, was die Seite sagt, auf Deutsch. */

/** @type {import("./en.js").Say} */
export const say = {
  language: "Sprache",
};
