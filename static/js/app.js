// The page's own script. Everything here is an improvement: without it pages read and forms post.
import './copy.js';
import './dialog.js';
import './fold.js';
import './keys.js';
import './live.js';
import './menu.js';
import './pick.js';
import './rows.js';
import './run-key.js';
import './theme.js';
import './toast.js';
import './trial.js';
import './tree.js';
import { refilter } from './filter.js';
import { restorePanes } from './panes.js';
import { remember } from './remember.js';
import { localise } from './time.js';

function settle() {
  remember(document);
  localise(document);
  refilter();
}

restorePanes(document);
settle();
document.querySelector('[data-focus]')?.focus();
document.addEventListener('htmx:after:swap', settle);
