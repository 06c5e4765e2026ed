import type { ReportArgs } from '@medquorum/chaincode/audit/audit-args';
import { MedQuorumError } from '@medquorum/chaincode/medquorum-error';
import { GatewayError } from '../gateway-error.ts';
import type { EntrySigner } from '../identity/entry-signer.ts';
import type { WriteRequest } from '../operation/operations.ts';
import { argsOf, type CommittedView, committedView, type Writer } from '../operation/writer.ts';
import type { Authors } from '../organization/authors.ts';
import type { ReadModel } from '../readmodel/read-model.ts';
import type { Ciphertexts } from '../record/fetch-ciphertext.ts';

type Options = Readonly<{
  writer: Writer;
  signer: EntrySigner;
  authors: Authors;
  readModel: ReadModel;
  ciphertexts: Ciphertexts;
}>;
export type AuditAnswer = CommittedView &
  Readonly<{
    recordId: string;
    version: number;
    verdict: ReportArgs['verdict'];
    expectedSha256: string;
    observedSha256: string | null;
  }>;

/** Compares what a custodian stores with what the ledger says it must hash to, and puts the verdict on the ledger. */
export class RecordAudit {
  readonly #options: Options;

  constructor(options: Options) {
    this.#options = options;
  }

  /** @throws GatewayError `MQ_RECORD_UNKNOWN`, `MQ_STATE_NOT_TRUSTED`, `MQ_RELEASE_UNAVAILABLE` */
  async audit(write: WriteRequest, recordId: string, wanted: number | undefined): Promise<AuditAnswer> {
    const { authors, ciphertexts, readModel, signer, writer } = this.#options;
    const head = await readModel.trusted('record', recordId);
    if (head === undefined) throw new GatewayError('MQ_RECORD_UNKNOWN', 'no such record');
    const version = wanted ?? head.activeVersion ?? head.latestVersion;
    const header = (await readModel.trusted('record-version', recordId, version))?.header;
    if (!header) throw new MedQuorumError('MQ_RECORD_VERSION', 'no such version that this organisation can see');
    const outcome = await writer.write(write, 'audit', 'report', async () => {
      const { intact, sha256 } = await ciphertexts.inspect(head.custodian, header);
      const verdict = sha256 === undefined ? 'missing' : intact ? 'intact' : 'altered';
      const observed = sha256 === undefined ? {} : { observedSha256: sha256 };
      const args: ReportArgs = { recordId, version, check: 'digest', verdict, ...observed };
      return { entries: [signer.sign(authors.organization(), 'audit', 'report', args)], touches: [] };
    });
    const { observedSha256 = null, verdict } = argsOf<ReportArgs>(outcome);
    return {
      ...committedView(outcome),
      recordId,
      version,
      verdict,
      expectedSha256: header.content.sha256,
      observedSha256,
    };
  }
}
