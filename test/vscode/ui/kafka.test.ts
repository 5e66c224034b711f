// A job over Kafka, seen from the editor: unread records that retention will delete, and those it has deleted.
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, inject, it } from 'vitest';
import { missingKafka, startKafka, type SuiteBroker } from '../../kafka/brokerForTests';
import { TestCluster } from '../../kafka/cluster';
import { Session } from './session';
import { waitMs } from './workbench';

const job = 'follow';
const eventually = { timeout: waitMs, interval: 200 };
/** The log's retention is looked at twice a minute. */
const horizon = { timeout: 45_000 };
const missing = await missingKafka();
if (missing !== undefined) console.warn(`\n  What the editor shows of Kafka is SKIPPED: ${missing}\n`);

describe.skipIf(missing !== undefined)('a job over Kafka', () => {
  let broker: SuiteBroker;
  let cluster: TestCluster;
  let session: Session;
  let topic: string;
  const ids = () => session.written('seen.ndjson').map(({ id }) => id);

  beforeAll(async () => {
    broker = await startKafka();
    cluster = new TestCluster(broker.address);
    topic = await cluster.createTopic('clicks', 1, { 'retention.ms': String(50 * 60_000) });
    await cluster.produceIds(topic, 0, 10);
    session = await Session.open({ extensionsDir: inject('extensionsDir'), workspaceSettings: {} });
    const statements = [
      `CREATE TABLE clicks (id INT) WITH ('connector' = 'kafka', 'topic' = '${topic}',`,
      `  'properties.bootstrap.servers' = '${broker.address}', 'scan.startup.mode' = 'earliest-offset', 'format' = 'json');`,
      `CREATE TABLE seen (id INT) WITH ('connector' = 'file', 'path' = 'seen.ndjson', 'format' = 'json');`,
      `START JOB ${job} AS INSERT INTO seen SELECT id FROM clicks;`,
    ];
    const file = (name: string) => path.join(session.home.workspace, name);
    writeFileSync(file('kafka.ssql'), `${statements.join('\n')}\n`);
    writeFileSync(file('lost.ssql'), `SHOW JOBS;\nRESUME JOB ${job};\n`);
    await session.jobs.show();
    await session.workbench.openFile('kafka.ssql');
    await session.editor.runFile();
    await session.jobs.row(job, /\/s · lag 0/).waitFor();
  });
  afterAll(async () => {
    await session.close();
    await cluster.dispose();
    await broker.dispose();
  });
  afterEach(({ task }) => session.screenshotFailure(task));

  it('that is paused: before retention deletes what it has not read, that is said, with Resume beside it', async () => {
    await session.jobs.click(job, 'Pause');
    await session.jobs.row(job, 'paused').waitFor();
    await cluster.produceIds(topic, 10, 20);
    const said = session.workbench.notification('Kafka deletes the oldest record it has not read in');
    await said.waitFor(horizon);
    await session.jobs.row(job, 'lag 10', /oldest unread is deleted in \d+ min/).waitFor();
    await session.screenshot('50-horizon');
    await said.getByRole('button', { name: 'Resume' }).click();
    await session.jobs.row(job, /\/s · lag 0/).waitFor();
    await expect.poll(ids, eventually).toHaveLength(20);
  });

  it('whose unread records were deleted: the row says how many, a resume asks, and Cancel changes nothing', async () => {
    await session.jobs.click(job, 'Pause');
    await session.jobs.row(job, 'paused').waitFor();
    await cluster.produceIds(topic, 20, 40);
    await cluster.deleteRecords(topic, 35n);
    await session.jobs.row(job, '15 records already deleted by retention').waitFor();
    await session.jobs.click(job, 'Resume');
    await session.workbench.dialog('Accept Data Loss').waitFor();
    expect(await session.workbench.dialogText()).toContain('15 lost');
    await session.screenshot('51-data-loss');
    await session.workbench.answerDialog('Cancel');
    await session.jobs.row(job, 'paused', '15 records already deleted').waitFor();
  });

  it('resumed by a statement in a file: it is marked, the same is asked, and what was accepted is marked no more', async () => {
    await session.workbench.openFile('lost.ssql');
    await session.editor.runFile();
    await session.workbench.dialog('Accept Data Loss').waitFor();
    expect(await session.workbench.dialogText()).toContain('15 lost');
    await session.workbench.answerDialog('Cancel');
    await session.editor.hoverLastError('15 lost');
    await session.jobs.row(job, 'paused', '15 records already deleted').waitFor();
  });

  it('accepted from the dialog, goes on with the first record there is, and the history keeps what was lost', async () => {
    await session.workbench.openFile('lost.ssql');
    await session.editor.runFile();
    await session.workbench.answerDialog('Accept Data Loss');
    await session.jobs.row(job, /\/s · lag 0/).waitFor();
    // What is underlined now is that a job that runs cannot be resumed.
    const underlined = await session.editor.hoverLastError('follow is not paused');
    expect(await underlined.getByText('15 lost').count()).toBe(0);
    await session.workbench.statusBar('15 unread records are lost').waitFor();
    const kept = [...Array.from({ length: 20 }, (_, id) => id), 35, 36, 37, 38, 39];
    await expect.poll(ids, eventually).toEqual(kept);
    await session.jobs.click(job, 'Show Job Details');
    const details = await session.workbench.webviewWith('15 lost');
    await details.getByText('15 lost').scrollIntoViewIfNeeded();
    await session.screenshot('52-data-loss-in-history');
  });

  it('paused cold from the menu leaves its group, shows its lag all the while, and resumes from elsewhere when asked', async () => {
    const members = () => cluster.members(`stream-jobs-${job}`);
    expect(await members()).toHaveLength(1);
    await session.jobs.menu(job, 'Pause and Free Memory');
    await session.jobs.row(job, 'paused', 'cold').waitFor();
    await expect.poll(members, eventually).toEqual([]);
    await cluster.produceIds(topic, 40, 45);
    await session.jobs.row(job, 'cold', 'lag 5').waitFor();
    await session.jobs.menu(job, 'Resume from');
    await session.workbench.choose('Latest');
    await session.workbench.dialog('Resume').waitFor();
    expect(await session.workbench.dialogText()).toContain('5 records are skipped');
    await session.screenshot('53-resume-from');
    await session.workbench.answerDialog('Resume');
    await session.jobs.row(job, /\/s · lag 0/).waitFor();
  });
});
