/** A valid topology of two organisations; a test varies one field of it. */
export function topologyDraft() {
  const organization = (letter: string, port: number) => ({
    mspId: `${letter}MSP`,
    name: `org-${letter.toLowerCase()}`,
    domain: `${letter.toLowerCase()}.example`,
    peers: [{ name: 'peer0', port }],
  });
  return {
    version: 1,
    channel: { name: 'mychannel', batch: {} as Record<string, unknown> },
    organizations: [organization('A', 7001), organization('B', 7002)] as Record<string, unknown>[],
    chaincodes: [
      {
        name: 'asset',
        version: '1.0',
        endorsementPolicy: "AND('AMSP.peer','BMSP.peer')",
        addresses: { AMSP: '127.0.0.1:7003', BMSP: '127.0.0.1:7004' },
      },
    ] as Record<string, unknown>[],
  };
}
