// Choices that the browser remembers: a box with data-remember="name" is ticked as it was left last.
const key = (box) => `plog.remember.${box.dataset.remember}`;

/** Ticks the remembered boxes in root as they were left. */
export function remember(root) {
  for (const box of root.querySelectorAll('[data-remember]')) {
    const left = localStorage.getItem(key(box));
    if (left !== null) box.checked = left === 'true';
  }
}

document.addEventListener('change', (event) => {
  if (event.target.matches?.('[data-remember]')) localStorage.setItem(key(event.target), event.target.checked);
});
