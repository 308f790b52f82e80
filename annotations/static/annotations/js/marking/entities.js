// A name from the source ledger: type to search, a digit takes one of the first nine,
// Enter takes the marked one or makes a new name.

import { h } from "./dom.js";
import { answer, goOn, legendOf } from "./fields.js";
import { quoteOf } from "./labels.js";
import { addition } from "./marks.js";
import { hullOf, newId } from "./store.js";

const SHOWN = 9;
const LONG = 500; // as many names as the page brings along
const MOST = 200; // characters of a name

const PRONOUN = /^(?:I|you|he|him|his|she|her|it|its|we|us|they|them|their|who)$/iu;

const fold = (text) =>
  text.normalize("NFKD").replace(/\p{M}/gu, "").toLowerCase().replace(/\s+/gu, " ").trim();

/**
 * The ledger for a span: names last used before it first (whom a pronoun most likely means),
 * then others of this article, then the rest; with `typed` only those that hold it.
 */
export function ledger(store, attributesOf, span, typed = "") {
  const [here] = hullOf(span);
  const rank = new Map();
  for (const other of store.spans.values()) {
    const [place] = hullOf(other);
    if (other.id === span.id) continue;
    for (const { name, kind } of attributesOf(other)) {
      const id = kind === "entity" && other.attributes[name];
      if (!id) continue;
      const near = place < here ? place : -1 - place / 1e9;
      rank.set(id, Math.max(rank.get(id) ?? -Infinity, near));
    }
  }
  const rankOf = ({ id, article }) => rank.get(id) ?? (article ? -2 : -3);
  const wanted = fold(typed);
  const isIt = ({ name }) => fold(name) === wanted;
  const begins = ({ name }) => isMeant(name, typed);
  return [...store.entities.values()]
    .filter(({ name }) => fold(name).includes(wanted))
    .sort(
      (a, b) =>
        isIt(b) - isIt(a) ||
        begins(b) - begins(a) ||
        rankOf(b) - rankOf(a) ||
        a.name.localeCompare(b.name),
    );
}

/** Whether a word of the name begins with what was typed: only then can it be meant by Enter. */
export function isMeant(name, typed) {
  const [whole, wanted] = [fold(name), fold(typed)];
  for (let at = whole.indexOf(wanted); at >= 0; at = whole.indexOf(wanted, at + 1))
    if (!at || !/[\p{L}\p{N}]/u.test(whole[at - 1])) return true;
  return false;
}

/**
 * What is offered for the letters typed: {options, at}, `at` the one that Enter takes (-1: none).
 * A new name comes last, but first where no name is meant; `own` is one for an untyped list.
 */
export function offers(found, typed, own = "") {
  const exact = found.some(({ name }) => fold(name) === fold(typed));
  const text = exact ? "" : typed.trim() || own;
  const made = text ? [{ text, fresh: true }] : [];
  const known = found.slice(0, text && !typed ? SHOWN - 1 : SHOWN); // each has a digit
  const names = known.map((entity) => ({ entity, text: entity.name }));
  const unmeant = typed && !exact && !(known[0] && isMeant(known[0].name, typed));
  return { options: unmeant ? [...made, ...names] : [...names, ...made], at: typed ? 0 : -1 };
}

export function entityField(desk, span, attribute) {
  const id = `a-${attribute.name}`;
  const held = span.attributes[attribute.name];
  const name = held ? (desk.store.get("entity", held)?.name ?? "") : "";
  const input = h("input", {
    id,
    type: "text",
    role: "combobox",
    autocomplete: "off",
    maxlength: String(MOST),
    value: name,
    disabled: Boolean(desk.readOnly),
    "aria-expanded": "false",
    "aria-controls": `${id}-list`,
    "aria-autocomplete": "list",
    placeholder: "Name",
    data: { k: id },
  });
  const list = h("ul", {
    id: `${id}-list`,
    role: "listbox",
    class: "ledger",
    "aria-label": "Names",
    hidden: true,
  });
  const field = h(
    "div",
    { class: "entity-field", data: { attribute: attribute.name } },
    h("label", { for: id }, legendOf(attribute, held)),
    h("div", { class: "combo" }, input, list),
  );
  return new Combobox(desk, span, attribute, { field, input, list, name }).field;
}

class Combobox {
  constructor(desk, span, attribute, parts) {
    Object.assign(this, { desk, span, attribute, ...parts });
    const { input, list } = this;
    input.addEventListener("focus", () => input.select());
    input.addEventListener("click", () => this.open(""));
    input.addEventListener("open", () => this.open(""));
    input.addEventListener("input", () => ((this.done = false), this.open(input.value)));
    input.addEventListener("keydown", (event) => this.key(event));
    input.addEventListener("blur", () => desk.drafts.stays || setTimeout(() => this.leave()));
    this.draft = desk.drafts.watch(input, {
      key: `${span.id} ${attribute.name}`,
      waits: true,
      differs: () => !desk.readOnly && !this.done && Boolean(this.typed) && this.typed !== this.name,
      keep: () => this.keep(),
    });
    list.addEventListener("pointerdown", (event) => event.preventDefault());
    list.addEventListener("click", (event) => {
      const option = event.target.closest("[role=option]");
      if (option) this.take([...list.children].indexOf(option), false);
    });
  }

