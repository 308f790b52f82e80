// The codebook card of the label at hand; its rules come from the server when it is first opened.

import { byId } from "./dom.js";

export class CodebookCard {
  constructor(desk) {
    this.desk = desk;
    this.part = byId("codebook-part");
    this.select = byId("codebook-label");
    this.root = byId("codebook");
    this.part.addEventListener("toggle", () => this.fetch());
    this.root.addEventListener("htmx:afterSwap", () => this.show(this.select.value));
    this.select.addEventListener("input", () => this.show(this.select.value));
    desk.on("chosen mode", () => this.follow());
    this.show(this.select.value);
  }

  fetch() {
    if (this.part.open) document.body.dispatchEvent(new CustomEvent("sm:codebook"));
  }

  /** The label in hand, else that of the chosen span; else what was shown last stays. */
  follow() {
    const { armed, span, labels } = this.desk;
    const label = armed ?? (span && labels.of(span));
    if (label?.id && !label.archived) this.show(label.id);
  }

  show(id) {
    const label = this.desk.labels.byId.get(id);
    if (!label) return;
    this.select.value = id;
    byId("codebook-name").textContent = label.name;
    for (const card of this.root.querySelectorAll("[data-label]")) card.hidden = card.dataset.label !== id;
  }
}
