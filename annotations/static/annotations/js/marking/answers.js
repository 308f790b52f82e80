// What the server's answers do to the store and the queue. Pure but for the objects it is given.

/**
 * Settles answered records. Gives {touched, notices, hints, ended, pull}:
 * notices are {kind: same|gone|conflict|invalid|held, on, id, mine, theirs, message}.
 */
export function settle({ store, outbox, undo }, records, results) {
  const answer = new Map(results.map((result) => [result.op_id, result]));
  const out = { touched: new Set(), notices: [], hints: [], pull: false };
  const context = { store, outbox, undo, out };
  const held = [];
  for (const record of records) {
    const result = answer.get(record.op_id);
    if (!result) continue;
    const wasWaiting = outbox.waiting.has(record.op_id);
    outbox.remove([record]);
    if (!wasWaiting) continue;
    store.expect(record.id, -1);
    touch(context, record.on, record.id);
    if (result.status === "held") held.push(record);
    else ACTS[result.status]?.(context, record, result);
  }
  for (const record of held.reverse()) write(context, record.on, record.id, record.before);
  if (held.length) out.notices.push({ kind: "held", count: held.length });
  return out;
}

function write({ store, out }, on, id, mark) {
  for (const block of store.write(on, id, mark)) out.touched.add(block);
}

function touch({ store, out }, on, id) {
  for (const block of store.blocksOf(on, store.get(on, id))) out.touched.add(block);
}

/** Later operations on a mark whose earlier one was refused rest on nothing: they go too. */
function dropLater({ store, outbox }, id) {
  const later = outbox.about(id);
  outbox.remove(later);
  store.expect(id, -later.length);
  return later.length;
}

function notice({ out }, kind, record, more) {
  out.notices.push({ kind, on: record.on, id: record.id, ...more });
}

/** A restored span brings its links back; the server says which and in what version. */
function takeLinks({ store, out }, { current }) {
  for (const link of current?.links ?? []) {
    if (!store.pending.has(link.id)) write({ store, out }, "link", link.id, link);
  }
}

/** The name was in the ledger already: marks here point to that entry from now on. */
function rename(context, { id }, result) {
  const { store } = context;
  write(context, "entity", id, null);
  const living = result.current?.entity;
  if (living) write(context, "entity", living.id, { ...store.get("entity", living.id), ...living });
  for (const span of [...store.spans.values()]) {
    const names = Object.entries(span.attributes).filter(([, value]) => value === id);
    if (!names.length) continue;
    const attributes = { ...span.attributes, ...Object.fromEntries(names.map(([name]) => [name, result.id])) };
    write(context, "span", span.id, { ...span, attributes });
  }
}

const ACTS = {
  applied({ store, outbox, out }, record, result) {
    const by = result.ver - record.next;
    if (by) {
      const mark = store.get(record.on, record.id);
      if (mark) store.write(record.on, record.id, { ...mark, ver: mark.ver + by });
      else if (store.graves.has(record.id)) store.graves.get(record.id).ver += by;
      outbox.shift(record.id, by);
    }
    takeLinks({ store, out }, result);
    if (result.hints?.length) out.hints.push({ id: record.id, hints: result.hints });
  },

  same(context, record, result) {
    const { store, undo, out } = context;
    if (result.id === record.id) return ACTS.applied(context, record, result);
    if (record.on === "entity") return rename(context, record, result);
    const mine = store.get(record.on, record.id);
    write(context, record.on, record.id, null);
    undo.forget(record.id);
    const later = dropLater(context, record.id);
    if (!store.get(record.on, result.id)) out.pull = true;
    notice(context, "same", record, { mine, living: result.id, later });
  },

  gone(context, record, result) {
    const { store, undo } = context;
    const mine = store.get(record.on, record.id);
    write(context, record.on, record.id, null);
    dropLater(context, record.id);
    if (record.kind === "del") return;
    undo.forget(record.id);
    notice(context, "gone", record, { mine, message: result.message });
  },

  conflict(context, record, result) {
    const { store, undo } = context;
    const mine = store.get(record.on, record.id);
    const theirs = result.current?.[record.on] ?? null;
    write(context, record.on, record.id, theirs);
    dropLater(context, record.id);
    undo.forget(record.id);
    notice(context, "conflict", record, { mine, theirs, message: result.message });
  },

  invalid(context, record, result) {
    const { store, undo } = context;
    const mine = store.get(record.on, record.id) ?? record.after;
    const before = result.current?.[record.on] ?? record.before;
    write(context, record.on, record.id, before && { ...before, ver: result.ver ?? record.ver });
    dropLater(context, record.id);
    undo.forget(record.id);
    notice(context, "invalid", record, { mine, theirs: before, message: result.message });
  },
};

/** Takes in what others (a tab, a device, a restore) changed; own unsent edits stay. */
export function takeIn(store, { spans = [], links = [], entities = [], gone = [] }) {
  const touched = new Set();
  const set = (on, id, mark) => {
    if (store.pending.has(id)) return;
    for (const block of store.write(on, id, mark)) touched.add(block);
  };
  for (const span of spans) set("span", span.id, span);
  for (const link of links) set("link", link.id, link);
  for (const entity of entities) set("entity", entity.id, entity);
  for (const id of gone) {
    for (const on of ["span", "link", "entity"]) if (store.get(on, id)) set(on, id, null);
  }
  return touched;
}
