// What arrives over a page's event stream. Unnamed events are HTML, which htmx swaps. Events named
// "points" are JSON for the charts: they go out as the window event plog:points. While the stream is
// broken, elements with data-stale say since when; figures stay as they were. What an element with
// data-retry fetches is as sure to come as the stream: without an answer it gets the event "retry" a
// moment later.
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

function lost() {
  lostAt ??= new Date();
  show();
}

function found() {
  lostAt = null;
  show();
}

document.addEventListener('htmx:sse:error', lost);
document.addEventListener('htmx:sse:after:connection', found);

document.addEventListener('htmx:error', (event) => {
  const waiting = event.target.closest?.('[data-retry]');
  if (!waiting) return;
  lost();
  setTimeout(() => waiting.dispatchEvent(new Event('retry')), 1000);
});
document.addEventListener('htmx:after:request', (event) => {
  if (event.target.closest?.('[data-retry]')) found();
});
