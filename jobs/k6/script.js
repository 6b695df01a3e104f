// The load test that PLOG runs with k6. It is the same program for every plan:
// the plan is data, read below, and nothing in it is ever run as code.
//
// Secret values come from the environment: k6 run -e PLOG_SECRET_0=… script.js

import http from 'k6/http';
import encoding from 'k6/encoding';
import exec from 'k6/execution';
import { SharedArray } from 'k6/data';
import { check, group, sleep } from 'k6';

const plan = JSON.parse(open('./plan.json'));

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
const variants = plan.variants ? new SharedArray('variants', () => JSON.parse(open('./variants.json'))) : [];

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
