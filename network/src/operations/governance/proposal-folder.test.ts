import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { ProposalFolder, type Vote } from './proposal-folder.ts';

describe('votes in the folder of a proposal', () => {
  let parent: string;
  let proposal: ProposalFolder;
  beforeEach(async () => {
    parent = await mkdtemp(path.join(os.tmpdir(), 'proposal-'));
    const draft = { title: 'add org-c', channel: 'mychannel', baseSequence: 3, proposedBy: 'AMSP' };
    proposal = await ProposalFolder.create(parent, draft, Buffer.from('update'), '{}');
  });
  afterEach(() => rm(parent, { recursive: true }));

  const vote: Vote = {
    mspId: 'AMSP',
    signedAt: '2026-01-01T00:00:00Z',
    signatureHeader: 'aGVhZGVy',
    signature: 'c2ln',
  };
  const file = (name: string) => path.join(proposal.path, 'signatures', name);

  it('are read as they were added, the last of an organisation', async () => {
    await proposal.addVote({ ...vote, signature: 'b2xk' });
    expect(await proposal.addVote(vote)).toBe(file('AMSP.json'));
    await proposal.addVote({ ...vote, mspId: 'BMSP' });
    expect(await proposal.votes()).toEqual([vote, { ...vote, mspId: 'BMSP' }]);
    expect((await readdir(path.join(proposal.path, 'signatures'))).sort()).toEqual(['AMSP.json', 'BMSP.json']);
  });

  it.each([
    ['half of one', JSON.stringify(vote).slice(0, 40)],
    ['an empty one', ''],
    ['something else', '{"mspId":"BMSP"}'],
    ['nothing', 'null'],
  ])('are refused by name where a file has %s, until it is replaced', async (_, text) => {
    await proposal.addVote(vote);
    await writeFile(file('BMSP.json'), text);
    await expect(proposal.votes()).rejects.toThrow(`MQ_GOVERNANCE_UNREADABLE: ${file('BMSP.json')} is no vote`);
    await proposal.addVote({ ...vote, mspId: 'BMSP' });
    expect(await proposal.votes()).toHaveLength(2);
  });

  it('stay as they were where a new one cannot be written', async () => {
    await proposal.addVote(vote);
    await mkdir(`${file('AMSP.json')}.${process.pid}.partial`); // stands in for a disk that is full
    await expect(proposal.addVote({ ...vote, signature: 'bmV3' })).rejects.toThrow('EISDIR');
    expect(await proposal.votes()).toEqual([vote]);
  });
});
