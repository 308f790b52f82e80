// Commands that move the cursor, the selection and the choice of span.

import { NORMAL } from "./desk.js";
import { describe } from "./labels.js";
import * as links from "./links.js";
import * as marks from "./marks.js";
import { quotationAt } from "./segmenting.js";
import { hullOf } from "./store.js";

/** Where an arrow key goes in reading order: in right-to-left text left means on. */
export function direction(desk, key) {
  return (key === "right") === (desk.direction !== "rtl") ? 1 : -1;
}

/** The first word in view, for a cursor that is nowhere yet. */
function firstVisible({ view, article, direction: way }) {
  const top = 64; // below the label bar
  const at = view.elements.findIndex((element) => element.getBoundingClientRect().bottom > top);
  const box = view.elements[Math.max(at, 0)].getBoundingClientRect();
  const point = box.top < top ? view.pointFrom(way === "rtl" ? box.right - 3 : box.left + 3, top + 20) : null;
  const word = article.wordAt(point ?? article.starts[Math.max(at, 0)]);
  return word && !mayMark(article, word) ? (beside(article, word, 1) ?? word) : word;
}

const mayMark = (article, { start, end }) => article.markable(start, end);

/** The next word to go to: what is not article text is passed over. */
export function beside(article, word, way) {
  let next = word;
  do next = way > 0 ? article.nextWord(next.end) : article.previousWord(next.start);
  while (next && !mayMark(article, next));
  return next;
}

const FAR = 5;

/** `far`: five words on, or as many as there are. */
function step(desk, from, way, far = false) {
  let word = from;
  for (let n = far ? FAR : 1; n && word; n -= 1) {
    const next = beside(desk.article, word, way);
    if (!next) return word === from ? null : word;
    word = next;
  }
  return word;
}

/** Puts the cursor on a word: nothing is chosen or selected any more. */
export function goTo(desk, word) {
  if (!word) return false;
  if (desk.spanId && desk.mode.name !== "link") desk.choose(null, { quiet: true });
  desk.dropSelection();
  desk.setCursor(word);
  desk.view.reveal(word.start, word.end);
  return true;
}

export function moveCursor(desk, way, far) {
  const { cursor } = desk;
  return goTo(desk, cursor ? (step(desk, cursor, way, far) ?? cursor) : firstVisible(desk));
}

/** A selection is held at one end while the other moves: one that was dragged or taken whole, at its start. */
function hold(desk) {
  desk.cursor ??= firstVisible(desk);
  if (desk.anchor) return;
  const [start, end] = desk.selection ?? [desk.cursor.start, desk.cursor.end];
  desk.anchor = desk.article.wordFrom(start);
  desk.cursor = desk.article.wordAt(end - 1);
}

function extendTo(desk, word) {
  desk.setCursor(word, { quiet: true });
  desk.setSelection([Math.min(desk.anchor.start, word.start), Math.max(desk.anchor.end, word.end)]);
  desk.view.reveal(word.start, word.end);
  desk.live.place(
    `${desk.article.slice(word.start, word.end)}, ${desk.article.slice(...desk.selection).match(/\S+/gu).length} words selected`,
  );
}

export function extend(desk, way, far) {
  hold(desk);
  extendTo(desk, step(desk, desk.cursor, way, far) ?? desk.cursor);
}

/** To the last word of the sentence or back to its first; from there through the next sentence. */
export function extendSentence(desk, way) {
  hold(desk);
  const { article, cursor } = desk;
  const at = article.sentenceIndex(cursor.start);
  const edge = ([start, end]) => (way > 0 ? article.wordAt(end - 1) : article.wordFrom(start));
  const here = edge(article.sentences[at]);
  const next = article.sentences[at + way];
  const isThere = way * (here.start - cursor.start) <= 0;
  extendTo(desk, isThere && next ? edge(next) : here);
}

export function moveSentence(desk, way) {
  const { cursor, article } = desk;
  if (!cursor) return goTo(desk, firstVisible(desk));
  const at = article.sentenceIndex(cursor.start);
  const back = way < 0 && cursor.start > article.wordFrom(article.sentences[at]?.[0] ?? 0).start;
  for (let i = back ? at : at + way; article.sentences[i]; i += way) {
    const [start] = article.markable(...article.sentences[i]) ?? article.sentences[i];
    const word = article.wordFrom(start);
    if (mayMark(article, word)) return goTo(desk, word);
  }
  return goTo(desk, cursor);
}

function select(desk, stretch, none) {
  if (!stretch) return desk.refuse(none);
  desk.anchor = null;
  desk.setSelection(stretch);
  desk.live.place(`Selected: ${desk.article.slice(...stretch)}`);
  return true;
}

export function takeSentence(desk) {
  const { cursor, article } = desk;
  return select(desk, cursor && article.sentenceAt(cursor.start), "Click into a sentence first");
}

export function takeQuotation(desk) {
  const { cursor, article } = desk;
  return select(desk, cursor && quotationAt(article, cursor.start), "No quotation around the cursor");
}

/** The next or previous span in reading order, from the chosen one or the cursor. */
export function walk(desk, way, wanted = () => true) {
  const spans = desk.store.inOrder();
  const held = desk.span ? spans.indexOf(desk.span) : -1;
  const point = desk.cursor?.start ?? 0;
  const past = (span) => (way > 0 ? hullOf(span)[0] >= point : hullOf(span)[0] < point);
  const order = way > 0 ? spans : [...spans].reverse();
  const from = held < 0 ? 0 : (way > 0 ? held : spans.length - 1 - held) + 1;
  const next = order.slice(from).find((span) => wanted(span) && (held >= 0 || past(span)));
  if (!next) return desk.refuse(way > 0 ? "No further span" : "No earlier span");
  desk.choose(next.id);
  return true;
}

