import { randomBytes } from 'node:crypto';
import { common, peer } from '@hyperledger/fabric-protos';
import { MspManager } from '../../../msp/msp-manager.ts';
import type { SigningIdentity } from '../../../msp/signing-identity.ts';
import { TestAuthority } from '../../../msp/testing/test-authority.ts';
import { ChannelPolicies } from '../../../policy/channel-policies.ts';
import { channelHeaderAt } from '../../../protocol/channel-header-at.ts';
import { prepareTransaction } from '../../../protocol/endorsed-transaction.ts';
import { computeProposalHash } from '../../../protocol/proposal-hash.ts';
import { computeTransactionId } from '../../../protocol/transaction-id.ts';
import { validationCodeName } from '../../../protocol/validation-code.ts';
import { chaincodeDirectory } from '../../chaincode/chaincode-directory.ts';
import { chaincodeDefinition } from '../../chaincode-definitions.ts';
import { encodeResponsePayload } from '../../gateway/proposal-response.ts';
import { dataHash } from '../../ledger/block-hash.ts';
import type { Ledger } from '../../ledger/ledger.ts';
import { openLedger } from '../../ledger/open-ledger.ts';
import type { NamespaceReadWriteSet } from '../../ledger/read-write-set.ts';
import { encodeReadWriteSet } from '../../ledger/read-write-set-codec.ts';
import { EndorsementRules } from '../endorsement-rules.ts';
import { validateBlock } from '../validate-block.ts';

export const TEST_MSP_IDS = ['Org1MSP', 'Org2MSP', 'Org3MSP'] as const;
export type TestMspId = (typeof TEST_MSP_IDS)[number];

/** A transaction to be made; every part can be got wrong on purpose. */
export type TransactionWish = Readonly<{
  sets?: readonly Partial<NamespaceReadWriteSet>[];
  /** Raw `rwset.TxReadWriteSet` bytes instead of `sets`. */
  results?: Uint8Array;
  endorsers?: readonly SigningIdentity[];
  nonce?: Uint8Array;
  txId?: string;
  type?: number;
  epoch?: number;
  chaincode?: string;
  answeredChaincode?: string;
  answeredVersion?: string;
  eventChaincode?: string;
  proposalHash?: Uint8Array;
  /** Signs the envelope; default the creator. */
  signer?: SigningIdentity;
}>;

/** Chaincodes of the test chain: `cc` needs two of three, `pair` organisations 2 and 3; `cc` has two collections. */
const CHAINCODES = [
  {
    name: 'cc',
    version: '1',
    endorsementPolicy: "OutOf(2, 'Org1MSP.peer', 'Org2MSP.peer', 'Org3MSP.peer')",
    collections: ['open', 'strict'].map((name) => ({
      name,
      policy: "OR('Org1MSP.member', 'Org2MSP.member')",
      requiredPeerCount: 0,
      maxPeerCount: 1,
      blockToLive: 0,
      memberOnlyRead: false,
      memberOnlyWrite: false,
      ...(name === 'strict' ? { endorsementPolicy: { signaturePolicy: "OR('Org1MSP.peer')" } } : {}),
    })),
    processes: {},
  },
  { name: 'pair', version: '1', endorsementPolicy: "AND('Org2MSP.peer', 'Org3MSP.peer')", processes: {} },
];

/** A chain whose transactions are made and signed by hand, validated by the real code and kept by the real ledger. */
export class TestChain {
  readonly ledger: Ledger;
  readonly msps: MspManager;
  readonly client: SigningIdentity;
  readonly #peers: ReadonlyMap<string, SigningIdentity>;
  readonly #rules: EndorsementRules;

  private constructor(
    ledger: Ledger,
    msps: MspManager,
    client: SigningIdentity,
    peers: ReadonlyMap<string, SigningIdentity>,
  ) {
    this.ledger = ledger;
    this.msps = msps;
    this.client = client;
    this.#peers = peers;
    this.#rules = new EndorsementRules(TEST_DEFINITIONS, new ChannelPolicies(msps, TEST_MSP_IDS));
  }

  /** `directory`: where the ledger lies; undefined keeps it in memory. */
  static async open(directory?: string): Promise<TestChain> {
    const authorities = await Promise.all(TEST_MSP_IDS.map((mspId) => TestAuthority.create(mspId)));
    const peers = await Promise.all(authorities.map((authority) => authority.signer({ ou: 'peer' })));
    const [first] = authorities;
    if (first === undefined) throw new Error('no organisation');
    const msps = new MspManager(authorities.map((authority) => authority.mspConfig()));
    const ledger = await openLedger({ directory, collections: TEST_DEFINITIONS });
    const chain = new TestChain(
      ledger,
      msps,
      await first.signer(),
      new Map(peers.map((signer) => [signer.mspId, signer])),
    );
    await chain.commit([]);
    return chain;
  }

