import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';

const SECONDS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30];

/** Prometheus metrics of one gateway. Labels are routes, methods, statuses and reason codes; never who or whose. */
export class Metrics {
  readonly registry = new Registry();
  readonly #http: Histogram<'method' | 'route' | 'status'>;
  readonly #batch: Histogram;
  readonly #commit: Histogram;
  readonly #decisions: Counter<'effect'>;
  readonly #reasons: Counter<'effect' | 'reason'>;

  constructor(sources: Readonly<{ mspId: string; queued: () => number; nextBlock: () => number }>) {
    const registers = [this.registry];
    this.registry.setDefaultLabels({ mspId: sources.mspId });
    collectDefaultMetrics({ register: this.registry });
    this.#http = new Histogram({
      name: 'medquorum_http_request_seconds',
      help: 'Time to answer a request',
      labelNames: ['method', 'route', 'status'],
      buckets: SECONDS,
      registers,
    });
    this.#batch = new Histogram({
      name: 'medquorum_ledger_batch_entries',
      help: 'Entries that shared a transaction',
      buckets: [1, 2, 5, 10, 20, 50, 100, 200],
      registers,
    });
    this.#commit = new Histogram({
      name: 'medquorum_ledger_commit_seconds',
      help: 'Time from planning a transaction to its commit',
      buckets: SECONDS,
      registers,
    });
    this.#decisions = new Counter({
      name: 'medquorum_decisions_total',
      help: 'Access decisions on a record that this gateway asked for, by effect',
      labelNames: ['effect'],
      registers,
    });
    this.#reasons = new Counter({
      name: 'medquorum_decision_reasons_total',
      help: 'Reasons of those decisions; a decision can have several',
      labelNames: ['effect', 'reason'],
      registers,
    });
    new Gauge({
      name: 'medquorum_ledger_queued_entries',
      help: 'Units waiting for a transaction',
      registers,
      collect() {
        this.set(sources.queued());
      },
    });
    new Gauge({
      name: 'medquorum_read_model_next_block',
      help: 'Next block that the read model expects',
      registers,
      collect() {
        this.set(sources.nextBlock());
      },
    });
  }

  answered({
    method,
    route,
    status,
    durationMs,
  }: Readonly<{ method: string; route: string; status: number; durationMs: number }>): void {
    this.#http.observe({ method, route, status: String(status) }, durationMs / 1000);
  }

  decided(outcomes: readonly Readonly<{ effect: string; reasons: readonly string[] }>[]): void {
    for (const { effect, reasons } of outcomes) {
      this.#decisions.inc({ effect });
      for (const reason of reasons) this.#reasons.inc({ effect, reason });
    }
  }

  committed({ entries, durationMs }: Readonly<{ entries: number; durationMs: number }>): void {
    this.#batch.observe(entries);
    this.#commit.observe(durationMs / 1000);
  }
}

export const metricsRoute: FastifyPluginAsyncTypebox<Readonly<{ metrics: Metrics }>> = async (app, { metrics }) => {
  app.get('/metrics', { config: { access: 'public' }, schema: { hide: true } }, async (_request, reply) =>
    reply.type(metrics.registry.contentType).send(await metrics.registry.metrics()),
  );
};
