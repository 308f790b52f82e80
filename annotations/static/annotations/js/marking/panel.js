// The panel's upper part: the card of the chosen span, and the ways into it by keys.

import { card, spansHere } from "./card.js";
import { afterPaint, byId, h, showWithin } from "./dom.js";
import { nameOf } from "./labels.js";
import { isAsked } from "./links.js";
import { run } from "./moves.js";

const TYPED = "textarea, input[type=text]"; // fields that hold letters

export class Panel {
  constructor(desk) {
    this.desk = desk;
    this.root = byId("chosen");
    this.strip = byId("strip");
    this.root.addEventListener("keydown", (event) => this.key(event));
    desk.on("chosen marks mode", () => this.soon());
    this.root.addEventListener("pointerdown", () => this.press(), true);
    for (const type of ["pointerup", "pointercancel"]) document.addEventListener(type, () => this.release());
    desk.on("chosen marks mode selection", () => this.drawStrip());
    this.strip?.addEventListener("click", () => this.tapStrip());
    desk.on("to-attributes", () => this.toAttributes());
    desk.on("to-who", () => this.toWho());
    desk.on("to-note", () => this.toNote());
    this.draw();
  }

  /** After the text; never in the middle of a click: what it aims at would be gone. */
  soon() {
    if (this.pressed || this.asked) return;
    this.asked = true;
    afterPaint(() => {
      this.asked = false;
      if (!this.pressed) this.draw();
    });
  }

  /** Nobody answers about a span that is not the chosen one any more. */
  press() {
    if (this.shown !== this.desk.spanId) this.draw();
    this.pressed = true;
  }

  release() {
    if (!this.pressed) return;
    this.pressed = false;
    this.soon();
  }

  /** Draws anew only when something shown has changed, and keeps the focus where it was. */
  draw() {
    const { desk } = this;
    if (this.state() === this.seen) return;
    const held = this.held();
    const parts = desk.span ? card(desk, desk.span) : this.idle();
    desk.drafts.stay(() => this.root.replaceChildren(...parts)); // a browser says "change" of what goes
    if (held) this.giveBack(held);
    desk.drafts.settleGone();
    for (const field of this.root.querySelectorAll(TYPED)) field.dataset.was ??= field.value;
    this.shown = desk.spanId;
    this.seen = this.state();
    const linking = this.root.querySelector(".linking");
    if (linking && !this.linking) showWithin(byId("panel"), linking);
    this.linking = linking;
  }

  /** The chosen span but for what its fields show already: a field is not replaced under the caret. */
  said() {
    const { span } = this.desk;
    if (!span || this.shown !== span.id) return span;
    const shows = (k, value) => {
      const field = this.root.querySelector(`[data-k="${CSS.escape(k)}"]`);
      const same = (letters) => letters?.trim() === (value ?? "").trim();
      return Boolean(field?.matches(`${TYPED}:not([role])`)) && (same(field.value) || same(field.dataset.was));
    };
    const asked = Object.keys({ ...span.attributes, ...this.desk.labels.blank(span) });
    const attributes = asked.map((name) =>
      shows(`a-${name}`, span.attributes[name]) ? "shown" : [name, span.attributes[name]],
    );
    return { ...span, ver: 0, attributes, note: shows("note", span.note) || span.note };
  }

  state() {
    const { desk } = this;
    return JSON.stringify([
      this.said(),
      desk.span && desk.labels.missing(desk.span).map(({ name }) => name),
      desk.span && desk.store.linksOf(desk.spanId),
      desk.linkId,
      desk.mode,
      spansHere(desk).map(({ id, label }) => [id, label]),
      desk.hints.get(desk.spanId),
      desk.armed?.id,
      desk.readOnly,
      [...desk.store.entities.keys()].length,
    ]);
  }

  /** What has the focus, with the letters in it that nothing has saved yet. */
  held() {
    const field = document.activeElement;
    if (!this.root.contains(field)) return null;
    const { value, dataset, selectionStart, selectionEnd } = field;
    const typed = field.matches(TYPED) && value !== dataset.was && this.shown === this.desk.spanId;
    const open = field.getAttribute("aria-expanded") === "true";
    const caret = field.matches(TYPED) && [selectionStart, selectionEnd];
    return { ...dataset, open, caret, typed: typed && { value } };
  }

