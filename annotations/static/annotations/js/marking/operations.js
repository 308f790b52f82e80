// Changes as the operations that are sent: {op_id, kind, on, ver?, span|link|entity}.

/** A random UUID; randomUUID itself exists on https and localhost only. */
export function newId() {
  if (crypto.randomUUID) return crypto.randomUUID();
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  bytes[6] = (bytes[6] & 0x0f) | 0x40;
  bytes[8] = (bytes[8] & 0x3f) | 0x80;
  const hex = Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/u, "$1-$2-$3-$4-$5");
}

function kindOf({ id, before, after }, graves) {
  if (!after) return "del";
  if (before) return "set";
  return graves.has(id) ? "restore" : "add";
}

/**
 * Writes the changes into the store, each mark with the version that the server will give it,
 * and gives {ops, touched}. A change with `follows` is done by the server as part of another
 * (links go with their span) and needs no operation of its own.
 */
export function perform(store, changes) {
  const ops = [];
  const touched = new Set();
  for (const change of changes) {
    const { on, id, follows } = change;
    const before = store.get(on, id);
    const grave = store.graves.get(id);
    const kind = kindOf({ id, before, after: change.after }, store.graves);
    const ver = (before ?? grave)?.ver ?? 0;
    const next = follows ? ver : ver + 1;
    const after = change.after && { ...change.after, ver: next };
    for (const block of store.write(on, id, after)) touched.add(block);
    if (!after) store.graves.set(id, { ...before, ver: next });
    if (follows) continue;
    const state = kind === "del" || kind === "restore" ? { id } : withoutVersion(after);
    ops.push({ op_id: newId(), kind, on, ...(kind === "add" ? {} : { ver }), [on]: state, before, next });
    store.expect(id);
  }
  return { ops, touched };
}

function withoutVersion({ ver, ...state }) {
  return state;
}

/** Only what the protocol knows; `before` and `next` stay in the browser. */
export function wireOf({ op_id, kind, on, ver, [on]: state }) {
  return { op_id, kind, on, ...(ver === undefined ? {} : { ver }), [on]: state };
}
