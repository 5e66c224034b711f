// Tables on a terminal: those that update in place are cut to the room there is, others are whole.
import { PassThrough } from 'node:stream';
import { expect, it } from 'vitest';
import { jobs as jobsCommand } from '../../../server/cli/jobs';
import { Terminal } from '../../../server/cli/terminal';
import { Workplace } from './process';

/** A terminal of a size, and what was written to it. */
function screen(size: { columns?: number; rows?: number }) {
  const out = new PassThrough();
  const terminal = new Terminal(Object.assign(out, { isTTY: true, ...size }), new PassThrough(), {
    NO_COLOR: '1',
  });
  return { terminal, written: () => String(out.read()) };
}
const jobs = (count: number) => ['JOB', ...Array.from({ length: count }, (_, i) => `job ${i}`)];

it('cuts lines at the width of the terminal, and replaces what it drew before', () => {
  const { terminal, written } = screen({ columns: 5, rows: 24 });
  terminal.draw(['JOB      STATE', 'orders  running']);
  terminal.draw(['JOB      STATE', 'orders  paused']);
  expect(written()).toBe('JOB  \norder\n\u001b[2A\u001b[0JJOB  \norder\n');
});

it('draws lines where the terminal does not know its size, as one that a script opens', () => {
  const { terminal, written } = screen({ columns: 0, rows: 0 });
  terminal.draw(['JOB', 'orders running']);
  expect(written()).toBe('JOB\norders running\n');
});

it('draws no more lines than there is room for, as it could not replace them, and says how many it left out', () => {
  const { terminal, written } = screen({ columns: 80, rows: 5 });
  terminal.draw(jobs(3));
  expect(written()).toBe('JOB\njob 0\njob 1\njob 2\n');
  terminal.draw(jobs(30));
  expect(written()).toBe('\u001b[4A\u001b[0JJOB\njob 0\njob 1\n... and 28 more\n');
  terminal.draw(jobs(1));
  expect(written()).toBe('\u001b[4A\u001b[0JJOB\njob 0\n');
});

it('prints all of them where nobody watches', () => {
  const out = new PassThrough();
  new Terminal(Object.assign(out, { rows: 5 }), new PassThrough()).draw(jobs(30));
  expect(String(out.read()).split('\n')).toHaveLength(32);
});

it('shows every job whole when it shows them once', async () => {
  const place = await Workplace.make();
  try {
    await place.serve();
    await place.exec(`CREATE TABLE o (id INT) WITH ('connector' = 'datagen');
      CREATE TABLE b (id INT) WITH ('connector' = 'blackhole');
      START JOB copy PAUSED AS INSERT INTO b SELECT id FROM o;
      RESUME JOB copy; PAUSE JOB copy WITH REASON 'the index is rebuilt';`);
    const { terminal, written } = screen({ columns: 20, rows: 2 });
    expect(await jobsCommand.run(['--data-dir', place.dataDir], terminal)).toBe(0);
    expect(written()).toMatch(/^JOB .* SINCE\ncopy .* the index is rebuilt .*\n$/);
  } finally {
    await place.dispose();
  }
});
