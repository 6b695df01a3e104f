// What arrives over a page's event stream. Unnamed events are HTML, which htmx swaps. Events named
// "points" are JSON for the charts: they go out as the window event plog:points. While the stream is
// broken, elements with data-stale say since when; figures stay as they were.
import { say, language } from './words.js';

document.addEventListener('points', (event) => {
  let detail;
  try {
    detail = JSON.parse(event.detail.data);
  } catch {
    return;
  }
  window.dispatchEvent(new CustomEvent('plog:points', { detail }));
});

let lostAt = null;

function show() {
  for (const bar of document.querySelectorAll('[data-stale]')) {
    bar.hidden = !lostAt;
    const text = bar.querySelector('[data-stale-text]') ?? bar;
    if (lostAt) text.textContent = say('connection_lost', { Time: lostAt.toLocaleTimeString(language, { hourCycle: 'h23' }) });
  }
}

document.addEventListener('htmx:sse:error', () => {
  lostAt ??= new Date();
  show();
});
document.addEventListener('htmx:sse:after:connection', () => {
  lostAt = null;
  show();
});
