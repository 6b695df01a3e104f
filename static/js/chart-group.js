// Charts with the same data-sync share a time axis: the whole of all their data, or the range that
// someone chose. The range stands in the URL, so that it can be shared and survives a reload.
const groups = new Map();

class Group {
  constructor(name) {
    this.name = name;
    this.charts = new Set();
    const query = new URLSearchParams(location.search);
    const [from, to] = [Number(query.get('from')), Number(query.get('to'))];
    this.range = name && from > 0 && to > from ? [from, to] : null;
  }

  /** The time axis: [from, to] in unix seconds, [null, null] without data. */
  extent() {
    if (this.range) return this.range;
    let from = Infinity;
    let to = -Infinity;
    for (const chart of this.charts) {
      const { times } = chart.data;
      from = Math.min(from, chart.config.origin || Infinity, times[0] ?? Infinity);
      to = Math.max(to, chart.config.until || -Infinity, times.at(-1) ?? -Infinity);
    }
    if (!Number.isFinite(from)) return [null, null];
    return [from, Math.max(to, from + 1)];
  }

  /** Chooses a range, or the whole with null, for all charts and in the URL. */
  choose(range) {
    this.range = range && [Math.floor(range[0]), Math.ceil(range[1])];
    const url = new URL(location.href);
    for (const [i, name] of ['from', 'to'].entries()) {
      if (this.range) url.searchParams.set(name, this.range[i]);
      else url.searchParams.delete(name);
    }
    history.replaceState(history.state, '', url);
    for (const chart of this.charts) chart.refresh();
    const [from, to] = this.range ?? [null, null];
    window.dispatchEvent(new CustomEvent('plog:range', { detail: { sync: this.name, from, to } }));
  }
}

export function join(chart, name) {
  const key = name || chart;
  if (!groups.has(key)) groups.set(key, new Group(name));
  groups.get(key).charts.add(chart);
  return groups.get(key);
}

export function leave(chart, group) {
  group.charts.delete(chart);
  for (const [key, g] of groups) if (g === group && !group.charts.size) groups.delete(key);
}
