// Commands that make and change spans.

import { hedgeOf } from "./cues.js";
import { clip } from "./dom.js";
import { nameOf, quoteOf } from "./labels.js";
import { nudge, snap } from "./segmenting.js";
import { hullOf, newId } from "./store.js";

const MANY_WORDS = 50;
const MOST_SUGGESTIONS = 50;

const asksHedge = ({ attributes }) =>
  attributes.some(({ name, kind, archived }) => name === "hedge" && kind === "text" && !archived);

/** Whether the hedge words of a span are those that the page finds in the text itself. */
export function isHedgeFound(desk, { attributes, fragments }) {
  return Boolean(attributes.hedge) && attributes.hedge === hedgeOf(desk.article, fragments[0]);
}

/** With other words a span has another hedge, unless a person wrote it. */
function withHedge(desk, span, fragments) {
  const { hedge, ...attributes } = span.attributes;
  const untouched = !hedge || isHedgeFound(desk, span);
  if (!untouched || !asksHedge(desk.labels.of(span))) return {};
  if (!hedge && hedgeOf(desk.article, span.fragments[0])) return {}; // taken out by hand
  const found = hedgeOf(desk.article, fragments[0]);
  return { attributes: found ? { ...span.attributes, hedge: found } : attributes };
}

export function newSpan(desk, label, stretches, more = {}) {
  const fragments = stretches.map(([start, end]) => ({ start, end, quote: desk.article.slice(start, end) }));
  const hedge = asksHedge(label) && hedgeOf(desk.article, fragments[0]);
  const attributes = hedge ? { hedge } : {};
  return {
    id: newId(),
    kind: label.id ? "label" : "extent",
    label: label.id,
    fragments,
    attributes,
    note: "",
    flag: "",
    state: "marked",
    origin: "hand",
    codebook: desk.codebook,
    ...more,
  };
}

export const addition = (on, mark) => ({ on, id: mark.id, after: mark });

const change = (span, more) => ({ on: "span", id: span.id, after: { ...span, ...more } });

/** The stretch that a label takes from the selection, else from the cursor; null with a reason said. */
export function stretchFor(desk, label, exact) {
  const whole = label.extent === "sentence";
  const { article, selection, cursor } = desk;
  const chosen = selection
    ? snap(article, ...selection, { exact, whole, quoted: !label.id })
    : whole && cursor
      ? article.sentenceAt(cursor.start)
      : cursor && [cursor.start, cursor.end];
  if (!chosen) return (desk.refuse("Select words first"), null);
  const stretch = article.markable(...chosen);
  if (!stretch) return (desk.refuse("This part is not article text and cannot be marked"), null);
  return stretch;
}

const countWords = (text) => text.match(/\S+/gu)?.length ?? 0;

/** Above 50 selected words a person is asked. */
async function isMeant(desk, label, [start, end]) {
  if (!desk.selection) return true;
  const n = countWords(desk.article.slice(start, end));
  return n <= MANY_WORDS || desk.ask(`Mark ${n} words as ${label.name.toLowerCase()}?`, "Mark them");
}

/** Marks the selection or the cursor's default extent. `also(span)` gives changes of the same gesture. */
export async function mark(desk, label, { exact = false, also = () => [], name } = {}) {
  const stretch = stretchFor(desk, label, exact);
  if (!stretch || !(await isMeant(desk, label, stretch))) return null;
  const twin = desk.store.twin(label.id, [{ start: stretch[0], end: stretch[1] }]);
  const span = twin ?? newSpan(desk, label, [stretch]);
  const more = also(span);
  const words = nameOf(desk.labels, span, 40);
  if (twin && !more.length) {
    desk.choose(twin.id, { quiet: true });
    desk.say(`Already marked. ${words}`);
    return twin;
  }
  const changes = twin ? more : [addition("span", span), ...more];
  const done = desk.commit(name ?? `Added ${words}`, changes, {
    choose: desk.mode.name === "link" ? undefined : span.id,
  });
  if (!done) return null;
  desk.dropSelection();
  warnOfCrossing(desk, span);
  return span;
}

function warnOfCrossing(desk, span) {
  if (span.kind === "extent") return;
  const [first] = desk.store.crossing(...hullOf(span), span.id);
  if (!first) return;
  const message = `This span crosses “${clip(nameOf(desk.labels, first, 60), 90)}”: neither lies inside the other. Crossing spans are allowed, but rarely meant.`;
  desk.hints.set(span.id, [...(desk.hints.get(span.id) ?? []), { rule: "N3", message }]);
  desk.say(message);
  desk.emit("chosen");
}

