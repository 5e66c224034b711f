// Takes members out of a group that were this job's before its server was killed or lost its connection.
//
// Nobody else has such a member's client id. Left alone, the group would wait for each of them until its session times
// out, and a job would start that much later.
import type { Cluster, Consumer } from 'kafkajs';

/** What the coordinator can do besides what kafkajs' types say. */
interface GroupCoordinator {
  leaveGroup?: (request: { groupId: string; memberId: string }) => Promise<unknown>;
}

/** Best effort: joining only takes longer where this fails. */
export async function removePredecessors(
  consumer: Consumer,
  cluster: Cluster,
  groupId: string,
  clientId: string,
): Promise<void> {
  try {
    const { members } = await consumer.describeGroup();
    const ours = members.filter((member) => member.clientId === clientId);
    if (ours.length === 0) return;
    const coordinator = (await cluster.findGroupCoordinator({ groupId })) as GroupCoordinator;
    for (const { memberId } of ours) await coordinator.leaveGroup?.({ groupId, memberId });
  } catch {
    return;
  }
}
