import type { Bls12381 } from '@medquorum/crypto/arithmetic/arithmetic';
import { loadMclBls12381 } from '@medquorum/crypto/arithmetic/mcl-bls12381';
import { nobleBls12381 } from '@medquorum/crypto/arithmetic/noble-bls12381';
import { bytesToHex, hexToBytes, utf8 } from '@medquorum/crypto/encoding/bytes';
import { type AuthorityRecord, setUpAuthority, verifyAuthorityRecord } from '@medquorum/crypto/ma-abs/authority';
import { issueCredential, verifyCredential } from '@medquorum/crypto/ma-abs/credential';
import { gateText, leafText } from '@medquorum/crypto/ma-abs/policy';
import { Registry } from '@medquorum/crypto/ma-abs/registry';
import { sign } from '@medquorum/crypto/ma-abs/sign';
import { deriveUserKey, proveUserKey } from '@medquorum/crypto/ma-abs/user';
import { verify } from '@medquorum/crypto/ma-abs/verify';
import { systemRandom } from '@medquorum/crypto/random/random-source';

const CHANNEL = 'medq-browser';
const EPOCH = '2026-11';
const STATEMENT = {
  policy: gateText(1, [leafText('clinic', 'physician', EPOCH), leafText('insurer', 'member', EPOCH)]),
  message: utf8('signed in one runtime, verified in the other'),
  scope: 'study-1',
};

/** A signature with all that its verifier needs, as texts that cross from one runtime to the other. */
export type SignedElsewhere = { records: Record<keyof AuthorityRecord, string>[]; signature: string };

const backEnd = async (name: Bls12381['name']) => (name === 'mcl' ? await loadMclBls12381() : nobleBls12381);

/** The whole way of a signature: authorities, a user, a credential, a signature under a policy with a simulated leaf. */
export async function makeSignature(name: Bls12381['name']): Promise<SignedElsewhere> {
  const arithmetic = await backEnd(name);
  const authorities = ['clinic', 'insurer'].map((id) => setUpAuthority(arithmetic, CHANNEL, id));
  const records = authorities.map(({ record }) => record);
  if (!records.every((record) => verifyAuthorityRecord(arithmetic, CHANNEL, record))) throw new Error('record refused');
  const clinic = authorities[0]?.key;
  if (clinic === undefined) throw new Error('no authority');
  const user = deriveUserKey(arithmetic, systemRandom.bytes(32));
  const nonce = systemRandom.bytes(16);
  const proof = proveUserKey(arithmetic, user, { channel: CHANNEL, verifierId: 'clinic', nonce });
  const subject = { Y: arithmetic.G1.encode(user.Y), attribute: 'physician', epoch: EPOCH };
  const credential = issueCredential(arithmetic, clinic, { ...subject, nonce, proof });
  const held = { authorityId: 'clinic', attribute: 'physician', epoch: EPOCH, credential };
  if (!verifyCredential(arithmetic, { ...subject, channel: CHANNEL, authorityId: 'clinic', W: clinic.W }, credential)) {
    throw new Error('credential refused');
  }
  const signature = sign(new Registry(arithmetic, CHANNEL, records), STATEMENT, user, [held]);
  return {
    records: records.map(({ id, W, Uprime, pok }) => ({
      id,
      W: bytesToHex(W),
      Uprime: bytesToHex(Uprime),
      pok: bytesToHex(pok),
    })),
    signature: bytesToHex(signature),
  };
}

/** Whether the signature verifies, and one of another message does not. */
export async function checkSignature(
  name: Bls12381['name'],
  { records, signature }: SignedElsewhere,
): Promise<[boolean, boolean]> {
  const entries = records.map(({ id, W, Uprime }) => ({ id, W: hexToBytes(W), Uprime: hexToBytes(Uprime) }));
  const registry = new Registry(await backEnd(name), CHANNEL, entries);
  const other = { ...STATEMENT, message: utf8('another message') };
  const bytes = hexToBytes(signature);
  return [verify(registry, STATEMENT, bytes), verify(registry, other, bytes)];
}

Object.assign(globalThis, { medquorum: { makeSignature, checkSignature } });
