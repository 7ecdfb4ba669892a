'use strict';

// The token comes in the fragment, which is never sent, and stays in this tab's session storage: cookies ignore ports, so
// any other listener of this machine would be sent them.
const TOKEN = 'banyan.token';
const EVERY = 2000;
const PATIENCE = 10000;
const SKELETON = '<div class="skeleton"></div><div class="skeleton tall"></div><div class="skeleton"></div>';

const view = document.getElementById('view');
const notice = document.getElementById('notice');
let timer = 0;
let asked = 0;
let shown = '';
let seen = 0;
let fresh = true;
let where = location.pathname + location.search;

function takeToken() {
  const token = new URLSearchParams(location.hash.slice(1)).get('token');
  if (token === null) return false;
  sessionStorage.setItem(TOKEN, token);
  history.replaceState(null, '', location.pathname + location.search);
  return true;
}

function say(text, ...commands) {
  notice.hidden = text === '';
  notice.textContent = text;
  for (const command of commands) {
    const code = document.createElement('code');
    code.className = 'command';
    code.textContent = command;
    notice.append(' ', code);
  }
  document.body.classList.toggle('stale', text !== '');
}

// refresh asks for the present view and puts what changed into the page. An answer that comes after a later question is dropped.
async function refresh() {
  clearTimeout(timer);
  const mine = ++asked;
  const address = '/view' + location.pathname + location.search;
  let pause = EVERY;
  try {
    const answer = await fetch(address, {
      headers: {Authorization: 'Bearer ' + (sessionStorage.getItem(TOKEN) || '')},
      cache: 'no-store', credentials: 'omit', redirect: 'error', signal: AbortSignal.timeout(PATIENCE),
    });
    const html = await answer.text();
    if (mine !== asked) return;
    if (answer.status === 401) {
      refused();
      return;
    }
    if (!(answer.headers.get('Content-Type') || '').startsWith('text/html')) throw new Error('no view');
    seen = Date.now();
    say('');
    put(html);
  } catch {
    if (mine !== asked) return;
    gone();
    pause = 2 * EVERY;
  }
  if (!document.hidden) timer = setTimeout(refresh, pause);
}

function refused() {
  shown = '';
  view.replaceChildren();
  const why = sessionStorage.getItem(TOKEN) ? 'The token of this tab is not that of the application that runs now.' : 'This page needs the token of the running application.';
  say(why + ' Open it with', 'banyan dashboard');
}

function gone() {
  const since = seen ? ' What stands below was true at ' + new Date(seen).toLocaleTimeString() + '.' : '';
  say('The application is gone: nothing answers at ' + location.host + '.' + since + ' Looking again; to start it:', 'banyan up');
}

function put(html) {
  if (html === shown) return;
  shown = html;
  const next = document.createElement('div');
  next.innerHTML = html; // the server escaped it, and the policy lets no script of it run
  const tails = fresh || [...view.querySelectorAll('[data-tail]')].filter(atEnd).length > 0 || view.querySelector('[data-tail]') === null;
  fresh = false;
  morph(view, next);
  controls();
  if (tails) for (const list of view.querySelectorAll('[data-tail]')) list.scrollTop = list.scrollHeight;
  const head = view.querySelector('[data-title]');
  if (head) document.title = head.dataset.title;
}

// controls say what the answer says, also after a way back, when the browser keeps what a person chose.
function controls() {
  for (const select of view.querySelectorAll('select')) {
    if (select !== document.activeElement) select.selectedIndex = Math.max(0, [...select.options].findIndex((o) => o.hasAttribute('selected')));
  }
  for (const box of view.querySelectorAll('input[type=checkbox]')) box.checked = box.hasAttribute('checked');
}

const atEnd = (list) => list.scrollHeight - list.scrollTop - list.clientHeight < 24;

