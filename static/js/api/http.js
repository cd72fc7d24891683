/**
 * HTTP requests to the server. Every failure becomes a ProblemError, whose text is meant for
 * people.
 */

import { t } from "../i18n/index.js";

/** @typedef {import("../state/types.js").Problem} Problem */

/**
 * An error as the server describes it (RFC 9457), or one of the same form for a server that does
 * not answer.
 */
export class ProblemError extends Error {
  /**
   * @param {Problem} problem
   * @param {number | null} [retryAfter] seconds, as far as the server says
   */
  constructor(problem, retryAfter = null) {
    super(problem.detail || problem.title);
    this.problem = problem;
    this.retryAfter = retryAfter;
  }
}

const PASSING = new Set(["busy", "time-limit", "too-many-requests", "not-ready"].map((slug) => `/errors/${slug}`));
const WAITS = [1, 2, 4]; // seconds, where the server does not say how long
const LONGEST_WAIT = 10;

const BASE = new URL("api/v1/", document.baseURI);

/** The API's address, for programs that call it without this page. */
export const API = BASE.href;

/** @param {string} path below the API's address */
export function urlOf(path) {
  return new URL(path, BASE).href;
}

/** @type {Problem} */
export const NO_ANSWER = { type: "no-answer", status: 0, ...t.problems.noAnswer };

/**
 * Whether an error only means that the request was aborted.
 *
 * @param {unknown} error
 */
export function isAbort(error) {
  return error instanceof DOMException && error.name === "AbortError";
}

/**
 * @param {string} path below the API's address
 * @param {AbortSignal} [signal]
 * @returns {Promise<any>}
 */
export async function fetchJson(path, signal) {
  return (await request(path, signal)).json();
}

/**
 * @param {string} path below the API's address
 * @param {unknown} body
 * @param {AbortSignal} [signal]
 * @param {boolean} [isQuestion] whether it changes nothing and may be repeated
 * @returns {Promise<any>}
 */
export async function postJson(path, body, signal, isQuestion) {
  return (await post(path, body, "application/json", signal, isQuestion)).json();
}

/**
 * @param {string} path
 * @param {unknown} body
 * @param {string} accept
 * @param {AbortSignal} [signal]
 * @param {boolean} [isQuestion]
 */
export function post(path, body, accept, signal, isQuestion = false) {
  const headers = { "Content-Type": "application/json", Accept: accept };
  return request(path, signal, { method: "POST", headers, body: JSON.stringify(body) }, isQuestion);
}

/**
 * A question that the server is too busy for is asked again a few times, later each time.
 *
 * @param {string} path below the API's address
 * @param {AbortSignal} [signal]
 * @param {RequestInit} [how]
 * @param {boolean} [isQuestion] whether it changes nothing and may be repeated
 */
export async function request(path, signal, how = {}, isQuestion = how.method === undefined) {
  for (const wait of [...WAITS, null]) {
    const response = await answer(path, signal ? { ...how, signal } : how);
    if (response.ok) return response;
    const problem = problemOf(response.status, await response.text());
    const told = response.headers.get("Retry-After");
    const retryAfter = told ? Math.min(Number(told) || 0, LONGEST_WAIT) : null;
    if (wait === null || !isQuestion || !isPassing(problem)) throw new ProblemError(problem, retryAfter);
    await sleep(retryAfter ?? wait, signal);
  }
  throw new ProblemError(NO_ANSWER);
}

/**
 * Whether the same question may be answered later.
 *
 * @param {Problem} problem
 */
export function isPassing({ type }) {
  return PASSING.has(type);
}

/**
 * @param {string} path
 * @param {RequestInit} how
 */
async function answer(path, how) {
  try {
    return await fetch(new URL(path, BASE), how);
  } catch (error) {
    throw isAbort(error) ? error : new ProblemError(NO_ANSWER);
  }
}

/**
 * @param {number} seconds
 * @param {AbortSignal} [signal] ends it, as it ends a request
 */
function sleep(seconds, signal) {
  return new Promise((/** @type {(value: void) => void} */ resolve, reject) => {
    const timer = setTimeout(resolve, 1000 * seconds);
    signal?.addEventListener("abort", () => {
      clearTimeout(timer);
      reject(new DOMException("Cancelled", "AbortError"));
    });
  });
}

/**
 * @param {number} status
 * @param {string} body
 * @returns {Problem}
 */
function problemOf(status, body) {
  const fallback = { type: "unknown", title: t.problems.status(status), status, detail: "" };
  try {
    return { ...fallback, ...JSON.parse(body) };
  } catch {
    return fallback; // something between us and the server answered in its own words
  }
}

/**
 * Send something large. XMLHttpRequest rather than fetch, because it can say how much has been
 * sent.
 *
 * @param {string} path below the API's address
 * @param {FormData | Blob} body
 * @param {AbortSignal} signal
 * @param {(sent: number, total: number) => void} onProgress
 * @returns {Promise<any>}
 */
export function send(path, body, signal, onProgress) {
  return new Promise((resolve, reject) => {
    const sending = new XMLHttpRequest();
    sending.open("POST", new URL(path, BASE));
    sending.upload.onprogress = (event) => onProgress(event.loaded, event.total);
    sending.onerror = () => reject(new ProblemError(NO_ANSWER));
    sending.onabort = () => reject(new DOMException("Cancelled", "AbortError"));
    sending.onload = () => {
      if (sending.status < 300) resolve(JSON.parse(sending.responseText));
      else reject(new ProblemError(problemOf(sending.status, sending.responseText)));
    };
    signal.addEventListener("abort", () => sending.abort(), { once: true });
    sending.send(body);
  });
}
