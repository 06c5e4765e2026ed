import { createHash } from 'node:crypto';
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { writePublic } from '../../pki/material-file.ts';
import { OperationError } from '../operation-error.ts';

/** `proposal.json`: what is proposed, for people and for the tools of the others. */
export type Proposal = Readonly<{
  version: 1;
  id: string;
  title: string;
  channel: string;
  /** Sequence of the configuration that this changes; once another change came first, it must be proposed anew. */
  baseSequence: number;
  proposedBy: string;
  proposedAt: string;
  /** SHA-256 of `config-update.pb`, hexadecimal: what the signatures are about. */
  sha256: string;
}>;

/** `signatures/<MSP id>.json`: the vote of one organisation. */
export type Vote = Readonly<{
  mspId: string;
  signedAt: string;
  /** Base64 of `common.SignatureHeader` (the administrator's certificate and a nonce) and of the signature over it and the update. */
  signatureHeader: string;
  signature: string;
}>;

const VOTE_PARTS = ['mspId', 'signedAt', 'signatureHeader', 'signature'] as const satisfies readonly (keyof Vote)[];
const UPDATE_FILE = 'config-update.pb';
const READABLE_FILE = 'config-update.json';
const PROPOSAL_FILE = 'proposal.json';
const SIGNATURES = 'signatures';
const MAX_ID_LENGTH = 80;

/** A proposal as it stands on disk: plain files that organisations pass on to one another by any means, each adding its signature. */
export class ProposalFolder {
  readonly path: string;
  readonly proposal: Proposal;
  /** Bytes of `common.ConfigUpdate`. */
  readonly update: Buffer;

  /** @throws OperationError MQ_GOVERNANCE_UNREADABLE, also when the update is not the one that was proposed */
  static async open(folder: string): Promise<ProposalFolder> {
    try {
      const proposal = JSON.parse(await readFile(path.join(folder, PROPOSAL_FILE), 'utf8')) as Proposal;
      const update = await readFile(path.join(folder, UPDATE_FILE));
      if (sha256(update) !== proposal.sha256) {
        throw new OperationError(
          'MQ_GOVERNANCE_UNREADABLE',
          `${path.join(folder, UPDATE_FILE)} is not what was proposed: its SHA-256 differs`,
        );
      }
      return new ProposalFolder(folder, proposal, update);
    } catch (cause) {
      if (cause instanceof OperationError) throw cause;
      throw new OperationError('MQ_GOVERNANCE_UNREADABLE', `${folder} is not the folder of a proposal`, { cause });
    }
  }

  /** Writes a new proposal below `parent`; an equal one that is there already is taken as it is, its signatures with it. */
  static async create(
    parent: string,
    draft: Omit<Proposal, 'version' | 'id' | 'sha256' | 'proposedAt'>,
    update: Uint8Array,
    readable: string,
  ): Promise<ProposalFolder> {
    const digest = sha256(update);
    const id = `${draft.baseSequence}-${slug(draft.title)}-${digest.slice(0, 8)}`;
    const folder = path.join(parent, id);
    const found = await ProposalFolder.open(folder).catch(() => undefined);
    if (found !== undefined) return found;
    await mkdir(path.join(folder, SIGNATURES), { recursive: true });
    const proposal: Proposal = { version: 1, id, sha256: digest, proposedAt: new Date().toISOString(), ...draft };
    await writeFile(path.join(folder, UPDATE_FILE), update);
    await writeFile(path.join(folder, READABLE_FILE), readable);
    await writeFile(path.join(folder, PROPOSAL_FILE), `${JSON.stringify(proposal, undefined, 2)}\n`);
    return new ProposalFolder(folder, proposal, Buffer.from(update));
  }

  private constructor(folder: string, proposal: Proposal, update: Buffer) {
    this.path = folder;
    this.proposal = proposal;
    this.update = update;
  }

  /** Every signature file; the signatures are unchecked. @throws OperationError MQ_GOVERNANCE_UNREADABLE naming a file that is no vote */
  async votes(): Promise<readonly Vote[]> {
    const folder = path.join(this.path, SIGNATURES);
    const names = (await readdir(folder)).filter((name) => name.endsWith('.json')).sort();
    return Promise.all(names.map((name) => readVote(path.join(folder, name))));
  }

  /** Returns the file. */
  async addVote(vote: Vote): Promise<string> {
    const file = path.join(this.path, SIGNATURES, `${vote.mspId}.json`);
    await writePublic(file, `${JSON.stringify(vote, undefined, 2)}\n`);
    return file;
  }
}

async function readVote(file: string): Promise<Vote> {
  const text = await readFile(file, 'utf8');
  let vote: Partial<Vote> | null;
  try {
    vote = JSON.parse(text) as Partial<Vote> | null;
  } catch (cause) {
    throw unreadableVote(file, cause);
  }
  if (VOTE_PARTS.some((part) => typeof vote?.[part] !== 'string')) throw unreadableVote(file);
  return vote as Vote;
}

const unreadableVote = (file: string, cause?: unknown) =>
  new OperationError(
    'MQ_GOVERNANCE_UNREADABLE',
    `${file} is no vote, or only a part of one: delete it, and have that organisation sign again or pass on its file again`,
    { cause },
  );

const sha256 = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex');

const slug = (title: string) =>
  title
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-|-$/g, '')
    .slice(0, MAX_ID_LENGTH);
