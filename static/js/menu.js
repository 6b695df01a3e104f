// Menus are <details> and tips are popovers: they work by themselves; this closes menus as people expect
// and puts a tip beside its ⓘ.
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

let asked = null;
document.addEventListener('click', (event) => { asked = event.target.closest?.('[popovertarget]') ?? asked; }, true);

document.addEventListener('toggle', (event) => {
  const tip = event.target;
  if (event.newState !== 'open' || !tip.matches?.('.tip-text') || asked?.getAttribute('popovertarget') !== tip.id) return;
  const at = asked.getBoundingClientRect();
  tip.classList.add('placed');
  const box = tip.getBoundingClientRect();
  const below = at.bottom + 4 + box.height <= innerHeight;
  tip.style.left = `${Math.max(12, Math.min(at.left - 8, innerWidth - box.width - 12))}px`;
  tip.style.top = `${below ? at.bottom + 4 : Math.max(12, at.top - box.height - 4)}px`;
}, true);
