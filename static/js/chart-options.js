// How uPlot draws a <plog-chart>.
import { write, clock } from './chart-format.js';
import { language } from './words.js';

const SPANS = [1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 14400, 21600, 43200, 86400];
const LEAST = { ratio: 0.01, '%': 1, m: 100, ms: 10, '/s': 10 }; // the top of an axis whose values are all 0
const FACTORS = [1, 2, 2.5, 5, 10];

/** The page's colours as the browser resolves them in the current theme. */
export function palette(host) {
  const probe = host.appendChild(document.createElement('span'));
  const read = (color) => {
    probe.style.color = color;
    return getComputedStyle(probe).color;
  };
  const token = (name) => read(`var(--${name})`);
  const colors = {
    text: token('subtle'), line: token('line'), base: token('line-strong'), limit: token('bad'), mark: token('n-9'),
    surface: token('surface'), font: getComputedStyle(host).fontFamily,
  };
  colors.series = (tone) => token({ muted: 'n-9' }[tone] ?? (/^\d$/.test(tone) ? `series-${tone}` : tone));
  const all = new Map();
  const series = host.data.series.map((s, i) => {
    const tone = s.tone || String((i % 8) + 1);
    if (!all.has(tone)) all.set(tone, colors.series(tone));
    return all.get(tone);
  });
  probe.remove();
  return { ...colors, series };
}

const fade = (color, alpha) => color.replace(/^rgb\(([^)]+)\)$/, `rgba($1, ${alpha})`);

export function options(chart, size, colors) {
  const { config, data, off } = chart;
  const stacked = config.kind === 'stacked';
  const font = `11px ${colors.font}`;
  const axis = { stroke: colors.text, font, labelFont: font, ticks: { show: false } };
  return {
    ...size,
    legend: { show: false },
    padding: [8, 26, 0, 0], // half of the last clock time stands to the right of its tick
    cursor: {
      sync: config.sync ? { key: config.sync, setSeries: false, scales: ['x', null] } : undefined,
      drag: { x: true, y: false, setScale: false, dist: 5 },
      y: false,
      points: { size: 7, fill: (u, i) => u.series[i].stroke(u, i) },
      bind: { dblclick: () => () => { chart.group.choose(null); return null; } },
    },
    select: { show: true },
    scales: {
      x: { time: false, range: () => chart.group.extent() },
      y: { range: (u, min, max) => [0, ceiling(max ?? 0, config)] },
    },
    axes: [
      {
        ...axis, size: 26, gap: 4, grid: { show: false }, border: { show: true, stroke: colors.base, width: 1 },
        splits: (u) => times(u, config.origin ?? 0),
        values: (u, at) => at.map((t) => clock(t, config.origin, language)),
      },
      {
        ...axis, size: 60, gap: 6, grid: { stroke: colors.line, width: 1 },
        splits: (u) => steps(u.scales.y.max, u.bbox.height / devicePixelRatio),
        values: (u, at) => at.map((v) => write(config.unit, v, language)),
      },
    ],
    series: [{}, ...data.series.map((s, i) => ({
      label: s.label,
      show: !off.has(s.key),
      stroke: colors.series[i],
      width: 1.75,
      dash: s.dashed ? [6, 4] : undefined,
      fill: fill(config.kind, s, colors.series[i]),
      spanGaps: false,
      points: { show: true, size: 4, filter: (u, si) => alone(u.data[si]) },
    }))],
    bands: stacked ? bands(data.series, off) : undefined,
    hooks: {
      setCursor: [() => chart.cursorMoved()],
      setSelect: [(u) => {
        if (u.select.width < 5) return;
        const [from, to] = [u.posToVal(u.select.left, 'x'), u.posToVal(u.select.left + u.select.width, 'x')];
        u.setSelect({ left: 0, width: 0, top: 0, height: 0 }, false);
        chart.selected(from, to);
      }],
      draw: [(u) => lines(u, config, colors, font)],
    },
  };
}

