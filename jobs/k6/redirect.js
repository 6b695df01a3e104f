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
