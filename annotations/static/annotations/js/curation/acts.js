// What the keys and buttons of the adjudication page do.

import { clip } from "../marking/dom.js";
import { quoteOf } from "../marking/labels.js";
import { nudge, snap } from "../marking/segmenting.js";
import { newId } from "../marking/store.js";
import { foreseen, isOpen, undecided } from "./board.js";
import { perform } from "./rulings.js";

const NO_OFFER = {
  majority: "There is no strict majority here",
  union: "There is nothing to unite here",
  intersection: "These spans have no character in common",
  variant: "There is no such variant",
};

/** desk: {board, article, view, session, undo, labels, say, refuse, paint, goTo, dialogs}. */
export function run(desk, found) {
  const act = ACTS[found.command];
  if (!act) return;
  if (WRITES.has(found.command) && desk.session.readOnly) {
    desk.refuse("The adjudication of this article is closed: reopen it to decide anything anew");
    return;
  }
  act(desk, found);
}

const WRITES = new Set([
  "variant",
  "majority",
  "union",
  "intersection",
  "no_span",
  "left",
  "edit",
  "add",
  "keep",
  "reopen",
  "undo",
  "redo",
  "link",
]);

/** Decides the current case and goes on to the next open one. */
function decide(desk, choice, more = {}) {
  const { board } = desk;
  const one = board.case();
  if (!one) return desk.refuse("Choose a case first: J goes to the next");
  if (one.on === "link" && one.waits && !["no_span", "left"].includes(choice))
    return desk.refuse("Decide both ends of this link first");
  const shown = foreseen(one, choice, more);
  if (!shown) return desk.refuse(NO_OFFER[choice] ?? "That cannot be decided here");
  const why = board.reasons.get(one.id) ?? { reason: one.reason, rule: one.rule, note: one.note };
  board.reasons.delete(one.id);
  const payload = { choice, votes: one.votes, ...why };
  if (choice === "variant") payload.variant = more.variant;
  if (choice === "edited") payload.span = more.span;
  send(desk, one.id, "decide", payload, { ...shown, ...why });
  const said = shown.gold ? clip(quoteOf(shown.gold), 60) : shown.choice_title;
  goOn(desk, `${shown.choice_title}: ${said}`);
}

function send(desk, id, kind, payload, shown, remember = true) {
  const { record, touched } = perform(desk.board, id, kind, payload, shown);
  if (remember) desk.undo.push(record);
  desk.session.send(record);
  desk.paint(touched);
  return record;
}

function goOn(desk, said) {
  const { board } = desk;
  const { all, decided } = board.counts;
  const next = board.next();
  if (next && isOpen(next)) desk.goTo(next.id, said);
  else {
    desk.paint(null);
    desk.say(decided === all ? `${said}. Every case of this article is decided.` : said);
    if (decided === all) desk.done();
  }
}

function step(desk, direction) {
  const next = desk.board.next(direction);
  if (next) desk.goTo(next.id);
  else desk.refuse("No other case is open");
}

// --- editing ----------------------------------------------------------------------------------------

function edit(desk) {
  const { board } = desk;
  const one = board.case();
  if (!one || one.on === "link") return desk.refuse("Only spans can be edited");
  const span = one.gold ?? one.offers.majority?.fragments ? (one.gold ?? one.offers.majority) : one.variants[0]?.span;
  if (!span) return desk.refuse("There is nothing to edit here");
  board.draft = { kind: span.kind, label: span.label, fragments: span.fragments, attributes: { ...span.attributes } };
  desk.paint(null);
  desk.say("Editing. Comma and full stop move the end, Shift with them the start, Enter keeps");
}

/** From the selection, or from the first word of what is looked at. */
function add(desk) {
  const { board, article } = desk;
  const selection = desk.selected();
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
  const moved = nudge(article, [parts[at].start, parts[at].end], side, Number(direction), exact);
  if (!moved) return desk.refuse("No further");
  parts[at] = part(article, moved);
  draft.fragments = parts;
  desk.paint(null);
  desk.say(clip(quoteOf(draft), 80));
}

/** A new span goes from word to word. */
function move(desk, { direction }) {
  const { board, article } = desk;
  if (!board.draft?.adding) return;
  const { start, end } = board.draft.fragments[0];
  const word = direction > 0 ? article.nextWord(end) : article.previousWord(start);
  if (!word) return;
  board.draft.fragments = [part(article, [word.start, word.end])];
  desk.paint(null);
  desk.reveal(word.start, word.end);
  desk.say(board.draft.fragments[0].quote);
}

function label(desk, { key }) {
  const { board, labels } = desk;
  const draft = board.draft;
  if (!draft) return;
  const chosen = key ? labels.byKey(String(key).toLowerCase()) : labels.extent;
  if (!chosen) return desk.refuse("No label has this key");
  const selection = draft.adding && desk.selected();
  const stretch = selection && snap(desk.article, ...selection);
  if (stretch) draft.fragments = [part(desk.article, stretch)];
  const known = new Set(chosen.attributes.map(({ name }) => name));
  draft.attributes = Object.fromEntries(Object.entries(draft.attributes).filter(([name]) => known.has(name)));
  Object.assign(draft, { label: chosen.id, kind: chosen.id ? "label" : "extent" });
  if (draft.adding) return keep(desk);
  desk.paint(null);
  desk.say(chosen.name);
}