// morph makes the children of old those of fresh and keeps every node that can stay, so that selection, focus, scroll and open
// details outlive a refresh. Nodes with a data-key are found by it, others by their place.
function morph(old, fresh) {
  const keyed = new Map();
  for (const child of old.children) {
    const key = child.dataset && child.dataset.key;
    if (key) keyed.set(key, [...(keyed.get(key) || []), child]);
  }
  let at = old.firstChild;
  for (const want of [...fresh.childNodes]) {
    const key = want.dataset && want.dataset.key;
    const found = key ? (keyed.get(key) || []).shift() : at;
    if (found && alike(found, want) && (key || !(found.dataset && found.dataset.key))) {
      if (found === at) at = at.nextSibling;
      else old.insertBefore(found, at);
      settle(found, want);
    } else {
      old.insertBefore(want, at);
    }
  }
  while (at) {
    const next = at.nextSibling;
    at.remove();
    at = next;
  }
}

const alike = (a, b) => a.nodeType === b.nodeType && a.nodeName === b.nodeName;

function settle(old, want) {
  if (old.nodeType !== Node.ELEMENT_NODE) {
    if (old.nodeValue !== want.nodeValue) old.nodeValue = want.nodeValue;
    return;
  }
  if (old.isEqualNode(want) || old.contains(document.activeElement) && old.nodeName === 'SELECT') return;
  for (const {name} of [...old.attributes]) {
    if (!want.hasAttribute(name) && name !== 'open') old.removeAttribute(name);
  }
  for (const {name, value} of [...want.attributes]) {
    if (old.getAttribute(name) !== value) old.setAttribute(name, value);
  }
  morph(old, want);
}

// go shows another view; the skeleton stands only where the answer takes a while.
function go(address, replace) {
  history[replace ? 'replaceState' : 'pushState'](null, '', address);
  arrive();
}

function arrive() {
  where = location.pathname + location.search;
  mark();
  shown = '';
  fresh = true;
  const mine = asked + 1;
  setTimeout(() => { if (asked === mine && shown === '' && notice.hidden) view.innerHTML = SKELETON; }, 250);
  scrollTo(0, 0);
  refresh();
}

function mark() {
  for (const link of document.querySelectorAll('.rail a:not(.brand)')) {
    const own = link.getAttribute('href');
    const under = own === '/services' ? '/service/' : own === '/traces' ? '/trace/' : null;
    const here = location.pathname === own || under !== null && location.pathname.startsWith(under);
    if (here) link.setAttribute('aria-current', 'page');
    else link.removeAttribute('aria-current');
  }
}

document.addEventListener('click', (event) => {
  const command = event.target.closest('code.command');
  if (command) {
    copy(command);
    return;
  }
  const link = event.target.closest('a[href^="/"]');
  if (!link || event.button !== 0 || event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return;
  event.preventDefault();
  go(link.getAttribute('href'));
});

async function copy(command) {
  try {
    await navigator.clipboard.writeText(command.textContent);
  } catch {
    return; // the browser does not let it; the text can be selected still
  }
  command.classList.add('copied');
  setTimeout(() => command.classList.remove('copied'), 900);
}

function filtered(form) {
  const query = new URLSearchParams();
  for (const [name, value] of new FormData(form)) if (value !== '') query.append(name, value);
  const text = query.toString();
  go(form.getAttribute('action') + (text ? '?' + text : ''), true);
}

document.addEventListener('change', (event) => {
  if (!event.target.form) return;
  event.target.blur();
  filtered(event.target.form);
});

document.addEventListener('submit', (event) => {
  event.preventDefault();
  filtered(event.target);
});

let prefix = 0;

document.addEventListener('keydown', (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.target.closest('select, input, textarea')) return;
  if (event.key === 'g') {
    prefix = Date.now();
    return;
  }
  const link = Date.now() - prefix < 1500 && [...document.querySelectorAll('[data-key-name]')].find((a) => a.dataset.keyName === event.key);
  prefix = 0;
  if (link) go(link.getAttribute('href'));
});

document.addEventListener('visibilitychange', () => {
  clearTimeout(timer);
  if (!document.hidden) refresh();
});

// A fragment alone is the skip link, or an address with a new token that was put into this tab.
for (const kind of ['popstate', 'hashchange']) {
  addEventListener(kind, () => { if (takeToken() || location.pathname + location.search !== where) arrive(); });
}

takeToken();
mark();
refresh();
