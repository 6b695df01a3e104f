// The load test that PLOG runs with k6. It is the same program for every plan:
// the plan is data, read below, and nothing in it is ever run as code.
//
// Secret values come from the environment: k6 run -e PLOG_SECRET_0=… script.js

import http from 'k6/http';
import encoding from 'k6/encoding';
import exec from 'k6/execution';
import { check, sleep } from 'k6';

const plan = JSON.parse(open('./plan.json'));

export const options = plan.options;

const secrets = plan.secrets.map(({ env, header }) => {
  if (__ENV[env] === undefined) {
    throw new Error(`The header ${header} is a secret: give its value in the environment variable ${env}.`);
  }
  return __ENV[env];
});

let hidden; // what the examples must not show; made for the first of them

// A failed response is worth a sample, but not thousands of them.
const samplesOfAKind = __VU <= 20 ? 3 : 1;
let samplesLeft = __VU <= 20 ? 50 : 3;
const sampleBytes = 2048;

const scenarios = new Map(plan.scenarios.map((s) => [s.name, prepareScenario(s)]));

// What k6 tells about the scenario costs time, so it is asked only for what is
// not known: a lone scenario is the current one, a lone step is next. And k6
// makes a new object whenever exec.scenario is read, while its properties stay live.
const [lone] = scenarios.size === 1 ? scenarios.values() : [];
let current;

function prepareScenario({ turns, think, steps }) {
  return { turns, think, steps: steps.map(prepareStep) };
}

function prepareStep({ name, method, url, headers, body, expect, check: checkName }) {
  const params = { tags: { name } };
  if (headers.length > 0) {
    params.headers = Object.create(null);
    for (const { name: header, value, secret } of headers) {
      params.headers[header] = secret === undefined ? value : secrets[secret] + value;
    }
  }
  if (plan.timeout) {
    params.timeout = plan.timeout;
  }
  const step = { name, method, url, params, body: prepareBody(body), sampled: new Map() };
  if (expect) {
    params.responseCallback = http.expectedStatuses(...expect);
    step.expected = (status) => expect.includes(status);
    step.checks = { [checkName]: (response) => step.expected(response.status) };
  } else {
    step.expected = (status) => status >= 200 && status < 400; // as k6 counts http_req_failed
  }
  return step;
}

function prepareBody(body) {
  if (!body) {
    return null;
  }
  return body.base64 === undefined ? body.text : encoding.b64decode(body.base64);
}

// Every scenario runs this: one step of a rotation, or all steps of a journey.
export default function () {
  current = current || exec.scenario;
  const { turns, think, steps } = lone || scenarios.get(current.name);
  if (turns && steps.length > 1) {
    send(steps[turns[current.iterationInTest % turns.length]], think);
    return;
  }
  for (const step of steps) {
    send(step, think);
  }
}

function send(step, think) {
  const response = http.request(step.method, step.url, step.body, step.params);
  if (step.checks) {
    check(response, step.checks);
  }
  if (!step.expected(response.status)) {
    sample(step, response);
  }
  if (think) {
    sleep(think);
  }
}

// The lines that start with plog:sample become the examples of the report.
function sample(step, response) {
  const seen = step.sampled.get(response.status) || 0;
  if (seen >= samplesOfAKind || samplesLeft <= 0) {
    return;
  }
  step.sampled.set(response.status, seen + 1);
  samplesLeft -= 1;
  console.warn(`plog:sample ${JSON.stringify({
    name: step.name,
    status: String(response.status),
    error: hide(response.error),
    url: hide(response.url),
    body: hide(response.body).slice(0, sampleBytes),
  })}`);
}

function hide(text) {
  hidden = hidden || patternOf(secrets);
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

// The gate holds the load until PLOG and every other instance are ready. Without
// PLOG there is no gate. An instance that has nobody to wait for goes on by
// itself when PLOG is not at its address for a while: it may have moved, which
// the output that reports to it can follow, and this cannot.
export function setup() {
  if (!__ENV.PLOG_GATE_URL) {
    return;
  }
  const patience = Number(__ENV.PLOG_GATE_PATIENCE || Infinity); // seconds
  const params = {
    headers: { Authorization: `Bearer ${__ENV.PLOG_TOKEN}`, 'Plog-Ingest-Version': '1' },
    tags: { name: 'gate' },
    timeout: '30s',
    responseCallback: null,
  };
  let missing = 0;
  let missingSince;
  for (;;) {
    const response = http.request('POST', __ENV.PLOG_GATE_URL, null, params);
    if ('Plog-Ingest-Version' in response.headers) { // else it is not PLOG's
      missing = 0;
      if (pass(response)) {
        return;
      }
    } else {
      missing += 1;
      missingSince = missing === 1 ? Date.now() : missingSince;
      if (missing >= 5 && Date.now() - missingSince >= patience * 1000) {
        console.warn('PLOG is not at its address: the load starts without it.');
        return;
      }
    }
    sleep(0.2);
  }
}

// pass reports whether PLOG lets the load start, after the time it asks to wait.
function pass(response) {
  if ([400, 401, 404, 410].includes(response.status)) {
    throw new Error(`PLOG does not let this instance start: status ${response.status}.`);
  }
  const reply = response.status === 200 ? response.json() : {};
  if (reply.stop) {
    exec.test.abort(reply.reason || 'stopped before the start');
  }
  if (reply.go) {
    sleep((reply.start_in_ms || 0) / 1000);
  }
  return reply.go;
}
