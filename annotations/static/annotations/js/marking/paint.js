// How the spans of one block become nested elements. The server draws the same marks
// (annotations/marking/painting.py); tests/marking/paint_cases.json holds both to it.
// All offsets are code points of the article.

import { makeTable } from "./offsets.js";

export const LANES = 4;

const bySize = (a, b) => a.start - b.start || b.end - a.end || (a.id < b.id ? -1 : a.id > b.id ? 1 : 0);

/** Fragments that touch [from, to), as items {id, start, end, look, order}, outer before inner. */
export function itemsOf(spans, from, to, lookOf) {
  const items = [];
  for (const span of spans) {
    for (const { start, end } of span.fragments) {
      if (start < to && end > from) items.push({ id: span.id, start, end, look: lookOf(span) });
    }
  }
  items.sort(bySize);
  items.forEach((item, order) => (item.order = order));
  return items;
}

/** Greedy interval colouring: each sorted item takes the lowest lane that is free at its start. */
export function assignLanes(items) {
  const ends = [];
  for (const item of items) {
    let lane = ends.findIndex((end) => end <= item.start);
    if (lane < 0) lane = ends.length;
    ends[lane] = item.end;
    item.lane = lane;
  }
  return items;
}

function cutPoints(items, regions, from, to) {
  const cuts = new Set([from, to]);
  const add = (point) => point > from && point < to && cuts.add(point);
  for (const { start, end } of items) (add(start), add(end));
  for (const [start, end] of regions) (add(start), add(end));
  return [...cuts].sort((a, b) => a - b);
}

function tagsOf(cover, start) {
  const begins = cover.filter((item) => item.start === start);
  const tags = begins.filter((item) => item.lane < LANES).map((item) => item.look.tag);
  const deep = cover.filter((item) => item.lane >= LANES).length;
  const more = begins.some((item) => item.lane >= LANES);
  return tags.join("") + (more ? `+${deep}` : "");
}

function classesOf(cover) {
  const solid = cover.filter((item) => !item.look.suggested);
  const inner = solid.reduce((a, b) => (a && a.order > b.order ? a : b), null);
  return cover.map(({ look, lane }, depth) => {
    const names = [`l${look.slot}`, `o${Math.min(lane, LANES - 1)}`];
    if (depth === 0 && inner) names.push(`t${inner.look.slot}`);
    if (look.suggested) names.push("sg");
    if (look.unsaved) names.push("un");
    return names.join(" ");
  });
}

/** The segments of a block, in order and without gaps: {start, end, nat, ids, classes, tags}. */
export function segmentsOf(block, spans, regions, lookOf) {
  const { start: from, end: to } = block;
  const items = assignLanes(itemsOf(spans, from, to, lookOf));
  const cuts = cutPoints(items, regions, from, to);
  return cuts.slice(0, -1).map((start, i) => {
    const end = cuts[i + 1];
    const cover = items
      .filter((item) => item.start <= start && item.end >= end)
      .sort((a, b) => a.lane - b.lane || a.order - b.order);
    return {
      start,
      end,
      nat: regions.some(([s, e]) => s <= start && e >= end),
      ids: cover.map((item) => item.id),
      classes: classesOf(cover),
      tags: tagsOf(cover, start),
    };
  });
}

/** The mark of a covered segment, outermost lane outside; a bare text node when uncovered. */
function nodeOf(doc, segment, text) {
  let node = doc.createTextNode(text);
  for (let depth = segment.ids.length - 1; depth >= 0; depth -= 1) {
    const outer = doc.createElement(depth === 0 ? "mark" : "span");
    outer.className = segment.classes[depth];
    outer.append(node);
    node = outer;
  }
  if (segment.ids.length) node.dataset.i = segment.ids.join(" ");
  if (segment.tags) node.dataset.t = segment.tags;
  return node;
}

/** The children of a block's element for these segments; `doc` makes the nodes. */
export function nodesOf(doc, block, segments) {
  const table = block.table ?? makeTable(block.text);
  const nodes = [];
  let dimmed = null;
  for (const segment of segments) {
    const from = table.toUnits(segment.start - block.start);
    const to = table.toUnits(segment.end - block.start);
    const node = nodeOf(doc, segment, block.text.slice(from, to));
    if (!segment.nat) {
      dimmed = null;
      nodes.push(node);
      continue;
    }
    if (!dimmed) {
      dimmed = doc.createElement("span");
      dimmed.className = "nat";
      nodes.push(dimmed);
    }
    dimmed.append(node);
  }
  return nodes;
}
