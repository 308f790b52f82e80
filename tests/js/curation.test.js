import assert from "node:assert/strict";
import { test } from "node:test";

import { Board, decisionOf, foreseen, isOpen, undecided } from "../../annotations/static/annotations/js/curation/board.js";
import { find } from "../../annotations/static/annotations/js/curation/keys.js";
import { perform, settle, Undo } from "../../annotations/static/annotations/js/curation/rulings.js";
import { Article } from "../../annotations/static/annotations/js/marking/article.js";
import { Labels } from "../../annotations/static/annotations/js/marking/labels.js";
import { wireOf } from "../../annotations/static/annotations/js/marking/store.js";

const labels = new Labels({ labels: [{ id: "A", name: "Attribution", slug: "attribution", slot: 2, tag: "A", attributes: [] }] });
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
