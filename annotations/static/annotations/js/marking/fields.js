// The attributes of a span as fields: one click, digit or arrow each; and what an answer does.

import { button, h } from "./dom.js";
import { isHedgeFound, setFields } from "./marks.js";

const KINDS = { choice, yes_no: choice, text };

/** One field for each question; `entityField` makes those that ask for a name. */
export function attributeFields(desk, span, entityField) {
  const kinds = { ...KINDS, entity: entityField };
  const missing = new Set(desk.labels.missing(span).map(({ name }) => name));
  return desk.labels.attributesOf(span).map((attribute) => {
    const field = kinds[attribute.kind](desk, span, attribute);
    field.classList.add("attribute");
    if (missing.has(attribute.name)) field.classList.add("missing");
    return field;
  });
}

export function legendOf(attribute, value) {
  const open = attribute.required && !value;
  return [attribute.title, open && h("span", { class: "to-answer" }, " to answer")];
}

function choice(desk, span, attribute) {
  const value = span.attributes[attribute.name] ?? "";
  const offered = ({ archived, value: each }) => !archived || each === value;
  const options = attribute.kind === "yes_no" ? YES_NO : attribute.choices.filter(offered);
  const set = (answered) => answer(desk, span, attribute, answered);
  const radio = ({ value: each, title }, i) =>
    h(
      "label",
      { class: "option" },
      h("input", {
        type: "radio",
        name: `a-${attribute.name}`,
        value: each,
        checked: each === value,
        disabled: Boolean(desk.readOnly),
        data: { k: `${attribute.name} ${each}` },
        on: { change: () => set(each) },
      }),
      h(
        "span",
        { class: "option-text" },
        h("span", { class: "option-key", "aria-hidden": "true" }, String(i + 1)),
        title,
      ),
    );
  const field = h(
    "fieldset",
    { class: "choice", data: { attribute: attribute.name } },
    h("legend", {}, legendOf(attribute, value)),
    h(
      "div",
      { class: "options" },
      options.map(radio),
      value &&
        !attribute.required &&
        !desk.readOnly &&
        button("No answer", {
          quiet: true,
          data: { k: `${attribute.name} none` },
          on: { click: () => set("") },
        }),
    ),
  );
  field.addEventListener("keydown", (event) => digit(desk, event, field, options, set));
  return field;
}

function digit(desk, event, field, options, set) {
  const nth = /^(?:Digit|Numpad)([1-9])$/u.exec(event.code)?.[1];
  if (event.key === "Enter") return (event.preventDefault(), goOn(desk, field));
  if (!nth || event.ctrlKey || event.metaKey || event.altKey || !options[nth - 1]) return null;
  event.preventDefault();
  set(options[nth - 1].value);
  return goOn(desk, field);
}

function text(desk, span, attribute) {
  const id = `a-${attribute.name}`;
  const input = h("input", {
    id,
    type: "text",
    maxlength: "500",
    autocomplete: "off",
    value: span.attributes[attribute.name] ?? "",
    disabled: Boolean(desk.readOnly),
    "aria-describedby": `${id}-guess`,
    data: { k: id },
  });
  const guess = h(
    "p",
    { id: `${id}-guess`, class: "guess" },
    attribute.name === "hedge" && isHedgeFound(desk, span) && "Found in the text by the page. Check it.",
  );
  const field = h(
    "div",
    { class: "text-field", data: { attribute: attribute.name } },
    h("label", { for: id }, legendOf(attribute, input.value)),
    input,
    guess,
  );
  input.addEventListener("input", () => (guess.textContent = ""));
  const stored = () => desk.store.get("span", span.id)?.attributes;
  const differs = () =>
    !desk.readOnly && Boolean(stored()) && (stored()[attribute.name] ?? "") !== input.value.trim();
  const keep = (how) => {
    answer(desk, span, attribute, input.value.trim(), [], { ...how, joins: draft.visit() });
    input.dataset.was = input.value;
  };
  const key = `${span.id} ${attribute.name}`;
  const draft = desk.drafts.watch(input, { key, differs, keep: () => keep({ quiet: true }) });
  const save = () => {
    if (differs()) keep();
    draft.done();
  };
  input.addEventListener("change", save);
  input.addEventListener("blur", () => setTimeout(() => input.isConnected && save()));
  input.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || event.isComposing) return;
    event.preventDefault();
    save();
    goOn(desk, field);
  });
  return field;
}

export const YES_NO = [
  { value: "yes", title: "Yes" },
  { value: "no", title: "No" },
];

/** Answers an attribute; an empty value takes the answer away. */
export function answer(desk, span, attribute, value, besides = [], how = {}) {
  const live = desk.store.get("span", span.id);
  if (!live || (live.attributes[attribute.name] ?? "") === value) return false;
  const { [attribute.name]: _, ...others } = live.attributes;
  const attributes = value ? { ...others, [attribute.name]: value } : others;
  const title = titleOf(desk, attribute, value, besides);
  return setFields(
    desk,
    live,
    { attributes },
    value ? `${attribute.title}: ${title}` : `${attribute.title}: no answer`,
    besides,
    how,
  );
}

/** An answer in words; a name that is made with it is not in the ledger yet. */
export function titleOf(desk, { kind, choices }, value, besides = []) {
  const made = besides.find(({ on, id }) => on === "entity" && id === value)?.after;
  if (kind === "entity") return (desk.store.get("entity", value) ?? made)?.name ?? value;
  const options = kind === "yes_no" ? YES_NO : choices;
  return options.find((choice) => choice.value === value)?.title ?? value;
}

/** Moves the focus from an answered field to the next one, or back to the text. */
export function goOn(desk, field) {
  const name = field.dataset.attribute;
  const fields = [...document.querySelectorAll("#chosen .attribute")];
  const next = fields[fields.findIndex((each) => each.dataset.attribute === name) + 1];
  const input = next?.querySelector("input:checked, input");
  if (!input) return desk.focusText();
  input.focus();
  return input.dispatchEvent(new Event("open")); // a list of names; other fields do not know it
}
