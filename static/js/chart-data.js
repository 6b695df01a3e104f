// The data of one chart: times, and for each series a value or null per time.
export class ChartData {
  constructor(config) {
    this.times = config.t ?? [];
    this.series = config.series ?? [];
    this.adopt = config.adopt ?? '';
    this.at = new Map(this.times.map((t, i) => [t, i]));
    for (const s of this.series) s.values = pad(s.values ?? [], this.times.length);
  }

  /**
   * Takes new points {t, series}. A time that is there already gets the new values, any other is put in
   * its place. Returns whether a series joined.
   */
  push({ t = [], series = {} }) {
    const joined = this.#join(series);
    const own = this.series.filter((s) => s.key in series);
    if (!own.length && !joined) return false;
    t.forEach((time, i) => {
      const k = this.#place(time);
      for (const s of own) s.values[k] = series[s.key][i] ?? null;
    });
    return joined;
  }

  #join(series) {
    if (!this.adopt) return false;
    const fresh = Object.keys(series).filter((key) => key.startsWith(this.adopt) && !this.series.some((s) => s.key === key));
    for (const key of fresh.sort()) {
      this.series.push({ key, label: key.slice(this.adopt.length), values: pad([], this.times.length) });
    }
    return fresh.length > 0;
  }

  #place(time) {
    const known = this.at.get(time);
    if (known !== undefined) return known;
    let k = this.times.length;
    while (k > 0 && this.times[k - 1] > time) k -= 1;
    this.times.splice(k, 0, time);
    for (const s of this.series) s.values.splice(k, 0, null);
    if (k === this.times.length - 1) this.at.set(time, k);
    else this.at = new Map(this.times.map((t, i) => [t, i]));
    return k;
  }

  /** What uPlot draws: times and values; in a stack each series stands on those before it. */
  aligned(stacked, hidden) {
    if (!stacked) return [this.times, ...this.series.map((s) => s.values)];
    const sum = new Array(this.times.length).fill(0);
    const some = this.times.map((_, k) => this.series.some((s) => !s.alone && s.values[k] != null));
    return [this.times, ...this.series.map((s) => {
      if (s.alone) return s.values;
      if (hidden.has(s.key)) return s.values.map(() => null);
      return s.values.map((v, k) => {
        sum[k] += v ?? 0;
        return some[k] ? sum[k] : null;
      });
    })];
  }

  latest(s) {
    for (let k = s.values.length - 1; k >= 0; k -= 1) if (s.values[k] != null) return s.values[k];
    return null;
  }
}

function pad(values, length) {
  const full = values.slice(0, length);
  while (full.length < length) full.push(null);
  return full;
}
