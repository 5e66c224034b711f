// `npm run crash [-- rounds [seed]]`: kills the job server at every durable write, again and again, and compares what
// its jobs wrote with what they should have.
import { runCampaign, summaryText } from './campaign';
import { prepare } from './serverProcess';

const roundsUnlessGiven = 1_100;
/** Rounds between two lines of progress. */
const progressRounds = 50;

async function main(): Promise<void> {
  const [rounds = roundsUnlessGiven, seed = Date.now() % 1_000_000] = process.argv.slice(2).map(Number);
  console.log(`Crash test: ${rounds} rounds, seed ${seed}. Again with: npm run crash -- ${rounds} ${seed}`);
  prepare();
  const summary = await runCampaign({
    seed,
    blows: rounds,
    parallel: 2,
    progress: (done) => {
      if (done % progressRounds === 0) console.log(`${done} of ${rounds}`);
    },
  });
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
