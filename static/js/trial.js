// An operation's form: typing a value ticks that it is sent, Ctrl Enter or ⌘ Enter sends the request.
import { choose } from './pick.js';

document.addEventListener('input', (event) => {
  const tick = event.target.closest?.('.trial-value')?.closest('.trial-row')?.querySelector('.trial-name > .choice > input');
  if (tick) tick.checked = true;
});

document.addEventListener('keydown', (event) => {
  if (event.key !== 'Enter' || !(event.metaKey || event.ctrlKey)) return;
  const form = event.target.closest?.('form[data-trial]');
  const send = form?.querySelector('[data-send]:not([disabled])');
  if (!send) return;
  event.preventDefault();
  form.requestSubmit(send);
});

// What was wrong before is not wrong of the request that is sent now.
document.addEventListener('submit', (event) => {
  if (!event.target.matches?.('form[data-trial]')) return;
  for (const old of event.target.querySelectorAll('.alert.bad, .error-text')) old.remove();
  for (const field of event.target.querySelectorAll('[aria-invalid]')) field.removeAttribute('aria-invalid');
});

// Putting a request into the plan: the plan's form stands on the same page, or is gone to.
const waiting = 'plog.use-request';

function put({ operation, request }) {
  const edited = document.getElementById('plan-requests');
  if (!edited) return false;
  const name = `request.${operation}`;
  let field = [...edited.children].find((other) => other.name === name);
  if (!field) {
    field = document.createElement('input');
    field.type = 'hidden';
    field.name = name;
    edited.append(field);
  }
  field.value = request;
  choose([operation], true);
  return true;
}

function take() {
  for (const used of document.querySelectorAll('[data-use-request]')) {
    const what = { operation: used.dataset.useOperation, request: used.dataset.useRequest, page: used.dataset.usePage };
    used.removeAttribute('data-use-request');
    if (put(what)) continue;
    sessionStorage.setItem(waiting, JSON.stringify(what));
    location.assign(what.page);
  }
}

document.addEventListener('htmx:after:swap', () => {
  take();
  // What a preflight said is read before anything else is done.
  const said = document.querySelector('#preflight[data-fresh]');
  said?.removeAttribute('data-fresh');
  said?.focus();
});

const left = JSON.parse(sessionStorage.getItem(waiting));
if (left && left.page === location.pathname + location.search && put(left)) sessionStorage.removeItem(waiting);
