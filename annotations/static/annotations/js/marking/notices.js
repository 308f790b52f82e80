// Notices that stay until they are read: conflicts, refusals, what could not be saved.

import { button, byId, h } from "./dom.js";
import { nameOf } from "./labels.js";
import { newId } from "./store.js";

const WORDS = {
  conflict: "Changed elsewhere in the meantime",
  gone: "Removed elsewhere in the meantime",
  invalid: "Not saved",
  same: "Marked elsewhere already",
};

export class Notices {
  constructor(desk) {
    this.desk = desk;
    this.root = byId("notices");
    this.keyed = new Map();
  }

  /** One notice; the same key again replaces the earlier one. */
  show(text, { key = newId(), kind = "warn", acts = [], details = [] } = {}) {
    this.clear(key);
    const read = button("Read", { on: { click: () => (this.clear(key), this.desk.focusText()) } });
    const notice = h(
      "div",
      { class: `alert ${kind}`, role: "alert" },
      h("p", {}, text),
      ...details,
      h(
        "p",
        { class: "row" },
        acts.map(([name, act]) => button(name, { on: { click: () => (act(), this.clear(key)) } })),
        read,
      ),
    );
    this.keyed.set(key, notice);
    this.root.append(notice);
    this.desk.emit("status");
  }

  clear(key) {
    this.keyed.get(key)?.remove();
    this.keyed.delete(key);
    this.desk.emit("status");
  }

  get count() {
    return this.keyed.size;
  }

  /** A refused operation: what was meant, what stands now, and a way to insist. */
  refused({ kind, on, mine, theirs, message }) {
    if (kind === "same" && on === "span") return this.desk.say("The same span was there already");
    const details = [];
    if (on === "span") {
      if (mine) details.push(h("p", { class: "small" }, "Yours: ", this.inWords(mine)));
      if (theirs) details.push(h("p", { class: "small" }, "Kept: ", this.inWords(theirs)));
    }
    const acts = mine && kind !== "invalid" ? [["Use mine", () => this.insist(on, mine)]] : [];
    return this.show([WORDS[kind], message].filter(Boolean).join(": "), {
      kind: kind === "invalid" ? "bad" : "warn",
      details,
      acts,
    });
  }

  inWords(span) {
    const more = [
      span.flag && "flagged",
      span.note && `note “${span.note}”`,
      ...Object.values(span.attributes ?? {}),
    ].filter(Boolean);
    return [
      nameOf(this.desk.labels, span, 100),
      ...more.map((each) => this.desk.store.get("entity", each)?.name ?? each),
    ].join(", ");
  }

  insist(on, mine) {
    const live = this.desk.store.get(on, mine.id);
    const mark = live ? mine : { ...mine, id: newId() };
    this.desk.commit("Put back your version", [{ on, id: mark.id, after: mark }]);
  }
}