/** The next outer span at this place; after the outermost, the bare word under the cursor. */
export function outward(desk, point = desk.cursor?.start) {
  if (point === undefined || point === null) return false;
  const here = desk.store.at(point);
  const at = here.findIndex(({ id }) => id === desk.spanId);
  const next = here[at + 1];
  desk.choose(next?.id ?? null, { reveal: false });
  if (!next) desk.live.place("Word only");
  desk.setCursor(desk.article.wordAt(point), { quiet: true });
  return true;
}

export function unmarked(desk, way) {
  const { article, store, cursor } = desk;
  const from = cursor ? article.sentenceIndex(cursor.start) : way > 0 ? -1 : article.sentences.length;
  for (let i = from + way; i >= 0 && i < article.sentences.length; i += way) {
    const stretch = article.markable(...article.sentences[i]);
    if (stretch && !store.over(...stretch).length) return goTo(desk, article.wordFrom(stretch[0]));
  }
  return desk.refuse(way > 0 ? "No later sentence without a span" : "No earlier sentence without a span");
}

/** The next suggestion after here, else the first of all. */
export function suggestion(desk) {
  const open = desk.store.inOrder().filter(({ state }) => state === "suggested");
  if (!open.length) return desk.refuse("No suggestions are open");
  const point = desk.span ? hullOf(desk.span)[0] : (desk.cursor?.start ?? -1);
  const next = open.find((span) => hullOf(span)[0] > point) ?? open[0];
  desk.choose(next.id, { quiet: true });
  desk.say(`Suggestion: ${describe(desk.labels, desk.store, next)}. Enter accepts, Backspace rejects`);
  return true;
}

// Every command by name, as keys and buttons call it.

export const FLAGS = [
  ["boundary", "Boundary"],
  ["label", "Label"],
  ["source", "Source"],
  ["codebook_gap", "Codebook gap"],
];

function label(desk, key, { exact = false, second = false } = {}) {
  const number = /^[0-9]$/u.test(key) ? Number(key) : null; // a label's key may be a letter
  if (desk.mode.name === "flag") return flag(desk, number);
  const found = desk.labels.byKey(key);
  if (desk.mode.name === "link" && !desk.selection) {
    if (number === null) return desk.refuse("A digit takes a claim. Select words to label them, or press Escape first");
    return links.choose(desk, number);
  }
  if (!found) return desk.refuse(`No label has the key ${key}`);
  return apply(desk, found, { exact, second });
}

/** A label button or key: what it does depends on what is selected, chosen, or pointed at. */
export function apply(desk, found, { exact = false, second = false } = {}) {
  if (desk.readOnly) return desk.refuse(desk.readOnly);
  if (desk.mode.name === "link" && desk.selection) links.end(desk); // a label is a label, linking or not
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
  if (desk.mode.name === "link" || desk.mode.cueFor) return links.confirm(desk);
  if (desk.span?.state === "suggested" && !desk.selection) return decide(desk, marks.accept);
  if (desk.span && desk.selection) return marks.replace(desk);
  return desk.refuse("Choose a span and select its new words, then press Enter");
}

/** Decides on a suggestion and goes on to the next. */
function decide(desk, act) {
  const done = act(desk);
  const more = desk.store.inOrder().some(({ state }) => state === "suggested");
  if (done && more) suggestion(desk);
  return done;
}

function remove(desk) {
  return desk.span?.state === "suggested" ? decide(desk, marks.remove) : marks.remove(desk);
}

function flag(desk, number) {
  const reason = FLAGS[number - 1];
  if (number !== 0 && !reason) return desk.refuse("1 boundary, 2 label, 3 source, 4 codebook gap, 0 no flag");
  desk.setMode(NORMAL);
  return marks.setFields(
    desk,
    desk.span,
    { flag: reason?.[0] ?? "" },
    reason ? `Flagged: ${reason[1].toLowerCase()}` : "Flag removed",
  );
}

function askFlag(desk) {
  if (!desk.span) return desk.refuse("Choose a span first");
  desk.setMode({ name: "flag" });
  desk.say("Flag: 1 boundary, 2 label, 3 source, 4 codebook gap, 0 no flag");
  return true;
}

/** Escape goes one step back: mode, label in hand, selection, span, cursor. */
function leave(desk) {
  if (desk.mode.name)
    return desk.mode.name === "link" ? (links.end(desk), desk.say("Linking ended")) : desk.setMode(NORMAL);
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
  left: (desk) => moveCursor(desk, direction(desk, "left")),
  right: (desk) => moveCursor(desk, direction(desk, "right")),
  "left-far": (desk) => moveCursor(desk, direction(desk, "left"), true),
  "right-far": (desk) => moveCursor(desk, direction(desk, "right"), true),
  "extend-left-far": (desk) => extend(desk, direction(desk, "left"), true),
  "extend-right-far": (desk) => extend(desk, direction(desk, "right"), true),
  "extend-left": (desk) => extend(desk, direction(desk, "left")),
  "extend-right": (desk) => extend(desk, direction(desk, "right")),
  "extend-sentence-back": (desk) => extendSentence(desk, -1),
  "extend-sentence-on": (desk) => extendSentence(desk, 1),
  "sentence-back": (desk) => moveSentence(desk, -1),
  "sentence-on": (desk) => moveSentence(desk, 1),
  "take-sentence": takeSentence,
  "take-quotation": takeQuotation,
  next: (desk) => walk(desk, 1),
  previous: (desk) => walk(desk, -1),
  outer: (desk) => outward(desk),
  "unmarked-on": (desk) => unmarked(desk, 1),
  "unmarked-back": (desk) => unmarked(desk, -1),
  suggestion: suggestion,
  link: links.toggle,
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