  giveBack({ k, back, open, typed, caret }) {
    const field = this.root.querySelector(`[data-k="${CSS.escape(k)}"]`) ?? this.desk.view.root;
    field.focus({ preventScroll: true });
    if (open && back) field.dataset.back = back;
    if (typed && field.matches(TYPED) && field.value !== typed.value) {
      field.dataset.was = field.value;
      field.value = typed.value;
      if (!open) field.dispatchEvent(new Event("input"));
    }
    if (caret && field.matches(TYPED)) field.setSelectionRange(...caret);
    if (open) field.dispatchEvent(new Event(field.dataset.was === undefined ? "open" : "input"));
  }

  drawStrip() {
    if (this.strip) this.strip.textContent = this.summary();
  }

  /** Opens the card; with words selected for a link, links them (touch knows no end of a drag). */
  tapStrip() {
    const { desk } = this;
    if (isAsked(desk) && desk.selection) run(desk, { command: "replace" });
    else document.body.classList.toggle("panel-open");
  }

  /** One line for narrow screens, where the card is folded away. */
  summary() {
    const { desk } = this;
    if (isAsked(desk)) {
      return desk.selection ? "Link the selected words" : "Linking: select what it answers for, or tap a mark";
    }
    if (!desk.span) return "";
    const open = desk.labels.missing(desk.span).length;
    return `Details${open ? ` · ${open} to answer` : ""} · ${nameOf(desk.labels, desk.span, 40)}`;
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
    this.draw();
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

/** A part of the panel that the server writes; links and forms in it work without leaving the page. */
export class Part {
  constructor(root, desk, session) {
    Object.assign(this, { root, desk, session, turn: Promise.resolve() });
    root.addEventListener("click", (event) => {
      const link = event.target.closest("a");
      if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
      event.preventDefault();
      this.fetch(link.href);
    });
    root.addEventListener("submit", (event) => {
      event.preventDefault();
      if (this.posting) return;
      const body = new URLSearchParams(new FormData(event.target));
      body.set("csrfmiddlewaretoken", session.sync.token());
      this.posting = this.fetch(event.target.action, { method: "POST", body }).finally(
        () => (this.posting = null),
      );
    });
  }

  /** One after the other: what was asked for last is what stays. True when it was shown. */
  fetch(url, options = {}) {
    this.turn = this.turn.then(() => this.show(url, options));
    return this.turn;
  }

  async show(url, options) {
    const { desk, root } = this;
    const { notices, sync } = this.session;
    const headers = { Accept: "application/json, text/html", "X-Part": "1" };
    const response = await sync.ask(url, { headers, ...options });
    if (response?.status === 401) return sync.signedOut(response);
    const text = response?.ok && (await response.text().catch(() => null));
    if (!text) {
      return desk.refuse(
        response
          ? "The server did not answer this. Reload the page, or try again later."
          : "The site could not be reached. Nothing was changed; try again.",
      );
    }
    const { body } = new DOMParser().parseFromString(text, "text/html");
    for (const refusal of body.querySelectorAll("[role=alert]")) {
      notices.show(refusal.textContent, { kind: "bad" });
      refusal.remove();
    }
    const hadFocus = root.contains(document.activeElement);
    root.replaceChildren(...body.childNodes);
    if (hadFocus) root.closest("details").querySelector("summary").focus();
    if (options.method) sync.pull();
    return true;
  }
}

/** The codebook card of the label at hand; its rules come from the server when it is first opened. */
export class CodebookCard {
  constructor(desk, session) {
    this.desk = desk;
    this.url = session.data.urls.codebook;
    this.part = byId("codebook-part");
    this.select = byId("codebook-label");
    this.root = byId("codebook");
    this.server = new Part(this.root, desk, session);
    this.part.addEventListener("toggle", () => this.fetch());
    this.select.addEventListener("input", () => this.show(this.select.value));
    desk.on("chosen mode", () => this.follow());
    desk.on("rule", ({ rule }) => this.openRule(rule));
    this.show(this.select.value);
  }

  async fetch() {
    if (!this.part.open || this.fetched) return;
    this.fetched = await this.server.fetch(this.url);
    this.show(this.select.value);
    if (this.rule) this.openRule(this.rule);
  }

  /** A rule by its code, with the part that holds it: as soon as it is there. */
  openRule(name) {
    this.rule = this.fetched ? null : name;
    this.part.open = true;
    const open = [...this.root.querySelectorAll(".rule")].filter((card) => !card.closest("[hidden]"));
    const rule = open.find((card) => card.querySelector("strong").textContent === name);
    if (!rule) return;
    rule.open = true;
    showWithin(byId("panel"), rule);
    rule.querySelector("summary").focus({ preventScroll: true });
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
