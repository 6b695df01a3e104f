// Shortcuts: Ctrl K or ⌘K searches everywhere, / goes to the page's own filter.
import { open } from './dialog.js';

const apple = /Mac|iP(hone|ad|od)/.test(navigator.platform);
for (const key of document.querySelectorAll('[data-command-key]')) if (apple) key.textContent = '⌘K';

const typing = (node) => node.matches?.('input, textarea, select, [contenteditable]');

document.addEventListener('keydown', (event) => {
  if ((event.metaKey || event.ctrlKey) && !event.altKey && event.key.toLowerCase() === 'k') {
    if (open('palette')) event.preventDefault();
    return;
  }
  if (event.key === '/' && !event.metaKey && !event.ctrlKey && !event.altKey && !typing(event.target)) {
    const filter = document.querySelector('[data-search], [data-filter], main input[type="search"]');
    if (filter) {
      event.preventDefault();
      filter.focus();
      filter.select();
    }
  }
});
