// Coming back: to a session that has ended, and to an article that was sent back.

import { byId, h } from "./dom.js";
import { countOf, nameOf } from "./labels.js";

/** The sign-in pages' own form, shown in a dialog step by step until the server knows us again. */
export class SignIn {
  /** isSignedIn(): true, false, or "other" for somebody else; done(): what to do then. */
  constructor({ isSignedIn, done }) {
    Object.assign(this, { isSignedIn, done });
    this.dialog = byId("login");
    this.place = byId("login-form");
    this.place.addEventListener("submit", (event) => this.submit(event));
    byId("login-later").addEventListener("click", () => this.dialog.close());
  }

  async open(url) {
    if (this.dialog.open) return;
    this.dialog.showModal();
    await this.load(await fetch(url, { credentials: "same-origin" }).catch(() => null), url);
  }

  async load(response, url) {
    const page = response && new DOMParser().parseFromString(await response.text(), "text/html");
    const form = page?.querySelector("main form[method=post]");
    if (!form) return this.elsewhere(url);
    form.action = new URL(form.getAttribute("action") || response.url, response.url);
    this.place.replaceChildren(document.adoptNode(form));
    this.place.querySelector("input:not([type=hidden])")?.focus();
    return form;
  }

  elsewhere(url) {
    this.place.replaceChildren(
      h(
        "p",
        {},
        h("a", { href: url, target: "_blank", rel: "noopener" }, "Sign in in a new tab"),
        ", then come back here.",
      ),
    );
  }

  async submit(event) {
    event.preventDefault();
    const form = event.target;
    const body = new URLSearchParams(new FormData(form, event.submitter));
    const response = await fetch(form.action, { method: "POST", body, credentials: "same-origin" }).catch(
      () => null,
    );
    const known = await this.isSignedIn();
    if (known === true) return this.finish();
    if (known === "other") return this.other();
    return this.load(response, form.action);
  }

  other() {
    this.place.replaceChildren(
      h(
        "p",
        { role: "alert" },
        "That is another person’s account. Your unsaved changes stay here until you sign in as yourself: ",
        h("a", { href: "/accounts/logout/", target: "_blank", rel: "noopener" }, "sign out in a new tab"),
        " first.",
      ),
    );
  }

  finish() {
    this.place.replaceChildren();
    if (this.dialog.open) this.dialog.close();
    this.done();
  }
}

// Changes that arrived after submission were kept by the server; now that the article is open
// again they are offered, one decision for all.

const LEFT_OUT = "sourcemark.left-out";

const leftOut = () => new Set(JSON.parse(localStorage.getItem(LEFT_OUT) ?? "[]"));

/**
 * What was held, as changes in the order in which they can be made: first marks that come back
 * (each as it was when it was removed), then the latest state of every mark.
 */
export function changesOf(held, store) {
  const latest = new Map();
  const back = new Map();
  for (const { kind, on, ver, [on]: state } of held) {
    const { id } = state;
    const known = latest.get(id)?.after ?? store.get(on, id);
    if (kind === "restore" && !known) back.set(id, { on, id, ver, after: state });
    latest.set(id, { on, id, kind, after: kind === "del" ? null : { ...known, ...state } });
  }
  const changes = [...latest.values()].filter(({ on, id, after }) => after || store.get(on, id));
  const wanted = ({ id, kind }) => kind !== "restore" || !back.has(id);
  return [...back.values()].filter(({ id }) => latest.get(id).after).concat(changes.filter(wanted));
}

/** Marks that come back are buried in the store, so that the server is asked to restore them. */
function putIn(desk, changes) {
  for (const { id, ver, after } of changes) if (ver) desk.store.graves.set(id, { ...after, ver });
  return desk.commit(
    "Put in what came late",
    changes.map(({ on, id, after }) => ({ on, id, after })),
  );
}

export function offer(desk, held, notices) {
  const out = leftOut();
  const open = held.filter(({ op_id: id }) => !out.has(id));
  const changes = changesOf(open, desk.store);
  if (!changes.length) return;
  if (desk.readOnly) return void notices.held(changes.length);
  const words = ({ on, after, id }) =>
    on === "span"
      ? after
        ? nameOf(desk.labels, after, 90)
        : `Removed: ${nameOf(desk.labels, desk.store.get(on, id), 80)}`
      : after
        ? `A ${on}`
        : `Removed a ${on}`;
  notices.show(
    `${countOf(changes.length, "change")} of yours arrived when the article was closed for you. They are not among your marks.`,
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
        ["Put them in", () => putIn(desk, changes)],
        [
          "Leave them out",
          () =>
            localStorage.setItem(
              LEFT_OUT,
              JSON.stringify([...out, ...open.map(({ op_id: id }) => id)].slice(-500)),
            ),
        ],
      ],
    },
  );
}
