// The page of a job's details: puts the sections it is sent in place, and reports pressed buttons.
import type { FromDetailsPage, ToDetailsPage } from '../details/messages';
import { element, host } from './host';

const main = element('main');
const shown = new Map<string, string>();

function send(message: FromDetailsPage): void {
  host.postMessage(message);
}

function show({ job, sections }: ToDetailsPage): void {
  host.setState({ job });
  const wanted = new Set(sections.map(({ id }) => id));
  for (const id of shown.keys()) {
    if (wanted.has(id)) continue;
    document.getElementById(id)?.remove();
    shown.delete(id);
  }
  for (const { id, html } of sections) {
    if (shown.get(id) === html) continue;
    shown.set(id, html);
    const section = document.getElementById(id) ?? document.createElement('section');
    section.id = id;
    section.innerHTML = html;
    if (!section.isConnected) main.append(section);
  }
}

main.addEventListener('click', ({ target }) => {
  const button = target instanceof Element ? target.closest('button') : null;
  const { command, argument } = button?.dataset ?? {};
  if (command !== undefined) send(argument === undefined ? { command } : { command, argument });
});
window.addEventListener('message', ({ data }: MessageEvent<ToDetailsPage>) => show(data));
// Asks for the first sections.
send({ command: '' });
