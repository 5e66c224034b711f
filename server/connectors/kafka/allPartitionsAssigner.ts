// A partition assignor that gives every member all partitions of the topics it subscribed to.
//
// A job reads all of its tables whoever else is in the group: two jobs with one `properties.group.id`, or one job with
// two tables, do not take partitions from each other. Members that only know round robin can still join; the group
// then falls back to it.
import { AssignerProtocol } from 'kafkajs';
import type { GroupMemberAssignment, PartitionAssigner } from 'kafkajs';

const name = 'StreamJobsAllPartitions';
const version = 1;

export const allPartitions: PartitionAssigner = ({ cluster }) => ({
  name,
  version,
  async assign({ members }) {
    const subscribed = members.map(({ memberId, memberMetadata }) => ({
      memberId,
      topics: AssignerProtocol.MemberMetadata.decode(memberMetadata)?.topics ?? [],
    }));
    await cluster.addMultipleTargetTopics([...new Set(subscribed.flatMap(({ topics }) => topics))]);
    return subscribed.map(({ memberId, topics }): GroupMemberAssignment => {
      const assignment = Object.fromEntries(
        topics.map((topic) => [
          topic,
          cluster.findTopicPartitionMetadata(topic).map(({ partitionId }) => partitionId),
        ]),
      );
      const memberAssignment = AssignerProtocol.MemberAssignment.encode({
        version,
        assignment,
        userData: Buffer.alloc(0),
      });
      return { memberId, memberAssignment };
    });
  },
  protocol: ({ topics }) => ({
    name,
    metadata: AssignerProtocol.MemberMetadata.encode({ version, topics, userData: Buffer.alloc(0) }),
  }),
});