/** Why the links of a span do not go with a label, or "". */
function tiedBy({ store, labels }, span, label) {
  const links = store.linksOf(span.id);
  const anew = { kind: label.id ? "label" : "extent", label: label.id };
  if (!labels.mayBegin(anew) && links.some(({ source }) => source === span.id)) return "a link begins at a source phrase";
  const isTarget = links.some(({ target }) => target === span.id);
  if (labels.isSource(anew) && isTarget) return "a link leads to what a source says";
  return isTarget && label.id && label.id === labels.sentence?.id ? "no source answers for reporting" : "";
}

export function relabel(desk, label) {
  const { span } = desk;
  if (span.label === label.id) return desk.refuse(`It is ${label.name.toLowerCase()} already`);
  if (span.fragments.length > 1 && !label.fragments)
    return desk.refuse(`${label.name} takes one stretch only; this span has ${span.fragments.length}`);
  if (desk.store.twin(label.id, span.fragments))
    return desk.refuse(`These words are marked as ${label.name.toLowerCase()} already`);
  const tie = tiedBy(desk, span, label);
  if (tie) return desk.refuse(`Remove the links of this mark first: ${tie}`);
  const known = new Set(label.attributes.map(({ name }) => name));
  const attributes = Object.fromEntries(Object.entries(span.attributes).filter(([name]) => known.has(name)));
  const after = change(span, {
    kind: label.id ? "label" : "extent",
    label: label.id,
    attributes,
    state: "marked",
    codebook: desk.codebook,
  });
  return desk.commit(`Changed to ${label.name.toLowerCase()}: ${clip(quoteOf(span), 40)}`, [after]);
}

/** A second span on the same words. */
export function second(desk, label) {
  const { span } = desk;
  if (!span) return mark(desk, label);
  if (desk.store.twin(label.id, span.fragments))
    return desk.refuse(`These words are marked as ${label.name.toLowerCase()} already`);
  const trimmed = (start, end) => desk.article.trim(start, end); // what came from a file may not be
  const parts = span.fragments.map(({ start, end }) => trimmed(start, end));
  const made = newSpan(desk, label, label.fragments ? parts : [trimmed(...hullOf(span))]);
  return desk.commit(`Added ${nameOf(desk.labels, made, 40)}`, [addition("span", made)], { choose: made.id });
}

function reshape(desk, fragments, name, span = desk.span) {
  const { store } = desk;
  const twin = store.twin(span.label, fragments);
  if (twin && twin.id !== span.id) return desk.refuse("The same label is on exactly these words already");
  desk.hints.delete(span.id);
  const done = desk.commit(name(clip(fragments.map(({ quote }) => quote).join(" … "), 60)), [
    change(span, { fragments, ...withHedge(desk, span, fragments) }),
  ]);
  if (done && desk.spanId === span.id) desk.setCursor(desk.article.wordFrom(fragments[0].start), { quiet: true });
  if (done) warnOfCrossing(desk, store.get("span", span.id));
  return done;
}

const piece = (desk, [start, end]) => ({ start, end, quote: desk.article.slice(start, end) });

/** Moves one end of the chosen span by a word or character. */
export function move(desk, side, direction, exact) {
  const { span, article } = desk;
  if (!span) return desk.refuse("Choose a span first");
  const parts = [...span.fragments];
  const at = side === "end" ? parts.length - 1 : 0;
  const here = [parts[at].start, parts[at].end];
  const label = desk.labels.of(span);
  const whole = !label.id || label.extent === "sentence"; // may take the full stop and what closes
  const end = exact ? `${side} by character` : side; // a word is taken back by a word
  const moved =
    desk.trail.back(span, end, direction, here) ?? nudge(article, here, side, direction, { exact, whole });
  const stretch = moved && article.markable(...moved);
  const beside = parts[side === "end" ? at - 1 : at + 1];
  if (!stretch || (beside && stretch[0] < beside.end && stretch[1] > beside.start))
    return desk.refuse("It cannot go further: the sentence or the span ends here");
  parts[at] = piece(desk, stretch);
  const done = reshape(desk, parts, (words) => `Now: ${words}`);
  if (done) desk.trail.note(span, end, direction, here, stretch);
  return done;
}

export function replace(desk) {
  const label = desk.labels.of(desk.span);
  const stretch = stretchFor(desk, label, false);
  if (!stretch) return false;
  const done = reshape(desk, [piece(desk, stretch)], (words) => `Now: ${words}`);
  if (done) desk.dropSelection();
  return done;
}

/** What a further part goes to: while linking the claim linked last, else the span chosen now or last. */
function inParts(desk) {
  const linked = desk.mode.name === "link" && desk.store.get("link", desk.linkId ?? "");
  return desk.store.get("span", linked ? linked.target : (desk.spanId ?? desk.lastSpanId ?? ""));
}

