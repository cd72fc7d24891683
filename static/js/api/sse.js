/**
 * Server-sent events of an answer to a POST, which EventSource cannot make (HTML Living Standard,
 * 9.2).
 */

/**
 * The events in order, their data parsed as JSON.
 *
 * @param {Response} response of the type text/event-stream
 * @returns {AsyncGenerator<{ event: string, data: any }>}
 */
export async function* readEvents(response) {
  let rest = "";
  for await (const text of textOf(response)) {
    const blocks = (rest + text).split(/\r?\n\r?\n/);
    rest = blocks.pop() ?? "";
    for (const block of blocks) {
      const { event, data } = parse(block);
      if (data) yield { event, data: JSON.parse(data) };
    }
  }
}

/**
 * The body as text, as it arrives. Read by hand: not every browser can walk a stream with
 * for-await.
 *
 * @param {Response} response
 */
async function* textOf({ body }) {
  const reader = body?.pipeThrough(new TextDecoderStream()).getReader();
  while (reader) {
    const { done, value } = await reader.read();
    if (done) return;
    yield value;
  }
}

/** @param {string} block the lines of one event */
function parse(block) {
  const fields = block.split(/\r?\n/).map((line) => /^(\w+): ?(.*)$/.exec(line) ?? ["", "", ""]);
  const all = (/** @type {string} */ wanted) => fields.filter(([, name]) => name === wanted).map(([, , value]) => value);
  return { event: all("event")[0] ?? "message", data: all("data").join("\n") };
}
