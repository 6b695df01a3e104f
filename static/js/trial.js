// An operation's form: typing a value ticks that it is sent, Ctrl Enter or ⌘ Enter sends the request.
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

// Putting a request into the plan: the plan's form stands on the same page, or is gone to.
const waiting = 'plog.use-request';

function put({ operation, request }) {
  const form = document.getElementById('plan-form');
  if (!form) return false;
  const name = `request.${operation}`;
  let field = form.elements.namedItem(name);
  if (!field) {
    field = document.createElement('input');
    field.type = 'hidden';
    field.name = name;
    (form.querySelector('#plan-requests') ?? form).append(field);
  }
  field.value = request;
  choose(form, operation);
  return true;
}

function choose(form, operation) {
  const boxes = [...form.elements].filter((e) => e.name === 'op' && e.value === operation);
  let box = boxes.find((e) => e.type === 'checkbox');
  if (!box && boxes.length === 0) {
    box = document.createElement('input');
    box.type = 'hidden';
    box.name = 'op';
    box.value = operation;
    form.append(box);
  }
  if (box?.type === 'checkbox') box.checked = true;
  box?.dispatchEvent(new Event('change', { bubbles: true }));
}

function take(root) {
  for (const used of root.querySelectorAll('[data-use-request]')) {
    const what = { operation: used.dataset.useOperation, request: used.dataset.useRequest };
    const page = used.dataset.usePage;
    delete used.dataset.useRequest;
    used.removeAttribute('data-use-request');
    if (put(what)) continue;
    sessionStorage.setItem(waiting, JSON.stringify(what));
    location.assign(page);
  }
}

document.addEventListener('htmx:after:swap', () => {
  take(document);
  // What a preflight said is read before anything else is done.
  const said = document.querySelector('#preflight[data-fresh]');
  said?.removeAttribute('data-fresh');
  said?.focus();
});

const left = sessionStorage.getItem(waiting);
if (left && document.getElementById('plan-form')) {
  sessionStorage.removeItem(waiting);
  put(JSON.parse(left));
}
