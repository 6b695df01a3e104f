// data-copy="text" copies its text, or that of the [data-copy-text] beside it when it is empty.
document.addEventListener('click', async (event) => {
  const button = event.target.closest?.('[data-copy]');
  if (!button) return;
  const text = button.dataset.copy || button.closest('.codeblock')?.querySelector('[data-copy-text]')?.textContent || '';
  if (!(await write(text))) return;
  const label = button.querySelector('span') ?? button;
  const before = label.textContent;
  if (before === button.dataset.copied) return;
  label.textContent = button.dataset.copied;
  setTimeout(() => { label.textContent = before; }, 1500);
});

async function write(text) {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    // Plain HTTP beyond localhost has no clipboard API.
    const area = document.createElement('textarea');
    area.value = text;
    area.className = 'visually-hidden';
    (document.querySelector('dialog[open]') ?? document.body).append(area);
    area.focus();
    area.select();
    const done = document.execCommand('copy');
    area.remove();
    return done;
  }
}