  peers(...mspIds: TestMspId[]): SigningIdentity[] {
    return mspIds.flatMap((mspId) => this.#peers.get(mspId) ?? []);
  }

  /** `common.Envelope` bytes of an endorsed and signed transaction. */
  transaction(wish: TransactionWish = {}): Uint8Array {
    const { chaincode = 'cc', endorsers = this.peers('Org1MSP', 'Org2MSP'), nonce = randomBytes(24) } = wish;
    const chaincodeId = new peer.ChaincodeID();
    chaincodeId.setName(chaincode);
    const extension = new peer.ChaincodeHeaderExtension();
    extension.setChaincodeId(chaincodeId);
    const channelHeader = channelHeaderAt(Date.now());
    channelHeader.setType((wish.type ?? common.HeaderType.ENDORSER_TRANSACTION) as 3);
    channelHeader.setChannelId('mychannel');
    channelHeader.setEpoch(wish.epoch ?? 0);
    channelHeader.setTxId(wish.txId ?? computeTransactionId(nonce, this.client.serialized));
    channelHeader.setExtension$(extension.serializeBinary());
    const signatureHeader = new common.SignatureHeader();
    signatureHeader.setCreator(this.client.serialized);
    signatureHeader.setNonce(nonce);
    const header = new common.Header();
    header.setChannelHeader(channelHeader.serializeBinary());
    header.setSignatureHeader(signatureHeader.serializeBinary());
    const publicPayload = new peer.ChaincodeProposalPayload().serializeBinary();
    const hash = computeProposalHash(header.getChannelHeader_asU8(), header.getSignatureHeader_asU8(), publicPayload);
    const proposalResponsePayload = encodeResponsePayload(wish.proposalHash ?? hash, {
      results: wish.results ?? encodeReadWriteSet((wish.sets ?? []).map(completeSet)),
      event: eventOf(wish.eventChaincode),
      response: { status: 200, message: '', payload: new Uint8Array() },
      chaincode: { name: wish.answeredChaincode ?? chaincode, version: wish.answeredVersion ?? '1' },
    });
    const endorsements = endorsers.map((endorser) => ({
      endorser: endorser.serialized,
      signature: endorser.sign(Buffer.concat([proposalResponsePayload, endorser.serialized])),
    }));
    const envelope = prepareTransaction({ header, publicPayload, proposalResponsePayload, endorsements });
    envelope.setSignature((wish.signer ?? this.client).sign(envelope.getPayload_asU8()));
    return envelope.serializeBinary();
  }

  /** The envelope with another payload, signed again by its creator. */
  withPayload(payload: Uint8Array): Uint8Array {
    const envelope = new common.Envelope();
    envelope.setPayload(payload);
    envelope.setSignature(this.client.sign(payload));
    return envelope.serializeBinary();
  }

  /** Validates and commits a block of these envelopes; returns the names of the validation codes. */
  async commit(envelopes: readonly Uint8Array[]): Promise<string[]> {
    const view = this.ledger.view();
    const number = this.ledger.height;
    const outcomes = await validateBlock(number, envelopes, {
      msps: this.msps,
      rules: this.#rules,
      view,
      isOnChain: (txId) => this.ledger.findTransaction(txId) !== undefined,
    });
    view.close();
    const signatures = new Uint8Array();
    const previousHash = this.ledger.lastHeaderHash;
    await this.ledger.commit({ number, previousHash, dataHash: dataHash(envelopes), envelopes, signatures, outcomes });
    return outcomes.map(({ code }) => validationCodeName(code));
  }
}

/** The chaincodes of the test chain, as a ledger opened again needs them. */
export const TEST_DEFINITIONS = chaincodeDirectory(
  CHAINCODES.map((chaincode) => chaincodeDefinition(chaincode, TEST_MSP_IDS)),
  TEST_MSP_IDS,
);

function completeSet(set: Partial<NamespaceReadWriteSet>): NamespaceReadWriteSet {
  return { namespace: 'cc', reads: [], ranges: [], writes: [], metadataWrites: [], collections: [], ...set };
}

function eventOf(chaincode: string | undefined): Uint8Array {
  if (chaincode === undefined) return new Uint8Array();
  const event = new peer.ChaincodeEvent();
  event.setChaincodeId(chaincode);
  event.setEventName('happened');
  return event.serializeBinary();
}
