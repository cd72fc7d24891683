/** The log-in page works without a script; this gives it the reader's language. */

import { translatePage } from "../i18n/apply.js";

translatePage();
