// The cases of an article: what was voted, what is decided, which one is looked at. It is the
// store of the marking page's TextView, to which cases look like spans. Pure.

import { clip } from "../marking/dom.js";
import { countOf } from "../marking/labels.js";
import { draftsOf, NEW } from "./drafts.js";

export const OPEN = "open";
const BOX = { slot: "q", tag: "" }; // an open case: a dashed box without a line

const DECISION = [
  "state",
  "choice",
  "choice_title",
  "variant",
  "ver",
  "gold",
  "linked",
  "link",
  "cue",
  "reason",
  "rule",
  "note",
  "by",
  "curator",
  "at",
  "changed",
  "moot",
  "waits",
];

/** The part of a case that a ruling changes. */
export const decisionOf = (one) => Object.fromEntries(DECISION.map((name) => [name, one[name]]));

export const isOpen = (one) => one.state === OPEN && !one.moot;

const NOTHING = {
  state: OPEN,
  choice: "",
  choice_title: "",
  variant: null,
  gold: null,
  linked: false,
  link: null,
  cue: null,
  reason: "",
  rule: "",
  note: "",
  by: "",
  curator: "",
  at: null,
};

export class Board {
  /** labels: Labels of the marking page. data: what the page came with. drafts: of drafts.js. */
  constructor(article, labels, { cases = [], listed = [], chosen = "" }, drafts = draftsOf()) {
    Object.assign(this, { article, labels, ...drafts });
    this.cases = new Map(cases.map((one) => [one.id, one]));
    this.order = listed.filter((id) => this.cases.has(id));
    this.pending = new Map();
    this.draft = null; // what is being edited: {fragments, label, kind, attributes, adding}
    this.current = this.cases.has(chosen) ? chosen : "";
  }

  get(_on, id) {
    const one = this.cases.get(id);
    return one ? { id, fragments: this.draftOf(id)?.fragments ?? [{ start: one.start, end: one.end }] } : null;
  }

  case(id = this.current) {
    return this.cases.get(id) ?? null;
  }

  draftOf(id) {
    const own = this.draft && !this.draft.adding && !this.draft.cue;
    return own && this.current === id ? this.draft : null;
  }

  /** Puts away what is being edited: E (A, for a new span) goes on with it. True when there was any. */
  putAway() {
    const draft = this.draft;
    this.draft = null;
    if (draft) this.edits.set(draft.adding ? NEW : this.current, draft);
    return Boolean(draft);
  }

  /** What is being edited is sent, or given up. */
  drop() {
    this.edits.delete(this.draft?.adding ? NEW : this.current);
    this.draft = null;
  }

  expect(id, count = 1) {
    const left = Math.max(0, (this.pending.get(id) ?? 0) + count);
    if (left) this.pending.set(id, left);
    else this.pending.delete(id);
  }

  /** Takes in a case or the decision on it. Gives the blocks to paint again. */
  put(told) {
    const old = this.cases.get(told.id);
    const one = { ...old, ...told };
    const touched = new Set([...this.blocksOfCase(old), ...this.blocksOfCase(one)]);
    this.cases.set(one.id, one);
    if (!this.order.includes(one.id) && one.variants) this.order.push(one.id);
    for (const link of this.linksOf(one.id)) this.settleEnds(link);
    return touched;
  }

  /** All cases anew, as the server has them now. */
  replace(cases) {
    const known = new Set(cases.map((one) => one.id));
    for (const id of [...this.cases.keys()]) if (!known.has(id) && !this.pending.has(id)) this.cases.delete(id);
    for (const one of cases) if (!this.pending.has(one.id)) this.put(one);
    this.order = this.order.filter((id) => this.cases.has(id));
    if (!this.cases.has(this.current)) this.current = "";
  }

  /** What a new decision takes along: what this person gave beforehand or with their last one, never
   * what another curator gave. */
  reasonsBy(user, one) {
    const given = this.reasons.get(one.id) ?? (one.curator && one.curator === user ? one : {});
    return { reason: given.reason ?? "", rule: given.rule ?? "", note: given.note ?? "" };
  }

  linksOf(id) {
    return [...this.cases.values()].filter((one) => one.source === id || one.target === id);
  }

  /** A link is moot when an end was decided to be nothing, and waits while an end is open. */
  settleEnds(link) {
    const ends = [this.cases.get(link.source), this.cases.get(link.target)];
    const moot = ends.some((end) => end && end.state === "decided" && !end.gold);
    this.cases.set(link.id, { ...link, moot, waits: !moot && ends.some((end) => !end?.gold) });
  }

  /** The first end of a link that has no gold: it is open, or was left undecided. */
  openEnd(link) {
    return [link.source, link.target].map((id) => this.cases.get(id)).find((end) => end && !end.gold) ?? null;
  }

  /** Whether no link, or leaving it undecided, can be kept: once both of its ends have been looked at. */
  mayPass(link) {
    return [link.source, link.target].every((id) => this.cases.get(id)?.ver);
  }

