// The load test that PLOG runs with k6. It is the same program for every plan:
// the plan is data, read below, and nothing in it is ever run as code.
//
// Secret values come from the environment: k6 run -e PLOG_SECRET_0=… script.js

import http from 'k6/http';
import encoding from 'k6/encoding';
import exec from 'k6/execution';
import { SharedArray } from 'k6/data';
import { check, group, sleep } from 'k6';

const plan = JSON.parse([
  "{",
  " \"options\": {",
  "  \"scenarios\": {",
  "   \"browse\": {",
  "    \"executor\": \"ramping-arrival-rate\",",
  "    \"startRate\": 5,",
  "    \"timeUnit\": \"1s\",",
  "    \"stages\": [",
  "     {",
  "      \"duration\": \"10s\",",
  "      \"target\": 50",
  "     },",
  "     {",
  "      \"duration\": \"1m0s\",",
  "      \"target\": 50",
  "     }",
  "    ],",
  "    \"preAllocatedVUs\": 13,",
  "    \"maxVUs\": 100",
  "   },",
  "   \"buy\": {",
  "    \"executor\": \"constant-vus\",",
  "    \"vus\": 5,",
  "    \"duration\": \"1m0s\",",
  "    \"startTime\": \"10s\"",
  "   }",
  "  },",
  "  \"thresholds\": {",
  "   \"http_req_duration\": [",
  "    {",
  "     \"threshold\": \"p(95)\u003c500\"",
  "    }",
  "   ],",
  "   \"http_req_failed\": [",
  "    {",
  "     \"threshold\": \"rate\u003c0.01\",",
  "     \"abortOnFail\": true,",
  "     \"delayAbortEval\": \"10s\"",
  "    }",
  "   ],",
  "   \"http_req_waiting{name:GET /products}\": [",
  "    {",
  "     \"threshold\": \"p(90)\u003c100\"",
  "    }",
  "   ]",
  "  },",
  "  \"systemTags\": [",
  "   \"method\",",
  "   \"name\",",
  "   \"status\",",
  "   \"group\",",
  "   \"check\",",
  "   \"scenario\",",
  "   \"error\",",
  "   \"error_code\",",
  "   \"expected_response\"",
  "  ],",
  "  \"setupTimeout\": \"10m\"",
  " },",
  " \"timeout\": \"10s\",",
  " \"secrets\": [",
  "  {",
  "   \"env\": \"PLOG_SECRET_0\",",
  "   \"of\": \"header Authorization\"",
  "  }",
  " ],",
  " \"scenarios\": [",
  "  {",
  "   \"name\": \"browse\",",
  "   \"turns\": [",
  "    0,",
  "    0,",
  "    1,",
  "    0",
  "   ],",
  "   \"steps\": [",
  "    {",
  "     \"name\": \"GET /products\",",
  "     \"method\": \"GET\",",
  "     \"url\": \"http://127.0.0.1:8090/products?q=%EA%B9%80%EC%B9%98%20%26%20%EB%9D%BC%EB%A9%B4\",",
  "     \"headers\": [",
  "      {",
  "       \"name\": \"Accept-Language\",",
  "       \"value\": \"ko-KR\"",
  "      },",
  "      {",
  "       \"name\": \"Authorization\",",
  "       \"value\": \"\",",
  "       \"parts\": [",
  "        {",
  "         \"secret\": 0",
  "        }",
  "       ]",
  "      }",
  "     ]",
  "    },",
  "    {",
  "     \"name\": \"GET /products/{id}\",",
  "     \"method\": \"GET\",",
  "     \"url\": \"http://127.0.0.1:8090/products/7\",",
  "     \"headers\": [",
  "      {",
  "       \"name\": \"Accept-Language\",",
  "       \"value\": \"ko-KR\"",
  "      },",
  "      {",
  "       \"name\": \"Authorization\",",
  "       \"value\": \"\",",
  "       \"parts\": [",
  "        {",
  "         \"secret\": 0",
  "        }",
  "       ]",
  "      }",
  "     ]",
  "    }",
  "   ]",
  "  },",
  "  {",
  "   \"name\": \"buy\",",
  "   \"think\": 0.5,",
  "   \"steps\": [",
  "    {",
  "     \"name\": \"POST /cart/items\",",
  "     \"method\": \"POST\",",
  "     \"url\": \"http://127.0.0.1:8090/cart/items\",",
  "     \"headers\": [",
  "      {",
  "       \"name\": \"Accept-Language\",",
  "       \"value\": \"ko-KR\"",
  "      },",
  "      {",
  "       \"name\": \"Authorization\",",
  "       \"value\": \"\",",
  "       \"parts\": [",
  "        {",
  "         \"secret\": 0",
  "        }",
  "       ]",
  "      },",
  "      {",
  "       \"name\": \"Content-Type\",",
  "       \"value\": \"application/json\"",
  "      }",
  "     ],",
  "     \"body\": {",
  "      \"text\": \"{\\\"product_id\\\": 7, \\\"quantity\\\": 1}\"",
  "     },",
  "     \"expect\": [",
  "      201",
  "     ],",
  "     \"check\": \"POST /cart/items: status is 201\"",
  "    },",
  "    {",
  "     \"name\": \"Pay\",",
  "     \"method\": \"POST\",",
  "     \"url\": \"http://127.0.0.1:8090/orders\",",
  "     \"headers\": [",
  "      {",
  "       \"name\": \"Accept-Language\",",
  "       \"value\": \"ko-KR\"",
  "      },",
  "      {",
  "       \"name\": \"Authorization\",",
  "       \"value\": \"\",",
  "       \"parts\": [",
  "        {",
  "         \"secret\": 0",
  "        }",
  "       ]",
  "      }",
  "     ]",
  "    }",
  "   ]",
  "  }",
  " ]",
  "}",
].join('\n'));

