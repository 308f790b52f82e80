// Every command by name, as keys and buttons call it.

import { NORMAL } from "./desk.js";
import * as links from "./links.js";
import * as marks from "./marks.js";
import * as moves from "./moves.js";

export const FLAGS = [["boundary", "Boundary"], ["label", "Label"], ["source", "Source"], ["codebook_gap", "Codebook gap"]];

function label(desk, key, { exact = false, second = false } = {}) {
  const number = Number(key);
  if (desk.mode.name === "flag") return flag(desk, number);
  const found = desk.labels.byKey(key);
  if (desk.mode.name === "link") {
    if (!desk.selection) return links.choose(desk, number);
    return found ? links.claim(desk, found, exact) : desk.refuse(`No label has the key ${key}`);
  }
  if (!found) return desk.refuse(`No label has the key ${key}`);
  return apply(desk, found, { exact, second });
}

/** A label button or key: what it does depends on what is selected, chosen, or pointed at. */
export function apply(desk, found, { exact = false, second = false } = {}) {
  if (desk.readOnly) return desk.refuse(desk.readOnly);
  if (desk.mode.name === "link" && desk.selection) return links.claim(desk, found, exact);
  if (desk.selection) return marks.mark(desk, found, { exact });
  if (desk.span) return second ? marks.second(desk, found) : marks.relabel(desk, found);
  if (desk.cursor && !desk.armed) return marks.mark(desk, found);
  return desk.arm(desk.armed?.id === found.id ? null : found);
}

function extent(desk) {
  if (desk.mode.name === "link") return links.claim(desk);
  if (desk.span && !desk.selection) return marks.relabel(desk, desk.labels.extent);
  return marks.mark(desk, desk.labels.extent);
}

/** Enter: link, accept, or give the chosen span the selected words. */
function enter(desk) {
  if (desk.mode.name === "link") return links.confirm(desk);
  if (desk.span?.state === "suggested" && !desk.selection) return decide(desk, marks.accept);
  if (desk.span && desk.selection) return marks.replace(desk);
  return desk.refuse("Choose a span and select its new words, then press Enter");
}

/** Decides on a suggestion and goes on to the next. */
function decide(desk, act) {
  const done = act(desk);
  const more = desk.store.inOrder().some(({ state }) => state === "suggested");
  if (done && more) moves.suggestion(desk);
  return done;
}

function remove(desk) {
  return desk.span?.state === "suggested" ? decide(desk, marks.remove) : marks.remove(desk);
}

function flag(desk, number) {
  const reason = FLAGS[number - 1];
  if (number && !reason) return desk.refuse("1 boundary, 2 label, 3 source, 4 codebook gap, 0 no flag");
  desk.setMode(NORMAL);
  return marks.setFields(desk, desk.span, { flag: reason?.[0] ?? "" }, reason ? `Flagged: ${reason[1].toLowerCase()}` : "Flag removed");
}

function askFlag(desk) {
  if (!desk.span) return desk.refuse("Choose a span first");
  desk.setMode({ name: "flag" });
  desk.say("Flag: 1 boundary, 2 label, 3 source, 4 codebook gap, 0 no flag");
  return true;
}

/** Escape goes one step back: mode, label in hand, selection, span, cursor. */
function leave(desk) {
  if (desk.mode.name) return desk.mode.name === "link" ? (links.end(desk), desk.say("Linking ended")) : desk.setMode(NORMAL);
  if (desk.armed) return desk.arm(null);
  if (desk.selection) return desk.dropSelection();
  if (desk.spanId) return desk.choose(null);
  return desk.setCursor(null);
}

const needsSpan = (type) => (desk) => (desk.span ? desk.emit(type) : desk.refuse("Choose a span first"));

export const ACTS = {
  label: (desk, key) => label(desk, key),
  "label-exact": (desk, key) => label(desk, key, { exact: true }),
  "label-second": (desk, key) => label(desk, key, { second: true }),
  extent,
  fragment: marks.addFragment,
  rest: marks.rest,
  replace: enter,
  remove,
  "end-out": (desk) => marks.move(desk, "end", 1),
  "end-in": (desk) => marks.move(desk, "end", -1),
  "start-out": (desk) => marks.move(desk, "start", -1),
  "start-in": (desk) => marks.move(desk, "start", 1),
  "end-out-exact": (desk) => marks.move(desk, "end", 1, true),
  "end-in-exact": (desk) => marks.move(desk, "end", -1, true),
  "start-out-exact": (desk) => marks.move(desk, "start", -1, true),
  "start-in-exact": (desk) => marks.move(desk, "start", 1, true),
  undo: (desk) => desk.step(false),
  redo: (desk) => desk.step(true),
  left: (desk) => moves.moveCursor(desk, moves.direction(desk, "left")),
  right: (desk) => moves.moveCursor(desk, moves.direction(desk, "right")),
  "extend-left": (desk) => moves.extend(desk, moves.direction(desk, "left")),
  "extend-right": (desk) => moves.extend(desk, moves.direction(desk, "right")),
  "sentence-back": (desk) => moves.moveSentence(desk, -1),
  "sentence-on": (desk) => moves.moveSentence(desk, 1),
  "take-sentence": moves.takeSentence,
  "take-quotation": moves.takeQuotation,
  next: (desk) => moves.walk(desk, 1),
  previous: (desk) => moves.walk(desk, -1),
  outer: (desk) => moves.outward(desk),
  "unmarked-on": (desk) => moves.unmarked(desk, 1),
  "unmarked-back": (desk) => moves.unmarked(desk, -1),
  suggestion: moves.suggestion,
  link: (desk) => (desk.mode.name === "link" ? links.end(desk) : links.begin(desk)),
  cue: links.cue,
  attributes: needsSpan("to-attributes"),
  who: needsSpan("to-who"),
  note: needsSpan("to-note"),
  flag: askFlag,
  same: marks.suggestSame,
  leave,
  submit: (desk) => desk.emit("submit"),
  help: (desk) => desk.emit("help"),
};

export function run(desk, { command, key }) {
  return ACTS[command](desk, key);
}
