// <plog-chart>: a live chart over the data that package chart wrote into it as JSON, in place of the
// server's drawing, which it keeps until uPlot has drawn. It grows by push(points) or by the window event
// plog:points. Dragging chooses a range of time for all charts of its group (event plog:range); a double
// click, Escape or the button gives the whole back. Arrow keys move the cursor.
import { ChartData } from './chart-data.js';
import { write, clock, DASH } from './chart-format.js';
import { join, leave } from './chart-group.js';
import { options, palette } from './chart-options.js';
import { onThemeChange } from './theme.js';
import { say, language } from './words.js';

class PlogChart extends HTMLElement {
  connectedCallback() {
    if (this.listeners || !window.uPlot) return;
    this.config ??= JSON.parse(this.querySelector('script[type="application/json"]').textContent);
    this.data ??= new ChartData(this.config);
    this.off ??= new Set();
    this.box = this.querySelector('.chart-plot');
    this.drawing ??= this.box.firstElementChild;
    this.group = join(this, this.config.sync);
    this.listeners = new AbortController();
    const { signal } = this.listeners;
    window.addEventListener('plog:points', (event) => this.push(event.detail), { signal });
    this.addEventListener('keydown', (event) => this.#key(event), { signal });
    this.tabIndex = 0;
    this.setAttribute('role', 'group');
    this.#build();
    this.resizing = new ResizeObserver(() => this.plot?.setSize(this.#size()));
    this.resizing.observe(this.box);
  }

  disconnectedCallback() {
    if (!this.listeners) return;
    this.listeners.abort();
    this.listeners = null;
    this.resizing.disconnect();
    cancelAnimationFrame(this.frame);
    leave(this, this.group);
    this.plot?.destroy();
    this.plot = null;
    this.box.replaceChildren(this.drawing);
  }

  /** Takes points {t: [unix seconds], series: {key: [value or null]}, until, marks}. */
  push(points) {
    if (points.until) this.config.until = points.until;
    if (points.marks) this.config.marks = [...(this.config.marks ?? []), ...points.marks];
    if (this.data.push(points) || !this.plot) this.rebuild();
    else this.refresh();
  }

  /** Draws again with the next frame; several calls are one. */
  refresh() {
    cancelAnimationFrame(this.frame);
    this.frame = requestAnimationFrame(() => {
      if (!this.plot) return;
      this.plot.setData(this.#aligned());
      this.#legend();
    });
  }

  /** Builds the chart anew: the colours or the series have changed. */
  rebuild() {
    this.plot?.destroy();
    this.#build();
  }

  #aligned() { return this.data.aligned(this.config.kind === 'stacked', this.off); }

  #size() { return { width: Math.max(120, Math.floor(this.box.clientWidth)), height: this.box.clientHeight || 210 }; }

  // Before the first value the server's drawing says that there is none.
  #build() {
    if (!this.data.times.length) return;
    const canvas = document.createElement('div');
    const draw = options(this, this.#size(), palette(this));
    this.plot = new window.uPlot(draw, this.#aligned(), canvas);
    this.box.replaceChildren(canvas);
    this.plot.syncRect?.();
    this.#buildLegend();
    this.#legend();
  }

  #buildLegend() {
    const list = this.querySelector('.legend');
    this.values = new Map();
    list.replaceChildren(...this.data.series.map((s, i) => {
      const item = document.createElement('li');
      const button = document.createElement('button');
      button.type = 'button';
      button.setAttribute('aria-pressed', String(!this.off.has(s.key)));
      const key = document.createElement('span');
      key.className = `key series-${s.tone || (i % 8) + 1}${s.dashed ? ' dashed' : ''}`;
      const label = document.createElement('span');
      label.textContent = s.label;
      const value = document.createElement('span');
      value.className = 'value';
      button.append(key, label, value);
      button.addEventListener('click', () => this.#toggle(s.key));
      item.append(button);
      this.values.set(s.key, value);
      return item;
    }));
    this.when = document.createElement('li');
    this.when.className = 'when';
    this.whole = document.createElement('button');
    this.whole.type = 'button';
    this.whole.textContent = say('chart.reset');
    this.whole.addEventListener('click', () => this.group.choose(null));
    this.instant = document.createElement('span');
    this.when.append(this.instant, this.whole);
    list.append(this.when);
  }

  #toggle(key) {
    if (!this.off.delete(key)) this.off.add(key);
    this.rebuild();
  }

  // The legend says the values under the cursor, or the latest ones.
  #legend() {
    const k = this.plot.cursor.idx;
    const pointed = k != null && this.plot.cursor.left >= 0;
    for (const s of this.data.series) {
      this.values.get(s.key).textContent = write(this.config.unit, pointed ? s.values[k] : this.data.latest(s), language);
    }
    this.instant.textContent = pointed ? clock(this.data.times[k], this.config.origin, language) : '';
    this.whole.hidden = !this.group.range;
    const values = this.data.series.map((s) => `${s.label} ${this.values.get(s.key).textContent || DASH}`).join(', ');
    const series = this.data.series.map((s) => s.label).join(', ');
    this.setAttribute('aria-label', `${this.config.title}. ${say('chart.summary', { Series: series, Values: values })} ${say('chart.keys')}`);
  }

  cursorMoved() { if (this.values) this.#legend(); }

  selected(from, to) { this.group.choose([from, to]); }

  #key(event) {
    if (event.target !== this || !this.plot) return;
    const step = { ArrowLeft: -1, ArrowRight: 1, PageUp: -10, PageDown: 10 }[event.key];
    if (event.key === 'Escape') {
      this.plot.setCursor({ left: -10, top: -10 }, true, true);
      if (this.group.range) this.group.choose(null);
      return;
    }
    if (!step || !this.data.times.length) return;
    event.preventDefault();
    const last = this.data.times.length - 1;
    const now = this.plot.cursor.left >= 0 ? this.plot.cursor.idx : last - step;
    const k = Math.min(last, Math.max(0, (now ?? last) + step));
    this.plot.setCursor({ left: this.plot.valToPos(this.data.times[k], 'x'), top: 10 }, true, true); // the third: to the other charts too
    this.#announce();
  }

  #announce() {
    this.live ??= this.appendChild(Object.assign(document.createElement('p'), { className: 'visually-hidden' }));
    this.live.setAttribute('aria-live', 'polite');
    const values = this.data.series.map((s) => `${s.label} ${this.values.get(s.key).textContent}`).join(', ');
    this.live.textContent = `${this.instant.textContent}: ${values}`;
  }
}

customElements.define('plog-chart', PlogChart);
onThemeChange(() => document.querySelectorAll('plog-chart').forEach((chart) => chart.rebuild()));
