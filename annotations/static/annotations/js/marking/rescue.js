// All marks of this page as a file: native JSON, as "Import marks" reads it. For work that the server no longer takes.

const fragmentOf = ({ start, end, quote }) => ({ start, end, text: quote });

function spanOf(span, labels) {
  const { id, note, flag, codebook } = span;
  const entry = { id, fragments: span.fragments.map(fragmentOf) };
  if (span.kind === "label") {
    const label = labels.of(span);
    const yesNo = new Set(label.attributes.filter(({ kind }) => kind === "yes_no").map(({ name }) => name));
    const answers = Object.entries(span.attributes).filter(([, answer]) => answer);
    entry.label = label.slug;
    entry.attributes = Object.fromEntries(
      answers.map(([name, answer]) => [name, yesNo.has(name) ? answer === "yes" : answer]),
    );
  }
  const more = Object.entries({ note, flag, codebook }).filter(([, value]) => value);
  return { ...entry, ...Object.fromEntries(more) };
}

/** The text of the file. Suggestions that nobody accepted are no marks, and stay out. */
export function marksFile({ store, labels }, { article, annotator, codebook }) {
  const spans = store.inOrder().filter(({ state }) => state !== "suggested");
  const there = new Set(spans.map(({ id }) => id));
  const named = new Set(spans.flatMap(({ attributes }) => Object.values(attributes)));
  const told = {
    format: "sourcemark-marks/1",
    document: { sha256: article.sha256, code_points: article.length },
    annotator,
    codebook: { version: codebook.number },
    entities: [...store.entities.values()].filter(({ id }) => named.has(id)).map(({ id, name }) => ({ id, name })),
    spans: spans.filter(({ kind }) => kind === "label").map((span) => spanOf(span, labels)),
    extents: spans.filter(({ kind }) => kind === "extent").map((span) => spanOf(span, labels)),
    links: [...store.links.values()]
      .filter(({ source, target }) => there.has(source) && there.has(target))
      .map(({ source, target, cue }) => ({ from: source, to: target, ...(cue && { cue: fragmentOf(cue) }) })),
  };
  return JSON.stringify(told, null, 1);
}

export function saveFile(text, name) {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(new Blob([text], { type: "application/json" }));
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
}
