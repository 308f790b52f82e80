// Undo as a stack of changes whose opposite becomes a new change; it survives saves.

import { contentOf } from "./store.js";

const MOST = 500;

export class Undo {
  constructor() {
    this.done = [];
    this.undone = [];
  }

  push(name, changes) {
    this.done.push({ name, changes });
    if (this.done.length > MOST) this.done.shift();
    this.undone.length = 0;
  }

  /** The name of what the next undo or redo would do, or "". */
  next(redo = false) {
    return (redo ? this.undone : this.done).at(-1)?.name ?? "";
  }

  /**
   * Takes the latest entry: {name, changes} to apply now, or {name, stale: true} when a mark no
   * longer is as the entry left it (somebody else changed it); null when there is nothing.
   */
  back(current, redo = false) {
    const [from, to] = redo ? [this.undone, this.done] : [this.done, this.undone];
    const entry = from.pop();
    if (!entry) return null;
    const { name } = entry;
    const side = redo ? "before" : "after";
    const stale = entry.changes.some(
      ({ on, id, [side]: left }) => contentOf(on, current(on, id)) !== contentOf(on, left),
    );
    if (stale) return { name, stale };
    to.push(entry);
    const changes = redo ? entry.changes : [...entry.changes].reverse().map(opposite);
    return { name, changes };
  }

  /** Forgets entries about a mark that the server did not take. */
  forget(id) {
    const other = ({ changes }) => changes.every((change) => change.id !== id);
    this.done = this.done.filter(other);
    this.undone = this.undone.filter(other);
  }
}

const opposite = (change) => ({ ...change, before: change.after, after: change.before });
