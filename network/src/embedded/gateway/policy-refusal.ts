/** Sentence with which a peer refuses signed bytes that a policy of the channel does not accept. */
export function policyRefusal(channelId: string, policy: 'Readers' | 'Writers', reason: string): string {
  return (
    `Failed evaluating policy on signed data during check policy on channel [${channelId}] ` +
    `with policy [/Channel/Application/${policy}]: [${reason}]`
  );
}
