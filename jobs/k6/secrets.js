// How secrets come into requests, and stay out of what is shown.

// assemble returns the text that is made of parts, some of them secret.
function assemble(parts) {
  return (parts || []).map(({ text = '', secret, token, as }) => {
    const value = token === undefined ? secrets[secret] || '' : tokens[token].value;
    if (as === 'query') {
      return text + percent(value);
    }
    if (as === 'basic' || as === 'client') { // RFC 7617; a client's secret is encoded before: RFC 6749, 2.3.1
      const pair = encoding.b64encode(text + (as === 'client' ? percent(value) : value));
      confidential.add(pair);
      return `Basic ${pair}`;
    }
    return text + value;
  }).join('');
}

function percent(text) {
  return encodeURIComponent(text).replace(/[!'()*]/g, (c) => `%${c.charCodeAt(0).toString(16).toUpperCase()}`);
}

function hide(text) {
  hidden = hidden || patternOf([...confidential]);
  return String(text || '').replace(hidden, '••••••');
}

// patternOf matches secrets however a target sends them back: whole or, of
// "Bearer abc…", the word that matters; plain, in JSON, or percent-encoded.
function patternOf(values) {
  const texts = values.flatMap((value) => [value, ...value.split(/\s+/).filter((word) => word.length >= 8)]);
  const longestFirst = texts.filter((text) => text).sort((a, b) => b.length - a.length);
  return new RegExp(longestFirst.map((text) => [...text].map(formsOf).join('')).join('|') || '$^', 'gi');
}

function formsOf(char) {
  const hex = (n, digits) => n.toString(16).padStart(digits, '0');
  const forms = [
    char,
    JSON.stringify(char).slice(1, -1),
    char.split('').map((unit) => `\\u${hex(unit.charCodeAt(0), 4)}`).join(''),
    char < '\u0080' ? `%${hex(char.charCodeAt(0), 2)}` : encodeURIComponent(char),
  ];
  if (char === '/') {
    forms.push('\\/');
  }
  if (char === ' ') {
    forms.push('+');
  }
  return `(?:${[...new Set(forms)].map((form) => form.replace(/[\\^$.*+?()[\]{}|/-]/g, '\\$&')).join('|')})`;
}
