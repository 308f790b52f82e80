// The panel's upper part: the card of the chosen span, and the ways into it by keys.

import { card, spansHere } from "./card.js";
import { byId, h } from "./dom.js";
import { describe } from "./labels.js";

export class Panel {
  constructor(desk) {
    this.desk = desk;
    this.root = byId("chosen");
    this.strip = byId("strip");
    this.root.addEventListener("keydown", (event) => this.key(event));
    desk.on("chosen marks mode", () => this.draw());
    desk.on("to-attributes", () => this.toAttributes());
    desk.on("to-who", () => this.toWho());
    desk.on("to-note", () => this.toNote());
    this.draw();
  }

  /** Draws anew only when something shown has changed, and keeps the focus where it was. */
  draw() {
    const { desk } = this;
    const seen = JSON.stringify([
      desk.span,
      desk.span && desk.store.linksOf(desk.spanId),
      desk.linkId,
      desk.mode,
      spansHere(desk).map(({ id, label }) => [id, label]),
      desk.hints.get(desk.spanId),
      desk.armed?.id,
      desk.readOnly,
      [...desk.store.entities.keys()].length,
    ]);
    if (seen === this.seen) return;
    this.seen = seen;
    if (this.strip) this.strip.textContent = this.summary();
    const held = this.root.contains(document.activeElement) ? document.activeElement.dataset.k : null;
    this.root.replaceChildren(...(desk.span ? card(desk, desk.span) : this.idle()));
    if (held)
      (this.root.querySelector(`[data-k="${CSS.escape(held)}"]`) ?? desk.view.root).focus({
        preventScroll: true,
      });
  }

  /** One line for narrow screens, where the card is folded away. */
  summary() {
    const { desk } = this;
    if (desk.mode.name === "link") return "Linking: select the claim, or tap a mark";
    return desk.span ? `${describe(desk.labels, desk.store, desk.span, 40)} · Details` : "";
  }

  idle() {
    const { desk } = this;
    const text = desk.readOnly
      ? "Choose a mark to see what was said about it."
      : desk.armed
        ? `${desk.armed.name} is ready: select or click in the text. Escape puts it down.`
        : "Select words, or click one, then press a label’s key or button. Click a mark to choose it.";
    return [h("p", { class: "muted idle" }, text)];
  }

  key(event) {
    if (event.key !== "Escape" || event.defaultPrevented) return;
    event.preventDefault();
    event.stopPropagation();
    this.desk.focusText();
  }

  focusFirst(...selectors) {
    this.open();
    const found = selectors.map((selector) => this.root.querySelector(selector)).find(Boolean);
    found?.focus();
    return found;
  }

  open() {
    document.body.classList.add("panel-open");
  }

  toAttributes() {
    const missing = ".attribute.missing :is(input:checked, input)";
    if (!this.focusFirst(missing, ".attribute input:checked", ".attribute input"))
      this.desk.refuse("This label asks nothing");
  }

  toWho() {
    const field = this.focusFirst('.attribute input[role="combobox"]');
    if (!field) return this.desk.refuse("This label does not ask who");
    field.dataset.back = "text";
    return field.dispatchEvent(new Event("open"));
  }

  toNote() {
    this.focusFirst("#note");
  }
}
