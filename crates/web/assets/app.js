// What pages cannot do without script: charts, asking before a step, filters that send themselves, the small menu.
(() => {
  'use strict';

  const script = document.currentScript;
  const prefersStill = window.matchMedia('(prefers-reduced-motion: reduce)').matches;
  const palette = ['#0b6b66', '#c8553d', '#e0a030', '#4f7cac', '#7a9e4f', '#8d6a9f', '#5c6b73'];

  // ---- charts -------------------------------------------------------------------------------------------------------
  // ECharts is 700 kB: it is fetched by the first page that has a chart.
  let loading = null;
  function echartsReady() {
    loading ??= new Promise((resolve, reject) => {
      const tag = document.createElement('script');
      tag.src = script.dataset.echarts;
      tag.onload = () => resolve(window.echarts);
      tag.onerror = reject;
      document.head.append(tag);
    });
    return loading;
  }

  function drawCharts(root) {
    const frames = [...root.querySelectorAll('[data-chart]:not([data-drawn])')];
    if (root.matches?.('[data-chart]:not([data-drawn])')) frames.push(root);
    for (const frame of frames) {
      frame.dataset.drawn = '';
      frame.style.height = `${frame.dataset.height || 320}px`;
      echartsReady().then((echarts) => {
        const option = JSON.parse(frame.dataset.chart);
        const chart = echarts.init(frame, null, { renderer: 'svg' });
        const font = getComputedStyle(document.body).fontFamily;
        chart.setOption({ color: palette, textStyle: { fontFamily: font, fontSize: 13 }, animation: !prefersStill, ...option });
        chart.on('click', (point) => { const to = point.data?.href; if (to) location.href = to; });
        new ResizeObserver(() => chart.resize()).observe(frame);
        window.addEventListener('beforeprint', () => chart.resize());
      });
    }
  }

  // ---- asking before a step ------------------------------------------------------------------------------------------
  function ask(question) {
    return new Promise((resolve) => {
      const dialog = document.createElement('dialog');
      dialog.className = 'yy-dialog';
      const text = document.createElement('p');
      text.textContent = question;
      const form = document.createElement('form');
      form.method = 'dialog';
      form.className = 'btn-list';
      for (const [value, label, tone] of [['no', '再想想', 'btn'], ['yes', '确定办理', 'btn btn-primary']]) {
        const button = document.createElement('button');
        button.value = value;
        button.className = tone;
        button.textContent = label;
        form.append(button);
      }
      dialog.append(text, form);
      dialog.addEventListener('close', () => { dialog.remove(); resolve(dialog.returnValue === 'yes'); });
      document.body.append(dialog);
      dialog.showModal();
    });
  }

  document.addEventListener('submit', async (event) => {
    const form = event.target;
    const question = event.submitter?.dataset.confirm ?? form.dataset?.confirm;
    if (question && !form.dataset.asked) {
      event.preventDefault();
      if (await ask(question)) {
        form.dataset.asked = '1';
        form.requestSubmit(event.submitter);
      }
      return;
    }
    delete form.dataset.asked;
    // The same step twice by a double click is never meant. The button is disabled after its value has been taken along.
    if (form.method === 'post') {
      setTimeout(() => form.querySelectorAll('button[type=submit]').forEach((b) => { b.disabled = true; }), 0);
      setTimeout(() => form.querySelectorAll('button[type=submit]').forEach((b) => { b.disabled = false; }), 8000);
    }
  });

  // Back from the browser's cache: the buttons must work again.
  window.addEventListener('pageshow', () => document.querySelectorAll('button:disabled[type=submit]').forEach((b) => { b.disabled = false; }));

  // ---- filters, menu, printing, going back ------------------------------------------------------------------------------
  document.addEventListener('change', (event) => {
    const form = event.target.closest?.('form[data-autosubmit]');
    if (form && event.target.matches('select, input[type=checkbox], input[type=radio], input[type=month]')) form.requestSubmit();
  });

  document.addEventListener('click', (event) => {
    const target = event.target.closest?.('[data-menu], [data-print], [data-back]');
    if (!target) return;
    if (target.matches('[data-print]')) window.print();
    if (target.matches('[data-back]')) history.length > 1 ? history.back() : location.assign('/');
    if (target.matches('[data-menu]')) {
      const open = document.getElementById('menu').classList.toggle('yy-open');
      target.setAttribute('aria-expanded', String(open));
    }
  });

  document.addEventListener('keydown', (event) => {
    const typing = event.target.matches?.('input, textarea, select, [contenteditable]');
    if (event.key === '/' && !typing) {
      const search = document.querySelector('input[type=search]');
      if (search) { event.preventDefault(); search.focus(); }
    }
    if (event.key === 'Escape') document.getElementById('menu')?.classList.remove('yy-open');
  });

  // A request that did not get through is said where its answer would have stood; the next answer replaces it.
  document.addEventListener('htmx:error', (event) => {
    const { target, sourceElement } = event.detail?.ctx ?? {};
    const place = target instanceof Element ? target : sourceElement;
    if (!place || place.querySelector('.alert-danger')) return;
    const note = document.createElement('div');
    note.className = 'alert alert-danger';
    note.setAttribute('role', 'alert');
    note.textContent = '刚才的操作没有保存，请检查网络后再试一次；仍不行请刷新页面。';
    place.prepend(note);
  });

  // ---- where a visit takes place ---------------------------------------------------------------------------------------
  // A form with data-geo takes the telephone's place along, if there is one; without it the step goes on all the same.
  const placed = [...document.querySelectorAll('form[data-geo]')];
  if (placed.length && navigator.geolocation) {
    navigator.geolocation.getCurrentPosition(({ coords }) => {
      const values = { lon: coords.longitude, lat: coords.latitude, accuracy: Math.round(coords.accuracy) };
      for (const form of placed) for (const [name, value] of Object.entries(values)) if (form.elements[name]) form.elements[name].value = value;
    }, () => {}, { enableHighAccuracy: true, timeout: 15000, maximumAge: 30000 });
  }

  // A long menu stands where one is.
  const here = document.querySelector('#menu [aria-current]');
  const menu = document.getElementById('menu');
  if (here && menu && here.offsetTop + here.offsetHeight > menu.clientHeight) menu.scrollTop = here.offsetTop - menu.clientHeight / 2;

  // A note is shown once.
  if (document.querySelector('[data-flash]')) document.cookie = 'yiyang_flash=; Path=/; Max-Age=0; SameSite=Lax';

  // ---- parts that renew themselves ---------------------------------------------------------------------------------------
  function arrived(root) {
    drawCharts(root);
    const done = root.matches?.('[data-then]') ? root : root.querySelector?.('[data-then]');
    if (done?.dataset.then) setTimeout(() => location.assign(done.dataset.then), 900);
  }
  new MutationObserver((changes) => {
    for (const change of changes) for (const node of change.addedNodes) if (node.nodeType === 1) arrived(node);
  }).observe(document.body, { childList: true, subtree: true });
  arrived(document.body);
})();
