// The attributes of a span as fields: one click, digit or arrow each.

import { YES_NO, answer, goOn } from "./answering.js";
import { button, h } from "./dom.js";
import { entityField } from "./entities.js";

export function attributeFields(desk, span) {
  const missing = new Set(desk.labels.missing(span).map(({ name }) => name));
  return desk.labels.attributesOf(span).map((attribute) => {
    const field = KINDS[attribute.kind](desk, span, attribute);
    field.classList.add("attribute");
    if (missing.has(attribute.name)) field.classList.add("missing");
    return field;
  });
}

function legendOf(attribute) {
  return [attribute.title, attribute.required && h("span", { class: "to-answer" }, " to answer")];
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
    h("legend", {}, legendOf(attribute)),
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
    data: { k: id },
  });
  const field = h(
    "div",
    { class: "text-field", data: { attribute: attribute.name } },
    h("label", { for: id }, legendOf(attribute)),
    input,
  );
  const save = () => answer(desk, span, attribute, input.value.trim());
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

const KINDS = { choice, yes_no: choice, text, entity: entityField };