  /** Why a link cannot stand as its ends are now, or "". */
  linkProblem(link) {
    const [source, target] = [this.cases.get(link.source), this.cases.get(link.target)];
    const open = this.openEnd(link);
    if (open) {
      const is = open.state === "undecided" ? "was left undecided" : "is open";
      const words = clip(this.article.slice(open.start, open.end), 40);
      return `The end “${words}” ${is}: decide it first${this.mayPass(link) ? ". For the link 0 (no link) or X (leave undecided) will do" : ""}`;
    }
    const problem = this.labels.misfit(source.gold, target.gold);
    return problem && `${problem}. Decide that there is no link, or an end anew`;
  }

  /** Gold links that cannot stand any more, since an end was decided anew: of one case, or of all. */
  broken(id = "") {
    const stands = (one) => one.on === "link" && one.linked && !one.moot && !one.waits;
    const links = id ? this.linksOf(id) : [...this.cases.values()];
    return links.filter((one) => stands(one) && this.linkProblem(one));
  }

  /** Cases whose gold leaves a required question of its label open, in reading order. */
  get unanswered() {
    const open = (one) => one.gold && !one.moot && this.labels.missing(one.gold).length;
    return [...this.cases.values()].filter(open).sort((a, b) => a.start - b.start);
  }

  /** Another case that has become exactly this span. */
  twinOf(id, span) {
    const at = lookOf(span);
    return [...this.cases.values()].find((one) => one.id !== id && one.on === "span" && one.gold && lookOf(one.gold) === at) ?? null;
  }

  // --- which one is looked at -------------------------------------------------------------------

  get listed() {
    return this.order.map((id) => this.cases.get(id)).filter((one) => one && !one.moot);
  }

  get counts() {
    const all = [...this.cases.values()].filter((one) => !one.moot);
    const settled = all.filter((one) => one.state !== OPEN);
    const left = settled.filter((one) => one.state === "undecided").length;
    return { all: all.length, settled: settled.length, left, changed: settled.filter((one) => one.changed).length };
  }

  /** The next open case in the list, from the current one on and then from the start; links whose
   * ends are open come last. When none is open: the next of all. */
  next(step = 1) {
    const listed = this.listed;
    const place = listed.findIndex((one) => one.id === this.current);
    const from = place < 0 ? (step > 0 ? -1 : listed.length) : place;
    const around = listed.map((_, i) => listed[(((from + step * (i + 1)) % listed.length) + listed.length) % listed.length]);
    const others = around.filter((one) => one.id !== this.current);
    const open = others.filter(isOpen);
    if (!open.length && place >= 0 && isOpen(listed[place])) return null;
    return open.find((one) => !one.waits) ?? open[0] ?? others[0] ?? null;
  }

  /** The one beside the current case in reading order, whatever its state. */
  beside(step) {
    const at = (one) => [one.start, -one.end, one.on === "link" ? 1 : 0];
    const order = (a, b) => at(a).map((n, i) => n - at(b)[i]).find(Boolean) ?? (a.id < b.id ? -1 : 1);
    const inText = [...this.cases.values()].filter((one) => !one.moot).sort(order);
    const place = inText.findIndex(({ id }) => id === this.current);
    return place < 0 ? (inText[0] ?? null) : (inText[place + step] ?? null);
  }

  /** Puts the current case to the end of the list. */
  skip() {
    const id = this.current;
    const next = this.next();
    this.order = [...this.order.filter((each) => each !== id), id];
    return next;
  }

  // --- as spans, for the painter ----------------------------------------------------------------

  blocksOf(_on, span) {
    const blocks = new Set();
    for (const { start, end } of span?.fragments ?? []) {
      const [first, last] = this.article.blocksOf(start, end);
      for (let i = first; i <= last; i += 1) blocks.add(i);
    }
    return blocks;
  }

  blocksOfCase(one) {
    if (!one) return new Set();
    const parts = [{ start: one.start, end: one.end }, ...(one.gold?.fragments ?? [])];
    for (const variant of one.variants ?? []) parts.push(...(variant.span?.fragments ?? []));
    const blocks = this.blocksOf("span", { fragments: parts });
    for (const end of [one.source, one.target]) {
      const other = end && this.cases.get(end);
      if (other) for (const block of this.blocksOfCase(other)) blocks.add(block);
    }
    return blocks;
  }

  inBlock(index) {
    const { start, end } = this.article.blocks[index];
    const near = (span) => span.fragments.some((part) => part.start < end && part.end > start);
    return this.spans().filter(near);
  }