function keep(desk) {
  const { board } = desk;
  const draft = board.draft;
  if (!draft) return;
  if (draft.label === undefined) return desk.refuse("Give it a label first: press the label’s digit");
  const attributes = Object.fromEntries(Object.entries(draft.attributes).filter(([, value]) => value));
  const span = { kind: draft.kind, label: draft.label, fragments: draft.fragments, attributes };
  board.draft = null;
  if (draft.adding) return addSpan(desk, span);
  decide(desk, "edited", { span });
}

function addSpan(desk, span) {
  const { board } = desk;
  const id = newId();
  const hull = { start: span.fragments[0].start, end: span.fragments.at(-1).end };
  const blank = { id, on: "span", kind: "added", title: "Added by a curator", ...hull, variants: [], missing: [], offers: {}, flags: [] };
  board.cases.set(id, { ...blank, ver: 0, state: "open", source: null, target: null, reason: "", rule: "", note: "" });
  const shown = { ...blank, state: "decided", choice: "added", choice_title: "Added", by: "you", gold: span };
  send(desk, id, "add", { span }, { ...shown, reason: "", rule: "", note: "", changed: false, moot: false, waits: false });
  desk.goTo(id, `Added: ${clip(quoteOf(span), 60)}`);
}

function leave(desk) {
  desk.board.draft = null;
  desk.paint(null);
  desk.say("Left as it was");
}

// --- taking back ------------------------------------------------------------------------------------

function reopen(desk) {
  const one = desk.board.case();
  if (!one || one.state === "open") return desk.refuse("This case is open already");
  send(desk, one.id, "reopen", {}, undecided(one));
  desk.goTo(one.id, "Open again");
}

function undo(desk, redo) {
  const record = desk.undo.back(redo);
  if (!record) return desk.refuse(redo ? "Nothing to make again" : "Nothing to undo");
  const one = desk.board.case(record.id);
  if (!one) return desk.refuse("This case is gone");
  const side = redo ? "after" : "before";
  const put = redo ? record.shown : (record.before ?? undecided(one));
  const shown = record.kind === "add" ? { ...put, moot: !redo } : put;
  send(desk, record.id, "back", { op: record.op_id, side }, shown, false);
  if (desk.board.case(record.id).moot) desk.paint(null);
  else desk.goTo(record.id);
  desk.say(redo ? "Made again" : "Undone");
}

async function reason(desk) {
  const one = desk.board.case();
  if (!one) return desk.refuse("Choose a case first");
  const given = await desk.dialogs.reason(desk.board.reasons.get(one.id) ?? one);
  if (!given) return;
  if (one.state === "open" || desk.session.readOnly) {
    desk.board.reasons.set(one.id, given);
    desk.paint(null);
    return desk.say("To be kept with the decision");
  }
  send(desk, one.id, "decide", { choice: "keep", ...given }, { ...one, ...given });
  desk.paint(null);
  desk.say("Reason kept");
}

async function link(desk) {
  const { board, labels } = desk;
  const one = board.case();
  if (!one?.gold || !labels.isSource(one.gold)) return desk.refuse("A link begins at a gold attribution");
  const far = (other) => Math.abs(other.start - one.start);
  const joined = new Set(board.linksOf(one.id).map((each) => each.target));
  const targets = [...board.cases.values()]
    .filter((other) => other.gold && other.id !== one.id && !joined.has(other.id))
    .filter((other) => labels.of(other.gold).slug !== "reporting" && !labels.isSource(other.gold))
    .sort((a, b) => far(a) - far(b));
  if (!targets.length) return desk.refuse("There is no other gold span to link to");
  const target = await desk.dialogs.choose(targets);
  if (!target) return;
  const id = newId();
  const blank = { id, on: "link", kind: "link", title: "Link", start: one.start, end: one.end, source: one.id, target };
  const empty = { variants: [], missing: [], offers: {}, flags: [], changed: false, moot: false, waits: false };
  board.cases.set(id, { ...blank, ...empty, ver: 0, state: "open", reason: "", rule: "", note: "" });
  const shown = { ...blank, ...empty, state: "decided", choice: "added", choice_title: "Added", by: "you", linked: true, cue: null };
  send(desk, id, "add", { source: one.id, target, cue: null }, { ...shown, reason: "", rule: "", note: "" });
  desk.paint(null);
  desk.say("Linked");
}

const ACTS = {
  variant: (desk, { variant }) => decide(desk, "variant", { variant: Number(variant) }),
  majority: (desk) => decide(desk, "majority"),
  union: (desk) => decide(desk, "union"),
  intersection: (desk) => decide(desk, "intersection"),
  no_span: (desk) => decide(desk, "no_span"),
  left: (desk) => decide(desk, "left"),
  next: (desk) => step(desk, 1),
  previous: (desk) => step(desk, -1),
  skip: (desk) => {
    const next = desk.board.skip();
    if (next) desk.goTo(next.id, "Skipped");
  },
  edit,
  add,
  nudge: moveEdge,
  move,
  label,
  keep,
  leave,
  reopen,
  undo: (desk) => undo(desk, false),
  redo: (desk) => undo(desk, true),
  reason,
  link,
  discuss: (desk) => desk.card.talks && desk.board.current && desk.dialogs.discuss(desk.board.current),
  help: (desk) => desk.dialogs.help(),
};
