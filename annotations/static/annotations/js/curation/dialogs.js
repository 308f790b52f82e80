// The dialogs of the adjudication page. Each resolves when it is closed; the focus goes back.

import { answered, byId, clip, h } from "../marking/dom.js";
import { quoteOf } from "../marking/labels.js";
import { KEYS } from "./keys.js";

const option = (value, text) => h("option", { value }, text);

export class Dialogs {
  constructor(data, labels) {
    Object.assign(this, { data, labels });
    this.titles = new Map(data.reasons);
    byId("reason").append(...data.reasons.map(([value, title]) => option(value, title)));
    byId("rule").append(...data.rules.map(({ name, title }) => option(name, `${name} ${title}`.trim())));
    byId("help-rows").append(
      ...KEYS.map(([key, what]) => h("tr", {}, h("th", { scope: "row" }, what), h("td", {}, h("kbd", {}, key)))),
    );
  }

  titleOf(reason) {
    return this.titles.get(reason) ?? "";
  }

  help() {
    byId("help").showModal();
  }

  /** {reason, rule, note}; null when it was left; undefined when it was only closed (Esc). What is
   * typed is told as it is typed. */
  async reason({ reason, rule, note }, typed) {
    const fields = { reason, rule, note };
    for (const [name, value] of Object.entries(fields)) byId(name).value = value ?? "";
    const dialog = byId("reason-dialog");
    dialog.showModal();
    byId("reason").focus();
    const read = () => Object.fromEntries(Object.keys(fields).map((name) => [name, byId(name).value]));
    const tell = () => typed(read());
    dialog.addEventListener("input", tell);
    const answer = await answered(dialog);
    dialog.removeEventListener("input", tell);
    return { keep: read(), leave: null }[answer];
  }

  /** The id of one of the cases, or "". */
  async choose(cases) {
    const dialog = byId("choose-dialog");
    const list = byId("choose");
    const named = ({ gold }) => `${this.labels.of(gold).name}: ${clip(quoteOf(gold), 70)}`;
    list.replaceChildren(...cases.map((one) => option(one.id, named(one))));
    dialog.showModal();
    list.focus();
    return (await answered(dialog)) === "keep" ? list.value : "";
  }

  discuss(id) {
    window.location.assign(this.data.urls.discuss.replace(this.data.assignment, id));
  }
}
