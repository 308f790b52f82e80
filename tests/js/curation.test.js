import assert from "node:assert/strict";
import { test } from "node:test";

import { run } from "../../annotations/static/annotations/js/curation/acts.js";
import { answersKeptOf, Board, decisionOf, foreseen, isOpen, progressOf, sameBefore, undecided } from "../../annotations/static/annotations/js/curation/board.js";
import { draftsOf, typedSince } from "../../annotations/static/annotations/js/curation/drafts.js";
import { find } from "../../annotations/static/annotations/js/curation/keys.js";
import { perform, settle, Undo } from "../../annotations/static/annotations/js/curation/rulings.js";
import { Article } from "../../annotations/static/annotations/js/marking/article.js";
import { Labels } from "../../annotations/static/annotations/js/marking/labels.js";
import { wireOf } from "../../annotations/static/annotations/js/marking/store.js";

const labels = new Labels({ labels: [{ id: "A", name: "Attribution", slug: "attribution", voice: "source", begins: true, slot: 2, tag: "A", attributes: [] }] });
const span = (start, end) => ({ kind: "label", label: "A", fragments: [{ start, end, quote: "…" }], attributes: {} });

function aCase(id, start, end, more = {}) {
  return {
    id,
    on: "span",
    kind: "boundary",
    title: "Different boundaries",
    start,
    end,
    state: "open",
    choice: "",
    ver: 0,
    gold: null,
    votes: "hash",
    flags: [],
    missing: [],
    moot: false,
    waits: false,
    source: null,
    target: null,
    variants: [{ span: span(start, end), who: ["Bob"] }, { span: span(start, end + 4), who: ["Carol"] }],
    offers: { majority: null, union: span(start, end + 4), intersection: span(start, end) },
    reason: "",
    rule: "",
    note: "",
    ...more,
  };
}

function aBoard() {
  const article = new Article({ texts: ["Officials said the strike was near.\n", "Nobody was there.\n"] });
  const link = aCase("l", 0, 9, { on: "link", kind: "link", source: "a", target: "b", waits: true, offers: {} });
  const cases = [aCase("a", 0, 9), aCase("b", 19, 25), aCase("c", 36, 42), link];
  return new Board(article, labels, { cases, listed: ["a", "b", "c", "l"], chosen: "a" });
}

function anOutbox() {
  const waiting = new Map();
  return {
    waiting,
    remove: (records) => records.forEach(({ op_id }) => waiting.delete(op_id)),
    about: (id) => [...waiting.values()].filter((record) => record.id === id),
  };
}

test("a choice is foreseen as the server will make it", () => {
  const one = aBoard().case("a");
  assert.equal(foreseen(one, "variant", { variant: 2 }).gold.fragments[0].end, 13);
  assert.equal(foreseen(one, "variant", { variant: 3 }), null);
  assert.equal(foreseen(one, "majority"), null);
  assert.equal(foreseen(one, "union").gold.fragments[0].end, 13);
  assert.deepEqual([foreseen(one, "no_span").state, foreseen(one, "no_span").gold], ["decided", null]);
  assert.equal(foreseen(one, "left").state, "undecided");
});

test("a majority for nothing is a decision without a span", () => {
  const one = aCase("a", 0, 9, { offers: { majority: "nothing" } });
  assert.deepEqual([foreseen(one, "majority").gold, foreseen(one, "majority").state], [null, "decided"]);
});

test("next goes to open cases, links that wait last, and skip puts to the end", () => {
  const board = aBoard();
  assert.equal(board.next().id, "b");
  assert.equal(board.next(-1).id, "c");
  assert.equal(board.skip().id, "b");
  assert.deepEqual(board.order, ["b", "c", "l", "a"]);
  for (const id of ["b", "c"]) board.put({ ...foreseen(board.case(id), "no_span"), id });
  assert.deepEqual([board.case("l").moot, board.next()], [true, null]);
});

test("a link waits for both ends, and is moot when one is nothing", () => {
  const board = aBoard();
  assert.equal(foreseen(board.case("l"), "majority"), null);
  board.put({ ...foreseen(board.case("a"), "union"), id: "a" });
  assert.equal(board.case("l").waits, true);
  board.put({ ...foreseen(board.case("b"), "union"), id: "b" });
  assert.deepEqual([board.case("l").waits, board.case("l").moot], [false, false]);
  board.put({ ...foreseen(board.case("b"), "no_span"), id: "b" });
  assert.deepEqual([board.case("l").moot, board.counts.all], [true, 3]);
});

test("the current case is drawn as rows, open ones as boxes, gold as marks", () => {
  const board = aBoard();
  board.put({ ...foreseen(board.case("b"), "variant", { variant: 1 }), id: "b" });
  const looks = board.spans().map(({ id, look, state }) => [id, look.tag, state]);
  assert.deepEqual(looks, [
    ["a", "1A", undefined],
    ["a", "2A", undefined],
    ["b", "A", undefined],
    ["c", "", "suggested"],
  ]);
});

