// What the keys and buttons of the adjudication page do.

import { clip } from "../marking/dom.js";
import { quoteOf } from "../marking/labels.js";
import { foreseen, isOpen, undecided } from "./board.js";
import * as editing from "./editing.js";
import { link } from "./linking.js";
import { perform } from "./rulings.js";

const NO_OFFER = {
  majority: "There is no strict majority here",
  union: "There is nothing to unite here",
  intersection: "These spans have no character in common",
  variant: "There is no such variant",
};

/** desk: {board, article, view, session, undo, labels, say, refuse, paint, goTo, warnOf, dialogs}. */
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
  "answers",
  "ask",
  "fragment",
  "add",
  "keep",
  "reopen",
  "undo",
  "redo",
  "link",
  "unanimous",
]);

/** Decides the current case and goes on to the next open one. True when it could be decided. */
function decide(desk, choice, more = {}) {
  const { board } = desk;
  const one = board.case();
  if (!one) return desk.refuse("Choose a case first: J goes to the next");
  const passes = ["no_span", "left"].includes(choice) && board.mayPass(one);
  const problem = one.on === "link" && !passes && board.linkProblem(one);
  if (problem) return desk.refuse(problem);
  if (["union", "intersection"].includes(choice) && one.variants.length < 2)
    return desk.refuse("There is only one reading here: take it by 1");
  const shown = foreseen(one, choice, more);
  if (!shown) return desk.refuse(NO_OFFER[choice] ?? "That cannot be decided here");
  const twin = shown.gold && board.twinOf(one.id, shown.gold);
  if (twin) return desk.refuse(`Another case has become exactly this span already (${twin.title})`);
  const why = board.reasonsBy(desk.data.user, one);
  for (const kept of [board.reasons, board.typed, board.edits]) kept.delete(one.id);
  const payload = { choice, votes: one.votes, ...why };
  if (choice === "variant") payload.variant = more.variant;
  if (choice === "edited") Object.assign(payload, one.on === "link" ? { cue: more.cue } : { span: more.span });
  send(desk, one.id, "decide", payload, { ...shown, ...why, curator: desk.data.user });
  for (const each of one.on === "link" ? [] : board.broken(one.id)) desk.warnOf(each);
  const words = shown.gold ? `: ${clip(quoteOf(shown.gold), 60)}` : "";
  goOn(desk, `${shown.choice_title}${words}`);
  return true;
}

/** Shows a ruling, keeps it for undo and sends it. */
function send(desk, id, kind, payload, shown, remember = true) {
  const { record, touched } = perform(desk.board, id, kind, payload, shown);
  if (remember) desk.undo.push(record);
  desk.session.send(record);
  desk.paint(touched);
  return record;
}

function goOn(desk, said) {
  const { board } = desk;
  const { all, settled } = board.counts;
  const next = board.next();
  if (next && isOpen(next)) desk.goTo(next.id, said);
  else {
    desk.paint(null);
    desk.say(settled === all ? `${said}. Every case of this article is settled.` : said);
    if (settled === all) desk.done();
  }
}

function step(desk, direction) {
  const next = desk.board.next(direction);
  if (next) desk.goTo(next.id);
  else desk.refuse("No other case is open");
}

/** The case that stands next to this one in the text. */
function beside(desk, direction) {
  const next = desk.board.beside(direction);
  if (next) desk.goTo(next.id);
  else desk.refuse(direction > 0 ? "This is the last case in the text" : "This is the first case in the text");
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
  if (desk.session.readOnly) return desk.refuse("The adjudication of this article is closed: reopen it to give a reason");
  const { reasons, typed } = desk.board;
  const began = typed.get(one.id) ?? reasons.get(one.id) ?? one;
  const given = await desk.dialogs.reason(began, (text) => typed.set(one.id, text));
  if (given === undefined) return typed.has(one.id) && (desk.paint(null), desk.say("Kept as a draft: N opens it again"));
  typed.delete(one.id);
  if (!given) return desk.paint(null);
  if (one.state === "open") {
    reasons.set(one.id, given);
    desk.paint(null);
    return desk.say("To be kept with the decision");
  }
  reasons.delete(one.id);
  if (["reason", "rule", "note"].every((name) => given[name] === one[name])) return desk.say("Nothing changed");
  send(desk, one.id, "decide", { choice: "keep", ...given }, { ...one, ...given });
  desk.paint(null);
  desk.say("Reason kept");
}

/** What everybody marked alike, without a decision on each. */
export async function settle(desk) {
  const n = await desk.session.settleUnanimous();
  if (n === null) return desk.refuse("Not now: the server does not answer");
  if (!n) return desk.refuse("Nothing that everybody marked alike is open, or the study’s rules leave it to you");
  const { board } = desk;
  const one = board.case();
  if (!one || !isOpen(one)) board.current = board.next()?.id ?? board.current;
  desk.paint(null);
  const told = `${n === 1 ? "One case" : `${n} cases`} that everybody marked alike ${n === 1 ? "is" : "are"} settled`;
  desk.refuse(told);
  if (board.counts.settled === board.counts.all) desk.done();
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
  after: (desk) => beside(desk, 1),
  before: (desk) => beside(desk, -1),
  skip: (desk) => {
    const next = desk.board.skip();
    if (next) desk.goTo(next.id, "Skipped");
  },
  ...editing.ACTS,
  keep: (desk) => editing.keep(desk, { decide, send }),
  label: (desk, found) => editing.label(desk, found) && editing.keep(desk, { decide, send }),
  reopen,
  undo: (desk) => undo(desk, false),
  redo: (desk) => undo(desk, true),
  reason,
  link: (desk) => link(desk, send),
  discuss: (desk) => desk.card.talks && desk.board.current && desk.dialogs.discuss(desk.board.current),
  unanimous: settle,
  help: (desk) => desk.dialogs.help(),
};
