// `npm run crash [-- rounds [seed [kafka]]]`: kills the job server at every durable write, again and again, and compares
// what its jobs wrote with what they should have; with `kafka` one that publishes exactly once to a broker of its own.
import { Broker } from '../kafka/broker';
import { TestCluster } from '../kafka/cluster';
import { runCampaign, summaryText, type CampaignOptions } from './campaign';
import { pointNames, publishingPoints } from './points';
import { prepare } from './serverProcess';
import { comesTo } from './testJob';

const roundsUnlessGiven = 1_100;
/** Rounds between two lines of progress. */
const progressRounds = 50;

async function main(): Promise<void> {
  const [rounds = roundsUnlessGiven, seed = Date.now() % 1_000_000] = process.argv.slice(2, 4).map(Number);
  const isPublishing = process.argv[4] === 'kafka';
  const again = `npm run crash -- ${rounds} ${seed}${isPublishing ? ' kafka' : ''}`;
  console.log(`Crash test: ${rounds} rounds, seed ${seed}. Again with: ${again}`);
  prepare();
  const progress = (done: number) => {
    if (done % progressRounds === 0) console.log(`${done} of ${rounds}`);
  };
  const campaign = { seed, blows: rounds, parallel: 2, progress };
  await (isPublishing ? onBroker(campaign) : run(campaign));
}

async function onBroker(campaign: CampaignOptions): Promise<void> {
  const broker = await Broker.start();
  const cluster = new TestCluster(broker.address);
  const points = [...publishingPoints, ...pointNames].filter((point) => comesTo('published', point));
  try {
    await run({ ...campaign, cluster, points });
  } finally {
    await cluster.dispose();
    await broker.dispose();
  }
}

async function run(campaign: CampaignOptions): Promise<void> {
  const summary = await runCampaign(campaign);
  console.log(summaryText(summary));
  if (summary.unknown.size > 0)
    throw new Error(`Durable writes without a name: ${[...summary.unknown].join('; ')}`);
}

main().then(
  () => process.exit(0),
  (error: unknown) => {
    console.error(error);
    process.exit(1);
  },
);
