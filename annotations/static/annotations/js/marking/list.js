// The side list: marks of the sections in view, or what a search finds; never all of thousands.

import { byId, clip, h } from "./dom.js";
import { countOf, describe, quoteOf } from "./labels.js";

const MOST = 200;

const FILTERS = {
  missing: (labels) => (span) => labels.missing(span).length > 0,
  flag: () => (span) => Boolean(span.flag),
  suggested: () => (span) => span.state === "suggested",
  extent: () => (span) => span.kind === "extent",
};

export class List {
  constructor(desk) {
    this.desk = desk;
    this.root = byId("list");
    this.search = byId("list-search");
    this.filter = byId("list-label");
    this.inView = new Set();
    this.watch();
    this.root.addEventListener("click", (event) => {
      const item = event.target.closest("[data-id]");
      if (item) desk.choose(item.dataset.id);
    });
    this.search.addEventListener("input", () => this.soon());
    this.filter.addEventListener("input", () => this.soon());
    desk.on("marks", () => this.soon());
    desk.on("chosen", () => this.current());
    this.draw();
  }

  watch() {
    const observer = new IntersectionObserver((entries) => {
      for (const { target, isIntersecting } of entries) {
        if (isIntersecting) this.inView.add(target);
        else this.inView.delete(target);
      }
      this.soon();
    });
    for (const section of this.desk.view.root.querySelectorAll("section")) observer.observe(section);
  }

  soon() {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.draw(), 80);
  }

  /** Spans to show, in reading order, and whether they are only those in view. */
  wanted() {
    const { desk } = this;
    const words = this.search.value.trim().toLowerCase();
    const kind = this.filter.value;
    const fits = FILTERS[kind]?.(desk.labels) ?? (kind ? (span) => span.label === kind : () => true);
    const named = (span) => !words || `${desk.labels.of(span).name} ${quoteOf(span)} ${span.note}`.toLowerCase().includes(words);
    if (words || kind) return { spans: desk.store.inOrder().filter((span) => fits(span) && named(span)), part: false };
    const spans = new Set();
    for (const section of this.inView) {
      for (const block of section.children) for (const span of desk.store.inBlock(desk.view.indexOf(block))) spans.add(span);
    }
    const all = desk.store.inOrder();
    return { spans: all.length > MOST ? all.filter((span) => spans.has(span)) : all, part: all.length > MOST };
  }

  draw() {
    const { desk } = this;
    const { spans, part } = this.wanted();
    const shown = spans.slice(0, MOST);
    byId("n-spans").textContent = desk.store.spans.size;
    const held = this.root.contains(document.activeElement) && document.activeElement.dataset.id;
    this.root.replaceChildren(...shown.map((span) => this.item(span)));
    if (held) this.root.querySelector(`[data-id="${held}"]`)?.focus({ preventScroll: true });
    byId("list-note").textContent = spans.length > MOST
      ? `${countOf(spans.length - MOST, "more mark")}: search to narrow them down.`
      : part ? "Marks of the part in view. Search finds all." : shown.length ? "" : "No marks to show.";
  }

  item(span) {
    const { labels, store, spanId } = this.desk;
    const label = labels.of(span);
    const open = labels.missing(span).length;
    return h("li", {}, h("button", {
      type: "button", class: `row-button slot-${label.slot}`, data: { id: span.id }, "aria-current": span.id === spanId ? "true" : null, "aria-label": describe(labels, store, span, 120),
    }, h("span", { class: "chip" }, label.name), ` ${clip(quoteOf(span), 70)}`,
      open > 0 && h("span", { class: "to-answer" }, ` ${open} to answer`), span.flag && h("span", { class: "to-answer" }, " flagged"),
      span.state === "suggested" && h("span", { class: "muted" }, " suggestion")));
  }

  current() {
    for (const item of this.root.querySelectorAll("[data-id]")) {
      const on = item.dataset.id === this.desk.spanId;
      if (on === item.hasAttribute("aria-current")) continue;
      item.toggleAttribute("aria-current", on);
      if (on) item.setAttribute("aria-current", "true");
      if (on) this.scrollTo(item);
    }
  }

  /** Scrolls the panel alone, never the page. */
  scrollTo(item) {
    const panel = item.closest("ol");
    const box = item.getBoundingClientRect();
    const frame = panel.getBoundingClientRect();
    if (box.top < frame.top) panel.scrollTop -= frame.top - box.top;
    else if (box.bottom > frame.bottom) panel.scrollTop += box.bottom - frame.bottom;
  }
}
