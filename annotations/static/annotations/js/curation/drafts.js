// What was begun and not sent: reasons given beforehand, text typed into the dialog, edits. Kept by
// case in the tab's own storage, so that another case, another page or a reload takes none of it.

/** A Map that outlives the page. store: sessionStorage, or null; a full or forbidden one is no harm. */
export class Kept extends Map {
  constructor(store = null, name = "") {
    super();
    for (const [id, told] of read(store, name)) super.set(id, told);
    Object.assign(this, { store, name });
  }

  set(id, told) {
    super.set(id, told);
    this.write();
    return this;
  }

  delete(id) {
    const was = super.delete(id);
    if (was) this.write();
    return was;
  }

  write() {
    try {
      if (this.size) this.store?.setItem(this.name, JSON.stringify([...this]));
      else this.store?.removeItem(this.name);
    } catch {
      // it stays in the page
    }
  }
}

function read(store, name) {
  try {
    const told = JSON.parse(store?.getItem(name) ?? "[]");
    return Array.isArray(told) ? told.filter((one) => Array.isArray(one) && one.length === 2) : [];
  } catch {
    return [];
  }
}

/** What a field holds beyond what was sent from it: words typed meanwhile, nothing when it was left alone. */
export const typedSince = (sent, now) => (now.startsWith(sent) ? now.slice(sent.length).trimStart() : now);

export const NEW = "new"; // the draft of a span that belongs to no case yet

/** The three kinds of drafts of one adjudication: {reasons, typed, edits}. */
export function draftsOf(store, name) {
  return Object.fromEntries(["reasons", "typed", "edits"].map((kind) => [kind, new Kept(store, `${name} ${kind}`)]));
}
