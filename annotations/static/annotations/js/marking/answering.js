// What answering an attribute does, whichever field it is answered in.

import { setFields } from "./marks.js";

export const YES_NO = [
  { value: "yes", title: "Yes" },
  { value: "no", title: "No" },
];

/** Answers an attribute; an empty value takes the answer away. */
export function answer(desk, span, attribute, value, besides = []) {
  const live = desk.store.get("span", span.id);
  if (!live || (live.attributes[attribute.name] ?? "") === value) return false;
  const { [attribute.name]: _, ...others } = live.attributes;
  const attributes = value ? { ...others, [attribute.name]: value } : others;
  const title = titleOf(desk, attribute, value);
  return setFields(
    desk,
    live,
    { attributes },
    value ? `${attribute.title}: ${title}` : `${attribute.title}: no answer`,
    besides,
  );
}

function titleOf(desk, { kind, choices }, value) {
  if (kind === "entity") return desk.store.get("entity", value)?.name ?? value;
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
