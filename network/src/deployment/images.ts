import { FABRIC_VERSION } from '../fabric/official-releases.ts';

/** Official images at pinned versions; the application's is built from deploy/Dockerfile. */
export const IMAGES = {
  peer: `hyperledger/fabric-peer:${FABRIC_VERSION}`,
  orderer: `hyperledger/fabric-orderer:${FABRIC_VERSION}`,
  postgres: 'postgres:17.6',
  application: 'medquorum:0.1.0',
} as const;
