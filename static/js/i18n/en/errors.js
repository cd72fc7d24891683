/** Problems, as the page tells them. */

export const problems = {
  again: "Try again",
  another: "Choose another photo",
  sample: "Take a sample",
  usual: (/** @type {string} */ title) => `Go on with “${title}”`,
  dismiss: "Dismiss",
  /** @type {(limit: string, actual: string, unit: string) => string} */
  limit: (limit, actual, unit) => `The limit is ${[limit, unit].filter(Boolean).join(" ")}; this was ${actual}.`,
  /** What a limit counts that is no size in bytes. */
  units: { pixels: "pixels", entries: "entries", pictures: "images", classes: "classes", datasets: "datasets", trainings: "trainings", nodes: "nodes", multiply_adds: "multiply-adds" },
  wording: "In the server's words",
  toLearnFrom: {
    title: "Training images go to another page",
    detail: "A network is trained on a folder or a ZIP file of images. Open the training page and drop it there; here, drop one photo.",
  },
  learn: "Open the training page",
  onlyALink: {
    title: "That was a link to a picture",
    detail: "This page asks no other host for anything. Save the picture first, then drop the file.",
  },
  noModel: { title: "No network is loaded yet", detail: "Wait a moment, or load the page again." },
  noAnswer: {
    title: "The server does not answer",
    detail: "It may have been stopped, or the connection is gone. Nothing on this page is lost; try again.",
  },
  /** What somebody else shared, until they took the link back. */
  takenBack: {
    network: {
      title: "This network is no longer shared",
      detail: "Its owner took the link back, or deleted it. What you see stays until you leave it; another photo needs another network.",
    },
    run: {
      title: "This run is no longer shared",
      detail: "Its owner took the link back, or deleted it. You can begin a run of your own here.",
    },
  },
  status: (/** @type {number} */ status) => `The server answered ${status}`,
  /** The server's own, by the last part of their type. */
  titles: {
    "no-image": "There is no picture in the request",
    "not-an-image": "This is not a picture that can be read",
    "image-damaged": "The picture is damaged",
    "image-too-large": "The picture file is too large",
    "image-too-many-pixels": "The picture has too many pixels",
    "unknown-model": "This network is not here",
    "model-invalid": "This is not a model that can be read",
    "model-unsupported": "The model uses what cannot be run here",
    "model-too-large": "The model is too large",
    "model-input-size-needed": "The model's input needs a size",
    "model-option-needed": "This model needs one more thing",
    "model-fixed": "This model cannot be renamed or deleted",
    "unknown-analysis": "This analysis is no longer in the server's memory",
    "unknown-layer": "There is no such layer",
    "invalid-request": "The request is not valid",
    "bad-upload": "The upload cannot be read",
    "upload-too-slow": "The upload took too long",
    busy: "The server is busy",
    "time-limit": "The work took too long",
    "not-ready": "The server is not ready yet",
    "internal-error": "Something went wrong on the server",
    "not-an-archive": "This is not a ZIP archive",
    "archive-damaged": "The archive is damaged",
    "archive-too-large": "The archive is too large",
    "archive-unfit": "Nothing can be learned from this archive",
    "unknown-dataset": "There is no such set of pictures",
    "no-room": "There is no room left",
    "disk-failed": "The server's disk does not take it",
    "unknown-training": "This run is not here",
    "wrong-state": "The training is not in that state",
    "model-external-data-needed": "The model's weights are in another file",
    "invalid-key": "This is not a workspace's key",
    "shared-only": "This is shared with you, to be looked at",
    "login-required": "This server is closed",
    "wrong-token": "This is not the token",
    "too-many-attempts": "Too many wrong tokens",
    "too-many-requests": "Too many requests at once",
    "unknown-host": "This server does not have that name",
    "cross-origin": "Another site's page asked for this",
    "unknown-step": "There is no such step",
    "not-acceptable": "That format is not on offer",
    "body-too-large": "The request is too large",
    "client-gone": "The client went away",
    "not-found": "There is nothing at this address",
    "method-not-allowed": "This address does not take that method",
  },
  /**
   * What to do, by the last part of the type. English has the server's own sentence, except where
   * that one speaks to programs; other languages have these.
   *
   * @type {Record<string, (problem: import("../../state/types.js").Problem) => string>}
   */
  details: {
    "unknown-model":
      () => "It was deleted, or the link to it was taken back, or the server has forgotten it because nobody used it for long. Whoever has its file can upload it again.",
    "unknown-training": () => "It was deleted, or the link to it was taken back. You can begin a run of your own here.",
  },
};
