// The day's board: a visit dragged with the mouse fills in the form that does the same without one.
(() => {
  'use strict';

  const form = document.getElementById('move');
  const board = document.querySelector('.yy-board');
  if (!form || !board) return;
  let dragged = null;

  const two = (n) => String(n).padStart(2, '0');
  // Where the mouse is within a cell says when, to five minutes.
  function minute(cell, x) {
    const { left, width } = cell.getBoundingClientRect();
    const [from, until] = [Number(cell.dataset.from), Number(cell.dataset.until)];
    return from + Math.floor(((x - left) / width) * (until - from) / 5) * 5;
  }
  const over = (cell) => {
    board.querySelectorAll('.yy-over').forEach((one) => one.classList.remove('yy-over'));
    cell?.classList.add('yy-over');
  };

  board.addEventListener('dragstart', (event) => {
    dragged = event.target.closest('[draggable]');
    dragged.classList.add('yy-dragged');
    event.dataTransfer.effectAllowed = 'move';
    event.dataTransfer.setData('text/plain', dragged.title);
  });
  board.addEventListener('dragend', () => { dragged?.classList.remove('yy-dragged'); dragged = null; over(null); });
  board.addEventListener('dragover', (event) => {
    const cell = event.target.closest('[data-drop]');
    if (!dragged || !cell) return;
    event.preventDefault();
    over(cell);
  });
  board.addEventListener('drop', (event) => {
    const cell = event.target.closest('[data-drop]');
    if (!dragged || !cell) return;
    event.preventDefault();
    const at = minute(cell, event.clientX);
    form.elements.visit.value = dragged.dataset.visit;
    form.elements.from.value = dragged.dataset.carer;
    form.elements.carer.value = cell.dataset.drop;
    form.elements.at.value = `${two(Math.floor(at / 60))}:${two(at % 60)}`;
    form.requestSubmit();
    document.getElementById('price').scrollIntoView({ block: 'nearest' });
  });
})();
