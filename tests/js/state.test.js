import assert from "node:assert/strict";
import { test } from "node:test";

import { newId, perform, wireOf } from "../../annotations/static/annotations/js/marking/store.js";
import { Store, contentOf } from "../../annotations/static/annotations/js/marking/store.js";
import { Undo } from "../../annotations/static/annotations/js/marking/store.js";
import { articleOf, find } from "./sample.js";

const article = articleOf("The mayor said it rained.\n\nIt did not rain at all.\n");

function span(id, words, label = "A", more = {}) {
  const parts = [words].flat().map((each) => {
    const [start, end] = find(article, each);
    return { start, end, quote: each };
  });
  return {
    id,
    kind: "label",
    label,
    fragments: parts,
    attributes: {},
    note: "",
    flag: "",
    state: "marked",
    origin: "hand",
    ...more,
  };
}

const add = (mark, on = "span") => ({ on, id: mark.id, before: null, after: mark });
const ids = (spans) => spans.map(({ id }) => id);

test("a span is indexed in every block it touches and taken out again", () => {
  const store = new Store(article);
  const wide = span("a", "rained.\n\nIt did");
  assert.deepEqual([...store.write("span", "a", wide)], [0, 1]);
  assert.deepEqual(ids(store.inBlock(1)), ["a"]);
  assert.deepEqual([...store.write("span", "a", null)], [0, 1]);
  assert.deepEqual(store.inBlock(1), []);
});

test("moving a span paints the old and the new block", () => {
  const store = new Store(article, { spans: [span("a", "mayor")] });
  assert.deepEqual([...store.write("span", "a", span("a", "at all"))], [0, 1]);
});

test("spans at a point come innermost first", () => {
  const spans = [span("r", "The mayor said it rained."), span("a", "The mayor"), span("c", "mayor")];
  const store = new Store(article, { spans });
  assert.deepEqual(ids(store.at(find(article, "mayor")[0])), ["c", "a", "r"]);
});

test("reading order is by start, outer before inner", () => {
  const spans = [span("c", "mayor"), span("a", "The mayor"), span("r", "The mayor said it rained.")];
  assert.deepEqual(ids(new Store(article, { spans }).inOrder()), ["r", "a", "c"]);
});

test("crossing is told from nesting and from extents", () => {
  const spans = [
    span("a", "said it"),
    span("b", "mayor said it rained"),
    span("x", "said it", null, { kind: "extent" }),
  ];
  const store = new Store(article, { spans });
  assert.deepEqual(ids(store.crossing(...find(article, "it rained"))), ["a"]);
});

test("a twin has the same label and the same fragments", () => {
  const store = new Store(article, { spans: [span("a", "mayor", "A")] });
  assert.equal(store.twin("A", span("b", "mayor").fragments).id, "a");
  assert.equal(store.twin("B", span("b", "mayor").fragments), null);
});

test("an id is a UUID, also where randomUUID is missing", () => {
  const pattern = /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12}$/u;
  assert.match(newId(), pattern);
});

test("operations carry the version that the person saw, one up for each further one", () => {
  const store = new Store(article);
  const first = span("a", "mayor");
  const [added] = perform(store, [add(first)]).records;
  const [relabelled] = perform(store, [{ on: "span", id: "a", after: { ...first, label: "B" } }]).records;
  const [removed] = perform(store, [{ on: "span", id: "a", after: null }]).records;
  const [restored] = perform(store, [{ on: "span", id: "a", after: { ...first, label: "B" } }]).records;
  assert.deepEqual(
    [added, relabelled, removed, restored].map(({ kind, ver, next }) => [kind, ver, next]),
    [
      ["add", 0, 1],
      ["set", 1, 2],
      ["del", 2, 3],
      ["restore", 3, 4],
    ],
  );
  assert.equal(store.get("span", "a").ver, 4);
  assert.equal(store.pending.get("a"), 4);
});

test("what is sent holds the full state, for delete and restore the id alone", () => {
  const store = new Store(article, { spans: [span("a", "mayor", "A", { ver: 3 })] });
  const wire = wireOf(perform(store, [{ on: "span", id: "a", after: null }]).records[0]);
  assert.deepEqual(Object.keys(wire), ["op_id", "kind", "on", "ver", "span"]);
  assert.deepEqual(wire.span, { id: "a" });
  const added = wireOf(perform(store, [add(span("b", "rained"))]).records[0]);
  assert.equal("ver" in added.span, false);
  assert.equal(added.span.fragments[0].quote, "rained");
});

test("links that go with their span need no operation", () => {
  const link = { id: "l", source: "a", target: "b", cue: null, ver: 1 };
  const store = new Store(article, { spans: [span("a", "mayor", "A", { ver: 1 })], links: [link] });
  const { records } = perform(store, [
    { on: "link", id: "l", before: link, after: null, follows: true },
    { on: "span", id: "a", before: store.get("span", "a"), after: null },
  ]);
  assert.deepEqual(
    records.map(({ on, kind }) => [on, kind]),
    [["span", "del"]],
  );
  assert.equal(store.links.size, 0);
});