/** Adds the selection to a span as a further fragment. */
export function addFragment(desk) {
  const span = inParts(desk);
  if (!span || !desk.selection) return desk.refuse("Choose a span, then select the further part");
  const label = desk.labels.of(span);
  if (!label.fragments) return desk.refuse(`${label.name} takes one stretch only`);
  const stretch = stretchFor(desk, label, false);
  if (!stretch) return false;
  const parts = [...span.fragments, piece(desk, stretch)].sort((a, b) => a.start - b.start);
  if (parts.some((part, i) => i && part.start < parts[i - 1].end))
    return desk.refuse("The parts of a span may not overlap");
  const done = reshape(desk, parts, (words) => `${parts.length} parts: ${words}`, span);
  if (done && desk.mode.name !== "link") desk.choose(span.id, { quiet: true });
  if (done) desk.dropSelection();
  return done;
}

/** Removes a span together with its links; the server does the links itself. */
export function removal(desk, span) {
  const links = desk.store.linksOf(span.id);
  return [
    ...links.map(({ id }) => ({ on: "link", id, after: null, follows: true })),
    { on: "span", id: span.id, after: null },
  ];
}

export function remove(desk) {
  const link = desk.linkId && desk.store.get("link", desk.linkId);
  if (link) return desk.commit("Removed the link", [{ on: "link", id: link.id, after: null }]);
  if (!desk.span) return desk.refuse("Choose a span first");
  const { span } = desk;
  const word = span.state === "suggested" ? "Rejected" : "Removed";
  return desk.commit(`${word} ${nameOf(desk.labels, span, 40)}`, removal(desk, span), { choose: null });
}

/** One span per sentence from the cursor to the end of its paragraph, where none is yet. */
export function rest(desk) {
  const label = desk.labels.sentence;
  const { cursor, article, store, labels } = desk;
  if (!label || !cursor)
    return desk.refuse(label ? "Click into the paragraph first" : "No label takes whole sentences");
  const { end } = article.blocks[article.blockAt(cursor.start)];
  const taken = (span) => span.label === label.id || span.kind === "extent" || labels.isSource(span);
  const open = [];
  for (let i = article.sentenceIndex(cursor.start); article.sentences[i]?.[0] < end; i += 1) {
    const stretch = article.markable(...article.sentences[i]);
    if (stretch && stretch[1] > cursor.start && !store.over(...stretch).some(taken)) open.push(stretch);
  }
  if (!open.length) return desk.refuse("Every sentence from here to the end of the paragraph is covered");
  const spans = open.map((stretch) => newSpan(desk, label, [stretch]));
  const name = `Marked ${spans.length === 1 ? "1 sentence" : `${spans.length} sentences`} as ${label.name.toLowerCase()}`;
  return desk.commit(
    name,
    spans.map((span) => addition("span", span)),
    { choose: spans.at(-1).id },
  );
}

/** Suggests the same label for the same words elsewhere; a person accepts or rejects each. */
export function suggestSame(desk) {
  const { span, article, store } = desk;
  if (!span || span.fragments.length > 1) return desk.refuse("Choose a span of one stretch first");
  const [first, last] = article.trim(span.fragments[0].start, span.fragments[0].end);
  const quote = article.slice(first, last);
  const letter = /[\p{L}\p{N}]/u;
  const found = [];
  article.blocks.forEach(({ start, text, table }) => {
    for (let at = text.indexOf(quote); at >= 0; at = text.indexOf(quote, at + 1)) {
      if (letter.test(text[at - 1] ?? "") || letter.test(text[at + quote.length] ?? "")) continue;
      const from = start + table.toPoints(at);
      found.push([from, from + (last - first)]);
    }
  });
  const fresh = found.filter(
    ([start, end]) =>
      start !== first && article.markable(start, end) && !store.twin(span.label, [{ start, end }]),
  );
  if (!fresh.length) return desk.refuse("The same words stand nowhere else unmarked");
  const label = desk.labels.of(span);
  const changes = fresh
    .slice(0, MOST_SUGGESTIONS)
    .map((stretch) =>
      addition("span", newSpan(desk, label, [stretch], { state: "suggested", origin: "same_words" })),
    );
  return desk.commit(
    `Suggested ${label.name.toLowerCase()} at ${changes.length} more ${changes.length === 1 ? "place" : "places"}; G goes there`,
    changes,
  );
}

export function accept(desk) {
  const { span } = desk;
  return desk.commit(`Accepted ${nameOf(desk.labels, span, 40)}`, [change(span, { state: "marked" })]);
}

/** Sets note, flag or an attribute of the chosen span; the same value again is no change. */
export function setFields(desk, span, more, name, besides = [], how = {}) {
  const live = desk.store.get("span", span.id);
  if (!live) return false;
  return desk.commit(name, [...besides, change(live, more)], how);
}
