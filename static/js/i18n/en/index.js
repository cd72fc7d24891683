/**
 * All that the page says, in English. Another language is a file of the same shape: what is a
 * function here is one there, so that each can put its words in its own order. Numbers that arrive
 * as text are already written the language's way.
 */

import * as article from "./article.js";
import * as attribution from "./attribution.js";
import * as errors from "./errors.js";
import * as explain from "./explain.js";
import * as inspector from "./inspector.js";
import * as layer from "./layer.js";
import * as models from "./models.js";
import * as names from "./names.js";
import * as numbers from "./numbers.js";
import * as ops from "./ops.js";
import * as photo from "./photo.js";
import * as prediction from "./prediction.js";
import * as shell from "./shell.js";
import * as strip from "./strip.js";
import * as whatif from "./whatif.js";
import * as run from "./learn/run.js";
import * as setup from "./learn/setup.js";
import * as stepInspector from "./learn/step-inspector.js";

export const t = {
  ...shell,
  ...names,
  ...numbers,
  ...errors,
  ...photo,
  ...models,
  ...prediction,
  ...strip,
  ...layer,
  ...inspector,
  ...ops,
  ...explain,
  ...article,
  ...attribution,
  ...whatif,
  learn: { ...setup, ...run, ...stepInspector },
};

/** @typedef {typeof t} Translation */
