import assert from "node:assert/strict";
import { test } from "node:test";

import { Clock } from "../../annotations/static/annotations/js/marking/clock.js";
import { Drafts } from "../../annotations/static/annotations/js/marking/drafts.js";
import { isMeant, ledger, offers } from "../../annotations/static/annotations/js/marking/entities.js";
import { Labels, around, describe } from "../../annotations/static/annotations/js/marking/labels.js";
import { candidatesOf } from "../../annotations/static/annotations/js/marking/links.js";
import { rowsOf, voiceOf } from "../../annotations/static/annotations/js/marking/overview.js";
import { marksFile } from "../../annotations/static/annotations/js/marking/rescue.js";
import { changesOf } from "../../annotations/static/annotations/js/marking/returning.js";
import { Store } from "../../annotations/static/annotations/js/marking/store.js";
import { articleOf, find, json } from "./sample.js";

const SECOND = 1000;

function clockAt(start = 0) {
  const time = { now: start };
  return { time, clock: new Clock(() => time.now) };
}

test("time runs while there are signs of life", () => {
  const { time, clock } = clockAt();
  for (let i = 0; i < 6; i += 1) {
    time.now += 20 * SECOND;
    clock.sign();
  }
  assert.equal(clock.seconds, 120);
});

test("a pause counts for a minute, then no more", () => {
  const { time, clock } = clockAt();
  time.now = 600 * SECOND;
  assert.equal(clock.seconds, 60);
  clock.sign();
  time.now += 5 * SECOND;
  assert.equal(clock.seconds, 65);
});

test("out of view nothing counts", () => {
  const { time, clock } = clockAt();
  time.now = 10 * SECOND;
  clock.run(false);
  time.now = 50 * SECOND;
  clock.run(true);
  time.now = 55 * SECOND;
  assert.equal(clock.seconds, 15);
});

const article = articleOf("Putin spoke. Voss agreed. He left. She stayed.\n");
const WHO = [{ name: "who", kind: "entity" }];

function span(id, words, more = {}) {
  const [start, end] = find(article, words);
  return {
    id,
    kind: "label",
    label: "A",
    fragments: [{ start, end, quote: words }],
    attributes: {},
    ...more,
  };
}

const names = (entities) => entities.map(({ name }) => name);

test("the ledger begins with whom the text named last before this place", () => {
  const entities = [
    { id: "1", name: "Abel" },
    { id: "2", name: "Putin", article: true },
    { id: "3", name: "Voss", article: true },
    { id: "4", name: "Zoë", article: true },
  ];
  const spans = [
    span("p", "Putin", { attributes: { who: "2" } }),
    span("v", "Voss", { attributes: { who: "3" } }),
    span("s", "She", { attributes: { who: "4" } }),
  ];
  const store = new Store(article, { spans, entities });
  const he = span("h", "He");
  assert.deepEqual(names(ledger(store, () => WHO, he)), ["Voss", "Putin", "Zoë", "Abel"]);
  assert.deepEqual(names(ledger(store, () => WHO, he, "zoe")), ["Zoë"]);
});

test("the ribbon has a row a sentence, and joins them when there are too many", () => {
  const sentences = Array.from({ length: 10 }, (_, i) => [i * 10, i * 10 + 9]);
  assert.equal(rowsOf(sentences, 100, 20).length, 10);
  const joined = rowsOf(sentences, 100, 5);
  assert.ok(joined.length <= 5);
  assert.deepEqual([joined[0][0], joined.at(-1)[1]], [0, 99]);
});

test("a row tells whose voice covers most of it, and how much is covered", () => {
  const rank = ({ label }) => ({ R: { voice: "outlet", order: 1 }, A: { voice: "source", order: 0 } })[label];
  const part = (label, start, end) => ({ label, fragments: [{ start, end }] });
  assert.deepEqual(voiceOf([0, 10], [], rank), { voice: null, share: 0, shares: {} });
  assert.deepEqual(voiceOf([0, 10], [part("R", 0, 4), part("A", 4, 10)], rank), {
    voice: "source",
    share: 1,
    shares: { outlet: 0.4, source: 0.6 },
  });
  assert.deepEqual(voiceOf([0, 10], [part("R", 5, 20), part("C", 0, 5)], rank), {
    voice: "outlet",
    share: 0.5,
    shares: { outlet: 0.5 },
  });
});

test("words under several marks are covered once, so that a gap stays a gap", () => {
  const ranks = { X: ["source", 0], R: ["outlet", 1], G: ["other", 2] };
  const rank = ({ label }) => ({ voice: ranks[label][0], order: ranks[label][1] });
  const part = (label, start, end) => ({ label, fragments: [{ start, end }] });
  const halves = [part("G", 0, 5), part("X", 0, 5)];
  assert.deepEqual(voiceOf([0, 10], halves, rank), { voice: "source", share: 0.5, shares: { source: 0.5 } });
  const stacked = [part("R", 0, 8), part("G", 2, 4), part("X", 6, 12), part("X", 6, 7)];
  const shares = { outlet: 0.375, source: 0.375 };
  assert.deepEqual(voiceOf([0, 16], stacked, rank), { voice: "source", share: 0.75, shares });
});

