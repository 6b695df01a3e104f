// A form that starts a run carries a key, so that sending it twice starts one. Who goes back to a page that
// the browser kept wants another run: its forms get fresh keys.
addEventListener('pageshow', (event) => {
  if (!event.persisted) return;
  for (const key of document.querySelectorAll('form input[type=hidden][name=key]')) {
    key.value = crypto.getRandomValues(new Uint32Array(4)).join('-');
  }
});
