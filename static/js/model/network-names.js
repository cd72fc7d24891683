/** What networks are called, so that two of the same name are told apart. */

import { moment } from "../i18n/format.js";

/**
 * A network's name in the list of networks; where others have the same one, with its date, or else
 * with the end of its id.
 *
 * @param {{ id: string, title: string }} network
 * @param {readonly import("../state/types.js").ModelSummary[]} all
 */
export function networkName({ id, title }, all) {
  const listed = all.find((one) => one.id === id);
  const name = listed?.title ?? title;
  const others = all.filter((one) => one.id !== id && one.title === name);
  if (!others.length) return name;
  const dates = [false, true].map((isExact) => ({ at: dateOf(listed, isExact), others: others.map((one) => dateOf(one, isExact)) }));
  const own = dates.find(({ at, others }) => at && !others.includes(at));
  return `${name} (${own?.at ?? `…${id.slice(-4)}`})`;
}

/**
 * @param {import("../state/types.js").ModelSummary | undefined} network
 * @param {boolean} isExact
 */
function dateOf(network, isExact) {
  return network?.created == null ? "" : moment(network.created, isExact);
}