test("a ruling is sent in the envelope of the marking protocol", () => {
  const board = aBoard();
  const { record } = perform(board, "a", "decide", { choice: "union", votes: "hash" }, foreseen(board.case("a"), "union"));
  assert.deepEqual(wireOf(record), {
    op_id: record.op_id,
    kind: "decide",
    on: "case",
    ver: 0,
    case: { id: "a", choice: "union", votes: "hash" },
  });
  assert.deepEqual([board.case("a").ver, board.pending.get("a"), isOpen(board.case("a"))], [1, 1, false]);
});

test("a refused ruling shows what stands, and takes later ones on the case along", () => {
  const board = aBoard();
  const outbox = anOutbox();
  const undo = new Undo();
  const records = ["union", "no_span"].map((choice) => {
    const { record } = perform(board, "a", "decide", { choice }, foreseen(board.case("a"), choice));
    outbox.waiting.set(record.op_id, record);
    undo.push(record);
    return record;
  });
  const stands = { id: "a", ...decisionOf(board.case("a")), state: "decided", choice: "variant", ver: 7, by: "Erin" };
  const answer = { op_id: records[0].op_id, status: "conflict", message: "elsewhere", current: { case: stands } };
  const out = settle({ board, outbox, undo }, [records[0]], [answer]);
  assert.deepEqual([board.case("a").by, board.case("a").ver, board.pending.size], ["Erin", 7, 0]);
  assert.deepEqual([outbox.waiting.size, undo.back(), out.whole], [0, null, true]);
  assert.equal(out.notices[0].message, "elsewhere");
});

test("an applied ruling takes the server's word once nothing else is on its way", () => {
  const board = aBoard();
  const outbox = anOutbox();
  const { record } = perform(board, "a", "decide", { choice: "union" }, foreseen(board.case("a"), "union"));
  outbox.waiting.set(record.op_id, record);
  const told = { id: "a", ...decisionOf(board.case("a")), by: "Dave", ver: 1 };
  settle({ board, outbox, undo: new Undo() }, [record], [{ op_id: record.op_id, status: "applied", current: { case: told } }]);
  assert.deepEqual([board.case("a").by, board.pending.size], ["Dave", 0]);
});

test("undo and redo hand the same record to and fro", () => {
  const undo = new Undo();
  undo.push({ id: "a" });
  const back = undo.back();
  assert.deepEqual([back, undo.back(), undo.back(true)], [{ id: "a" }, null, { id: "a" }]);
});

test("taking back leaves nothing of a decision", () => {
  const board = aBoard();
  board.put({ ...foreseen(board.case("a"), "union"), id: "a", reason: "slip" });
  const open = undecided(board.case("a"));
  assert.deepEqual([open.state, open.gold, open.reason], ["open", null, ""]);
});

test("keys mean one thing while deciding and another while editing", () => {
  assert.deepEqual(find("2"), { command: "variant", variant: 2 });
  assert.deepEqual(find("0"), { command: "no_span" });
  assert.deepEqual(find("mod+Shift+z"), { command: "redo" });
  assert.deepEqual(find("2", { editing: true, labelKeys: ["1", "2"] }), { command: "label", key: "2" });
  assert.deepEqual(find("Shift+,", { editing: true }), { command: "nudge", side: "start", direction: 1, exact: false });
  assert.deepEqual(find("Enter", { editing: true }), { command: "keep" });
  assert.equal(find("q"), null);
});

test("the page knows beforehand which links the server would refuse", () => {
  const codebook = {
    labels: [
      { id: "A", name: "Attribution", slug: "attribution", voice: "source", begins: true, attributes: [] },
      { id: "R", name: "Reporting", slug: "reporting", voice: "outlet", begins: false, attributes: [] },
      { id: "G", name: "Allegation", slug: "allegation", voice: "", begins: false, attributes: [] },
    ],
  };
  const known = new Labels(codebook);
  const of = (label) => (label ? { kind: "label", label, fragments: [] } : { kind: "extent", label: null, fragments: [] });
  const ways = [["A", "G"], ["A", null], ["A", "R"], ["A", "A"], ["G", "A"], [null, "G"]];
  const refused = ways.map(([source, target]) => Boolean(known.misfit(of(source), of(target))));
  assert.deepEqual(refused, [false, false, true, true, true, true]);
  const sourceless = new Labels({ labels: codebook.labels.slice(1).map((label) => ({ ...label, begins: true })) });
  assert.equal(sourceless.misfit(of("G"), of(null)), "");

  const board = aBoard();
  assert.match(board.linkProblem(board.case("l")), /^The end “Officials” is open: decide it first/u);
  for (const [id, choice] of [["a", "union"], ["b", "left"]]) board.put({ ...foreseen(board.case(id), choice), id, ver: 1 });
  assert.match(board.linkProblem(board.case("l")), /^The end “strike” was left undecided.+ 0 \(no link\) or X/u);
  assert.equal(board.openEnd(board.case("l")).id, "b");
  for (const id of ["a", "b"]) board.put({ ...foreseen(board.case(id), "union"), id });
  assert.match(board.linkProblem(board.case("l")), /^A link leads from Attribution/u);
});

