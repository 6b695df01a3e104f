// Notices at the corner of the page. A response adds one by swapping into #toasts or by the header
// HX-Trigger: {"plog:toast":{"tone":"good","text":"Saved"}}.
import { say } from './words.js';

const icons = { good: 'circle-check', warn: 'triangle-alert', bad: 'circle-x' };

export function icon(name) {
  const base = document.querySelector('link[rel="stylesheet"]').href.replace('css/app.css', 'icons.svg');
  const svg = document.createElementNS('http://www.w3.org/2000/svg', 'svg');
  svg.setAttribute('class', 'icon');
  svg.setAttribute('aria-hidden', 'true');
  const use = document.createElementNS('http://www.w3.org/2000/svg', 'use');
  use.setAttribute('href', `${base}#${name}`);
  svg.append(use);
  return svg;
}

export function toast(tone, text) {
  const box = document.createElement('div');
  box.className = `alert toast ${tone}`;
  box.dataset.toast = tone;
  box.setAttribute('role', tone === 'bad' ? 'alert' : 'status');
  const p = document.createElement('p');
  p.textContent = text;
  const close = document.createElement('button');
  close.type = 'button';
  close.className = 'button quiet small icon-only';
  close.dataset.dismiss = '';
  close.setAttribute('aria-label', say('close'));
  close.append(icon('x'));
  box.append(icon(icons[tone] ?? 'info'), p, close);
  document.getElementById('toasts')?.append(box);
}

const area = document.getElementById('toasts');
if (area) {
  // Good news leaves by itself, unless someone is reading it; bad news stays.
  new MutationObserver((changes) => {
    for (const node of changes.flatMap((c) => [...c.addedNodes])) {
      if (node.nodeType !== Node.ELEMENT_NODE || node.dataset.toast === 'bad') continue;
      const leave = () => (node.matches(':hover, :focus-within') ? setTimeout(leave, 2000) : node.remove());
      setTimeout(leave, 6000);
    }
  }).observe(area, { childList: true });
}

document.addEventListener('click', (event) => {
  event.target.closest('[data-dismiss]')?.closest('.alert')?.remove();
});

document.addEventListener('plog:toast', (event) => toast(event.detail.tone ?? '', event.detail.text));

// A request that never got an answer; answers with an error bring their own words, and what is tried
// again has the bar of live.js.
document.addEventListener('htmx:error', (event) => {
  const error = event.detail?.error ?? event.detail?.ctx?.error;
  if (error?.name === 'AbortError' || event.target.closest?.('[data-retry]')) return;
  toast('bad', say(navigator.onLine ? 'request_failed' : 'offline'));
});
