// Panes can be made wider, by pointer or by arrow keys, and stay so.
const limits = { start: [160, 480], end: [280, 640] };

function set(side, width) {
  const [least, most] = limits[side];
  const size = Math.round(Math.min(most, Math.max(least, width)));
  document.documentElement.style.setProperty(`--pane-${side}`, `${size}px`);
  return size;
}

const key = (handle) => `pane:${handle.dataset.pane}:${handle.dataset.side}`;

export function restorePanes(root) {
  for (const handle of root.querySelectorAll('[data-pane]')) {
    const saved = Number(localStorage.getItem(key(handle)));
    if (saved > 0) set(handle.dataset.side, saved);
  }
}

document.addEventListener('pointerdown', (event) => {
  const handle = event.target.closest?.('[data-pane]');
  if (!handle) return;
  event.preventDefault();
  handle.setPointerCapture(event.pointerId);
  const sign = handle.dataset.side === 'start' ? 1 : -1;
  const from = event.clientX;
  const width = handle.closest('.pane').getBoundingClientRect().width;
  const move = (e) => set(handle.dataset.side, width + sign * (e.clientX - from));
  const end = (e) => {
    localStorage.setItem(key(handle), move(e));
    handle.removeEventListener('pointermove', move);
  };
  handle.addEventListener('pointermove', move);
  handle.addEventListener('lostpointercapture', end, { once: true });
});

document.addEventListener('keydown', (event) => {
  const handle = event.target.closest?.('[data-pane]');
  const step = { ArrowLeft: -16, ArrowRight: 16 }[event.key];
  if (!handle || !step) return;
  event.preventDefault();
  const sign = handle.dataset.side === 'start' ? 1 : -1;
  const width = handle.closest('.pane').getBoundingClientRect().width;
  localStorage.setItem(key(handle), set(handle.dataset.side, width + sign * step));
});
