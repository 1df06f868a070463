// How the page asks: signed requests, one cache by id, and answers that are asked for again while they are still being worked on.

import { authExchange } from '@urql/exchange-auth';
import { cacheExchange } from '@urql/exchange-graphcache';
import { useEffect, useState } from 'react';
import { type AnyVariables, Client, type CombinedError, fetchExchange, type TypedDocumentNode, useQuery } from 'urql';
import { CACHE } from './cache';
import { API, currentSession, isStale, renew } from './session';

/** A client for the session that begins now; its cache ends with it. */
export function newClient(): Client {
  return new Client({
    url: `${API}/graphql`,
    // Addresses are logged on the way, and these would name people.
    preferGetMethod: false,
    requestPolicy: 'cache-and-network',
    exchanges: [cacheExchange(CACHE), signed(), fetchExchange],
  });
}

function signed() {
  return authExchange(async ({ appendHeaders }) => {
    let used = currentSession();
    return {
      addAuthToOperation(operation) {
        used = currentSession();
        return used ? appendHeaders(operation, { Authorization: `Bearer ${used.accessToken}` }) : operation;
      },
      willAuthError: () => {
        used = currentSession();
        return used === null || isStale(used);
      },
      didAuthError: (error) => ['invalid_token', 'unauthenticated'].includes(problem(error).code),
      async refreshAuth() {
        await renew(used);
      },
    };
  });
}

/** A failure in the API's words. */
export interface Problem {
  /** One of the API's codes, or `unreachable`. */
  code: string;
  message: string;
  /** What the server's log knows the request by. */
  requestId: string | null;
}

export function problem({ graphQLErrors: [first], networkError }: CombinedError): Problem {
  if (first === undefined) {
    return { code: 'unreachable', message: networkError?.message ?? 'no answer', requestId: null };
  }
  const { code, requestId } = first.extensions;
  return { code: String(code ?? 'internal'), message: first.message, requestId: requestId ? String(requestId) : null };
}

/** An answer on its way, there, or refused. */
export interface Asked<Data> {
  data: Data | undefined;
  problem: Problem | null;
  /** What is shown, if anything, is about to be replaced. */
  busy: boolean;
  retry: () => void;
}

/** How long to wait before asking again for numbers that are being worked in. */
const AGAIN = 2_000;

/** Asks, and asks again while the answer `isPending`. */
export function useAsked<Data, Variables extends AnyVariables>(
  query: TypedDocumentNode<Data, Variables>,
  variables: Variables,
  { pause = false, isPending = () => false }: { pause?: boolean; isPending?: (data: Data) => boolean } = {},
): Asked<Data> {
  const [{ data: answer, error, fetching, stale }, ask] = useQuery<Data, AnyVariables>({ query, variables, pause });
  const data = pause ? undefined : (answer ?? undefined);
  const retry = () => ask({ requestPolicy: 'network-only' });
  const again = data !== undefined && !fetching && !stale && isPending(data);
  useEffect(() => {
    if (!again) return;
    const timer = setTimeout(() => ask({ requestPolicy: 'network-only' }), AGAIN);
    return () => clearTimeout(timer);
  }, [again, ask]);
  return { data, problem: error ? problem(error) : null, busy: fetching || stale, retry };
}

interface PageInfo {
  hasNextPage: boolean;
  endCursor: string | null;
}

/** A list that comes in pages: one after the other by itself where `all` are wanted, and as asked for otherwise. */
export function usePages<Data, Variables extends AnyVariables>(
  query: TypedDocumentNode<Data, Variables>,
  variables: Omit<Variables, 'after'>,
  pageInfo: (data: Data) => PageInfo,
  { all = false, pause = false }: { all?: boolean; pause?: boolean } = {},
): { asked: Asked<Data>; more: (() => void) | null } {
  const list = JSON.stringify(variables);
  const [page, turn] = useState({ list, after: null as string | null });
  const after = page.list === list ? page.after : null;
  const asked = useAsked(query, { ...variables, after } as unknown as Variables, { pause });
  const info = asked.data && !asked.busy ? pageInfo(asked.data) : null;
  const next = info?.hasNextPage ? info.endCursor : null;
  useEffect(() => {
    if (all && next) turn({ list, after: next });
  }, [all, list, next]);
  return { asked, more: next && !all ? () => turn({ list, after: next }) : null };
}
