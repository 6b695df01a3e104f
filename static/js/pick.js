// Ticking many at once: data-pick ticks the boxes that its selector matches, or unticks all when it is
// empty; data-pick-group ticks those of its group, or unticks them when all are ticked. Only what the
// filter leaves is touched. data-unpick unticks the box of one value.
const visible = (box) => !box.closest('[hidden]');

function set(boxes, on) {
  let changed = null;
  for (const box of boxes) {
    if (box.checked === on) continue;
    box.checked = on;
    changed = box;
  }
  changed?.dispatchEvent(new Event('change', { bubbles: true }));
}

document.addEventListener('click', (event) => {
  const one = event.target.closest?.('[data-unpick]')?.dataset.unpick;
  if (one) set([...document.querySelectorAll('#operations input[type=checkbox]')].filter((box) => box.value === one), false);
  const button = event.target.closest?.('[data-pick], [data-pick-group]');
  if (!button) return;
  if (button.dataset.pick !== undefined) {
    const boxes = [...document.querySelectorAll('#operations input[type=checkbox]')];
    const wanted = button.dataset.pick;
    set(wanted ? boxes.filter((box) => visible(box) && box.matches(wanted)) : boxes, Boolean(wanted));
    return;
  }
  const boxes = [...button.closest('[data-filter-group]').querySelectorAll('input[type=checkbox]')].filter(visible);
  set(boxes, !boxes.every((box) => box.checked));
});
