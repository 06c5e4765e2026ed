import type { DecisionState } from '@medquorum/chaincode/access/decision-state';
import { Type } from 'typebox';
import type { Seen } from '../readmodel/read-model.ts';
import { OutcomeView } from '../record/record-bodies.ts';
import { outcomeView } from './outcome-view.ts';

/** Who looked, when, why, under what. */
export const DecisionView = Type.Object({
  decisionId: Type.String(),
  patient: Type.String(),
  requester: Type.Object({
    mspId: Type.Union([Type.String(), Type.Null()]),
    practitioner: Type.Union([Type.String(), Type.Null()]),
    role: Type.String(),
  }),
  purpose: Type.String(),
  action: Type.String(),
  decidedAt: Type.String(),
  outcomes: Type.Array(OutcomeView),
  txId: Type.String(),
  blockNumber: Type.Integer(),
  flaw: Type.Union([Type.String(), Type.Null()]),
});

export function decisionView({ state, txId, blockNumber, flaw }: Seen<DecisionState>) {
  const { action, decidedAt, decisionId, outcomes, patient, purpose, requester } = state;
  return {
    decisionId,
    patient,
    requester,
    purpose,
    action,
    decidedAt,
    outcomes: outcomes.map(outcomeView),
    txId,
    blockNumber,
    flaw,
  };
}