test("a link whose end is labelled anew is told of at once, and until it is decided", () => {
  const board = aBoard();
  const codebook = ["A", "G"].map((id) => ({ id, name: id, slug: id, voice: id === "A" ? "source" : "", begins: id === "A", attributes: [] }));
  board.labels = new Labels({ labels: codebook });
  board.put({ ...foreseen(board.case("a"), "union"), id: "a" });
  board.put({ ...foreseen(board.case("b"), "edited", { span: { ...span(19, 25), label: "G" } }), id: "b" });
  board.put({ ...foreseen(board.case("l"), "edited", { cue: null }), id: "l" });
  assert.deepEqual(board.broken(), []);
  const told = [];
  const desk = { data: { user: "dave" }, board, undo: new Undo(), session: { send() {} }, warnOf: ({ id }) => told.push(id) };
  Object.assign(desk, { paint() {}, goTo() {}, say() {}, done() {}, refuse: assert.fail });
  board.current = "b";
  run(desk, { command: "union" }); // its label is that of the source
  assert.deepEqual([told, board.broken().length, board.broken("a").length], [["l"], 1, 1]);
  board.put({ ...foreseen(board.case("l"), "no_span"), id: "l" });
  assert.deepEqual(board.broken(), []);
});

test("two cases cannot become the same span", () => {
  const board = aBoard();
  board.put({ ...foreseen(board.case("a"), "variant", { variant: 1 }), id: "a" });
  assert.equal(board.twinOf("b", span(0, 9)).id, "a");
  assert.equal(board.twinOf("a", span(0, 9)), null);
  assert.equal(board.twinOf("b", { ...span(0, 9), label: "other" }), null);
});

test("arrows walk the text, whatever is decided; links stand behind their source", () => {
  const board = aBoard();
  board.put({ ...foreseen(board.case("a"), "union"), id: "a" });
  const walked = [];
  for (let one = board.case("a"); one; one = board.beside(1)) walked.push((board.current = one.id));
  assert.deepEqual(walked, ["a", "l", "b", "c"]);
  assert.equal(board.beside(-1).id, "b");
});

test("the cue of a link is edited like a span", () => {
  const link = { ...aBoard().case("l"), waits: false };
  const shown = foreseen(link, "edited", { cue: { start: 10, end: 14, quote: "said" } });
  assert.deepEqual([shown.linked, shown.cue], [true, [10, 14]]);
  assert.equal(foreseen(link, "edited", { cue: null }).cue, null);
  assert.deepEqual(find("Shift+2"), { command: "edit", base: 2 });
  assert.deepEqual(find("t", { editing: true }), { command: "answers" });
  assert.deepEqual(find("ArrowUp", { editing: true }), { command: "move", direction: -1, far: true });
});

class Storage extends Map {
  getItem = (name) => this.get(name) ?? null;
  setItem = (name, text) => this.set(name, text);
  removeItem = (name) => this.delete(name);
}

test("what was begun on a case outlives other cases and the page, until it is sent", () => {
  const store = new Storage();
  const board = new Board(aBoard().article, labels, { cases: [aCase("a", 0, 9)], chosen: "a" }, draftsOf(store, "dave"));
  board.draft = { ...span(0, 13), attributes: { who: "Offic" } };
  assert.deepEqual([board.putAway(), board.draft, board.putAway()], [true, null, false]);
  board.typed.set("a", { reason: "", rule: "", note: "Because" });
  const again = draftsOf(store, "dave");
  assert.equal(again.edits.get("a").attributes.who, "Offic");
  assert.equal(again.typed.get("a").note, "Because");
  assert.equal(draftsOf(store, "erin").typed.size, 0);
  board.drop();
  board.typed.delete("a");
  assert.equal(store.size, 0);
  store.set("dave typed", "{broken");
  assert.equal(draftsOf(store, "dave").typed.size, 0);
  assert.equal(draftsOf().typed.set("a", {}).size, 1); // without any storage
});