export const options = plan.options;

const secrets = plan.secrets.map(({ env, of }) => {
  if (__ENV[env] === undefined) {
    throw new Error(`The ${of} is a secret: give it in the environment variable ${env}.`);
  }
  return __ENV[env];
});

const confidential = new Set(secrets); // and what is made of them, and tokens
let hidden; // what the examples must not show; made for the first of them

let tokens = []; // this VU's, by their place in plan.tokens

// Different requests for the same step; all VUs share them.
const variants = plan.variants ? new SharedArray('variants', () => JSON.parse([
].join('\n'))) : [];

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
  const varied = steps.some((step) => step.variants);
  return { turns: varied && turns ? countTurns(turns) : turns, varied, think, steps: steps.map(prepareStep) };
}

// countTurns adds to the turns the number of times that a step had one before,
// and has one in each round, so that its variants take turns, too.
function countTurns(turns) {
  const counts = new Map();
  const before = turns.map((step) => {
    counts.set(step, (counts.get(step) || 0) + 1);
    return counts.get(step) - 1;
  });
  return Object.assign([...turns], { before, each: turns.map((step) => counts.get(step)) });
}

function prepareStep({ name, method, url, key, headers, body, expect, variants: own, check: checkName }) {
  const params = { tags: { name } };
  const step = { name, method, params, body: prepareBody(body), own, sampled: new Map() };
  step.key = assemble(key); // the part of the query that holds credentials
  step.url = url + step.key;
  step.wantsToken = headers.some(({ parts }) => parts && parts.some(({ token }) => token !== undefined));
  step.secret = namesOfSecret(headers);
  step.guarded = Boolean(key) || step.secret.length > 0;
  step.setHeaders = () => {
    params.headers = prepareHeaders(headers);
  };
  if (!step.wantsToken && headers.length > 0) {
    step.setHeaders();
  }
  if (plan.timeout) {
    params.timeout = plan.timeout;
  }
  if (expect) {
    params.responseCallback = http.expectedStatuses(...expect);
    step.expected = (status) => expect.includes(status);
    step.checks = { [checkName]: (response) => step.expected(response.status) };
  } else {
    step.expected = (status) => status >= 200 && status < 400; // as k6 counts http_req_failed
  }
  return step;
}

