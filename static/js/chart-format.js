// Figures as the server writes them: three significant digits, a unit, a dash for no data.
export const DASH = '–';

const group = (text) => text.replace(/\B(?=(\d{3})+(?!\d))/g, ',');

function digits(v) {
  if (v >= 999.5) return group(v.toFixed(0));
  if (v >= 99.95) return v.toFixed(0);
  return String(Number(v.toFixed(v >= 9.995 ? 1 : 2)));
}

function number(v, unit = '') {
  const sign = v < 0 ? '−' : '';
  let abs = Math.abs(v);
  let prefix = '';
  if (abs >= 999.5e6) [abs, prefix] = [abs / 1e9, 'G'];
  else if (abs >= 999.5e3) [abs, prefix] = [abs / 1e6, 'M'];
  else if (abs >= 9999.5) [abs, prefix] = [abs / 1e3, 'k'];
  else if (abs > 0 && abs < 0.005) return `${sign}<0.01${unit ? ` ${unit}` : ''}`;
  const tail = prefix + unit;
  return sign + digits(abs) + (tail ? ` ${tail}` : '');
}

function percent(p) {
  if (p > 0 && p < 0.01) return '<0.01 %';
  if (p < 100 && p >= 99.995) return '>99.99 %';
  if (p < 100 && p >= 99.5) return `${Number((Math.floor(p * 100) / 100).toFixed(2))} %`;
  return `${digits(p)} %`;
}

function bytes(v) {
  let unit = 'B';
  for (const next of ['KiB', 'MiB', 'GiB', 'TiB']) {
    if (v < 999.5) break;
    v /= 1024;
    unit = next;
  }
  return `${digits(v)} ${unit}`;
}

function millis(v) {
  if (v > 0 && v < 0.005) return '<0.01 ms';
  return v >= 999.5 ? `${digits(v / 1000)} s` : `${digits(v)} ms`;
}

function cores(v, language) {
  if (v < 1000) return `${v} m`;
  const n = digits(v / 1000);
  if (language.startsWith('ko')) return `${n}코어`;
  return `${n} ${n === '1' ? 'core' : 'cores'}`;
}

/** Writes a value in a unit of package chart. */
export function write(unit, v, language = 'en') {
  if (v == null || !Number.isFinite(v)) return DASH;
  switch (unit) {
    case 'ms': return millis(v);
    case 'ratio': return percent(v * 100);
    case '%': return percent(v);
    case 'MiB': return bytes(Math.round(v * 1024 * 1024));
    case 'm': return cores(Math.round(v), language);
    default: return number(v, unit);
  }
}

const two = (n) => String(n).padStart(2, '0');

/** Writes a time of the axis: since origin, or local time of day without one. */
export function clock(t, origin, language = 'en') {
  if (!origin) return new Date(t * 1000).toLocaleTimeString(language, { hourCycle: 'h23' });
  const s = Math.round(t - origin);
  if (s >= 3600) return `${Math.floor(s / 3600)}:${two(Math.floor(s / 60) % 60)}:${two(s % 60)}`;
  return `${Math.floor(s / 60)}:${two(s % 60)}`;
}