test("the reason given with a refused ruling is kept for the next one", () => {
  const board = aBoard();
  const outbox = anOutbox();
  const payload = { choice: "union", reason: "boundary", rule: "", note: "All of it" };
  const { record } = perform(board, "a", "decide", payload, foreseen(board.case("a"), "union"));
  outbox.waiting.set(record.op_id, record);
  const answer = { op_id: record.op_id, status: "conflict", message: "elsewhere", current: { case: aCase("a", 0, 9) } };
  settle({ board, outbox, undo: new Undo() }, [record], [answer]);
  assert.deepEqual(board.reasons.get("a"), { reason: "boundary", rule: "", note: "All of it" });
});

test("a new decision takes along one's own reason, never another curator's", () => {
  const board = aBoard();
  const given = { reason: "slip", rule: "B2", note: "Seen before" };
  const none = { reason: "", rule: "", note: "" };
  board.put({ ...foreseen(board.case("a"), "union"), id: "a", ...given, by: "Erin", curator: "erin" });
  const sent = [];
  const desk = { data: { user: "dave" }, board, undo: new Undo(), session: { send: (record) => sent.push(record) } };
  Object.assign(desk, { paint() {}, goTo() {}, say() {}, done() {}, refuse: assert.fail });
  run(desk, { command: "intersection" });
  const why = ({ reason, rule, note }) => ({ reason, rule, note });
  assert.deepEqual([why(sent[0].after), why(board.case("a")), board.case("a").curator], [none, none, "dave"]);
  board.put({ id: "a", ...given });
  run(desk, { command: "union" });
  assert.deepEqual(why(sent[1].after), given);
  board.put({ id: "a", curator: "erin" });
  board.reasons.set("a", { ...none, note: "Mine" });
  run(desk, { command: "intersection" });
  assert.deepEqual(why(sent[2].after), { ...none, note: "Mine" });
  board.put({ id: "b", ...undecided(board.case("b")) });
  assert.deepEqual(board.reasonsBy("", board.case("b")), none);
});

test("decided cases whose votes changed since are counted apart", () => {
  const board = aBoard();
  board.put({ ...foreseen(board.case("a"), "union"), id: "a", changed: true });
  board.put({ ...foreseen(board.case("c"), "left"), id: "c" });
  assert.deepEqual(board.counts, { all: 4, settled: 2, left: 1, changed: 1 });
  assert.equal(progressOf(board.counts), "2 of 4 settled, 1 of them left undecided");
  assert.equal(progressOf({ all: 4, settled: 1, left: 0 }), "1 of 4 settled");
});

test("a gold span that misses a required answer says which, and its questions are a key away", () => {
  const board = aBoard();
  const attributes = ["whom", "voice"].map((name) => ({ name, title: name, kind: "text", required: true, choices: [] }));
  board.labels = new Labels({ labels: [{ ...labels.all[0], key: "4", attributes }] });
  const said = [];
  const asked = { n: 0 };
  const desk = { data: { user: "dave" }, board, article: board.article, labels: board.labels, undo: new Undo(), session: { send() {} } };
  Object.assign(desk, { paint() {}, reveal() {}, selected: () => board.draft ? null : [15, 18], say: (text) => said.push(text), refuse: assert.fail, warnOf() {}, done() {} });
  Object.assign(desk, { goTo: (id, text) => ((board.current = id), said.push(text)), card: { firstField: () => ({ focus: () => (asked.n += 1) }) } });
  globalThis.document = { getSelection: () => ({ removeAllRanges() {} }) };
  for (const found of [{ command: "add" }, find("4", { editing: true, labelKeys: ["4"] })]) run(desk, found);
  delete globalThis.document;
  assert.match(said.at(-1), /^Added: the\. 2 questions to answer: whom, voice/u);
  assert.deepEqual(board.unanswered.map(({ id }) => id), [board.current]);
  run(desk, find("t"));
  assert.deepEqual([asked.n, board.draft.adding], [1, undefined]);
  board.draft.attributes = { whom: "him", voice: "source" };
  run(desk, { command: "keep" });
  assert.deepEqual(board.unanswered, []);
});

test("variants of the same words and a union's answers say whose they are", () => {
  const answered = (one, voice) => ({ ...one, attributes: { voice } });
  const variants = [answered(span(0, 9), "a"), span(0, 13), answered(span(0, 9), "b")].map((each, n) => ({ span: each, who: [`W${n}`] }));
  const one = aCase("a", 0, 13, { variants });
  assert.deepEqual([0, 1, 2].map((n) => sameBefore(one, n)), [0, 0, 1]);
  assert.equal(answersKeptOf(one), 1);
  assert.equal(answersKeptOf(aCase("a", 0, 9)), 0);
});

test("what was typed since a comment was sent is kept, and nothing of what was sent", () => {
  assert.equal(typedSince("First.", "First."), "");
  assert.equal(typedSince("First.", "First. And then"), "And then");
  assert.equal(typedSince("First.", "Something else"), "Something else");
});
