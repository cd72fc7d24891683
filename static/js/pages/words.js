/**
 * Gives a page its words, and its header the choice of languages, while its other modules arrive.
 */

import { languageChoice, translatePage } from "../i18n/apply.js";

translatePage();
document.querySelector("#language")?.append(languageChoice("language-choice"));
