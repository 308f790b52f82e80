// The codebook's labels as the page uses them, and marks in words.

import { clip } from "./dom.js";
import { hullOf } from "./store.js";

const SOURCE = "attribution"; // the label whose spans may be the source of a link
const EXTENT = {
  id: null,
  name: "Extent",
  slug: "extent",
  slot: "x",
  tag: "X",
  extent: "phrase",
  fragments: true,
  attributes: [],
  rules: [],
};

export class Labels {
  constructor({ labels = [], rules = [] } = {}) {
    this.all = labels;
    this.rules = rules;
    this.live = labels.filter(({ archived }) => !archived);
    this.byId = new Map(labels.map((label) => [label.id, label]));
  }

  of(span) {
    return span.kind === "extent"
      ? EXTENT
      : (this.byId.get(span.label) ?? { ...EXTENT, name: "Unknown label" });
  }

  byKey(key) {
    return this.live.find((label) => label.key.toLowerCase() === key) ?? null;
  }

  get extent() {
    return EXTENT;
  }

  /** The label that "rest of the paragraph" gives: the first that takes whole sentences. */
  get sentence() {
    return this.live.find(({ extent }) => extent === "sentence") ?? null;
  }

  get source() {
    return this.live.find(({ slug }) => slug === SOURCE) ?? null;
  }

  isSource(span) {
    return span?.kind === "label" && this.of(span).slug === SOURCE;
  }

  /** Where no label is that of sources, any label may begin a link. */
  get hasSource() {
    return this.all.some(({ slug }) => slug === SOURCE);
  }

  mayBegin(span) {
    return span?.kind === "label" && (this.isSource(span) || !this.hasSource);
  }

  attributesOf(span) {
    return this.of(span).attributes.filter(({ archived }) => !archived);
  }

  /** {name: ""} for each question in words, answered or not. */
  blank(span) {
    const texts = this.attributesOf(span).filter(({ kind }) => kind === "text");
    return Object.fromEntries(texts.map(({ name }) => [name, ""]));
  }

  /** Required attributes that have no answer yet. */
  missing(span) {
    if (span.state === "suggested") return [];
    return this.attributesOf(span).filter(({ name, required }) => required && !span.attributes[name]);
  }
}

export const quoteOf = (span) => span.fragments.map(({ quote }) => quote).join(" … ");

/** "Attribution: port officials" */
export function nameOf(labels, span, most = 80) {
  return `${labels.of(span).name}: ${clip(quoteOf(span), most)}`;
}

/** The smallest other span around this one, or null. */
export function around(store, span) {
  const [start, end] = hullOf(span);
  const wider = (other) => {
    const [from, to] = hullOf(other);
    return (
      other.id !== span.id && from <= start && to >= end && (to - from > end - start || other.id < span.id)
    );
  };
  return store.at(start).find(wider) ?? null;
}

/** "Attribution: port officials, inside reporting, suggested" */
export function describe(labels, store, span, most) {
  const outer = around(store, span);
  const parts = [nameOf(labels, span, most)];
  if (outer) parts.push(`inside ${labels.of(outer).name.toLowerCase()}`);
  if (span.state === "suggested") parts.push("suggested");
  const missing = labels.missing(span).length;
  if (missing) parts.push(`${missing} to answer`);
  if (span.flag) parts.push("flagged");
  return parts.join(", ");
}

export const countOf = (n, one, many = `${one}s`) => `${n} ${n === 1 ? one : many}`;
