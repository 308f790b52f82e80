// Link mode: from a source to the claims it answers for, with cue words.

import { guessCue } from "./cues.js";
import { NORMAL } from "./desk.js";
import { nameOf } from "./labels.js";
import { addition, mark } from "./marks.js";
import { snap } from "./segmenting.js";
import { hullOf, newId } from "./store.js";

const SENTENCES_AWAY = 2;
const MOST = 9;

/**
 * Possible claims of a source: spans within two sentences that a link may lead to; those that
 * nobody answers for yet before the others, nearest first.
 */
export function candidatesOf(desk, source) {
  const { article, store, labels } = desk;
  const [start, end] = hullOf(source);
  const first = article.sentences[Math.max(0, article.sentenceIndex(start) - SENTENCES_AWAY)];
  const last =
    article.sentences[
      Math.min(article.sentences.length - 1, article.sentenceIndex(end - 1) + SENTENCES_AWAY)
    ];
  if (!first || !last) return [];
  const linked = new Set(store.linksOf(source.id).map(({ target }) => target));
  const distance = (span) => {
    const [from, to] = hullOf(span);
    return from >= end ? from - end : to <= start ? start - to : 0;
  };
  const fits = (span) =>
    span.id !== source.id &&
    !linked.has(span.id) &&
    span.state !== "suggested" &&
    !labels.misfit(source, span);
  const taken = new Set([...store.links.values()].map(({ target }) => target));
  return store
    .over(first[0], last[1])
    .filter(fits)
    .sort(
      (a, b) => taken.has(a.id) - taken.has(b.id) || distance(a) - distance(b) || hullOf(a)[0] - hullOf(b)[0],
    )
    .slice(0, MOST);
}

export function begin(desk, source = desk.span) {
  if (desk.readOnly) return desk.refuse(desk.readOnly);
  if (!desk.labels.mayBegin(source))
    return desk.refuse(
      `Choose ${desk.labels.beginning} first: links go from a source to what it answers for`,
    );
  if (desk.spanId !== source.id) desk.choose(source.id, { quiet: true });
  desk.arm(null);
  desk.setMode({ name: "link", source: source.id, made: [], soft: false });
  refresh(desk);
  const n = desk.mode.candidates.length;
  desk.say(
    `Linking from ${nameOf(desk.labels, source, 40)}. Select what it answers for, or press Enter for the nearest of ${n}, a number, or click one. Escape ends`,
  );
  return true;
}

export function refresh(desk) {
  const source = desk.store.get("span", desk.mode.source);
  if (!source) return end(desk);
  desk.mode.candidates = candidatesOf(desk, source);
  desk.highlights.show("target", desk.mode.candidates.slice(0, 1).map(hullOf));
  desk.emit("mode");
  return true;
}

/** L: begins; after a link the next one; else it ends. */
export function toggle(desk) {
  if (desk.mode.name !== "link") return begin(desk);
  if (!desk.mode.soft) return (end(desk), desk.say("Linking ended"));
  desk.setMode({ ...desk.mode, soft: false });
  desk.say("The next one: select what the source answers for, or click its mark. Escape ends");
  return true;
}

/** Whether what the mouse selects or clicks is linked at once: until a link is made, and after L again. */
export const isAsked = ({ mode }) => mode.name === "link" && !mode.soft;

export function end(desk) {
  desk.highlights.show("target", []);
  chooseLink(desk, null);
  desk.setMode(NORMAL);
  return true;
}

function newLink(desk, source, target) {
  const earlier = desk.store
    .linksOf(source.id)
    .map((link) => desk.store.get("span", link.target))
    .filter((span) => span && span.id !== target.id && hullOf(span)[1] <= hullOf(target)[0]);
  const after = Math.max(0, ...earlier.map((span) => hullOf(span)[1]));
  const stretch = desk.mode.cue ?? guessCue(desk.article, hullOf(source), hullOf(target), after);
  const cue = stretch && { start: stretch[0], end: stretch[1], quote: desk.article.slice(...stretch) };
  return { id: newId(), source: source.id, target: target.id, cue };
}

function linked(desk, link) {
  if (desk.mode.name !== "link") return;
  desk.mode.made.push(link.id);
  desk.mode.cue = null;
  desk.mode.soft = true;
  desk.linkId = link.id;
  desk.highlights.show("cue", link.cue ? [[link.cue.start, link.cue.end]] : []);
  refresh(desk);
  desk.emit("chosen");
}