  /** Everything that is drawn: gold, open cases, and the current case's variants as rows. */
  spans() {
    const current = this.case();
    const held = current?.on === "link" ? [current.source, current.target] : [this.current];
    const drawn = [];
    for (const one of this.cases.values()) {
      if (one.on === "link" || one.moot) continue;
      if (one.id === this.current) drawn.push(...this.rows(one));
      else if (one.gold) drawn.push(this.goldOf(one));
      else if (isOpen(one) && (!current || !this.overlaps(one, current) || held.includes(one.id))) drawn.push(box(one));
    }
    if (this.draft?.adding) drawn.push(this.draftSpan("new"));
    return drawn;
  }

  overlaps(one, other) {
    return one.start < other.end && other.start < one.end;
  }

  goldOf(one) {
    const { slot, tag } = this.labels.of(one.gold);
    return { id: one.id, fragments: one.gold.fragments, look: { slot, tag } };
  }

  draftSpan(id) {
    const { slot, tag } = this.labels.of(this.draft);
    return { id, fragments: this.draft.fragments, look: { slot, tag: tag || "?" } };
  }

  rows(one) {
    if (this.draftOf(one.id)) return [this.draftSpan(one.id)];
    const rows = (one.variants ?? []).flatMap(({ span }, n) => {
      if (!span) return [];
      const { slot, tag } = this.labels.of(span);
      return [{ id: one.id, fragments: span.fragments, look: { slot, tag: `${n + 1}${tag}` } }];
    });
    return rows.length ? rows : one.gold ? [this.goldOf(one)] : [box(one)];
  }
}

/** How far an article is, as the server says it, too. */
export const progressOf = ({ all, settled, left }) =>
  `${settled} of ${all} settled${left ? `, ${left} of them left undecided` : ""}`;

/** "2 questions to answer: Who the source is, Voice" */
export const askedOf = (missing) =>
  `${countOf(missing.length, "question")} to answer: ${missing.map(({ title }) => title).join(", ")}`;

/** The number of an earlier variant with the same label and boundaries: they differ in answers; or 0. */
export function sameBefore(one, n) {
  const at = one.variants.findIndex(({ span }) => span && lookOf(span) === lookOf(one.variants[n].span ?? { fragments: [] }));
  return at >= 0 && at < n ? at + 1 : 0;
}

/** The number of the variant whose answers a union or an intersection keeps; 0 where all answer alike. */
export function answersKeptOf(one) {
  const offer = [one.offers?.union, one.offers?.intersection].find((each) => each?.fragments);
  if (!offer) return 0;
  const alike = one.variants.filter(({ span }) => span?.label === offer.label);
  const said = new Set(alike.map(({ span }) => JSON.stringify(Object.entries(span.attributes).sort())));
  return said.size > 1 ? one.variants.indexOf(alike[0]) + 1 : 0;
}

const lookOf = ({ label, fragments }) => [label ?? "", ...fragments.flatMap(({ start, end }) => [start, end])].join(" ");

const box = (one) => ({
  id: one.id,
  fragments: [{ start: one.start, end: one.end }],
  state: "suggested",
  look: BOX,
});

/** What a choice will make of a case, shown until the server has answered; null: not possible. */
export function foreseen(one, choice, { variant = 0, span = null, cue = null } = {}) {
  const offers = one.offers ?? {};
  const shown = { ...decisionOf(one), state: "decided", choice, by: "you", changed: false, variant: null };
  const link = one.on === "link";
  if (choice === "no_span") return { ...shown, choice_title: "No span here", gold: null, linked: false };
  if (choice === "left") return { ...shown, state: "undecided", choice_title: "Left undecided", gold: null, linked: false };
  if (link && one.waits) return null;
  if (choice === "edited" && link)
    return { ...shown, choice_title: "Edited", linked: true, cue: cue && [cue.start, cue.end] };
  if (choice === "edited") return { ...shown, choice_title: "Edited", gold: span };
  if (choice === "variant") {
    const taken = one.variants[variant - 1];
    if (!taken) return null;
    const title = `Took variant ${variant}`;
    if (link) return { ...shown, variant, choice_title: title, linked: true, cue: taken.cue };
    return { ...shown, variant, choice_title: title, gold: taken.span };
  }
  if (choice === "majority" && link) return majorityLink(one, shown);
  const offer = offers[choice];
  if (!offer) return null;
  const title = { majority: "Took the majority", union: "Union", intersection: "Intersection" }[choice];
  return { ...shown, choice_title: title, gold: offer === "nothing" ? null : offer, cue };
}

/** More than half drew the link, and with the same cue words; or more than half did not. */
function majorityLink(one, shown) {
  const drawn = one.variants.reduce((n, { who }) => n + who.length, 0);
  const n = drawn + one.missing.length;
  const title = "Took the majority";
  if (2 * one.missing.length > n) return { ...shown, choice_title: title, linked: false };
  if (2 * (one.variants[0]?.who.length ?? 0) <= n) return null;
  return { ...shown, choice_title: title, linked: true, cue: one.variants[0].cue };
}

export const undecided = (one) => ({ ...decisionOf(one), ...NOTHING });
