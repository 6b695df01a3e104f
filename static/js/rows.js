// Keys for the list of operations. Rows are one stop of the Tab key; arrows go from row to row.
import { open } from './dialog.js';
import { swapped, tick } from './pick.js';

const list = document.getElementById('operations');
const search = document.querySelector('[data-search]');
let current = null;

const rows = () => [...list.querySelectorAll('.operation-row')];
const summary = (row) => row.querySelector('summary');
const details = (row) => row.querySelector('details');
const box = (row) => row.querySelector('input[name="op"]');

function stop(row, on) {
  for (const part of [summary(row), box(row)]) part.tabIndex = on ? 0 : -1;
}

function enter(row) {
  if (current && current !== row) stop(current, false);
  current = row;
  stop(row, true);
}

function settle() {
  const all = rows();
  for (const row of all) stop(row, false);
  const wanted = all.find((row) => row.matches('[data-at]'));
  if (wanted || !current?.isConnected) current = wanted ?? all[0] ?? null;
  if (current) enter(current);
  if (!wanted) return;
  wanted.removeAttribute('data-at');
  wanted.scrollIntoView({ block: 'center' });
  summary(wanted).focus({ preventScroll: true });
}

function focus(row) {
  if (!row) return;
  enter(row);
  summary(row).focus();
  row.scrollIntoView({ block: 'nearest' });
}

function step(row, by) {
  const all = rows();
  const to = all.indexOf(row) + by;
  if (to < 0) search?.focus();
  else focus(all[Math.min(to, all.length - 1)]);
}

function clear() {
  if (!search?.value) return;
  search.value = '';
  search.dispatchEvent(new Event('input', { bubbles: true }));
}

const toPlan = () => document.querySelector('#plan .run-buttons [value="run"]')?.focus();

// What keys do in a row.
const keys = {
  ArrowDown: (row) => step(row, 1),
  j: (row) => step(row, 1),
  ArrowUp: (row) => step(row, -1),
  k: (row) => step(row, -1),
  Home: () => focus(rows()[0]),
  End: () => focus(rows().at(-1)),
  Enter: (row) => { details(row).open = !details(row).open; },
  ArrowRight: (row) => { details(row).open = true; },
  ArrowLeft: (row) => { details(row).open = false; },
  ' ': (row, event) => tick(box(row), event.shiftKey),
  x: (row, event) => tick(box(row), event.shiftKey),
  a: toPlan,
  Escape: (row) => {
    if (details(row).open) details(row).open = false;
    else clear();
  },
};

function inRow(event) {
  const row = event.target.closest('.operation-row');
  if (!row) return;
  const body = event.target.closest('.operation-body');
  if (body) {
    if (event.key !== 'Escape' || event.defaultPrevented) return;
    details(row).open = false;
    focus(row);
    return;
  }
  if (event.key === 'Enter' && event.target.matches('summary')) return; // the browser's own
  const act = keys[event.key.length === 1 ? event.key.toLowerCase() : event.key];
  if (!act) return;
  event.preventDefault();
  act(row, event);
}

const typing = (node) => node.matches?.('input:not([type=checkbox]), textarea, select, [contenteditable]');

function start() {
  settle();
  document.addEventListener('htmx:after:swap', (event) => { if (swapped(event)) settle(); });
  list.addEventListener('focusin', (event) => {
    const row = event.target.closest('.operation-row');
    if (row) enter(row);
  });
  list.addEventListener('keydown', (event) => {
    if (!event.metaKey && !event.ctrlKey && !event.altKey) inRow(event);
  });
  // Firefox turns a summary at the release of the space bar.
  list.addEventListener('keyup', (event) => {
    if (event.key === ' ' && event.target.matches('.operation-row > details > summary')) event.preventDefault();
  });
  search?.addEventListener('keydown', (event) => {
    if (event.key !== 'ArrowDown') return;
    event.preventDefault();
    focus(rows()[0]);
  });
  document.addEventListener('keydown', (event) => {
    if (event.metaKey || event.ctrlKey || event.altKey || event.defaultPrevented || typing(event.target)) return;
    if (document.querySelector('dialog[open]')) return;
    if (event.key === '?') open('apis-keys');
    else if (event.target === document.body && (event.key === 'j' || event.key === 'ArrowDown')) focus(current);
    else return;
    event.preventDefault();
  });
}

if (list?.matches('.operations')) start();
