// A span, or the cue words of a link, under the curator's own hand: board.draft, until it is kept.

import { clip } from "../marking/dom.js";
import { quoteOf } from "../marking/labels.js";
import { nudge, snap } from "../marking/segmenting.js";
import { newId } from "../marking/store.js";
import { askedOf } from "./board.js";
import { NEW } from "./drafts.js";

const HOW = "Comma and full stop move the end, Shift with them the start, Enter keeps";

/** {base}: the number of the variant to begin from; else gold, the majority or the first variant. */
function edit(desk, { base = 0 } = {}) {
  const { board } = desk;
  const one = board.case();
  if (!one) return desk.refuse("Choose a case first");
  const begun = !base && board.edits.get(one.id);
  if (begun) return goOnWith(desk, begun);
  if (one.on === "link") return editCue(desk, one, base);
  const span = spanToEdit(one, Number(base));
  if (!span) return desk.refuse(base ? "There is no such variant" : "There is nothing to edit here: A adds a span");
  board.draft = { kind: span.kind, label: span.label, fragments: span.fragments, attributes: { ...span.attributes } };
  desk.paint(null);
  desk.say(`Editing. ${HOW}, T goes to the questions`);
}

/** What was being edited when another case was looked at. */
function goOnWith(desk, begun) {
  const { start, end } = begun.fragments[0] ?? desk.board.case() ?? {};
  desk.board.draft = begun;
  desk.paint(null);
  if (end) desk.reveal(start, end);
  desk.say(`Editing goes on. ${HOW}, Escape gives it up`);
}

function spanToEdit(one, base) {
  if (base) return one.variants[base - 1]?.span;
  return one.gold ?? (one.offers.majority?.fragments ? one.offers.majority : one.variants[0]?.span);
}

function editCue(desk, one, base) {
  const { board, article } = desk;
  const problem = board.linkProblem(one);
  if (problem) return desk.refuse(problem);
  if (base && !one.variants[base - 1]) return desk.refuse("There is no such variant");
  const given = base ? one.variants[base - 1].cue : (one.cue ?? one.variants[0]?.cue);
  const [start, end] = given ?? behind(article, board.case(one.source));
  board.draft = { cue: true, fragments: [part(article, [start, end])], attributes: {} };
  desk.paint(null);
  desk.say(`Editing the cue words. ${HOW}, Delete for none`);
}

/** The word after the source. */
function behind(article, source) {
  const { end } = source.gold.fragments.at(-1);
  const word = article.nextWord(end) ?? article.wordFrom(source.start);
  return [word.start, word.end];
}

/** From the selection, or from the first word of what is looked at. */
function add(desk) {
  const { board, article } = desk;
  const selection = desk.selected();
  const begun = !selection && board.edits.get(NEW);
  if (begun) return goOnWith(desk, begun);
  const one = board.case();
  const word = article.wordFrom(one ? one.start : 0);
  const stretch = (selection && snap(article, ...selection)) ?? [word.start, word.end];
  board.draft = { kind: "label", label: undefined, fragments: [part(article, stretch)], attributes: {}, adding: true };
  desk.paint(null);
  desk.reveal(...stretch);
  desk.say(`New span: ${article.slice(...stretch)}. The label’s digit adds it`);
}

const part = (article, [start, end]) => ({ start, end, quote: article.slice(start, end) });

function moveEdge(desk, { side, direction, exact = false }) {
  const { board, article } = desk;
  const draft = board.draft;
  if (!draft) return;
  const parts = [...draft.fragments];
  const at = side === "end" ? parts.length - 1 : 0;
  const from = parts[at] ?? part(article, behind(article, board.case(board.case().source)));
  const moved = parts[at] ? nudge(article, [from.start, from.end], side, Number(direction), { exact }) : [from.start, from.end];
  if (!moved) return desk.refuse("No further");
  parts[at] = part(article, moved);
  draft.fragments = parts;
  desk.paint(null);
  desk.say(clip(quoteOf(draft), 80));
}

/** What is new, or a cue, goes from word to word, or from sentence to sentence. */
function move(desk, { direction, far = false }) {
  const { board, article } = desk;
  const draft = board.draft;
  if (!draft?.fragments.length || !(draft.adding || draft.cue)) return;
  const { start, end } = draft.fragments[0];
  const word = far ? firstWordNear(article, start, direction) : direction > 0 ? article.nextWord(end) : article.previousWord(start);
  if (!word) return;
  draft.fragments = [part(article, [word.start, word.end])];
  desk.paint(null);
  desk.reveal(word.start, word.end);
  desk.say(draft.fragments[0].quote);
}

function firstWordNear(article, point, direction) {
  const sentence = article.sentences[article.sentenceIndex(point) + direction];
  return sentence ? article.wordFrom(sentence[0]) : null;
}

/** Takes the selected words in place of the stretch; true when there were any. */
function replaced(desk) {
  const draft = desk.board.draft;
  const selection = desk.selected();
  const stretch = selection && snap(desk.article, ...selection);
  if (!stretch) return false;
  draft.fragments = [part(desk.article, stretch)];
  document.getSelection().removeAllRanges();
  return true;
}

