/** One thing wrong in a topology: where it is, what was found there and what is allowed. */
export type TopologyProblem = Readonly<{ file: string; path: string; found: string; allowed: string }>;

export type TopologyErrorCode = 'MQ_TOPOLOGY_UNREADABLE' | 'MQ_TOPOLOGY_INVALID' | 'MQ_TOPOLOGY_UNKNOWN_ORGANIZATION';

/** A topology that cannot be used. The message lists every problem, one per line. */
export class TopologyError extends Error {
  override readonly name = 'TopologyError';
  readonly code: TopologyErrorCode;
  readonly problems: readonly TopologyProblem[];
  constructor(code: TopologyErrorCode, problems: readonly TopologyProblem[], options?: ErrorOptions) {
    super(`${code}: ${problems.map(describe).join('\n')}`, options);
    this.code = code;
    this.problems = problems;
  }
}

function describe({ file, path, found, allowed }: TopologyProblem): string {
  return `${file}: ${path === '' ? '(the whole file)' : path}: found ${found}; allowed: ${allowed}`;
}