test("late operations become one change a mark, the last word first", () => {
  const store = new Store(article, { spans: [span("p", "Putin", { note: "" }), span("v", "Voss")] });
  const held = [
    { op_id: "1", kind: "set", on: "span", span: { id: "p", note: "a" } },
    { op_id: "2", kind: "set", on: "span", span: { id: "p", note: "b" } },
    { op_id: "3", kind: "add", on: "span", span: span("h", "He") },
    { op_id: "4", kind: "del", on: "span", span: { id: "v" } },
    { op_id: "5", kind: "del", on: "span", span: { id: "x" } },
  ];
  const changes = changesOf(held, store);
  assert.deepEqual(
    changes.map(({ id, after }) => [id, after && (after.note ?? after.fragments[0].quote)]),
    [
      ["p", "b"],
      ["h", "He"],
      ["v", null],
    ],
  );
});

test("a late return of a mark comes before what was changed on it since", () => {
  const store = new Store(article, { spans: [span("v", "Voss")] });
  const was = span("p", "Putin", { note: "" });
  const held = [
    { op_id: "1", kind: "restore", on: "span", ver: 2, span: was },
    { op_id: "2", kind: "restore", on: "span", ver: 4, span: span("h", "He") },
    { op_id: "3", kind: "set", on: "span", ver: 5, span: span("h", "He", { note: "late" }) },
    { op_id: "4", kind: "restore", on: "span", ver: 2, span: span("x", "it") },
    { op_id: "5", kind: "del", on: "span", ver: 3, span: { id: "x" } },
    { op_id: "6", kind: "del", on: "span", ver: 1, span: { id: "v" } },
    { op_id: "7", kind: "restore", on: "span", ver: 2, span: { id: "v" } },
  ];
  assert.deepEqual(
    changesOf(held, store).map(({ id, ver, after }) => [id, ver, after.note]),
    [
      ["p", 2, ""],
      ["h", 4, undefined],
      ["h", undefined, "late"],
      ["v", undefined, undefined],
    ],
  );
});

test("marks that cannot be saved go into a file of the native format", () => {
  const part = (words) => span("", words).fragments[0];
  const extent = { kind: "extent", label: null, fragments: [part("Putin spoke."), part("He left.")], codebook: 2 };
  const who = { entity: "e1", named: "yes", left: "" };
  const store = new Store(article, {
    spans: [
      span("a", "Voss", { attributes: who, note: "unsaved", flag: "", codebook: 1 }),
      span("x", "Putin spoke.", extent),
      span("s", "She", { state: "suggested" }),
    ],
    links: [
      { id: "l", source: "a", target: "x", cue: part("agreed"), ver: 1 },
      { id: "m", source: "a", target: "s", cue: null, ver: 1 },
    ],
    entities: [
      { id: "e1", name: "Ilana Voss" },
      { id: "e2", name: "Nobody" },
    ],
  });
  const attributes = [{ name: "entity", kind: "entity" }, { name: "named", kind: "yes_no" }];
  const labels = new Labels({ labels: [{ id: "A", name: "Attribution", slug: "attribution", attributes }] });
  const wanted = json("../marking/rescued_marks.json");
  const data = {
    article: { sha256: wanted.document.sha256, length: article.length },
    annotator: "bob",
    codebook: { number: 2 },
  };
  assert.deepEqual(JSON.parse(marksFile({ store, labels }, data)), wanted);
});

test("links begin and end where the server says, whatever the labels are called or take", () => {
  const store = new Store(article, {
    spans: [
      span("s", "Putin", { label: "S" }),
      span("claim", "Voss agreed.", { label: "G" }),
      span("own", "He left.", { label: "R" }),
      span("twin", "She", { label: "S" }),
    ],
  });
  const labels = new Labels({
    labels: [
      { id: "G", name: "Hearsay", slug: "hearsay", extent: "sentence", voice: "", begins: true },
      { id: "R", name: "Reporting", slug: "reporting", extent: "sentence", voice: "outlet", begins: true },
      { id: "S", name: "Speaker", slug: "speaker", extent: "phrase", voice: "", begins: true },
    ],
  });
  const [source, claim, own, twin] = ["s", "claim", "own", "twin"].map((id) => store.get("span", id));
  assert.equal(labels.sentence.name, "Reporting");
  assert.ok(labels.mayBegin(source) && !labels.isSource(source));
  assert.deepEqual(candidatesOf({ article, store, labels }, source), [claim]);
  assert.match(labels.misfit(source, own), /^Reporting is the outlet’s own voice/u);
  assert.match(labels.misfit(source, twin), /to a mark of another kind$/u);
});

