/** All that the page says, in English. Other languages have the same shape. */

export const say = {
  language: "Language",
};

/** @typedef {typeof say} Say */