function session(marks = {}) {
  const store = new Store(article, marks);
  const undo = new Undo();
  const run = (changes) => perform(store, changes).records.map(({ kind }) => kind);
  return {
    store,
    undo,
    act: (name, changes, joins) => (undo.push(name, changes, joins), run(changes)),
    step: (redo) => {
      const entry = undo.back((on, id) => store.get(on, id), redo);
      return entry?.changes ? run(entry.changes) : entry;
    },
  };
}

test("undo of an addition removes, redo restores", () => {
  const { store, act, step } = session();
  act("add", [add(span("a", "mayor"))]);
  assert.deepEqual(step(), ["del"]);
  assert.equal(store.spans.size, 0);
  assert.deepEqual(step(true), ["restore"]);
  assert.equal(contentOf("span", store.get("span", "a")), contentOf("span", span("a", "mayor")));
});

test("undo of a change brings every field back", () => {
  const before = span("a", "mayor", "A", { ver: 1, note: "n", attributes: { kind: "named" } });
  const { store, act, step } = session({ spans: [before] });
  act("change", [{ on: "span", id: "a", before, after: { ...before, note: "", attributes: {} } }]);
  assert.deepEqual(step(), ["set"]);
  assert.equal(contentOf("span", store.get("span", "a")), contentOf("span", before));
});

test("what one stay in a field saved piece by piece is one step, the next stay another", () => {
  const before = span("a", "mayor", "A", { ver: 1 });
  const { store, undo, act, step } = session({ spans: [before] });
  const write = (note, joins) => {
    const now = store.get("span", "a");
    act("Note saved", [{ on: "span", id: "a", before: now, after: { ...now, note } }], joins);
  };
  write("l", "stay 0");
  write("loaded?", "stay 0");
  write("loaded? No.", "stay 1");
  assert.equal(undo.done.length, 2);
  step();
  assert.equal(store.get("span", "a").note, "loaded?");
  step();
  assert.equal(store.get("span", "a").note, "");
  step(true);
  assert.equal(store.get("span", "a").note, "loaded?");
});

test("a change from elsewhere between two letters keeps the steps apart", () => {
  const before = span("a", "mayor", "A", { ver: 1 });
  const { store, undo, act } = session({ spans: [before] });
  act("Note saved", [{ on: "span", id: "a", before, after: { ...before, note: "l" } }], "stay 0");
  const other = { ...store.get("span", "a"), label: "B" };
  store.write("span", "a", other);
  act("Note saved", [{ on: "span", id: "a", before: other, after: { ...other, note: "lo" } }], "stay 0");
  assert.equal(undo.done.length, 2);
});

test("an answer with a new name is undone and done again, and what came after it too", () => {
  const { store, undo, act, step } = session();
  const entity = { id: "e", name: "Ivor Pell" };
  act("add", [add(span("a", "mayor"))]);
  const put = (more, besides = []) => {
    const now = store.get("span", "a");
    act("change", [...besides, { on: "span", id: "a", before: now, after: { ...now, ...more } }]);
  };
  put({ attributes: { who: "e" } }, [{ on: "entity", id: "e", before: null, after: entity }]);
  put({ flag: "label" });
  undo.rename("e", "known");
  store.write("span", "a", { ...store.get("span", "a"), attributes: { who: "known" } });
  const keepNames = ({ changes }) => perform(store, changes.filter(({ on }) => on !== "entity"));
  const current = (on, id) => store.get(on, id);
  for (let i = 0; i < 3; i += 1) keepNames(undo.back(current));
  assert.equal(store.spans.size, 0);
  for (let i = 0; i < 3; i += 1) keepNames(undo.back(current, true));
  const { attributes, flag } = store.get("span", "a");
  assert.deepEqual([attributes, flag, step(true)], [{ who: "known" }, "label", null]);
});

test("a group is undone in reverse order", () => {
  const { store, act, step } = session();
  const link = { id: "l", source: "a", target: "x", cue: null };
  act("link", [add(span("a", "mayor")), add(span("x", "it rained", null)), add(link, "link")]);
  assert.deepEqual(step(), ["del", "del", "del"]);
  assert.deepEqual([store.spans.size, store.links.size], [0, 0]);
});

test("an entry over somebody else's change is dropped as stale", () => {
  const before = span("a", "mayor", "A", { ver: 1 });
  const { store, act, step, undo } = session({ spans: [before] });
  act("relabel", [{ on: "span", id: "a", before, after: { ...before, label: "B" } }]);
  store.write("span", "a", { ...before, label: "C", ver: 3 });
  assert.deepEqual(step(), { name: "relabel", stale: true });
  assert.equal(undo.done.length, 0);
  assert.equal(store.get("span", "a").label, "C");
});

test("a new act clears what could be redone", () => {
  const { act, step, undo } = session();
  act("add", [add(span("a", "mayor"))]);
  step();
  act("add", [add(span("b", "rained"))]);
  assert.equal(undo.next(true), "");
  assert.equal(step(true), null);
});
