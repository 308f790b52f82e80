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
  return Object.fromEntries(
    Object.keys(value)
      .sort()
      .map((key) => [key, ordered(value[key])]),
  );
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
    return [...found]
      .sort(([a, p], [b, q]) => q.start - p.start || p.end - q.end || (a.id < b.id ? 1 : -1))
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

// Changes as records of operations: made here, kept in the outbox, sent in the wire form.
// A record is {op_id, kind, on, id, ver, next, before, after}; `next` is the version that the
// server gives the mark when it applies the operation, `before` what a refusal goes back to.

/** A random UUID; randomUUID itself exists on https and localhost only. */
export function newId() {
  if (crypto.randomUUID) return crypto.randomUUID();
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  bytes[6] = (bytes[6] & 0x0f) | 0x40;
  bytes[8] = (bytes[8] & 0x3f) | 0x80;
  const hex = Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/u, "$1-$2-$3-$4-$5");
}

function kindOf(before, after, buried) {
  if (!after) return "del";
  if (before) return "set";
  return buried ? "restore" : "add";
}

/**
 * Writes the changes into the store, each mark with the version it will have on the server.
 * Gives {records, follows, touched}. A change with `follows` is done by the server as part of
 * another (links go and come with their span) and needs no record of its own.
 */
export function perform(store, changes) {
  const records = [];
  const follows = [];
  const touched = new Set();
  for (const change of changes) {
    const { on, id } = change;
    const before = store.get(on, id);
    const buried = store.graves.get(id);
    if (!before && !change.after) continue;
    const ver = (before ?? buried)?.ver ?? 0;
    const next = ver + 1;
    const after = change.after && { ...change.after, ver: next };
    put(store, { on, id, after, next }, touched);
    if (change.follows) {
      follows.push({ on, id, after, next });
      continue;
    }
    const kind = kindOf(before, after, buried);
    records.push({ op_id: newId(), kind, on, id, ver, next, before, after });
    store.expect(id);
  }
  return { records, follows, touched };
}

function put(store, { on, id, after, next }, touched) {
  const before = store.get(on, id);
  for (const block of store.write(on, id, after)) touched.add(block);
  if (!after && before) store.graves.set(id, { ...before, ver: next });
}

/** Shows records made elsewhere (another tab, before a reload) as unsaved marks. */
export function replay(store, records, follows = []) {
  const touched = new Set();
  for (const step of follows) put(store, step, touched);
  for (const record of records) {
    const { on, id, after, next } = record;
    const known = store.get(on, id)?.ver ?? 0;
    if (known < next) put(store, record, touched);
    if (!after && on === "span") {
      for (const link of store.linksOf(id))
        put(store, { on: "link", id: link.id, after: null, next: link.ver + 1 }, touched);
    }
    store.expect(id);
  }
  return touched;
}

/** What is sent of a record. */
export function wireOf({ op_id, kind, on, id, ver, after }) {
  const { ver: _, ...state } = kind === "del" || kind === "restore" ? { id } : after;
  return { op_id, kind, on, ...(kind === "add" ? {} : { ver }), [on]: state };
}

// Undo as a stack of changes whose opposite becomes a new change; it survives saves.

const MOST = 500;

export class Undo {
  constructor() {
    this.done = [];
    this.undone = [];
  }

  /** With `joins`: becomes one step with the latest, if that has the same and nothing lies between. */
  push(name, changes, joins) {
    const last = this.done.at(-1);
    const goesOn = joins && last?.joins === joins && meets(last.changes, changes);
    if (goesOn) this.done.pop();
    this.done.push({ name, changes: goesOn ? [{ ...changes[0], before: last.changes[0].before }] : changes, joins });
    if (this.done.length > MOST) this.done.shift();
    this.undone.length = 0;
  }

  /** The name of what the next undo or redo would do, or "". */
  next(redo = false) {
    return (redo ? this.undone : this.done).at(-1)?.name ?? "";
  }

  /**
   * Takes the latest entry: {name, changes} to apply now, or {name, stale: true} when a mark no
   * longer is as the entry left it (somebody else changed it); null when there is nothing. Names
   * do not count: an undone one stays in the ledger.
   */
  back(current, redo = false) {
    const [from, to] = redo ? [this.undone, this.done] : [this.done, this.undone];
    const entry = from.pop();
    if (!entry) return null;
    const { name } = entry;
    const side = redo ? "before" : "after";
    const stale = entry.changes.some(
      ({ on, id, [side]: left }) => on !== "entity" && contentOf(on, current(on, id)) !== contentOf(on, left),
    );
    if (stale) return { name, stale };
    to.push(entry);
    const changes = redo ? entry.changes : [...entry.changes].reverse().map(opposite);
    return { name, changes };
  }

  /** Forgets entries about a mark that is not there any more. */
  forget(id) {
    const other = ({ changes }) => changes.every((change) => change.id !== id);
    this.done = this.done.filter(other);
    this.undone = this.undone.filter(other);
  }

  /** The server did not take what was last done to a mark, which is `mark` again: steps up to there stay. */
  settle(on, id, mark) {
    const now = contentOf(on, mark);
    const about = ({ changes }) => changes.find((change) => change.on === on && change.id === id);
    const fits = (side) => (change) => contentOf(on, change[side]) === now;
    const undone = this.undone.findLast(about);
    if (undone && fits("after")(about(undone))) {
      this.undone = this.undone.filter((entry) => entry !== undone); // taking it back is what was refused
      this.done.push(undone);
    }
    this.done = unwind(this.done, about, fits("after"));
    this.undone = unwind(this.undone, about, fits("before"));
  }

  /** A name turned out to be in the ledger already, under another id. */
  rename(from, to) {
    const answers = ([name, value]) => [name, value === from ? to : value];
    const anew = (mark) =>
      mark?.attributes
        ? { ...mark, attributes: Object.fromEntries(Object.entries(mark.attributes).map(answers)) }
        : mark;
    for (const { changes } of [...this.done, ...this.undone])
      for (const change of changes) Object.assign(change, { before: anew(change.before), after: anew(change.after) });
  }
}

/** Without the latest entries about a mark that do not fit what it is now. */
function unwind(entries, about, fits) {
  let found = false;
  const kept = (entry) => {
    const change = about(entry);
    if (!change) return true;
    found ||= fits(change);
    return found;
  };
  return [...entries].reverse().filter(kept).reverse();
}

/** Whether one change begins where another one ended. */
function meets([one, ...others], [next, ...more]) {
  const same = one.on === next.on && one.id === next.id && !others.length && !more.length;
  return same && contentOf(one.on, one.after) === contentOf(one.on, next.before);
}

const opposite = (change) => ({ ...change, before: change.after, after: change.before });
