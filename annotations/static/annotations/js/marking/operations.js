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
      for (const link of store.linksOf(id)) put(store, { on: "link", id: link.id, after: null, next: link.ver + 1 }, touched);
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
