// Folds of a form that is sent and comes back: a hidden data-fold-state inside says whether its fold is open.
document.addEventListener('toggle', (event) => {
  const state = event.target.querySelector?.(':scope > [data-fold-state]');
  if (state) state.value = String(event.target.open);
}, true);
