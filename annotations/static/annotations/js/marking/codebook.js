// The codebook card of the label at hand: what it means, its rules, examples and counter-examples.

import { byId, h } from "./dom.js";

const lines = (value) => (Array.isArray(value) ? value : (value ?? "").split("\n")).map((line) => line.trim()).filter(Boolean);

function examples(title, name, value) {
  const found = lines(value);
  return found.length ? h("div", { class: `examples ${name}` }, h("h4", {}, title), h("ul", {}, found.map((line) => h("li", {}, line)))) : null;
}

function rule({ name, title, text, examples_yes: yes, examples_no: no, hard_cases: hard }) {
  return h("details", { class: "rule" },
    h("summary", {}, h("strong", {}, name), ` ${title || ""}`),
    h("p", {}, text), examples("Yes", "yes", yes), examples("No", "no", no), examples("Hard", "hard", hard));
}

export class CodebookCard {
  constructor(desk) {
    this.desk = desk;
    this.part = byId("codebook-part");
    this.part.addEventListener("toggle", () => this.draw());
    desk.on("chosen mode", () => this.draw());
    this.draw();
  }

  /** The label in hand, else that of the chosen span, else the one looked at last. */
  label() {
    const { armed, span, labels } = this.desk;
    const found = armed ?? (span && labels.of(span));
    return (found?.id && found) || this.shown || labels.live[0];
  }

  draw() {
    const label = this.label();
    if (!label) return;
    byId("codebook-name").textContent = label.name;
    if (!this.part.open || (label === this.shown && this.drawn)) return;
    this.shown = label;
    this.drawn = true;
    const { labels } = this.desk;
    byId("codebook").replaceChildren(
      h("label", { class: "sr", for: "codebook-label" }, "Label"),
      h("select", { id: "codebook-label", on: { input: (event) => this.pick(event.target.value) } },
        labels.live.map((each) => h("option", { value: each.id, selected: each.id === label.id }, each.name))),
      h("p", {}, label.definition),
      ...label.rules.map(rule),
      labels.rules.length ? h("h3", {}, "For every label") : "",
      ...labels.rules.map(rule),
    );
  }

  pick(id) {
    const { labels } = this.desk;
    this.shown = labels.byId.get(id);
    this.drawn = false;
    const { armed, span } = this.desk;
    if (!armed && !span) return this.draw();
    const label = this.shown;
    this.label = () => label;
    this.draw();
    delete this.label;
    byId("codebook-label").focus();
  }
}
