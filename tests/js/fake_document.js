// Just enough of a document to see as HTML what paint.js builds.

const escape = (text) => text.replace(/&/g, "&amp;").replace(/</g, "&lt;").replace(/>/g, "&gt;");

class FakeElement {
  constructor(name) {
    this.name = name;
    this.className = "";
    this.dataset = {};
    this.children = [];
  }

  append(...nodes) {
    this.children.push(...nodes);
  }

  toString() {
    const data = Object.entries(this.dataset).map(([key, value]) => ` data-${key}="${escape(value)}"`);
    return `<${this.name} class="${this.className}"${data.join("")}>${this.children.join("")}</${this.name}>`;
  }
}

export const fakeDocument = {
  createElement: (name) => new FakeElement(name),
  createTextNode: (text) => ({ toString: () => escape(text) }),
};

export const htmlOf = (nodes) => nodes.join("");
