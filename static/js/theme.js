// Light or dark: the system's choice until someone chooses, then a cookie that the server reads too,
// so that no page flashes in the other theme.
const root = document.documentElement;
const system = matchMedia('(prefers-color-scheme: dark)');

export const isDark = () => (root.dataset.theme ? root.dataset.theme === 'dark' : system.matches);

document.addEventListener('click', (event) => {
  if (!event.target.closest?.('[data-theme-toggle]')) return;
  root.dataset.theme = isDark() ? 'light' : 'dark';
  document.cookie = `theme=${root.dataset.theme}; path=/; max-age=31536000; samesite=lax`;
});

/** Calls back whenever the colours of the page change. */
export function onThemeChange(callback) {
  new MutationObserver(callback).observe(root, { attributes: true, attributeFilter: ['data-theme'] });
  system.addEventListener('change', callback);
}
