// What a trial adds to script.js, whose names it uses: it is the same module.

// With these a target says that it does not have, or want, what a value names.
const unfit = [400, 404, 409, 410, 422];

// A trial sends each step once, or with other values once more, and tells on a
// line of its own what came of it. The lines that start with plog:exchange become loadtest.Exchanges.
export function trial(given) {
  if (plan.tokens) {
    keepTokens(given);
  }
  const sessions = new Map(); // cookie jars, of those scenarios whose steps share one
  const answers = []; // what later steps may take, by the step's index
  plan.trial.steps.forEach((rule, i) => {
    const made = scenarios.get(plan.scenarios[rule.scenario].name).steps[rule.step];
    const { name, expected, url } = made;
    const step = { ...made, params: { ...made.params, responseType: 'binary' }, session: rule.session };
    const attempt = (slots) => {
      const at = slots.some(({ from }) => from) ? fill(rule.url, slots) + step.key : url;
      return { slots, at, response: request(step, at, sessions) };
    };
    const own = (rule.slots || []).map(({ value, text }) => ({ value, text }));
    const taken = take(rule, own, answers);
    const ways = taken === own ? [own] : [own, taken];
    if (!rule.own_first) {
      ways.reverse();
    }
    let { slots, at, response } = attempt(ways[0]);
    if (ways.length > 1 && unfit.includes(response.status) && !expected(response.status)) {
      const second = attempt(ways[1]);
      if (expected(second.response.status) || second.slots === own) { // when nothing works, what the load would send
        ({ slots, at, response } = second);
      }
    }
    if (rule.gives && response.status >= 200 && response.status < 300) {
      answers[i] = { slots, name, response };
    }
    tell(rule, step, at, response, slots);
  });
}

function request(step, url, sessions) {
  const { session } = step;
  if (!sessions.has(session) || session < 0) {
    sessions.set(session, new http.CookieJar());
  }
  return deliver(step, url, step.body, { ...step.params, jar: sessions.get(session) });
}

function fill(pieces, slots) {
  return pieces.map((piece) => (typeof piece === 'number' ? slots[piece].text : piece)).join('');
}

// take returns the slots with what answers gave, or own when they gave nothing.
// The last slot that has a giver decides: those before it are what that giver
// was sent with, so that an order is looked for in the shop that made it.
function take(rule, own, answers) {
  for (let i = own.length - 1; i >= 0; i -= 1) {
    for (const { step, fields } of rule.slots[i].from || []) {
      const value = answers[step] && valueOf(answers[step].response, fields);
      if (value !== undefined && value !== '') {
        const slot = { value, text: encodeURIComponent(value), from: answers[step].name };
        return [...answers[step].slots.slice(0, i), slot, ...own.slice(i + 1)];
      }
    }
  }
  return own;
}

// valueOf returns as text what an answer names by one of the fields, or by its
// Location; undefined without either.
function valueOf({ body, headers }, fields) {
  const text = body && body.byteLength <= plan.trial.max_giver ? textOf(body) : '';
  let found;
  try {
    found = search(JSON.parse(text), fields);
  } catch {
    found = undefined; // not JSON
  }
  if (typeof found === 'number' && !Number.isSafeInteger(found)) {
    const digits = text.match(/-?\d{16,}/g) || [];
    found = digits.find((d) => Number(d) === found) || found;
  }
  if (found === undefined && headers.Location) {
    found = lastSegment(headers.Location);
  }
  return found === undefined ? undefined : String(found);
}

// search looks for the first of the fields that there is, in an object and in
// what it holds; of a list, in its first element.
function search(value, fields) {
  for (const field of fields) {
    const found = named(value, field, 3);
    if (found !== undefined) {
      return found;
    }
  }
  return undefined;
}

function named(value, field, depth) {
  const node = Array.isArray(value) ? value[0] : value;
  if (node === null || typeof node !== 'object' || depth === 0) {
    return undefined;
  }
  const entries = Object.entries(node);
  const [, own] = entries.find(([key]) => key.toLowerCase().replace(/[-_.]/g, '') === field) || [];
  if (['string', 'number'].includes(typeof own)) {
    return own;
  }
  for (const [, inner] of entries) {
    const found = named(inner, field, depth - 1);
    if (found !== undefined) {
      return found;
    }
  }
  return undefined;
}

function lastSegment(address) {
  const last = address.replace(/[?#].*$/, '').replace(/\/+$/, '').split('/').pop();
  try {
    return decodeURIComponent(last);
  } catch {
    return last; // not percent-encoded UTF-8
  }
}

function tell(rule, step, url, response, slots) {
  const { timings } = response;
  console.log(`plog:exchange ${JSON.stringify({
    scenario: rule.scenario,
    step: rule.step,
    slots: slots.map(({ value, from }) => ({ value: hide(value), from })),
    method: step.method,
    url: hide(url),
    sent: hideAll(response.request.headers),
    body: bytesOf(step.body),
    status: response.status,
    text: hide(response.status_text),
    protocol: response.proto,
    ip: response.remote_ip,
    final: hide(response.url),
    headers: hideAll(response.headers),
    answer: bytesOf(response.body),
    bytes: response.body ? response.body.byteLength : 0,
    timings: [timings.blocked, timings.connecting, timings.tls_handshaking, timings.sending, timings.waiting, timings.receiving],
    error: hide(response.error),
    code: response.error_code,
    expected: step.expected(response.status),
  })}`);
}

function hideAll(headers) {
  return Object.entries(headers || {}).map(([name, value]) => [hide(name), hide([].concat(value).join(', '))]);
}

function textOf(bytes) {
  return encoding.b64decode(encoding.b64encode(bytes), 'std', 's');
}

// bytesOf returns the start of a body in base64: exact, unless there is a
// secret in it. One that the cut would halve is looked for whole.
function bytesOf(body) {
  if (!body) {
    return '';
  }
  const longest = Math.max(0, ...[...confidential].map((value) => value.length));
  const start = body.slice(0, plan.trial.keep + 12 * longest);
  const text = typeof start === 'string' ? start : textOf(start);
  const shown = hide(text);
  return encoding.b64encode(shown === text ? start : shown);
}