function prepareHeaders(list) {
  const headers = Object.create(null);
  for (const { name, value, parts } of list) {
    headers[name] = parts ? assemble(parts) : value;
  }
  return headers;
}

function namesOfSecret(headers) {
  return headers.filter(({ parts }) => parts).map(({ name }) => name);
}

function prepareBody(body) {
  if (!body) {
    return null;
  }
  return body.base64 === undefined ? body.text : encoding.b64decode(body.base64);
}

// Every scenario runs this: one step of a rotation, or all steps of a journey.
export default function (given) {
  if (plan.tokens) {
    keepTokens(given);
  }
  current = current || exec.scenario;
  const { turns, varied, think, steps } = lone || scenarios.get(current.name);
  if (turns && steps.length > 1) {
    const n = current.iterationInTest;
    const at = n % turns.length;
    send(steps[turns[at]], think, varied ? Math.floor(n / turns.length) * turns.each[at] + turns.before[at] : 0);
    return;
  }
  const n = varied ? current.iterationInTest : 0;
  for (const step of steps) {
    send(step, think, n);
  }
}

// send sends a step, of its variants the nth.
function send(step, think, nth) {
  const { url, params, body } = step.own ? variantOf(step, nth) : step;
  const response = deliver(step, url, body, params);
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

// variantOf returns what a variant changes of its step.
function variantOf(step, nth) {
  const { from, count } = step.own;
  const { url, headers, body, bare } = variants[from + (nth % count)];
  return {
    url: url === undefined ? step.url : url + step.key,
    params: headers ? { ...step.params, headers: prepareHeaders(headers) } : step.params,
    body: body || bare ? prepareBody(body) : step.body,
  };
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

// How requests are sent without telling secrets to strangers.

// deliver sends a step's request. k6 follows redirects by itself, and hands on
// to any host they lead to what is not called Authorization or Cookie, and the
// address before, with its query, as Referer. So a request with secrets is
// followed here, as k6 does (the fetch standard, 4.4), but loses them where
// another origin begins.
function deliver(step, url, body, params) {
  if (!step.guarded) {
    return http.request(step.method, url, body, params);
  }
  const own = { ...params, redirects: 0 };
  const most = plan.options.maxRedirects === undefined ? 10 : plan.options.maxRedirects;
  let { method } = step;
  let content = body;
  let at = url;
  for (let followed = 0; ; followed += 1) {
    const response = http.request(method, at, content, own);
    const to = [301, 302, 303, 307, 308].includes(response.status) && resolve(response.headers.Location, at);
    if (!to || followed >= most) {
      return response;
    }
    if (response.status < 307 && method !== 'HEAD') {
      method = 'GET';
      content = null;
    }
    if (originOf(to) !== originOf(at)) {
      own.headers = without(own.headers, step.secret);
    }
    at = to;
  }
}

function without(headers, names) {
  return Object.fromEntries(Object.entries(headers || {}).filter(([name]) => !names.includes(name)));
}

function originOf(url) {
  const [, scheme, host] = /^(https?):\/\/([^/?#]*)/i.exec(url) || [];
  const port = { http: ':80', https: ':443' }[String(scheme).toLowerCase()];
  return `${scheme}://${String(host).replace(/:\d+$/, '') + ((/:\d+$/.exec(host) || [port])[0])}`.toLowerCase();
}

// resolve returns where a Location leads from a URL (RFC 3986, 5.3), or nothing
// when that is no web address.
function resolve(location, base) {
  if (!location || /^[a-z][a-z0-9+.-]*:/i.test(location)) {
    return /^https?:\/\/[^/]/i.test(location) ? location.replace(/#.*$/, '') : undefined;
  }
  const [, scheme, authority, path] = /^(https?:)(\/\/[^/?#]*)([^?#]*)/i.exec(base);
  const to = location.replace(/#.*$/, '');
  if (to.startsWith('//')) {
    return scheme + to;
  }
  if (to.startsWith('/')) {
    return scheme + authority + to;
  }
  return scheme + authority + (to.startsWith('?') ? path + to : path.replace(/[^/]*$/, '') + to);
}

// What comes before the load.

// Tokens are fetched, then the gate is passed. While it was shut they may have
// grown old.
export function setup() {
  const given = (plan.tokens || []).map(tokenOrEnd);
  gate();
  return given.map((token, i) => (Date.now() < renewalOf(token, 1) ? token : tokenOrEnd(plan.tokens[i])));
}

// tokenOrEnd returns a token, or ends the test with a line that PLOG explains.
function tokenOrEnd(grant) {
  const { token, problem } = fetchToken(grant);
  if (problem) {
    console.error(`plog:token ${JSON.stringify(problem)}`);
    exec.test.abort(`no token from ${grant.url} for ${grant.scheme}`);
  }
  return token;
}

// fetchToken asks for an access token (RFC 6749, 4.3 and 4.4).
function fetchToken({ scheme, url, headers, body }) {
  const response = http.request('POST', url, assemble(body), {
    headers: prepareHeaders(headers),
    tags: { name: 'token' },
    timeout: '30s',
    redirects: 0, // it carries credentials
    responseCallback: null,
  });
  let reply;
  try {
    reply = response.json();
  } catch {
    reply = {}; // an error page
  }
  const { access_token: value, expires_in: seconds, error, error_description: description } = reply || {};
  if (response.status < 300 && typeof value === 'string' && value !== '') {
    confidential.add(value);
    hidden = undefined;
    return { token: { value, at: Date.now(), seconds: Number(seconds) || undefined } };
  }
  const short = (text) => hide(typeof text === 'object' ? JSON.stringify(text) : text).slice(0, 300);
  return {
    problem: { scheme, url: hide(url), status: response.status, error: short(error), description: short(description), cause: short(response.error) },
  };
}

// renewalOf returns when a token has to be renewed, in milliseconds: half a
// minute to a minute before it expires, or a part of a short life, VUs at
// different times. A token that does not say how long it lives is kept.
function renewalOf({ at, seconds }, spread) {
  return seconds ? at + 1000 * (seconds - Math.min(30, seconds / 4) * (1 + spread)) : Infinity;
}

// keepTokens gives the steps of this VU the tokens that setup fetched, and new
// ones in time. Renewing is no part of the load, as nothing of setup is.
function keepTokens(given) {
  const spread = (__VU * 0.618034) % 1;
  const now = Date.now();
  plan.tokens.forEach((grant, i) => {
    if (!tokens[i]) {
      useToken(i, given[i], renewalOf(given[i], spread));
    }
    if (now < tokens[i].renewal) {
      return;
    }
    const { token, problem } = group('setup', () => fetchToken(grant));
    if (token) {
      useToken(i, token, renewalOf(token, spread));
      return;
    }
    if (!tokens[i].told) {
      console.warn(`No new token from ${problem.url} for ${problem.scheme}: ${problem.error || problem.cause || problem.status}`);
    }
    tokens[i].told = true;
    tokens[i].renewal = now + 5000;
  });
}

function useToken(i, { value }, renewal) {
  confidential.add(value);
  hidden = undefined;
  tokens[i] = { value, renewal };
  if (plan.tokens.some((_, j) => !tokens[j])) {
    return; // a step may want several
  }
  for (const { steps } of scenarios.values()) {
    steps.filter((step) => step.wantsToken).forEach((step) => step.setHeaders());
  }
}

// The gate holds the load until PLOG and every other instance are ready. Without
// PLOG there is no gate. An instance that has nobody to wait for goes on by
// itself when PLOG is not at its address for a while: it may have moved, which
// the output that reports to it can follow, and this cannot.
function gate() {
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
