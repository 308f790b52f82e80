// Links between gold spans: which may stand, as the server judges it, and how one is drawn.

import { newId } from "../marking/store.js";

/** Gold spans that a link from this case may lead to, nearest first. */
export function targetsOf(board, one) {
  const far = (other) => Math.abs(other.start - one.start);
  const joined = new Set(board.linksOf(one.id).map((each) => each.target));
  return [...board.cases.values()]
    .filter((other) => other.gold && other.id !== one.id && !joined.has(other.id))
    .filter((other) => !board.labels.misfit(one.gold, other.gold))
    .sort((a, b) => far(a) - far(b));
}

/** The current gold span to another that the curator chooses; send: as acts.js has it. */
export async function link(desk, send) {
  const { board, labels } = desk;
  const one = board.case();
  if (!one?.gold || !labels.mayBegin(one.gold)) return desk.refuse(`A link begins at ${labels.beginning}`);
  const targets = targetsOf(board, one);
  if (!targets.length) return desk.refuse("There is no other gold span that it could lead to");
  const target = await desk.dialogs.choose(targets);
  if (!target) return;
  const id = newId();
  const blank = { id, on: "link", kind: "link", title: "Link", start: one.start, end: one.end, source: one.id, target };
  const empty = { variants: [], missing: [], offers: {}, flags: [], changed: false, moot: false, waits: false };
  board.cases.set(id, { ...blank, ...empty, ver: 0, state: "open", reason: "", rule: "", note: "" });
  const shown = { ...blank, ...empty, state: "decided", choice: "added", choice_title: "Added", by: "you", linked: true, cue: null };
  send(desk, id, "add", { source: one.id, target, cue: null }, { ...shown, reason: "", rule: "", note: "" });
  desk.goTo(id, "Linked. E gives it cue words");
}
