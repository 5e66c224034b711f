// What happens to the surroundings of jobs during a soak: servers killed, brokers killed, connections cut.
import { setTimeout as sleep } from 'node:timers/promises';
import type { Action } from './jobActions';
import type { World } from './world';

const partitionsMax = 6;

export const outages: Action[] = [
  {
    kind: 'kill -9 of the server',
    weight: 5,
    run: (world, random) => bounce(world, 'SIGKILL', random.between(0, 500)),
  },
  {
    kind: 'SIGTERM of the server',
    weight: 3,
    run: (world, random) => bounce(world, 'SIGTERM', random.between(0, 500)),
  },
  {
    kind: 'kill -9 of the broker',
    weight: 3,
    run: async ({ broker }, random) => {
      await broker.kill();
      await sleep(random.between(0, 6000));
      await broker.start();
    },
  },
  {
    kind: 'restart of the broker',
    weight: 1,
    run: async ({ broker }, random) => {
      await broker.stop();
      await sleep(random.between(0, 3000));
      await broker.start();
    },
  },
  {
    kind: 'broker that hangs',
    weight: 2,
    run: async ({ broker }, random) => {
      broker.freeze();
      await sleep(random.between(500, 4000));
      broker.thaw();
    },
  },
  {
    kind: 'connections cut',
    weight: 5,
    run: async ({ proxy }, random) => {
      for (let times = random.between(1, 5); times > 0; times--) {
        proxy.cut();
        await sleep(random.between(0, 500));
      }
    },
  },
  {
    kind: 'connections refused',
    weight: 3,
    run: async ({ proxy }, random) => {
      proxy.refuse();
      await sleep(random.between(500, 6000));
      proxy.allow();
    },
  },
  {
    kind: 'slow connections',
    weight: 3,
    run: async ({ proxy }, random) => {
      proxy.delay(random.between(20, 400));
      await sleep(random.between(1000, 6000));
      proxy.delay(0);
    },
  },
  { kind: 'partition added', weight: 1, run: addPartition },
  {
    kind: 'burst of input',
    weight: 2,
    run: ({ input }, random) => {
      input.burst(random.between(1000, 5000));
      return Promise.resolve();
    },
  },
];

async function bounce({ server, log }: World, signal: 'SIGKILL' | 'SIGTERM', msDown: number): Promise<void> {
  await server.end(signal);
  await sleep(msDown);
  log.note(`the server is back after ${(await server.start()).toFixed(0)} ms`);
}

async function addPartition(world: World): Promise<void> {
  const { cluster, inputs, input } = world;
  if (world.ordersPartitions >= partitionsMax) return;
  const count = world.ordersPartitions + 1;
  await cluster.addPartitions(inputs.orders, count);
  world.ordersPartitions = count;
  await input.usePartitions(count);
}
