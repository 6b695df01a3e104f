// The page's own script. Everything here is an improvement: without it pages read and forms post.
document.documentElement.classList.add('js');
