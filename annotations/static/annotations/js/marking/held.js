// Changes that arrived after submission were kept by the server; now that the article is open
// again they are offered, one decision for all.

import { h } from "./dom.js";
import { countOf, nameOf } from "./labels.js";

const KEY = "sourcemark.left-out";

const leftOut = () => new Set(JSON.parse(localStorage.getItem(KEY) ?? "[]"));

/** The latest held state of each mark, as changes; restoring needs no more than what is there. */
export function changesOf(held, store) {
  const latest = new Map();
  for (const { kind, on, [on]: state } of held) {
    const base = latest.get(state.id)?.after ?? store.get(on, state.id);
    const after = kind === "del" ? null : kind === "restore" ? base : { ...base, ...state };
    latest.set(state.id, { on, id: state.id, after });
  }
  return [...latest.values()].filter(({ on, id, after }) => after || store.get(on, id));
}

export function offer(desk, held, notices) {
  const out = leftOut();
  const open = held.filter(({ op_id: id }) => !out.has(id));
  const changes = changesOf(open, desk.store);
  if (!changes.length || desk.readOnly) return;
  const words = ({ on, after, id }) =>
    on === "span"
      ? after
        ? nameOf(desk.labels, after, 90)
        : `Removed: ${nameOf(desk.labels, desk.store.get(on, id), 80)}`
      : after
        ? `A ${on}`
        : `Removed a ${on}`;
  notices.show(
    `${countOf(changes.length, "change")} of yours arrived after you had submitted. They are not among your marks.`,
    {
      key: "held",
      details: [
        h(
          "ul",
          { class: "small" },
          changes.slice(0, 20).map((change) => h("li", {}, words(change))),
        ),
      ],
      acts: [
        ["Put them in", () => desk.commit("Put in what came late", changes)],
        [
          "Leave them out",
          () =>
            localStorage.setItem(
              KEY,
              JSON.stringify([...out, ...open.map(({ op_id: id }) => id)].slice(-500)),
            ),
        ],
      ],
    },
  );
}
