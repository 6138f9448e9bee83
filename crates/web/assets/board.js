// The live board of the call centre: news as they come, times that count up, a sound while somebody waits. When the line breaks it
// asks every few seconds instead, and says so.
(() => {
  'use strict';

  const board = document.querySelector('[data-board]');
  const clock = board ?? document.querySelector('[data-timers]');
  if (!clock) return;

  // ---- times that count up, by the server's clock ------------------------------------------------------------------------
  const ahead = Number(clock.dataset.now) - Date.now();
  function spoken(seconds) {
    const [h, m, s] = [Math.floor(seconds / 3600), Math.floor((seconds % 3600) / 60), seconds % 60];
    if (h) return `${h} 小时 ${m} 分`;
    if (m) return s ? `${m} 分 ${s} 秒` : `${m} 分`;
    return `${s} 秒`;
  }
  function tick() {
    const now = Date.now() + ahead;
    for (const time of clock.querySelectorAll('[data-since]')) {
      const text = spoken(Math.max(0, Math.floor((now - Number(time.dataset.since)) / 1000)));
      if (time.textContent !== text) time.textContent = text;
    }
  }
  setInterval(tick, 1000);
  if (!board) return;

  const place = board.querySelector('[data-board-place]');
  const state = board.querySelector('[data-board-state]');
  const button = board.querySelector('[data-board-sound]');
  const hint = board.querySelector('[data-board-hint]');
  const url = board.dataset.board;

  function say(kind, text) {
    if (!state || state.textContent === text) return;
    state.dataset.kind = kind;
    state.textContent = text;
  }

  // ---- the sound ---------------------------------------------------------------------------------------------------------
  // A browser is silent until somebody presses something on the page: hence the button, and its red colour until then.
  let audio = null;
  function beep(grave) {
    if (!audio) return;
    const begins = audio.currentTime;
    const notes = grave ? [880, 660, 880, 660] : [660, 880];
    notes.forEach((pitch, n) => {
      const [tone, volume] = [audio.createOscillator(), audio.createGain()];
      tone.frequency.value = pitch;
      volume.gain.setValueAtTime(0.0001, begins + n * 0.22);
      volume.gain.exponentialRampToValueAtTime(0.4, begins + n * 0.22 + 0.02);
      volume.gain.exponentialRampToValueAtTime(0.0001, begins + n * 0.22 + 0.2);
      tone.connect(volume).connect(audio.destination);
      tone.start(begins + n * 0.22);
      tone.stop(begins + n * 0.22 + 0.21);
    });
  }
  function waiting() {
    const frame = place.querySelector('[data-waiting]');
    return { count: Number(frame?.dataset.waiting ?? 0), grave: frame?.hasAttribute('data-grave') && frame.dataset.grave !== 'false' };
  }
  function sounded() {
    const on = audio !== null && audio.state === 'running';
    if (!button) return;
    button.setAttribute('aria-pressed', String(on));
    button.textContent = on ? '声音已开（按一下关闭）' : '开启声音';
    button.classList.toggle('btn-danger', !on);
    if (hint) hint.hidden = on;
  }
  button?.addEventListener('click', async () => {
    if (audio) {
      await audio.close();
      audio = null;
    } else {
      audio = new AudioContext();
      await audio.resume();
      beep(false);
    }
    sounded();
  });
  setInterval(() => {
    const { count, grave } = waiting();
    if (count > 0) beep(grave);
  }, 4000);

  // ---- what is new ---------------------------------------------------------------------------------------------------------
  const title = document.title;
  let known = new Set([...place.querySelectorAll('[data-key]')].map((card) => card.dataset.key));
  function show(html) {
    place.innerHTML = html;
    const cards = [...place.querySelectorAll('[data-key]')];
    const fresh = cards.filter((card) => !known.has(card.dataset.key));
    fresh.forEach((card) => card.classList.add('yy-watch-new'));
    known = new Set(cards.map((card) => card.dataset.key));
    const { count, grave } = waiting();
    // Also in the tab, for who works in another one.
    document.title = count > 0 ? `（${count}）${title}` : title;
    if (fresh.some((card) => card.matches('.yy-watch-hot'))) beep(grave);
    tick();
  }

  let asking = null;
  async function ask() {
    try {
      const answer = await fetch(url, { headers: { accept: 'text/html' }, redirect: 'manual' });
      if (answer.type === 'opaqueredirect' || answer.status === 401 || answer.status === 403) {
        say('broken', '登录已失效，请刷新页面重新登录');
      } else if (answer.ok) {
        show(await answer.text());
        say('asking', '连接中断，每 5 秒查询一次；正在重新连接');
      } else {
        say('broken', '暂时查不到最新情况，正在重试');
      }
    } catch {
      say('broken', '网络不通，显示的不是最新情况；正在重试');
    }
  }

  function follow() {
    const source = new EventSource(url);
    source.addEventListener('board', (event) => {
      clearInterval(asking);
      asking = null;
      say('live', '实时更新');
      show(event.data);
    });
    source.addEventListener('problem', (event) => say('broken', `暂时查不到最新情况：${event.data}`));
    source.addEventListener('error', () => {
      if (!asking) {
        asking = setInterval(ask, 5000);
        // A line that is let go on purpose is back within seconds: nothing is said of that.
        if (source.readyState === EventSource.CLOSED) ask();
      }
      if (source.readyState === EventSource.CLOSED) setTimeout(follow, 10000);
    });
    addEventListener('pagehide', () => source.close(), { once: true });
  }
  // What the page brought stands already: the line is opened when everything else has come.
  addEventListener('load', () => setTimeout(follow, 1000));

  const full = board.querySelector('[data-board-full]');
  full?.addEventListener('click', () => (document.fullscreenElement ? document.exitFullscreen() : board.requestFullscreen()));
})();