  /** A ledger too long for the page is searched on the server; what it finds joins the list. */
  async searchFurther(typed) {
    const { desk, input } = this;
    if (desk.store.entities.size < LONG || typed.trim().length < 2) return;
    const response = await fetch(`${desk.urls.entities}?q=${encodeURIComponent(typed)}`).catch(() => null);
    const { entities = [] } = response?.ok ? await response.json() : {};
    const fresh = entities.filter(({ id }) => !desk.store.get("entity", id));
    for (const entity of fresh) desk.store.write("entity", entity.id, entity);
    if (fresh.length && input.value === typed && !this.list.hidden) this.open(typed);
  }

  open(typed) {
    this.searchFurther(typed);
    const { desk, span, list, input } = this;
    const found = ledger(desk.store, (each) => desk.labels.attributesOf(each), span, typed);
    Object.assign(this, offers(found, typed, this.ownWords()));
    this.untyped = !typed;
    list.replaceChildren(
      ...this.options.map(({ text, fresh }, i) =>
        h(
          "li",
          { role: "option", id: `${input.id}-${i}`, "aria-selected": String(i === this.at) },
          this.untyped && i < SHOWN && h("span", { class: "option-key", "aria-hidden": "true" }, String(i + 1)),
          fresh ? `New name: ${text}` : text,
        ),
      ),
    );
    this.show(this.options.length > 0);
  }

  /** A source often bears its name: its words are offered as a new one, unless it is in the ledger. */
  ownWords() {
    const { desk, span } = this;
    const words = quoteOf(span);
    const known = [...desk.store.entities.values()].some(({ name }) => fold(name) === fold(words));
    const fits = words.length <= MOST && !PRONOUN.test(words);
    return desk.labels.isSource(span) && fits && !known ? words : "";
  }

  show(on) {
    this.list.hidden = !on;
    this.input.setAttribute("aria-expanded", String(on));
    this.mark();
  }

  mark() {
    [...this.list.children].forEach((option, i) =>
      option.setAttribute("aria-selected", String(i === this.at)),
    );
    const marked = !this.list.hidden && this.list.children[this.at];
    if (marked) this.input.setAttribute("aria-activedescendant", marked.id);
    else this.input.removeAttribute("aria-activedescendant");
  }

  key(event) {
    const { key, code, isComposing } = event;
    if (isComposing) return;
    const nth = /^(?:Digit|Numpad)([1-9])$/u.exec(code)?.[1];
    const act =
      {
        ArrowDown: () => this.step(1),
        ArrowUp: () => this.step(-1),
        Enter: () => this.enter(),
        Escape: () => this.escape(),
      }[key] ??
      (nth && this.untyped && !this.list.hidden && this.options[nth - 1]
        ? () => this.take(nth - 1, true)
        : null);
    if (!act || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    event.stopPropagation();
    act();
  }

  step(way) {
    if (this.list.hidden) return this.open(this.input.value === this.name ? "" : this.input.value);
    const from = this.at < 0 && way < 0 ? 0 : this.at;
    this.at = (from + way + this.options.length) % this.options.length;
    return this.mark();
  }

  enter() {
    if (!this.list.hidden && this.at >= 0) return this.take(this.at, true);
    if (!this.input.value.trim()) return this.set(null, [], true);
    return this.back();
  }

  /** Leaves the field as it was, and back to the text: the next letter is a key again. */
  escape() {
    this.input.value = this.name;
    this.draft.done();
    this.show(false);
    this.desk.focusText();
  }

  get typed() {
    return this.input.value.trim();
  }

  /** What was typed is the answer: a name of the ledger that is spelt so, or a new one. */
  keep() {
    const { options } = offers(ledger(this.desk.store, () => [], this.span, this.typed), this.typed);
    const nth = options.findIndex(({ entity, fresh }) => fresh || fold(entity.name) === fold(this.typed));
    this.options = options;
    this.take(nth, false);
  }

  take(index, byKey) {
    const { entity, text, fresh } = this.options[index];
    if (!fresh) return this.set(entity.id, [], byKey);
    const made = { id: newId(), name: text };
    return this.set(made.id, [addition("entity", made)], byKey);
  }

  set(id, besides, byKey) {
    const { back } = this.input.dataset;
    this.done = true;
    this.input.value = this.desk.store.get("entity", id)?.name ?? besides[0]?.after.name ?? "";
    this.show(false);
    answer(this.desk, this.span, this.attribute, id ?? "", besides);
    this.draft.done();
    if (byKey) this.back(back);
  }

  back(where = this.input.dataset.back) {
    if (where) this.desk.focusText();
    else goOn(this.desk, this.field);
  }

  /** Leaving the field keeps what was typed, and an emptied field clears; another window does not count. */
  leave() {
    const { input, name, typed } = this;
    if (document.activeElement === input) return;
    this.show(false);
    if (this.done) return;
    if (!typed && name) this.set(null, [], false);
    else this.draft.done();
  }
}
