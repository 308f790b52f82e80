// The state of the page: cursor, selection, chosen span, mode. All edits pass through `commit`.

import { Drafts } from "./drafts.js";
import { countOf, describe } from "./labels.js";
import { Trail } from "./segmenting.js";
import { hullOf, perform } from "./store.js";

export const NORMAL = { name: "" };

export class Desk extends EventTarget {
  /** parts: article, store, labels, view, highlights, undo, live, and send(records, follows). */
  constructor(parts) {
    super();
    Object.assign(this, parts);
    this.cursor = null; // {start, end} of a word
    this.anchor = null; // where an extended selection began: {start, end} of a word
    this.selection = null; // [start, end] as selected, not yet snapped
    this.isSelecting = false; // whether the browser shows a selection, anywhere: asking it costs a layout
    this.spanId = null;
    this.lastSpanId = null; // chosen now or last: moving on by keys lets go of it
    this.linkId = null;
    this.armed = null; // label that the next selection or click gets
    this.mode = NORMAL; // {name: "link" | "flag" | "cue" …}
    this.hints = new Map(); // span id -> boundary hints of the server
    this.trail = new Trail();
    this.drafts = new Drafts(() => this.emit("status"));
  }

  emit(type, detail = {}) {
    this.dispatchEvent(new CustomEvent(type, { detail }));
  }

  on(types, act) {
    for (const type of types.split(" ")) this.addEventListener(type, ({ detail }) => act(detail));
  }

  get span() {
    return this.spanId && this.store.get("span", this.spanId);
  }

  say(text) {
    this.live.say(text);
  }

  /** Refuses with a spoken and shown sentence. */
  refuse(text) {
    this.say(text);
    this.emit("refusal", { text });
    return false;
  }

  // --- edits -----------------------------------------------------------------

  /**
   * One gesture: its changes are applied, painted, queued and undone together; with the one before
   * it when both have the same `joins`.
   */
  commit(name, changes, { choose, say, quiet = false, joins } = {}) {
    if (this.readOnly || this.busy) return this.refuse(this.readOnly || this.busy);
    const full = changes.map((change) => ({ ...change, before: this.store.get(change.on, change.id) }));
    this.undo.push(name, full, joins);
    this.run(full);
    if (choose !== undefined) this.choose(choose, { quiet: true, reveal: false }); // made in view
    if (!quiet) this.say(`${say ?? name}. ${countOf(this.store.spans.size, "span")}`);
    return true;
  }

  run(changes) {
    const { records, follows, touched } = perform(this.store, changes);
    if (this.spanId && !this.span) this.choose(null, { quiet: true });
    this.painted(touched);
    this.send(records, follows);
  }

  /** Draws touched blocks and tells the panels. */
  painted(touched) {
    this.view.paint(touched);
    this.highlights.redraw();
    this.emit("marks", { touched });
  }

  step(redo) {
    if (this.readOnly || this.busy) return this.refuse(this.readOnly || this.busy);
    const word = redo ? "redo" : "undo";
    const entry = this.undo.back((on, id) => this.store.get(on, id), redo);
    if (!entry) return this.refuse(`Nothing to ${word}`);
    if (entry.stale) return this.refuse(`Cannot ${word} “${entry.name}”: it was changed elsewhere since`);
    // Names stay in the ledger: other marks, here or in other articles, may use them by now.
    this.run(entry.changes.filter(({ on }) => on !== "entity"));
    const shown = entry.changes.find(({ on, id }) => on === "span" && this.store.get("span", id));
    if (shown) this.choose(shown.id, { quiet: true });
    this.say(`${redo ? "Redone" : "Undone"}: ${entry.name}`);
    return true;
  }

  // --- where we are ----------------------------------------------------------

  /** Chooses a span (or null): shown in the text, the list and the panel. */
  choose(id, { quiet = false, reveal = true } = {}) {
    const span = id && this.store.get("span", id);
    this.spanId = span ? id : null;
    this.linkId = null;
    this.view.showChosen(this.spanId);
    if (!span) this.setCursor(this.cursor, { quiet: true });
    if (span) {
      this.lastSpanId = id;
      this.dropSelection();
      const [start, end] = hullOf(span);
      this.setCursor(this.article.wordFrom(start), { quiet: true });
      if (reveal) this.view.reveal(start, Math.min(end, start + 80));
      if (!quiet) this.live.place(describe(this.labels, this.store, span));
    }
    this.emit("chosen");
  }

  setCursor(word, { quiet = false } = {}) {
    this.cursor = word;
    // Beside a chosen span the cursor would only be noise.
    this.highlights.show("cursor", word && !this.spanId ? [[word.start, word.end]] : []);
    if (word && !quiet) this.live.place(this.wordInWords(word));
  }

  /** The word under the cursor and the spans over it: "officials: attribution, reporting". */
  wordInWords({ start, end }) {
    const names = this.store.over(start, end).map((span) => this.labels.of(span).name.toLowerCase());
    const word = this.article.slice(start, end);
    return names.length ? `${word}: ${names.join(", ")}` : word;
  }

  /** The selection as code points; `shown` when the browser's own selection shows it already. */
  setSelection(stretch, { shown = false } = {}) {
    this.selection = stretch;
    if (!shown) this.showSelection();
    this.highlights.show("pending", []);
    this.emit("selection");
  }

  showSelection() {
    const selection = document.getSelection();
    if (!this.selection) return selection.removeAllRanges();
    const range = this.view.rangeOf(...this.selection);
    selection.removeAllRanges();
    selection.addRange(range);
  }

  /** Keeps the selection visible while the browser's own is elsewhere (a field, a dialog). */
  holdSelection() {
    if (this.selection) this.highlights.show("pending", [this.selection]);
  }

  dropSelection() {
    this.anchor = null;
    if (!this.selection && !this.isSelecting) return;
    this.setSelection(null);
  }

  setMode(mode) {
    this.mode = mode;
    this.emit("mode");
  }

  arm(label) {
    this.armed = label;
    this.emit("mode");
    this.say(
      label ? `${label.name} is ready: select or click. ${label.key} or Escape ends` : "Label put down",
    );
  }

  focusText() {
    this.view.root.focus({ preventScroll: true });
  }
}
