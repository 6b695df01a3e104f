// Menus and tips are <details>: they work by themselves; this closes them as people expect.
const opened = () => document.querySelectorAll('details[data-menu][open]');

document.addEventListener('click', (event) => {
  for (const menu of opened()) {
    if (!menu.contains(event.target) || event.target.closest('.menu-list a, .menu-list button')) menu.open = false;
  }
});

document.addEventListener('keydown', (event) => {
  if (event.key !== 'Escape') return;
  for (const menu of opened()) {
    menu.open = false;
    if (menu.contains(document.activeElement)) menu.querySelector('summary').focus();
  }
});

// Arrow keys walk through an open menu.
document.addEventListener('keydown', (event) => {
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  const list = event.target.closest?.('details[data-menu][open], .palette-list, #palette');
  if (!step || !list) return;
  const items = [...list.querySelectorAll('summary, input[type="search"], a, .menu-list button')].filter((item) => item.offsetParent);
  if (!items.length) return;
  event.preventDefault();
  items[(items.indexOf(document.activeElement) + step + items.length) % items.length].focus();
});
