// Filter as you type: <input data-filter="#list"> hides the items of #list whose data-filter-text does
// not hold every word typed. Groups (data-filter-group) hide with their last item and count what is left.
function apply(input) {
  const list = document.querySelector(input.dataset.filter);
  if (!list) return;
  const words = input.value.toLowerCase().normalize('NFC').split(/\s+/).filter(Boolean);
  let left = 0;
  for (const item of list.querySelectorAll('[data-filter-text]')) {
    const text = item.dataset.filterText.toLowerCase().normalize('NFC');
    item.hidden = !words.every((word) => text.includes(word));
    if (!item.hidden) left += 1;
  }
  for (const group of list.querySelectorAll('[data-filter-group]')) {
    const shown = group.querySelectorAll('[data-filter-text]:not([hidden])').length;
    group.hidden = shown === 0;
    const count = group.querySelector('[data-filter-count]');
    if (count) count.textContent = shown;
  }
  for (const empty of document.querySelectorAll('[data-filter-empty]')) {
    if (empty.dataset.filterEmpty === input.dataset.filter) empty.hidden = left > 0;
  }
}

document.addEventListener('input', (event) => {
  if (event.target.matches?.('[data-filter]')) apply(event.target);
});

/** Applies every filter again, after a list has changed. */
export function refilter() {
  for (const input of document.querySelectorAll('[data-filter]')) if (input.value) apply(input);
}
