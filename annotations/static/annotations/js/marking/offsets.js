// Code points (what is stored) <-> UTF-16 units (what the browser counts), one table per block.

const ASTRAL = /[\ud800-\udbff][\udc00-\udfff]/;

const PLAIN = (units) => ({ length: units, toUnits: (point) => point, toPoints: (unit) => unit });

/** {length in code points, toUnits(point), toPoints(unit)}; the middle of a pair counts as its start. */
export function makeTable(text) {
  if (!ASTRAL.test(text)) return PLAIN(text.length);
  const units = [];
  const points = new Array(text.length + 1);
  let unit = 0;
  for (const char of text) {
    for (let i = 0; i < char.length; i += 1) points[unit + i] = units.length;
    units.push(unit);
    unit += char.length;
  }
  points[unit] = units.length;
  const length = units.length;
  units.push(unit);
  return { length, toUnits: (point) => units[point], toPoints: (at) => points[at] };
}

export function countPoints(text) {
  return makeTable(text).length;
}