const cueInWords = ({ cue }) => (cue ? `, cue “${cue.quote}”` : ", no cue");

/** Links a source to a span that is there. */
export function linkTo(desk, source, target) {
  if (source.id === target.id) return desk.refuse("A source cannot be its own claim");
  const problem = desk.labels.misfit(source, target);
  if (problem) return desk.refuse(problem);
  if (target.state === "suggested") return desk.refuse("Accept the suggestion first");
  const known = desk.store.linksOf(source.id).find((link) => link.target === target.id);
  if (known) return desk.refuse("These two are linked already");
  const link = newLink(desk, source, target);
  const done = desk.commit(`Linked to ${nameOf(desk.labels, target, 40)}${cueInWords(link)}`, [
    addition("link", link),
  ]);
  if (done) linked(desk, link);
  return done;
}

/** Marks the selection as an extent and links it to the source: one gesture. */
export async function claim(desk, exact = false) {
  const source = desk.store.get("span", desk.mode.source);
  if (!source) return end(desk);
  let link = null;
  const also = (span) => {
    const known = desk.store.linksOf(source.id).some(({ target }) => target === span.id);
    if (known || span.id === source.id) return [];
    link = newLink(desk, source, span);
    return [addition("link", link)];
  };
  const span = await mark(desk, desk.labels.extent, { exact, also });
  if (span && link) {
    linked(desk, link);
    desk.say(`Linked to ${nameOf(desk.labels, span, 40)}${cueInWords(link)}`);
  }
  return span;
}

export function choose(desk, nth) {
  const target = desk.mode.candidates?.[nth - 1];
  if (!target) return desk.refuse(`There is no claim number ${nth}`);
  return linkTo(desk, desk.store.get("span", desk.mode.source), target);
}

/** Enter in link mode: the selection (as the cue, where that is waited for), else the nearest claim. */
export function confirm(desk) {
  if (desk.mode.cueFor) return cue(desk);
  return desk.selection ? claim(desk) : choose(desk, 1);
}

/** C: the selection becomes the cue of the chosen link, or of the next one; without a selection it is waited for. */
export function cue(desk) {
  if (desk.mode.cueFor) return takeCue(desk) || desk.refuse("Select the cue words first");
  const link = desk.linkId ? desk.store.get("link", desk.linkId) : onlyLink(desk);
  if (!link && desk.mode.name !== "link") return desk.refuse("Choose a link in the panel first");
  if (!desk.selection) {
    desk.setMode({ ...desk.mode, name: desk.mode.name || "cue", cueFor: link?.id ?? true });
    desk.say("Select the cue words. Escape leaves");
    return true;
  }
  const stretch = snap(desk.article, ...desk.selection);
  desk.dropSelection();
  if (!stretch) return false;
  if (link) return setCue(desk, link, stretch);
  desk.mode.cue = stretch;
  desk.highlights.show("cue", [stretch]);
  desk.say(`Cue of the next link: ${desk.article.slice(...stretch)}`);
  return true;
}

const onlyLink = (desk) => {
  const links = desk.spanId ? desk.store.linksOf(desk.spanId) : [];
  return links.length === 1 && desk.mode.name !== "link" ? links[0] : null;
};

/** Takes what is selected while the cue is waited for: the mouse at once, keys with C or Enter. */
export function takeCue(desk) {
  const { cueFor } = desk.mode;
  if (!cueFor || !desk.selection) return false;
  const { selection } = desk;
  desk.mode = desk.mode.name === "cue" ? NORMAL : { ...desk.mode, cueFor: null };
  const link = desk.store.get("link", cueFor);
  if (link && desk.mode.name !== "link") desk.choose(link.source, { quiet: true, reveal: false });
  desk.selection = selection;
  desk.linkId = link ? cueFor : desk.linkId;
  cue(desk);
  desk.emit("mode");
  return true;
}

export function setCue(desk, link, stretch) {
  const quote = stretch && desk.article.slice(...stretch);
  const after = { ...link, cue: stretch && { start: stretch[0], end: stretch[1], quote } };
  const done = desk.commit(stretch ? `Cue: ${quote}` : "Cue removed", [{ on: "link", id: link.id, after }]);
  if (done) chooseLink(desk, link.id);
  return done;
}

export function chooseLink(desk, id) {
  const link = desk.store.get("link", id);
  desk.linkId = link ? id : null;
  desk.highlights.show("cue", link?.cue ? [[link.cue.start, link.cue.end]] : []);
  desk.emit("chosen");
}
