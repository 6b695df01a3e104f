// A tree of links: data-unfold shows what is below its branch, from an address when it is shown first. The
// branch whose operations are being read is marked.
document.addEventListener('click', async (event) => {
  const button = event.target.closest?.('[data-unfold]');
  if (!button) return;
  const twigs = button.parentElement.querySelector('.twigs');
  const open = button.getAttribute('aria-expanded') !== 'true';
  button.setAttribute('aria-expanded', String(open));
  twigs.hidden = !open;
  if (open && twigs.childElementCount === 0) {
    await window.htmx.ajax('GET', button.dataset.unfold, { target: twigs, swap: 'innerHTML' });
  }
});

const list = document.getElementById('operations');
let waiting = false;

function mark() {
  waiting = false;
  let tag = null;
  for (const head of list.querySelectorAll('h2[data-tag]')) {
    if (head.getBoundingClientRect().top > 120) break;
    tag = head.dataset.tag;
  }
  const tree = document.getElementById('apis-tree');
  for (const link of tree?.querySelectorAll('.tags a[data-tag]') ?? []) {
    const here = link.dataset.tag === tag;
    if (here === link.classList.contains('here')) continue;
    link.classList.toggle('here', here);
    if (here) reveal(link);
  }
}

// Within the tree's own box, unless someone is using it; the page itself stays where it is.
function reveal(link) {
  const pane = link.closest('.pane-sticky');
  if (!pane || pane.matches(':hover, :focus-within')) return;
  const at = link.getBoundingClientRect();
  const box = pane.getBoundingClientRect();
  if (at.top < box.top) pane.scrollTop -= box.top - at.top;
  else if (at.bottom > box.bottom) pane.scrollTop += at.bottom - box.bottom;
}

if (list?.matches('.operations')) {
  mark();
  const current = document.querySelector('#apis-tree .tags [aria-current="true"]');
  if (current) reveal(current);
  document.addEventListener('scroll', () => {
    if (waiting) return;
    waiting = true;
    requestAnimationFrame(mark);
  }, { passive: true });
}
