// What this annotator has marked: spans, links, entities, with an index of spans per block.
// A change is {on, id, before, after}; null stands for "not there".

const KEYS = {
  span: ["kind", "label", "fragments", "attributes", "note", "flag", "state", "origin"],
  link: ["source", "target", "cue"],
  entity: ["name"],
};

function ordered(value) {
  if (value === null || typeof value !== "object") return value;
  if (Array.isArray(value)) return value.map(ordered);
  return Object.fromEntries(Object.keys(value).sort().map((key) => [key, ordered(value[key])]));
}

/** What a mark says, without version and bookkeeping, as comparable text. */
export function contentOf(on, mark) {
  return mark && JSON.stringify(KEYS[on].map((key) => ordered(mark[key] ?? null)));
}

export const hullOf = (span) => [span.fragments[0].start, span.fragments.at(-1).end];

const byPlace = (a, b) =>
  a.fragments[0].start - b.fragments[0].start ||
  b.fragments.at(-1).end - a.fragments.at(-1).end ||
  (a.id < b.id ? -1 : 1);

export class Store {
  constructor(article, { spans = [], links = [], entities = [] } = {}) {
    this.article = article;
    this.marks = { span: new Map(), link: new Map(), entity: new Map() };
    this.graves = new Map();
    this.pending = new Map();
    this.index = article.blocks.map(() => new Set());
    for (const span of spans) this.put("span", span);
    for (const link of links) this.put("link", link);
    for (const entity of entities) this.put("entity", entity);
  }

  get spans() {
    return this.marks.span;
  }

  get links() {
    return this.marks.link;
  }

  get entities() {
    return this.marks.entity;
  }

  get(on, id) {
    return this.marks[on].get(id) ?? null;
  }

  /** Sets or (with null) removes a mark. Gives the indexes of the blocks to paint again. */
  write(on, id, mark) {
    const old = this.get(on, id);
    const touched = new Set(this.blocksOf(on, old));
    if (old) this.take(on, id);
    if (mark) this.put(on, mark);
    for (const block of this.blocksOf(on, mark)) touched.add(block);
    return touched;
  }

  put(on, mark) {
    this.marks[on].set(mark.id, mark);
    this.graves.delete(mark.id);
    if (on !== "span") return;
    this.sorted = null;
    for (const block of this.blocksOf(on, mark)) this.index[block].add(mark.id);
  }

  take(on, id) {
    const mark = this.get(on, id);
    for (const block of this.blocksOf(on, mark)) this.index[block].delete(id);
    this.marks[on].delete(id);
    this.graves.set(id, mark);
    if (on === "span") this.sorted = null;
  }

  blocksOf(on, mark) {
    if (on !== "span" || !mark) return [];
    const blocks = new Set();
    for (const { start, end } of mark.fragments) {
      const [first, last] = this.article.blocksOf(start, end);
      for (let i = first; i <= last; i += 1) blocks.add(i);
    }
    return blocks;
  }

  /** Counts operations on their way, so that their marks are drawn as unsaved. */
  expect(id, count = 1) {
    const left = Math.max(0, (this.pending.get(id) ?? 0) + count);
    if (left) this.pending.set(id, left);
    else this.pending.delete(id);
  }

  inBlock(index) {
    return [...this.index[index]].map((id) => this.spans.get(id));
  }

  /** All spans in reading order, outer before inner. */
  inOrder() {
    this.sorted ??= [...this.spans.values()].sort(byPlace);
    return this.sorted;
  }

  /** Spans with a fragment over [start, end), innermost first. */
  over(start, end) {
    const [first, last] = this.article.blocksOf(start, end);
    const found = new Map();
    for (let i = first; i <= last; i += 1) {
      for (const span of this.inBlock(i)) {
        const hit = span.fragments.find((part) => part.start < end && part.end > start);
        if (hit) found.set(span, hit);
      }
    }
    return [...found].sort(([a, p], [b, q]) => q.start - p.start || p.end - q.end || (a.id < b.id ? 1 : -1))
      .map(([span]) => span);
  }

  at(point) {
    return this.over(point, point + 1);
  }

  /** The live span with the same label on exactly the same fragments, if there is one. */
  twin(label, fragments) {
    const same = (span) =>
      span.label === label &&
      span.fragments.length === fragments.length &&
      span.fragments.every((part, i) => part.start === fragments[i].start && part.end === fragments[i].end);
    return this.inBlock(this.article.blockAt(fragments[0].start)).find(same) ?? null;
  }

  /** Spans that partly overlap [start, end) with neither inside the other. */
  crossing(start, end, self) {
    return this.over(start, end).filter((span) => {
      if (span.id === self || span.kind === "extent") return false;
      const [from, to] = hullOf(span);
      return (from < start && to > start && to < end) || (from > start && from < end && to > end);
    });
  }

  linksOf(spanId) {
    return [...this.links.values()].filter((link) => link.source === spanId || link.target === spanId);
  }
}
