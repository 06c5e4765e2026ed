import { randomBytes } from 'node:crypto';
import { generateEncryptionKey } from '../identity/organization-keys.ts';
import { unwrapKey, type WrapContext, wrapKey } from './wrap-key.ts';

const context: WrapContext = {
  channel: 'c',
  custodian: 'AMSP',
  requester: 'BMSP',
  decisionId: 'd',
  recordId: 'r',
  version: 1,
};

describe('wrapped content keys', () => {
  it('open for whom and what they were wrapped, and for nothing else', async () => {
    const key = randomBytes(32);
    const recipient = generateEncryptionKey();
    const wrapped = await wrapKey(key, recipient.publicKey, context);
    expect(Buffer.from(await unwrapKey(wrapped, recipient.privateKey, context))).toEqual(key);
    const refused = { code: 'MQ_RELEASE_REFUSED' };
    await expect(unwrapKey(wrapped, generateEncryptionKey().privateKey, context)).rejects.toMatchObject(refused);
    for (const [name, value] of Object.entries({
      channel: 'x',
      custodian: 'x',
      requester: 'x',
      decisionId: 'x',
      recordId: 'x',
      version: 2,
    })) {
      await expect(unwrapKey(wrapped, recipient.privateKey, { ...context, [name]: value })).rejects.toMatchObject(
        refused,
      );
    }
    for (const part of ['enc', 'ciphertext'] as const) {
      const bytes = Buffer.from(wrapped[part], 'base64url');
      bytes[0] = (bytes[0] ?? 0) ^ 1;
      await expect(
        unwrapKey({ ...wrapped, [part]: bytes.toString('base64url') }, recipient.privateKey, context),
      ).rejects.toMatchObject(refused);
    }
  });
});
