// The texts that scripts say come from the page, in the reader's language.
let all = {};
try {
  all = JSON.parse(document.getElementById('words')?.textContent || '{}');
} catch { /* a page without words still works: keys are shown */ }

/** The text of a key; {{.Name}} is filled in from values. */
export function say(key, values = {}) {
  return (all[key] ?? key).replace(/{{\s*\.(\w+)\s*}}/g, (_, name) => values[name] ?? '');
}

export const language = document.documentElement.lang || 'en';
