import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";

import { makeTable } from "../../annotations/static/annotations/js/marking/offsets.js";
import { nodesOf, segmentsOf } from "../../annotations/static/annotations/js/marking/paint.js";
import { fakeDocument, htmlOf } from "./fake_document.js";

const file = new URL("../marking/paint_cases.json", import.meta.url);
const { cases, labels } = JSON.parse(readFileSync(file, "utf8"));

const lookOf = (span) => ({
  ...(span.kind === "extent" ? { slot: "x", tag: "X" } : labels[span.label]),
  suggested: span.state === "suggested",
});

function read({ block, spans }) {
  const table = makeTable(block.text);
  return [
    { ...block, table, end: block.start + table.length },
    spans.map((span) => ({
      ...span,
      fragments: span.fragments.map(([start, end]) => ({ start, end })),
    })),
  ];
}

for (const example of cases) {
  test(`paints: ${example.name}`, () => {
    const [block, spans] = read(example);
    const segments = segmentsOf(block, spans, example.regions, lookOf);
    assert.deepEqual(segments, example.segments);
    assert.equal(htmlOf(nodesOf(fakeDocument, block, segments)), example.html);
  });

  test(`paints the same in any order of spans: ${example.name}`, () => {
    const [block, spans] = read(example);
    assert.deepEqual(segmentsOf(block, spans.reverse(), example.regions, lookOf), example.segments);
  });
}

test("an unsaved span is marked on its own element", () => {
  const [block, spans] = read(cases.find(({ name }) => name === "three deep"));
  const look = (span) => ({ ...lookOf(span), unsaved: span.id === "b" });
  const classes = segmentsOf(block, spans, [], look).map((segment) => segment.classes);
  assert.deepEqual(classes[2], ["l1 o0 t4", "l3 o1 un", "l4 o2"]);
});