/** One more part: the selected words, or the word behind the last part. Labels that take none say so. */
function fragment(desk) {
  const { board, article, labels } = desk;
  const draft = board.draft;
  if (!draft || draft.cue) return;
  if (!labels.of(draft).fragments) return desk.refuse(`${labels.of(draft).name} is one stretch: no further part`);
  const selection = desk.selected();
  const word = article.nextWord((article.nextWord(draft.fragments.at(-1).end) ?? { end: article.length }).end);
  const stretch = (selection && snap(article, ...selection)) ?? (word && [word.start, word.end]);
  if (!stretch) return desk.refuse("There are no words behind it");
  const apart = draft.fragments.every(({ start, end }) => stretch[1] <= start || stretch[0] >= end);
  if (!apart) return desk.refuse("The parts of a span cannot share a word");
  draft.fragments = [...draft.fragments, part(article, stretch)].sort((a, b) => a.start - b.start);
  document.getSelection().removeAllRanges();
  desk.paint(null);
  desk.reveal(...stretch);
  desk.say(clip(quoteOf(draft), 80));
}

/** Takes the last of several parts away; a cue goes altogether. */
function shorten(desk) {
  const draft = desk.board.draft;
  if (!draft.cue && draft.fragments.length < 2) return desk.refuse("Esc leaves it as it was; 0 decides that there is no span");
  draft.fragments = draft.fragments.slice(0, -1);
  desk.paint(null);
  desk.say(draft.fragments.length ? clip(quoteOf(draft), 80) : "No cue words");
}

/** Gives the draft a label; true when a new span is complete with that. */
export function label(desk, { key }) {
  const { board, labels } = desk;
  const draft = board.draft;
  if (!draft || draft.cue) return false;
  const chosen = key ? labels.byKey(String(key).toLowerCase()) : labels.extent;
  if (!chosen) return desk.refuse("No label has this key");
  replaced(desk);
  const known = new Set(chosen.attributes.map(({ name }) => name));
  draft.attributes = Object.fromEntries(Object.entries(draft.attributes).filter(([name]) => known.has(name)));
  Object.assign(draft, { label: chosen.id, kind: chosen.id ? "label" : "extent" });
  if (!chosen.fragments && draft.fragments.length > 1) {
    const [first, last] = [draft.fragments[0].start, draft.fragments.at(-1).end];
    draft.fragments = [part(desk.article, [first, last])];
  }
  if (draft.adding) return true;
  desk.paint(null);
  desk.say(chosen.name);
  return false;
}

/** Keeps the draft as the decision; how: {decide, send} of acts.js. Selected words come first. */
export function keep(desk, how) {
  const { board } = desk;
  const draft = board.draft;
  if (!draft) return;
  if (replaced(desk)) {
    desk.paint(null);
    return desk.say(`${clip(quoteOf(draft), 80)}. Enter again keeps it`);
  }
  if (draft.cue) return keepCue(desk, draft, how);
  if (draft.label === undefined) return desk.refuse("Give it a label first: press the label’s digit");
  const attributes = Object.fromEntries(Object.entries(draft.attributes).filter(([, value]) => value));
  const span = { kind: draft.kind, label: draft.label, fragments: draft.fragments, attributes };
  if (draft.adding) return addSpan(desk, span, how);
  board.draft = null;
  if (!how.decide(desk, "edited", { span })) goBack(desk, draft);
}

function keepCue(desk, draft, how) {
  const cue = draft.fragments[0] ?? null;
  desk.board.draft = null;
  if (!how.decide(desk, "edited", { cue })) goBack(desk, draft);
}

/** What was refused stays under the hand. */
function goBack(desk, draft) {
  desk.board.draft = draft;
  desk.paint(null);
}

function addSpan(desk, span, { send }) {
  const { board } = desk;
  const id = newId();
  const twin = board.twinOf(id, span);
  if (twin) return desk.refuse(`This span is gold already (${twin.title})`);
  board.drop();
  const hull = { start: span.fragments[0].start, end: span.fragments.at(-1).end };
  const blank = { id, on: "span", kind: "added", title: "Added by a curator", ...hull, variants: [], missing: [], offers: {}, flags: [] };
  board.cases.set(id, { ...blank, ver: 0, state: "open", source: null, target: null, reason: "", rule: "", note: "" });
  const shown = { ...blank, state: "decided", choice: "added", choice_title: "Added", by: "you", gold: span };
  send(desk, id, "add", { span }, { ...shown, reason: "", rule: "", note: "", changed: false, moot: false, waits: false });
  const missing = board.labels.missing(span);
  desk.goTo(id, [`Added: ${clip(quoteOf(span), 60)}`, missing.length && `${askedOf(missing)}: T`].filter(Boolean).join(". "));
}

function leave(desk) {
  desk.board.drop();
  desk.paint(null);
  desk.say("Left as it was");
}

/** From the text to the questions of the label, and to the next one there. */
function answers(desk, { missing = false } = {}) {
  const { board, labels } = desk;
  const draft = board.draft;
  if (!draft || draft.cue) return;
  if (draft.label === undefined || !labels.attributesOf(draft).length) return desk.refuse("This label asks no questions");
  desk.card.firstField({ missing })?.focus();
}

/** The same for what is gold already: it is edited, beginning with the first question without an answer. */
function ask(desk) {
  const one = desk.board.case();
  if (!one?.gold) return desk.refuse("Questions are asked of a gold span: decide the case first");
  if (!desk.labels.attributesOf(one.gold).length) return desk.refuse("This label asks no questions");
  edit(desk);
  answers(desk, { missing: true });
}

export const ACTS = { edit, add, nudge: moveEdge, move, fragment, shorten, leave, answers, ask };
