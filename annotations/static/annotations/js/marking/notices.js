// Notices that stay until they are read: conflicts, refusals, what could not be saved.

import { button, byId, h } from "./dom.js";
import { titleOf } from "./fields.js";
import { countOf, nameOf } from "./labels.js";
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

  /** What was refused is shown again after a reload, until it is read. `name`: whose, of what. */
  remember(name) {
    this.place = `sourcemark.notices ${name}`;
    for (const notice of Object.values(this.kept())) this.refused(notice);
  }

  kept() {
    try {
      return JSON.parse(localStorage.getItem(this.place)) ?? {};
    } catch {
      return {};
    }
  }

  keep(kept) {
    try {
      if (Object.keys(kept).length) localStorage.setItem(this.place, JSON.stringify(kept));
      else localStorage.removeItem(this.place);
    } catch {
      // Storage is full or forbidden: the notice lives as long as the page.
    }
  }

  /** One notice; the same key again replaces the earlier one. */
  show(text, { key = newId(), kind = "warn", acts = [], details = [], forget = () => {} } = {}) {
    this.clear(key);
    const read = button("Read", { on: { click: () => (this.clear(key), forget(), this.desk.focusText()) } });
    const notice = h(
      "div",
      { class: `alert ${kind}`, role: "alert" },
      h("p", {}, text),
      ...details,
      h(
        "p",
        { class: "row" },
        acts.map(([name, act]) => button(name, { on: { click: () => (act(), this.clear(key), forget()) } })),
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
  refused(notice) {
    const { kind, op, on, mine, theirs, message } = notice;
    if (kind === "same") return this.desk.say(`The same ${on} was there already`);
    this.keep({ ...this.kept(), [op]: notice });
    const forget = () => {
      const { [op]: _, ...others } = this.kept();
      this.keep(others);
    };
    const details = [];
    if (mine) details.push(h("p", { class: "small" }, "Yours: ", this.inWords(on, mine)));
    if (theirs) details.push(h("p", { class: "small" }, "Kept: ", this.inWords(on, theirs)));
    const acts = mine && kind !== "invalid" ? [["Use mine", () => this.insist(on, mine)]] : [];
    return this.show([WORDS[kind], message].filter(Boolean).join(": "), {
      key: op,
      kind: kind === "invalid" ? "bad" : "warn",
      details,
      acts,
      forget,
    });
  }

  /** Changes that were sent too late. */
  held(count, message, acts) {
    this.show(`${countOf(count, "change")} came after the article was closed. ${message}`, {
      key: "held",
      kind: "bad",
      acts,
    });
  }

  inWords(on, mark) {
    const { labels, store } = this.desk;
    if (on === "entity") return mark.name;
    if (on === "link") {
      const end = (id) => (store.get("span", id) ? nameOf(labels, store.get("span", id), 60) : "a mark that is gone");
      return `${end(mark.source)} → ${end(mark.target)}`;
    }
    const asked = new Map(labels.attributesOf(mark).map((attribute) => [attribute.name, attribute]));
    const answers = Object.entries(mark.attributes ?? {}).map(([name, value]) => {
      const attribute = asked.get(name);
      return attribute ? `${attribute.title}: ${titleOf(this.desk, attribute, value)}` : value;
    });
    const more = [mark.flag && "flagged", mark.note && `note “${mark.note}”`, ...answers];
    return [nameOf(labels, mark, 100), ...more.filter(Boolean)].join(", ");
  }

  insist(on, mine) {
    const live = this.desk.store.get(on, mine.id);
    const mark = live ? mine : { ...mine, id: newId() };
    this.desk.commit("Put back your version", [{ on, id: mark.id, after: mark }]);
  }
}