test("a mark is told with what is around it and what is still to answer", () => {
  const attributes = [
    { name: "kind", required: true },
    { name: "old", required: true, archived: true },
  ];
  const labels = new Labels({
    labels: [
      { id: "R", name: "Reporting", slug: "reporting", extent: "sentence", attributes: [], key: "1" },
      { id: "A", name: "Attribution", slug: "attribution", extent: "phrase", attributes, key: "2" },
    ],
  });
  const outer = span("o", "Putin spoke.", { label: "R" });
  const inner = span("i", "Putin", { flag: "label" });
  const store = new Store(article, { spans: [outer, inner] });
  assert.equal(around(store, inner).id, "o");
  assert.equal(describe(labels, store, inner), "Attribution: Putin, inside reporting, 1 to answer, flagged");
  assert.equal(describe(labels, store, outer), "Reporting: Putin spoke.");
});

test("Enter takes a name only when one of its words begins so", () => {
  const names = ["Ilana Voss", "Lena Holt", "Karl O’Lin"].map((name, i) => ({ id: String(i), name }));
  assert.deepEqual(
    ["Ana", "l", "vos", "ilana voss", "lin"].map((typed) => names.map(({ name }) => isMeant(name, typed))),
    [
      [false, false, false],
      [false, true, true],
      [true, false, false],
      [true, false, false],
      [false, false, true],
    ],
  );
  const shown = (found, typed, own) => {
    const { options, at } = offers(found, typed, own);
    return [options.map(({ text, fresh }) => (fresh ? `new ${text}` : text)), at];
  };
  assert.deepEqual(shown(names.slice(0, 1), "Ana"), [["new Ana", "Ilana Voss"], 0]);
  assert.deepEqual(shown(names.slice(0, 1), "Vo"), [["Ilana Voss", "new Vo"], 0]);
  assert.deepEqual(shown(names.slice(0, 1), "ilana  voss"), [["Ilana Voss"], 0]);
  assert.deepEqual(shown(names.slice(0, 1), "", "The port"), [["Ilana Voss", "new The port"], -1]);
});

function draft(drafts, more = {}) {
  const field = Object.assign(new EventTarget(), { value: "", isConnected: true });
  let kept = "";
  const saves = [];
  const keep = () => saves.push((kept = field.value));
  const held = drafts.watch(field, { key: "note", differs: () => field.value !== kept, keep, ...more });
  const type = (value) => ((field.value = value), field.dispatchEvent(new Event("input")));
  return { field, saves, type, held };
}

test("what is typed is kept after a pause, once, and counted until then", async () => {
  const told = [];
  const drafts = new Drafts(() => told.push(drafts.size), 5);
  const { type, saves } = draft(drafts);
  for (const letters of ["l", "lo", "loud"]) type(letters);
  assert.deepEqual([drafts.size, saves], [1, []]);
  await new Promise((resolve) => (drafts.told = resolve));
  assert.deepEqual([drafts.size, saves], [0, ["loud"]]);
});

test("a stay in a field has one name until it is left", () => {
  const drafts = new Drafts();
  const { held, type } = draft(drafts);
  type("l");
  const first = held.visit();
  drafts.flush();
  assert.equal(held.visit(), first);
  held.done();
  assert.notEqual(held.visit(), first);
});

test("a drawing that fails does not hold the fields it was about", () => {
  const drafts = new Drafts();
  const fail = () => {
    assert.ok(drafts.stays);
    throw new Error("drawing");
  };
  assert.throws(() => drafts.stay(fail), /drawing/);
  assert.equal(drafts.stays, false);
});

test("leaving keeps every draft at once, a half name only with the page", () => {
  const drafts = new Drafts();
  const [note, name] = [draft(drafts), draft(drafts, { key: "who", waits: true })];
  note.type("loud");
  name.type("An");
  drafts.flush();
  assert.deepEqual([drafts.size, note.saves, name.saves], [1, ["loud"], []]);
  drafts.flush({ all: true });
  assert.deepEqual([drafts.size, name.saves], [0, ["An"]]);
});

test("a draft that cannot be stored yet stays one", () => {
  const drafts = new Drafts();
  let open = false;
  const tries = [];
  const { type } = draft(drafts, { differs: () => !open, keep: () => tries.push(open) });
  type("loud");
  drafts.flush();
  assert.equal(drafts.size, 1);
  open = true;
  drafts.flush();
  assert.deepEqual([drafts.size, tries], [0, [false]]);
});

test("a field drawn anew takes over the letters of the one before", () => {
  const drafts = new Drafts();
  const [old, anew] = [draft(drafts), draft(drafts)];
  old.type("lo");
  old.field.isConnected = false;
  anew.type("loud");
  drafts.settleGone();
  assert.equal(drafts.size, 1);
  drafts.flush();
  assert.deepEqual([old.saves, anew.saves], [[], ["loud"]]);
});

test("a name in a field that nothing takes the place of is whole", () => {
  const drafts = new Drafts();
  const name = draft(drafts, { waits: true });
  name.type("Ana");
  drafts.settleGone();
  assert.deepEqual([drafts.size, name.saves], [1, []]);
  name.field.isConnected = false;
  drafts.settleGone();
  assert.deepEqual([drafts.size, name.saves], [0, ["Ana"]]);
});
