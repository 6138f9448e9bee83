// The carer's page that works without a signal. Today's visits and everything noted are kept in the browser's own store;
// what is noted is sent in its order, each thing with an id made here, so that sent twice it counts once.
(() => {
  'use strict';

  const script = document.currentScript;
  const main = document.getElementById('main');
  const net = document.getElementById('net');
  const STEP = { check_in: '签到', join: '同行到场', check_out: '签退', items: '服务项目', vitals: '测量', photo: '照片', signature: '签名' };
  const STATE = { planned: '待上门', checked_in: '服务中', done: '已完成', missed: '未服务', cancelled: '已取消' };
  let day = null;
  let queue = [];
  let answers = [];
  let trouble = '';
  const made = new Map();

  // ---- the browser's own store ----------------------------------------------------------------------------------------
  const base = new Promise((resolve, reject) => {
    const asked = indexedDB.open('yiyang-day', 1);
    asked.onupgradeneeded = () => {
      asked.result.createObjectStore('day');
      asked.result.createObjectStore('queue', { keyPath: 'seq', autoIncrement: true });
      asked.result.createObjectStore('answers', { keyPath: 'id' });
    };
    asked.onsuccess = () => resolve(asked.result);
    asked.onerror = () => reject(asked.error);
  });
  async function within(stores, mode, work) {
    const transaction = (await base).transaction(stores, mode);
    const result = work((name) => transaction.objectStore(name));
    await new Promise((resolve, reject) => {
      transaction.oncomplete = resolve;
      transaction.onerror = transaction.onabort = () => reject(transaction.error);
    });
    return result?.result ?? result;
  }
  const all = (name) => within([name], 'readonly', (store) => store(name).getAll());

  async function load() {
    day = await within(['day'], 'readonly', (store) => store('day').get('today')) ?? null;
    queue = await all('queue');
    answers = await all('answers');
    // Yesterday's addresses have no business on a telephone; what was noted waits until it is sent.
    if (day && day.day !== today()) {
      day = { ...day, visits: [] };
      answers = answers.filter((answer) => answer.day === today());
      await within(['day', 'answers'], 'readwrite', (store) => {
        store('day').put(day, 'today');
        store('answers').clear();
        answers.forEach((answer) => store('answers').put(answer));
      });
    }
  }

  // ---- clock and place ------------------------------------------------------------------------------------------------
  /** The day in China by the server's clock. */
  function today() {
    return new Date(Date.now() + (day?.offset ?? 0) + 8 * 3600e3).toISOString().slice(0, 10);
  }
  const hm = (at) => new Date(at + (day?.offset ?? 0) + 8 * 3600e3).toISOString().slice(11, 16);

  function place() {
    return new Promise((resolve) => {
      if (!navigator.geolocation) return resolve(null);
      const found = ({ coords }) => resolve({ lon: coords.longitude, lat: coords.latitude, accuracy: coords.accuracy });
      navigator.geolocation.getCurrentPosition(found, () => resolve(null), { enableHighAccuracy: true, timeout: 8000, maximumAge: 60000 });
    });
  }

  // ---- sending --------------------------------------------------------------------------------------------------------
  class Later extends Error {}

  async function ask(url, options) {
    let answer;
    if (!navigator.onLine) throw new Later('没有信号');
    try { answer = await fetch(url, { credentials: 'same-origin', cache: 'no-store', ...options }); } catch { throw new Later('没有信号'); }
    const json = answer.headers.get('content-type')?.startsWith('application/json');
    if (answer.redirected || answer.status === 401) throw new Later('登录已过期，请登录后自动上传');
    if (!answer.ok || !json) throw new Later(answer.status >= 500 ? '服务器忙，稍后自动再传' : `没有传上（${answer.status}）`);
    return answer.json();
  }

  async function refresh() {
    const before = Date.now();
    const fresh = await ask('/visits/day/data');
    const offset = Math.round(fresh.now - (before + Date.now()) / 2);
    if (day && day.account !== fresh.account) {
      answers = [];
      await within(['answers'], 'readwrite', (store) => store('answers').clear());
    }
    day = { ...fresh, offset };
    await within(['day'], 'readwrite', (store) => store('day').put(day, 'today'));
  }

  async function sendAll() {
    await refresh();
    trouble = '';
    for (const event of await all('queue')) {
      if (event.account !== day.account) continue;
      const { seq, account, day: on, name, ...rest } = event;
      const answer = await ask('/visits/sync', {
        method: 'POST',
        headers: { 'content-type': 'application/json', 'x-csrf-token': day.csrf },
        body: JSON.stringify({ ...rest, offset_now: day.offset }),
      });
      await within(['queue', 'answers'], 'readwrite', (store) => {
        store('answers').put({ ...answer, visit: event.visit, kind: event.kind, phone_at: event.phone_at, day: on, name });
        store('queue').delete(seq);
      });
      await load();
      draw();
    }
    await refresh();
  }

  // One page of several sends; the others look on.
  async function sync() {
    const send = async () => {
      try { await sendAll(); trouble = ''; } catch (e) {
        if (!(e instanceof Later)) throw e;
        trouble = e.message;
      }
      await load();
      draw();
    };
    if (!navigator.locks) return send();
    return navigator.locks.request('yiyang-day', { ifAvailable: true }, (lock) => (lock ? send() : null));
  }

  async function note(visit, kind, more = {}, where = undefined) {
    const event = {
      id: crypto.randomUUID?.() ?? id(), elder: visit.elder, visit: visit.id, kind, phone_at: Date.now(), offset: day.offset,
      place: where === undefined ? await place() : where, account: day.account, day: today(), name: visit.name, ...more,
    };
    await within(['queue'], 'readwrite', (store) => store('queue').add(event));
    await load();
    draw();
    sync();
  }
  // Where the address is not secure there is no randomUUID.
  function id() {
    const bytes = crypto.getRandomValues(new Uint8Array(16));
    bytes[6] = (bytes[6] & 15) | 64;
    bytes[8] = (bytes[8] & 63) | 128;
    return [...bytes].map((byte) => byte.toString(16).padStart(2, '0')).join('');
  }

  // ---- what is shown --------------------------------------------------------------------------------------------------
  function el(tag, props = {}, ...children) {
    const node = Object.assign(document.createElement(tag), props);
    node.append(...children.filter((child) => child !== null && child !== undefined && child !== false));
    return node;
  }
  const tag = (text, kind = '') => el('span', { className: `tag ${kind}` }, text);
  const button = (text, work, className = '') => {
    const node = el('button', { type: 'button', className }, text);
    node.addEventListener('click', async () => {
      node.disabled = true;
      try { await work(); } finally { node.disabled = false; }
    });
    return node;
  };

  /** How far a visit is when what waits here is counted in. */
  function now(visit) {
    const waiting = queue.filter((event) => event.visit === visit.id).map((event) => event.kind);
    let state = visit.state;
    if (state === 'planned' && waiting.includes('check_in')) state = 'checked_in';
    if (state === 'checked_in' && waiting.includes('check_out')) state = 'done';
    return { state, waiting, joined: visit.joined || waiting.includes('join') };
  }

  function door(visit) {
    const call = (label, phone) => phone && el('p', {}, `${label} `, el('a', { href: `tel:${phone}` }, phone));
    return [
      visit.address && el('p', {}, el('strong', {}, visit.address)),
      call('电话', visit.phone),
      call('家属', visit.contact),
      ...visit.notes.map(([kind, name, text]) => el('p', {}, tag(name, kind), ` ${text}`)),
    ];
  }

  const checklist = (visit) => section(visit, 'items', '服务项目', () => {
    const last = queue.filter((event) => event.visit === visit.id && event.kind === 'items').pop();
    const done = new Set(last?.items ?? visit.items);
    const boxes = [...visit.choices].sort((a, b) => visit.items.includes(b[0]) - visit.items.includes(a[0])).map(([code, name]) => {
      const box = el('input', { type: 'checkbox', value: code, checked: done.has(code) });
      return el('label', { className: 'tick' }, box, name);
    });
    const form = el('div', {}, ...boxes);
    const save = button('保存项目', () => {
      const items = [...form.querySelectorAll('input:checked')].map((box) => box.value);
      return items.length ? note(visit, 'items', { items }, null) : alert('请至少选择一项');
    });
    return [form, save];
  });

  const vitals = (visit) => section(visit, 'vitals', '测量', () => {
    const form = el('form', {}, document.getElementById('vitals').content.cloneNode(true));
    const save = button('保存测量', () => {
      if (!form.reportValidity()) return null;
      const values = Object.fromEntries([...new FormData(form)].filter(([, value]) => value !== '').map(([name, value]) => [name, Number(value)]));
      if (!Object.keys(values).length) return alert('请填写测量值');
      form.reset();
      return note(visit, 'vitals', { values }, null);
    });
    return [form, save];
  });

  /** A photo made smaller, with place and time written on it. */
  async function photo(visit, file) {
    const where = await place();
    const picture = await createImageBitmap(file);
    const scale = Math.min(1, 1280 / Math.max(picture.width, picture.height));
    const canvas = el('canvas', { width: Math.round(picture.width * scale), height: Math.round(picture.height * scale) });
    const pen = canvas.getContext('2d');
    pen.drawImage(picture, 0, 0, canvas.width, canvas.height);
    const spot = where ? `${where.lon.toFixed(5)}, ${where.lat.toFixed(5)} ±${Math.round(where.accuracy)} 米` : '未取得位置';
    const size = Math.max(14, Math.round(canvas.width / 36));
    pen.fillStyle = 'rgba(0,0,0,.6)';
    pen.fillRect(0, canvas.height - size * 3, canvas.width, size * 3);
    pen.fillStyle = '#fff';
    pen.font = `${size}px sans-serif`;
    pen.fillText(`${today()} ${hm(Date.now())}  ${visit.name}`, size / 2, canvas.height - size * 1.75);
    pen.fillText(spot, size / 2, canvas.height - size * 0.5);
    let quality = 0.8;
    let data = canvas.toDataURL('image/jpeg', quality);
    while (data.length > 600000 && quality > 0.2) data = canvas.toDataURL('image/jpeg', quality -= 0.15);
    return note(visit, 'photo', { data }, where);
  }

  const pictures = (visit) => section(visit, 'photo', '拍照（写上时间和位置）', () => {
    const input = el('input', { type: 'file', accept: 'image/*', className: 'unseen' });
    input.setAttribute('capture', 'environment');
    input.addEventListener('change', () => {
      if (input.files[0]) photo(visit, input.files[0]).catch(() => alert('照片打不开，请重拍')).finally(() => { input.value = ''; });
    });
    return [el('label', { className: 'button' }, '拍一张', input)];
  });

  const signature = (visit) => section(visit, 'signature', '老人或家属签名', () => {
    const canvas = el('canvas', { className: 'sign', width: 800, height: 300 });
    const pen = canvas.getContext('2d');
    Object.assign(pen, { lineWidth: 5, lineCap: 'round', strokeStyle: '#1f2d2c' });
    let drawn = false;
    const spot = (event) => {
      const box = canvas.getBoundingClientRect();
      return [(event.clientX - box.left) * canvas.width / box.width, (event.clientY - box.top) * canvas.height / box.height];
    };
    canvas.addEventListener('pointerdown', (event) => { canvas.setPointerCapture(event.pointerId); pen.beginPath(); pen.moveTo(...spot(event)); drawn = true; });
    canvas.addEventListener('pointermove', (event) => { if (event.buttons) { pen.lineTo(...spot(event)); pen.stroke(); } });
    const clear = () => { pen.clearRect(0, 0, canvas.width, canvas.height); drawn = false; };
    const save = button('保存签名', async () => {
      if (!drawn) return alert('请先签名');
      await note(visit, 'signature', { data: canvas.toDataURL('image/png') });
      return clear();
    });
    return [canvas, el('div', { className: 'row' }, save, button('重签', async () => clear()))];
  });

  /** A part that folds. It is made once, so that nothing half typed or half signed is lost when an answer comes in. */
  function section(visit, kind, title, make) {
    const key = `${visit.id} ${kind}`;
    const noted = now(visit).waiting.includes(kind) || answers.some((a) => a.visit === visit.id && a.kind === kind && a.outcome !== 'refused');
    if (!made.has(key)) made.set(key, el('details', {}, el('summary'), ...make()));
    const node = made.get(key);
    node.firstChild.textContent = `${title}${noted ? ' ✓' : ''}`;
    return node;
  }

  function told(visit) {
    return answers.filter((answer) => answer.visit === visit.id && answer.message).map((answer) => el('div', { className: `answer ${answer.outcome}` },
      el('p', {}, `${STEP[answer.kind]} ${hm(answer.phone_at)}：${answer.outcome === 'refused' ? '没有办理。' : ''}${answer.message}`),
      answer.outcome === 'refused' && el('p', {}, el('a', { href: `/visits/${visit.elder}/${visit.id}` }, '打开服务记录（需要信号）'))));
  }

  function card(visit, next) {
    const { state, waiting, joined } = now(visit);
    const over = !['planned', 'checked_in'].includes(state);
    const parts = [
      el('p', { className: 'when' }, `${visit.from}—${visit.to}　${visit.kind}`),
      el('h2', {}, visit.name, ' ', tag(STATE[state]), ' ', waiting.length ? tag(`${waiting.length} 条待上传`, 'wait') : ''),
      el('p', {}, `${visit.area}　${visit.choices.filter(([code]) => visit.items.includes(code)).map(([, name]) => name).join('、')}`),
      ...told(visit),
    ];
    if (!over) parts.push(...door(visit));
    if (visit.note) parts.push(el('p', {}, `备注：${visit.note}`));
    // Only the next one has the strong button, so that a tired thumb does not check in at somebody else's.
    const go = (kind) => parts.push(button(STEP[kind], () => note(visit, kind), next ? 'go' : 'wide'));
    if (visit.second && !over) {
      if (!joined) go('join');
    } else if (state === 'planned') {
      go('check_in');
    }
    if (state === 'checked_in') {
      parts.push(checklist(visit), vitals(visit), pictures(visit), signature(visit));
      if (!visit.second) go('check_out');
    }
    return el('section', { className: `visit${next ? ' next' : ''}${over ? ' over' : ''}` }, ...parts);
  }

  let shown = '';
  function draw() {
    const mine = queue.filter((event) => event.account === day?.account);
    const others = queue.length - mine.length;
    const words = [
      navigator.onLine && !trouble ? '已联网' : (trouble || '没有信号'),
      mine.length ? `${mine.length} 条记录待上传，会自动传` : '全部已上传',
      others ? `另有 ${others} 条是别人的记录，请其本人登录后上传` : '',
    ];
    net.textContent = words.filter(Boolean).join('，');
    net.className = trouble && trouble !== '没有信号' ? 'bad' : '';
    // What is being typed or signed is not swept away by an answer that changes nothing.
    const look = JSON.stringify([day?.visits, mine.map((event) => [event.seq, event.kind]), answers]);
    if (look === shown) return;
    shown = look;
    const visits = day?.visits ?? [];
    const next = visits.findIndex((visit) => now(visit).state === 'checked_in');
    const first = next >= 0 ? next : visits.findIndex((visit) => now(visit).state === 'planned');
    const gone = answers.filter((answer) => answer.outcome === 'refused' && !visits.some((visit) => visit.id === answer.visit));
    const typing = document.activeElement;
    main.replaceChildren(
      el('p', {}, day ? `${day.name}，${day.day}，共 ${visits.length} 次` : '还没有今天的资料：请在有信号的地方打开一次本页。'),
      ...gone.map((answer) => el('div', { className: 'answer refused' }, el('p', {}, `${answer.name} ${STEP[answer.kind]} ${hm(answer.phone_at)}：没有办理。${answer.message}`))),
      ...visits.map((visit, n) => card(visit, n === first)),
    );
    if (typing !== document.body && main.contains(typing)) typing.focus({ preventScroll: true });
  }

  document.getElementById('wipe').addEventListener('click', async () => {
    await load();
    if (queue.length) return alert(`还有 ${queue.length} 条记录没有上传，联网上传后才能清除。`);
    await within(['day', 'answers'], 'readwrite', (store) => { store('day').clear(); store('answers').clear(); });
    day = null;
    answers = [];
    return draw();
  });

  (async () => {
    await load();
    draw();
    navigator.storage?.persist?.();
    if ('serviceWorker' in navigator) navigator.serviceWorker.register(script.dataset.worker, { scope: '/visits/day' }).catch(() => {});
    window.addEventListener('online', sync);
    window.addEventListener('offline', () => { trouble = '没有信号'; draw(); });
    document.addEventListener('visibilitychange', () => { if (!document.hidden) sync(); });
    setInterval(sync, 60000);
    await sync();
  })();
})();
