// <time data-local> is written in UTC by the server; here it becomes local, with the zone on hover.
import { language } from './words.js';

// sv writes the unambiguous 2026-03-01 14:05:09, as the server does in English.
const full = new Intl.DateTimeFormat(language === 'en' ? 'sv' : language, {
  year: 'numeric', month: language === 'en' ? '2-digit' : 'numeric', day: language === 'en' ? '2-digit' : 'numeric', hour: '2-digit', minute: '2-digit', second: '2-digit', hourCycle: 'h23',
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
