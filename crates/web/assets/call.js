// The video of a remote consultation. Two browsers agree by short messages over our own server (enter, say, hear, leave) and
// then send picture and sound to each other, directly or through the installation's TURN server. The asking side begins each
// call; the consulting side answers. A call has a number, so that what belongs to an older one is dropped.
(() => {
  'use strict';

  const root = document.getElementById('call');
  if (!root) return;
  const part = (name) => document.getElementById(`call-${name}`);
  const csrf = document.querySelector('meta[name=csrf-token]').content;
  const RETRY = 2000;
  const PATIENCE = 15000;

  let seat = null; // side, ticket, ice: what entering gave
  let own = null; // camera and microphone
  let peer = null; // the connection
  let call = 0;
  let early = []; // addresses that came before the description they belong to
  let heard = 0;
  let stuck = 0;

  const say = (words) => { part('state').textContent = words; };
  function note(words) {
    part('note').textContent = words;
    part('note').hidden = !words;
  }

  // ---- the server ----------------------------------------------------------------------------------------------------
  async function ask(door, { body, query = {}, ...options } = {}) {
    const question = new URLSearchParams(seat ? { ticket: seat.ticket, ...query } : query);
    const headers = { 'x-csrf-token': csrf, 'content-type': 'application/json' };
    const answer = await fetch(`${root.dataset.room}/${door}?${question}`, { method: 'POST', headers, body, ...options });
    if (answer.ok) return answer.json();
    const problem = await answer.json().catch(() => ({}));
    const error = new Error(problem.detail || '登录已过期或网络中断，请刷新页面。');
    error.final = answer.status < 500;
    throw error;
  }

  const send = (signal) => ask('say', { body: JSON.stringify(signal) }).catch((error) => note(error.message));

  async function listen(mine) {
    while (seat === mine) {
      try {
        const news = await ask('hear', { method: 'GET', query: { after: heard, wait: '1' } });
        if (seat !== mine) return;
        for (const message of news.messages) {
          heard = message.n;
          await take(message);
        }
        if (!news.messages.length && !news.here && !peer) say('等待对方进入');
      } catch (error) {
        if (seat !== mine) return;
        if (error.final) return over(error.message);
        say('网络中断，正在重新联系');
        await new Promise((resolve) => setTimeout(resolve, RETRY));
      }
    }
  }

  // ---- the connection ------------------------------------------------------------------------------------------------
  function connect(number) {
    drop();
    call = number;
    early = [];
    const { servers, relay } = seat.ice;
    const mine = new RTCPeerConnection({ iceServers: servers, iceTransportPolicy: relay ? 'relay' : 'all' });
    peer = mine;
    for (const kind of ['audio', 'video']) {
      const track = own?.getTracks().find((one) => one.kind === kind);
      if (track) mine.addTrack(track, own);
      else if (seat.side === 'asking') mine.addTransceiver(kind, { direction: 'recvonly' });
    }
    mine.ontrack = ({ streams: [stream] }) => { if (stream) part('other').srcObject = stream; };
    mine.onicecandidate = ({ candidate }) => {
      if (!candidate || peer !== mine) return;
      send({ kind: 'candidate', call: number, candidate: candidate.candidate, mid: candidate.sdpMid, line: candidate.sdpMLineIndex });
    };
    mine.onconnectionstatechange = () => { if (peer === mine) changed(mine.connectionState); };
    say('正在连接');
    clearTimeout(stuck);
    stuck = setTimeout(() => { if (peer === mine && mine.connectionState !== 'connected') changed('failed'); }, PATIENCE);
    return mine;
  }

  function drop() {
    clearTimeout(stuck);
    if (!peer) return;
    peer.onconnectionstatechange = null;
    peer.close();
    peer = null;
    part('other').srcObject = null;
  }

  async function changed(state) {
    if (state === 'connected') {
      clearTimeout(stuck);
      note(own ? '' : '您没有摄像头和麦克风：能看到、听到对方，对方看不到、听不到您。');
      await way();
    } else if (state === 'disconnected') {
      say('连接不稳，正在恢复');
    } else if (state === 'failed') {
      say('没有接通，正在再试');
      note('双方网络没有接通。会自动再试；一直不通的，请用下面的电话联系。');
      again();
    }
  }

  /** Whether it goes directly or through the relay, in words. */
  async function way() {
    const mine = peer;
    const stats = await mine.getStats();
    let pair = null;
    stats.forEach((one) => { if (one.type === 'transport' && one.selectedCandidatePairId) pair = stats.get(one.selectedCandidatePairId); });
    stats.forEach((one) => { if (!pair && one.type === 'candidate-pair' && one.state === 'succeeded' && one.nominated) pair = one; });
    const relayed = pair && [pair.localCandidateId, pair.remoteCandidateId].some((id) => stats.get(id)?.candidateType === 'relay');
    if (peer === mine) say(relayed ? '已接通（中继）' : '已接通（直连）');
  }

  function again() {
    if (seat.side === 'asking') begin();
    else send({ kind: 'again' });
  }

  async function begin() {
    const mine = connect(call + 1);
    await mine.setLocalDescription();
    if (peer === mine) send({ kind: 'offer', call, sdp: mine.localDescription.sdp });
  }

  async function describe(type, sdp) {
    const mine = peer;
    await mine.setRemoteDescription({ type, sdp });
    for (const one of early.splice(0)) await mine.addIceCandidate(one).catch(() => {});
  }

  /** A message of the other side. What makes no sense is dropped: the call is tried anew by itself. */
  async function take(message) {
    try {
      switch (message.kind) {
        case 'here':
        case 'again':
          if (seat.side === 'asking') await begin();
          else say('对方已进入，正在连接');
          break;
        case 'gone':
          drop();
          say('对方已离开');
          break;
        case 'offer': {
          const mine = connect(message.call);
          await describe('offer', message.sdp);
          await mine.setLocalDescription();
          send({ kind: 'answer', call: message.call, sdp: mine.localDescription.sdp });
          break;
        }
        case 'answer':
          if (peer && message.call === call && peer.signalingState === 'have-local-offer') await describe('answer', message.sdp);
          break;
        case 'candidate': {
          if (!peer || message.call !== call) break;
          const one = { candidate: message.candidate, sdpMid: message.mid, sdpMLineIndex: message.line };
          if (peer.remoteDescription) await peer.addIceCandidate(one).catch(() => {});
          else early.push(one);
          break;
        }
      }
    } catch (error) {
      console.warn(error);
      note('对方发来的连接信息不能用，请双方挂断后重新进入。');
    }
  }

  // ---- camera and microphone -----------------------------------------------------------------------------------------
  const SAYS = {
    NotAllowedError: '浏览器没有允许使用摄像头和麦克风：请点地址栏左边的图标改成“允许”，再重新进入。',
    NotFoundError: '没有找到摄像头和麦克风：请接好后重新进入。',
    NotReadableError: '摄像头或麦克风正被别的程序占用：请关掉那个程序后重新进入。',
  };

  async function devices() {
    if (!window.isSecureContext || !navigator.mediaDevices?.getUserMedia) {
      note('本页不是用 https 打开的，浏览器不让用摄像头和麦克风：请改用 https 地址，或用下面的电话联系。');
      return null;
    }
    const sound = { echoCancellation: true, noiseSuppression: true };
    const picture = { width: { ideal: 1280 }, height: { ideal: 720 }, facingMode: 'user' };
    try {
      return await navigator.mediaDevices.getUserMedia({ audio: sound, video: picture });
    } catch (first) {
      const only = await navigator.mediaDevices.getUserMedia({ audio: sound }).catch(() => null);
      const why = SAYS[first.name] || '摄像头打不开。';
      note(only ? `摄像头用不了，只用语音。${first.name === 'NotAllowedError' ? why : ''}` : `${why}现在能看到、听到对方，对方看不到、听不到您；也可用下面的电话联系。`);
      return only;
    }
  }

  // ---- the buttons ---------------------------------------------------------------------------------------------------
  function buttons(inside) {
    part('enter').hidden = inside;
    part('end').hidden = !inside;
    for (const [name, kind] of [['mic', 'audio'], ['camera', 'video']]) {
      const has = inside && own?.getTracks().some((track) => track.kind === kind);
      part(name).hidden = !has;
      if (has) toggle(name, kind, true);
    }
  }

  const CALLED = { mic: '麦克风', camera: '摄像头' };
  function toggle(name, kind, on) {
    for (const track of own.getTracks()) if (track.kind === kind) track.enabled = on;
    part(name).textContent = `${on ? '关' : '开'}${CALLED[name]}`;
    part(name).setAttribute('aria-pressed', String(on));
  }
  for (const [name, kind] of [['mic', 'audio'], ['camera', 'video']]) {
    part(name).addEventListener('click', () => toggle(name, kind, part(name).getAttribute('aria-pressed') !== 'true'));
  }

  part('enter').addEventListener('click', async () => {
    part('enter').disabled = true;
    note('');
    say('正在打开摄像头和麦克风');
    own = await devices();
    part('own').srcObject = own;
    try {
      seat = await ask('enter');
      heard = 0;
      say(seat.here ? '对方已在，正在连接' : '等待对方进入');
      buttons(true);
      listen(seat);
      if (seat.here && seat.side === 'asking') await begin();
    } catch (error) {
      over(error.message);
    }
    part('enter').disabled = false;
  });

  function over(words) {
    drop();
    seat = null;
    own?.getTracks().forEach((track) => track.stop());
    own = null;
    part('own').srcObject = null;
    buttons(false);
    say(words);
  }

  function leave() {
    if (seat) ask('leave', { keepalive: true }).catch(() => {});
    over('已挂断');
  }
  part('end').addEventListener('click', leave);
  window.addEventListener('pagehide', leave);

  // A step that is taken without leaving the call: what stands beside the picture is fetched anew.
  document.addEventListener('submit', async (event) => {
    if (!event.target.matches('form[data-call-step]')) return;
    event.preventDefault();
    const form = event.target;
    const answer = await fetch(form.action, { method: 'POST', body: new URLSearchParams(new FormData(form)) }).catch(() => null);
    if (!answer?.ok) return note('没有办成：可能别人刚刚办理了，请刷新页面后再看。');
    const page = new DOMParser().parseFromString(await (await fetch(location.href)).text(), 'text/html');
    document.querySelector('.yy-beside').replaceWith(page.querySelector('.yy-beside'));
  });
})();
