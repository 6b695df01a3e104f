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
