// Signing in again without leaving the page.

import { byId, h } from "./dom.js";

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
