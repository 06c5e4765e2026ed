// A small REST client for the scripts: tokens per user, JSON in and out, failures with what the gateway said.

/** A gateway's answer that is not a success; `problem` is its body. */
export class RestFailure extends Error {
  constructor(method, url, status, problem) {
    super(
      `${method} ${url}: ${status} ${problem?.code ?? ''} ${problem?.detail ?? problem?.issue?.[0]?.details?.text ?? ''}`.trim(),
    );
    this.status = status;
    this.problem = problem;
  }
}

const MAX_ATTEMPTS = 20;
const MAX_WAIT_MS = 5_000;

export class RestClient {
  #baseUrl;
  #tokens = new Map();
  #password;

  constructor(baseUrl, password) {
    this.#baseUrl = baseUrl;
    this.#password = password;
  }

  /** Requests as one user; a gateway that asks for patience (503 with Retry-After) gets it. */
  as(username) {
    const send = async (method, path, body, headers = {}) => {
      for (let attempt = 1; ; attempt += 1) {
        const response = await this.send(method, path, body, {
          ...headers,
          authorization: `Bearer ${await this.#token(username)}`,
        });
        if (response.status === 401 && attempt === 1) {
          this.#tokens.delete(username);
          continue;
        }
        if (response.status !== 503 || attempt === MAX_ATTEMPTS) return response;
        const seconds = Number(response.headers.get('retry-after') ?? 1);
        await new Promise((resolve) => setTimeout(resolve, Math.min(seconds * 1000, MAX_WAIT_MS)));
      }
    };
    const answer = async (method, path, body, headers) => {
      const { status, body: answered } = await send(method, path, body, headers);
      if (status >= 300 || status === 202) throw new RestFailure(method, `${this.#baseUrl}${path}`, status, answered);
      return answered;
    };
    return {
      send,
      get: (path, headers) => answer('GET', path, undefined, headers),
      post: (path, body, headers) => answer('POST', path, body, headers),
    };
  }

  async send(method, path, body, headers = {}) {
    const response = await fetch(`${this.#baseUrl}${path}`, {
      method,
      headers: { ...(body === undefined ? {} : { 'content-type': 'application/json' }), ...headers },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    return { status: response.status, headers: response.headers, body: text === '' ? undefined : JSON.parse(text) };
  }

  async #token(username) {
    const known = this.#tokens.get(username);
    if (known !== undefined) return known;
    const grant =
      username === 'system'
        ? { grant_type: 'client_credentials', client_id: username, client_secret: this.#password }
        : { grant_type: 'password', username, password: this.#password };
    const { status, body } = await this.send('POST', '/oauth/token', grant);
    if (status !== 200) throw new RestFailure('POST', `${this.#baseUrl}/oauth/token`, status, body);
    this.#tokens.set(username, body.access_token);
    return body.access_token;
  }
}
