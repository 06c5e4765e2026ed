import { PASSWORD } from './ehr-consortium.ts';

export type Answer = Readonly<{ status: number; body: Readonly<Record<string, unknown>> }>;

/** One account of one gateway, over HTTP. */
export class HospitalClient {
  readonly #url: string;
  readonly #username: string;
  #token: string | undefined;

  constructor(url: string, username: string) {
    this.#url = url;
    this.#username = username;
  }

  /** Logs in with the password; the status of the answer. */
  async logIn(): Promise<number> {
    const { status, body } = await this.#send('POST', '/oauth/token', {
      grant_type: 'password',
      username: this.#username,
      password: PASSWORD,
    });
    this.#token = String(body.access_token);
    return status;
  }

  get(url: string): Promise<Answer> {
    return this.#send('GET', url, undefined);
  }

  post(url: string, payload: unknown, headers: Readonly<Record<string, string>> = {}): Promise<Answer> {
    return this.#send('POST', url, payload, headers);
  }

  async #send(method: string, url: string, payload: unknown, headers: Readonly<Record<string, string>> = {}) {
    const response = await fetch(`${this.#url}${url}`, {
      method,
      headers: {
        ...(payload === undefined ? {} : { 'content-type': 'application/json' }),
        ...(this.#token === undefined ? {} : { authorization: `Bearer ${this.#token}` }),
        ...headers,
      },
      ...(payload === undefined ? {} : { body: JSON.stringify(payload) }),
    });
    return { status: response.status, body: (await response.json()) as Answer['body'] };
  }
}
