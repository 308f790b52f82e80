// Letters in a field that nothing has stored yet: kept after a pause, and whenever they could be lost.

const PAUSE = 700; // milliseconds without a letter

export class Drafts {
  /** told(): called when there is a first draft, and when the last one is kept. */
  constructor(told = () => {}, pause = PAUSE) {
    Object.assign(this, { told, pause, open: new Map(), left: 0 });
  }

  get size() {
    return this.open.size;
  }

  /**
   * Watches a field: differs() tells whether it holds something unsaved, keep() stores it.
   * `key` is what it is about: a field drawn anew goes on with the letters of the one before.
   * It gives done(), for leaving the field, and visit(), which names the stay in it: what is kept
   * in one stay is undone in one step. `waits`: no pause keeps it, only leaving the page or the field does (a name is whole at its end).
   */
  watch(field, { key, differs, keep, waits = false }) {
    const draft = { field, key, differs, keep, waits, composing: false };
    field.addEventListener("compositionstart", () => (draft.composing = true));
    field.addEventListener("compositionend", () => ((draft.composing = false), this.typed(draft)));
    field.addEventListener("input", () => this.typed(draft));
    const done = () => (this.settle(draft), (this.left += 1));
    return { done, visit: () => `${key} ${this.left}` };
  }

  /** Something is drawn anew: no field is left by that. */
  stay(act) {
    const { left } = this;
    this.stays = true;
    try {
      act();
    } finally {
      Object.assign(this, { left, stays: false });
    }
  }

  /** After that: what was typed into a field that is gone is whole, unless another goes on with it. */
  settleGone() {
    for (const draft of [...this.open.keys()]) if (!draft.field.isConnected) this.settle(draft);
  }

  typed(draft) {
    clearTimeout(draft.timer);
    if (!draft.differs()) return this.close(draft);
    for (const other of this.open.keys())
      if (other.key === draft.key && other !== draft && !other.field.isConnected) this.close(other);
    this.open.set(draft, true);
    if (!draft.waits && !draft.composing) draft.timer = setTimeout(() => this.settle(draft), this.pause);
    return this.told();
  }

  /** Stores a draft now; one that could not be stored yet stays one and is tried again. */
  settle(draft) {
    clearTimeout(draft.timer);
    if (draft.differs()) draft.keep();
    if (!draft.differs()) return this.close(draft);
    this.open.set(draft, true);
    draft.timer = setTimeout(() => this.settle(draft), this.pause);
    return this.told();
  }

  close(draft) {
    clearTimeout(draft.timer);
    if (this.open.delete(draft)) this.told();
  }

  /** Stores what is typed; with `all` also what would better wait for its end. */
  flush({ all = false } = {}) {
    for (const draft of [...this.open.keys()]) if (all || !draft.waits) this.settle(draft);
  }
}
