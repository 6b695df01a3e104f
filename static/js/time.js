// <time data-local> is written in UTC by the server; here it becomes local, with the zone on hover.
import { language } from './words.js';

const full = new Intl.DateTimeFormat(language, {
  year: 'numeric', month: '2-digit', day: '2-digit', hour: '2-digit', minute: '2-digit', second: '2-digit', hourCycle: 'h23',
});
const zoned = new Intl.DateTimeFormat(language, { dateStyle: 'long', timeStyle: 'long' });

export function localise(root) {
  for (const time of root.querySelectorAll('time[data-local]:not([data-localised])')) {
    const at = new Date(time.dateTime);
    if (Number.isNaN(at.getTime())) continue;
    time.title = zoned.format(at);
    if (time.dataset.local === 'full') time.textContent = full.format(at);
    time.dataset.localised = '';
  }
}
