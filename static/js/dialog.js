// Dialogs: data-dialog="id" opens one, data-close closes it, data-confirm="question" asks before anything
// else hears of the click. A button named "confirmed" then says so: without this script the server asks.
import { say } from './words.js';

export function open(id) {
  const dialog = document.getElementById(id);
  if (!(dialog instanceof HTMLDialogElement) || dialog.open) return false;
  dialog.showModal();
  return true;
}

/** Asks a question; resolves to whether it was confirmed. */
export function ask(question, { action, danger } = {}) {
  const dialog = document.createElement('dialog');
  dialog.className = 'dialog';
  dialog.setAttribute('aria-label', say('confirm_title'));
  const body = document.createElement('div');
  body.className = 'dialog-body';
  const text = document.createElement('p');
  text.textContent = question;
  body.append(text);
  const foot = document.createElement('form');
  foot.method = 'dialog';
  foot.className = 'dialog-foot';
  for (const [value, label, kind] of [['', say('cancel'), ''], ['yes', action || say('confirm'), danger ? 'danger' : 'primary']]) {
    const button = document.createElement('button');
    button.className = `button ${kind}`;
    button.value = value;
    button.textContent = label;
    foot.append(button);
  }
  dialog.append(body, foot);
  document.body.append(dialog);
  dialog.showModal();
  return new Promise((resolve) => {
    dialog.addEventListener('close', () => {
      dialog.remove();
      resolve(dialog.returnValue === 'yes');
    });
  });
}

let confirmed = null;

document.addEventListener('click', async (event) => {
  const asking = event.target.closest?.('[data-confirm]');
  if (!asking || asking.disabled) return;
  if (asking === confirmed) {
    confirmed = null;
    return;
  }
  event.preventDefault();
  event.stopImmediatePropagation();
  const yes = await ask(asking.dataset.confirm, {
    action: asking.textContent.trim() || asking.getAttribute('aria-label'),
    danger: asking.classList.contains('danger'),
  });
  if (!yes) return;
  confirmed = asking;
  if (asking.name === 'confirmed') asking.value = 'yes';
  asking.click();
}, true);

document.addEventListener('click', (event) => {
  const opener = event.target.closest?.('[data-dialog]');
  if (opener && open(opener.dataset.dialog)) event.preventDefault();
  event.target.closest?.('[data-close]')?.closest('dialog')?.close();
  // The dialog itself is hit only outside its padding-less content: on the backdrop.
  if (event.target instanceof HTMLDialogElement && event.target.open) {
    const box = event.target.getBoundingClientRect();
    const inside = event.clientX >= box.left && event.clientX <= box.right && event.clientY >= box.top && event.clientY <= box.bottom;
    if (!inside && event.detail > 0) event.target.close();
  }
});