function fill(kind, s, color) {
  if (kind === 'line' || s.alone) return undefined;
  return fade(color, kind === 'stacked' ? 0.5 : 0.14);
}

// Each series of a stack is filled down to the one below it that shows.
function bands(series, hidden) {
  const list = [];
  let below = 0;
  series.forEach((s, i) => {
    if (s.alone || hidden.has(s.key)) return;
    if (below) list.push({ series: [i + 1, below] });
    below = i + 1;
  });
  return list;
}

// Values without neighbours would be invisible as a line: they are dots.
const alone = (values) => values.flatMap((v, k) => (v != null && values[k - 1] == null && values[k + 1] == null ? [k] : []));

// The highest value to show: of the data, and of the limits that are not far above it.
function ceiling(max, { unit, limits = [] }) {
  let top = max;
  for (const { value } of limits) if (value > top && (max === 0 || value <= 4 * max)) top = value * 1.05;
  return top > 0 ? top * 1.06 : LEAST[unit] ?? 1;
}

function steps(top, height) {
  const raw = top / Math.max(2, Math.floor(height / 44));
  const magnitude = 10 ** Math.floor(Math.log10(raw));
  const step = magnitude * FACTORS.find((f) => f * magnitude >= raw * (1 - 1e-9));
  const at = [];
  for (let i = 0; i * step <= top; i += 1) at.push(i * step);
  return at;
}

function times(u, origin) {
  const { min, max } = u.scales.x;
  if (min == null) return [];
  const most = Math.max(2, u.bbox.width / devicePixelRatio / 84);
  let step = SPANS.find((s) => (max - min) / s <= most) ?? SPANS.at(-1);
  while ((max - min) / step > most) step *= 2;
  const zone = origin ? 0 : new Date(min * 1000).getTimezoneOffset() * 60;
  const base = origin || zone;
  const at = [];
  for (let t = base + Math.ceil((min - base) / step) * step; t <= max; t += step) at.push(t);
  return at;
}

function lines(u, config, colors, font) {
  const { ctx, bbox } = u;
  const scale = devicePixelRatio;
  ctx.save();
  ctx.beginPath();
  ctx.rect(bbox.left, bbox.top, bbox.width, bbox.height);
  ctx.clip();
  ctx.font = font.replace('11px', `${11 * scale}px`);
  ctx.textBaseline = 'alphabetic';
  ctx.lineWidth = scale;
  const inscribe = (text, x, y, color, align) => {
    ctx.textAlign = align;
    ctx.lineJoin = 'round';
    ctx.setLineDash([]);
    ctx.strokeStyle = colors.surface;
    ctx.lineWidth = 3 * scale;
    ctx.strokeText(text, x, y);
    ctx.lineWidth = scale;
    ctx.fillStyle = color;
    ctx.fillText(text, x, y);
  };
  for (const { value, label } of config.limits ?? []) {
    if (value > u.scales.y.max) continue;
    const y = Math.round(u.valToPos(value, 'y', true));
    ctx.strokeStyle = colors.limit;
    ctx.setLineDash([5 * scale, 4 * scale]);
    ctx.beginPath();
    ctx.moveTo(bbox.left, y);
    ctx.lineTo(bbox.left + bbox.width, y);
    ctx.stroke();
    inscribe(label, bbox.left + bbox.width - 4 * scale, y - 4 * scale, colors.limit, 'right');
  }
  for (const { t, label } of config.marks ?? []) {
    if (t < u.scales.x.min || t > u.scales.x.max) continue;
    const x = Math.round(u.valToPos(t, 'x', true));
    ctx.strokeStyle = colors.mark;
    ctx.setLineDash([2 * scale, 3 * scale]);
    ctx.beginPath();
    ctx.moveTo(x, bbox.top);
    ctx.lineTo(x, bbox.top + bbox.height);
    ctx.stroke();
    if (label) inscribe(label, x + 4 * scale, bbox.top + 10 * scale, colors.text, 'left');
  }
  ctx.restore();
}
