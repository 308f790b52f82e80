// The voice ribbon: the article from top to bottom, each row the share that is covered and by
// whose voice. Gaps show as blanks; a click goes there.

import { byId } from "./dom.js";
import { lastAtOrBefore } from "./article.js";

const SVG = "http://www.w3.org/2000/svg";
const ROWS = 300;
const WIDTH = 12;
const HEIGHT = 1000;

function shape(name, attributes) {
  const element = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
  return element;
}

/** Sentences, joined to at most ROWS stretches of about equal length. */
export function rowsOf(sentences, length, most = ROWS) {
  const rows = [];
  for (const [start, end] of sentences) {
    const last = rows.at(-1);
    if (last && sentences.length > most && last[1] - last[0] < length / most) last[1] = end;
    else rows.push([start, end]);
  }
  return rows;
}

/**
 * Whose voice covers a row, and how much of it: {voice, share}. A source's words go before the
 * outlet's, those before any other mark; loaded words alone are no voice.
 */
export function voiceOf([start, end], spans, rankOf) {
  const covered = new Map();
  for (const span of spans) {
    const rank = rankOf(span);
    if (!rank) continue;
    for (const part of span.fragments) {
      const length = Math.min(end, part.end) - Math.max(start, part.start);
      if (length > 0) covered.set(rank.voice, { rank: rank.order, length: (covered.get(rank.voice)?.length ?? 0) + length });
    }
  }
  const all = [...covered].sort(([, a], [, b]) => b.length - a.length || a.rank - b.rank);
  if (!all.length) return { voice: null, share: 0 };
  const total = all.reduce((sum, [, { length }]) => sum + length, 0);
  return { voice: all[0][0], share: Math.min(1, total / (end - start)) };
}

export class Ribbon {
  constructor(desk) {
    this.desk = desk;
    this.root = byId("ribbon");
    this.rows = rowsOf(desk.article.sentences, desk.article.length);
    this.starts = this.rows.map(([start]) => start);
    this.picture = shape("svg", { viewBox: `0 0 ${WIDTH} ${HEIGHT}`, preserveAspectRatio: "none", role: "img", class: "ribbon-picture" });
    this.title = shape("title", {});
    this.bars = this.rows.map(([start, end]) => shape("rect", { x: 0, y: this.y(start), width: 0, height: Math.max(1, this.y(end) - this.y(start) - 1), class: "voice" }));
    this.frame = shape("rect", { x: 0, y: 0, width: WIDTH, height: 0, class: "in-view" });
    this.picture.append(this.title, shape("rect", { x: 0, y: 0, width: WIDTH, height: HEIGHT, class: "track" }), ...this.bars, this.frame);
    this.root.replaceChildren(this.picture);
    this.picture.addEventListener("click", (event) => this.go(event));
    this.dirty = new Set(this.rows.keys());
    desk.on("marks", ({ touched }) => this.touch(touched));
    document.addEventListener("scroll", () => this.follow(), { passive: true });
    this.draw();
    this.follow();
  }

  y(point) {
    return (point / this.desk.article.length) * HEIGHT;
  }

  rankOf(span) {
    const { labels } = this.desk;
    if (span.state === "suggested") return null;
    if (span.kind === "extent" || labels.isSource(span)) return { voice: "source", order: 0 };
    if (span.label === labels.sentence?.id) return { voice: "outlet", order: 1 };
    return labels.of(span).slug === "characterization" ? null : { voice: "other", order: 2 };
  }

  touch(blocks) {
    for (const index of blocks) {
      const { start, end } = this.desk.article.blocks[index];
      for (let i = lastAtOrBefore(this.starts, start); this.rows[i]?.[0] < end; i += 1) this.dirty.add(i);
    }
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.draw(), 200);
  }

  draw() {
    const { store } = this.desk;
    this.covered ??= this.rows.map(() => ({ voice: null, share: 0 }));
    for (const i of this.dirty) {
      const found = voiceOf(this.rows[i], store.over(...this.rows[i]), (span) => this.rankOf(span));
      this.covered[i] = found;
      this.bars[i].setAttribute("class", `voice ${found.voice ?? "none"}`);
      this.bars[i].setAttribute("width", found.share ? Math.max(2, WIDTH * found.share) : 0);
    }
    this.dirty.clear();
    this.title.textContent = this.inWords();
  }

  inWords() {
    const sum = { outlet: 0, source: 0, other: 0 };
    let all = 0;
    this.rows.forEach(([start, end], i) => {
      const { voice, share } = this.covered[i];
      all += end - start;
      if (voice) sum[voice] += share * (end - start);
    });
    const percent = (part) => `${Math.round((100 * part) / (all || 1))} %`;
    return `Covered: ${percent(sum.outlet + sum.source + sum.other)} of the text; the outlet ${percent(sum.outlet)}, sources ${percent(sum.source)}, other marks ${percent(sum.other)}`;
  }

  follow() {
    if (this.asked) return;
    this.asked = true;
    requestAnimationFrame(() => {
      this.asked = false;
      const box = this.desk.view.root.getBoundingClientRect();
      const scale = HEIGHT / (box.height || 1);
      const top = Math.max(0, -box.top * scale);
      const bottom = Math.min(HEIGHT, (window.innerHeight - box.top) * scale);
      this.frame.setAttribute("y", top);
      this.frame.setAttribute("height", Math.max(0, bottom - top));
    });
  }

  go({ clientY }) {
    const box = this.picture.getBoundingClientRect();
    const { article, view } = this.desk;
    const point = Math.round(((clientY - box.top) / box.height) * article.length);
    const [start, end] = article.sentenceAt(point) ?? [0, 1];
    view.reveal(start, end);
  }
}
