// Choosing operations. What is chosen outlives the list: a filter takes rows away, scrolling brings more.
// Those without a row are hidden fields of the plan's form. data-pick-names chooses the names at an
// address, data-pick-group those of its tag or none of them when all are chosen, data-pick-none clears,
// data-unpick takes one name back. Shift chooses everything from the row before.
import { say } from './words.js';
import { toast } from './toast.js';

const list = document.getElementById('operations');
const spare = document.getElementById('chosen');
const picked = document.getElementById('picked');
const chosen = new Set();
let last = null;

const boxes = () => [...list.querySelectorAll('input[name="op"]')];

/** Whether a swap may have changed the list: what it replaced is no longer there to ask. */
export function swapped(event) {
  const target = event.detail?.ctx?.target;
  return !target?.isConnected || list.contains(target);
}

/** Brings the page into line with what is chosen. */
function show() {
  const shown = new Set();
  for (const box of boxes()) {
    box.checked = chosen.has(box.value);
    shown.add(box.value);
  }
  spare.replaceChildren(...[...chosen].filter((name) => !shown.has(name)).map((name) => {
    const field = document.createElement('input');
    field.type = 'hidden';
    field.name = 'op';
    field.value = name;
    field.setAttribute('form', 'plan-form');
    return field;
  }));
  count();
}

function count() {
  picked.hidden = chosen.size === 0;
  picked.querySelector('[role="status"]').textContent = picked.dataset.picked.replace(/{{\s*\.Count\s*}}/, chosen.size.toLocaleString());
}

/** Chooses the operations of these names, or none of them. */
export function choose(names, on) {
  for (const name of names) {
    if (on) chosen.add(name);
    else chosen.delete(name);
  }
  show();
  list.dispatchEvent(new Event('change', { bubbles: true }));
}

async function namesAt(url) {
  try {
    const response = await fetch(url, { headers: { Accept: 'application/json' } });
    if (!response.ok) throw new Error(response.statusText);
    return await response.json();
  } catch {
    toast('bad', say(navigator.onLine ? 'request_failed' : 'offline'));
    return [];
  }
}

async function chooseGroup(section) {
  const url = section.dataset.group;
  const rows = [...list.querySelectorAll('[data-group]')].filter((part) => part.dataset.group === url)
    .flatMap((part) => [...part.querySelectorAll('input[name="op"]')]);
  const on = !rows.every((box) => box.checked);
  const whole = rows.length >= Number(section.dataset.total);
  choose(whole ? rows.map((box) => box.value) : await namesAt(url), on);
}

/** Ticks or unticks a row; with range, every row from the one before as well. */
export function tick(box, range = false) {
  reach(box, !box.checked, range);
}

function reach(box, on, range) {
  const all = boxes();
  const from = range && last ? all.findIndex((other) => other.value === last) : -1;
  const to = all.indexOf(box);
  last = box.value;
  const between = from < 0 ? [box] : all.slice(Math.min(from, to), Math.max(from, to) + 1);
  choose(between.map((each) => each.value), on);
}

function start() {
  for (const field of spare.children) chosen.add(field.value);
  for (const box of boxes()) if (box.checked) chosen.add(box.value);
  show();
  // A click has ticked the box when it is heard of.
  list.addEventListener('click', (event) => {
    if (event.target.matches?.('input[name="op"]') && event.shiftKey) reach(event.target, event.target.checked, true);
  });
  list.addEventListener('change', (event) => {
    if (!event.target.matches?.('input[name="op"]')) return;
    last = event.target.value;
    if (event.target.checked) chosen.add(last);
    else chosen.delete(last);
    count();
  });
  document.addEventListener('htmx:after:swap', (event) => { if (swapped(event)) show(); });
  document.addEventListener('click', async (event) => {
    const button = event.target.closest?.('[data-pick-names], [data-pick-group], [data-pick-none], [data-unpick]');
    if (!button) return;
    if (button.dataset.unpick !== undefined) choose([button.dataset.unpick], false);
    else if (button.dataset.pickNames) choose(await namesAt(button.dataset.pickNames), true);
    else if (button.dataset.pickGroup !== undefined) await chooseGroup(button.closest('[data-group]'));
    else choose([...chosen], false);
  });
}

if (list && spare && picked) start();
