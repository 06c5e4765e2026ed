/** Longer than a gateway waits for a commit: its answer is worth more than an own guess. */
const REQUEST_TIMEOUT_MS = 40_000;

export type Answer = Readonly<{ status: number; body: Readonly<Record<string, unknown>> }>;

/** One account of a gateway; logs in when it has to, and never throws for what a gateway or its absence does. */
export class RestUser {
  readonly #url: string;
  readonly #username: string;
  readonly #password: string;
  #token: string | undefined;

  constructor(url: string, username: string, password: string) {
    this.#url = url;
    this.#username = username;
    this.#password = password;
  }

  /** @returns undefined where no answer came */
  async post(path: string, body: unknown, idempotencyKey: string): Promise<Answer | undefined> {
    const token = await this.#login();
    if (typeof token !== 'string') return token;
    const headers = { authorization: `Bearer ${token}`, 'idempotency-key': idempotencyKey };
    const answer = await this.#send(path, body, headers);
    if (answer?.status !== 401) return answer;
    this.#token = undefined;
    return this.post(path, body, idempotencyKey);
  }

  async #login(): Promise<string | Answer | undefined> {
    if (this.#token !== undefined) return this.#token;
    const grant =
      this.#username === 'system'
        ? { grant_type: 'client_credentials', client_id: this.#username, client_secret: this.#password }
        : { grant_type: 'password', username: this.#username, password: this.#password };
    const answer = await this.#send('/oauth/token', grant, {});
    if (answer?.status !== 200) return answer;
    this.#token = String(answer.body.access_token);
    return this.#token;
  }

  async #send(path: string, body: unknown, headers: Readonly<Record<string, string>>): Promise<Answer | undefined> {
    try {
      const response = await fetch(`${this.#url}${path}`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', ...headers },
        body: JSON.stringify(body),
        signal: AbortSignal.timeout(REQUEST_TIMEOUT_MS),
      });
      return { status: response.status, body: (await response.json()) as Answer['body'] };
    } catch {
      return undefined;
    }
  }
}
