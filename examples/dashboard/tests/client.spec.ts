// A GraphQL client with a cache on the real server, without the page: urql, as the page sets it up.

import { type Cache, cacheExchange } from '@urql/exchange-graphcache';
import { relayPagination } from '@urql/exchange-graphcache/extras';
import { Client, fetchExchange, gql, type OperationResult } from 'urql';
import { CACHE } from '../src/api/cache';
import {
  KpiTicketsDocument,
  type KpiTicketsQuery,
  type KpiTicketsQueryVariables,
  NamesDocument,
  RosterDocument,
} from '../src/api/operations';
import { NOW } from './desk';
import { expect, test } from './page';
import type { Server } from './server';
import { answered } from './truth';

const [FROM, TO] = ['2026-02-23', '2026-05-13'];
const ON = NOW.toISOString().slice(0, 10);

/** A client, and the names of the operations that it has sent. */
function client({ url, authorization }: Server): { urql: Client; sent: string[] } {
  const sent: string[] = [];
  const urql = new Client({
    url: `${url}graphql`,
    preferGetMethod: false,
    fetchOptions: { headers: { Authorization: authorization } },
    fetch: (input, init) => {
      sent.push(JSON.parse(String(init?.body)).operationName);
      return fetch(input, init);
    },
    exchanges: [
      cacheExchange({
        ...CACHE,
        resolvers: { ...CACHE.resolvers, Query: { ...CACHE.resolvers?.Query, people: relayPagination() } },
        updates: { Mutation: { createPerson: (_result, _variables, cache) => forgetPeople(cache) } },
      }),
      fetchExchange,
    ],
  });
  return { urql, sent };
}

/** A list that a new one belongs to is asked for again: where in it the new one stands is the server's to say. */
function forgetPeople(cache: Cache): void {
  for (const { fieldName, arguments: variables } of cache.inspectFields('Query')) {
    if (fieldName === 'people') cache.invalidate('Query', fieldName, variables);
  }
}

const People = gql`
  query People($after: String) {
    people(first: 5, after: $after) {
      edges { cursor node { id name } }
      pageInfo { hasNextPage endCursor }
    }
  }
`;
const Rename = gql`
  mutation Rename($id: ID!, $name: String!) {
    updatePerson(id: $id, input: { name: $name }) { id name }
  }
`;
const Create = gql`
  mutation Create($name: String!) {
    createPerson(input: { name: $name }) { id name }
  }
`;

test('pages follow one another to the end, none doubled and none asked for twice', async ({ server }) => {
  const { urql, sent } = client(server);
  const question: KpiTicketsQueryVariables = {
    ...{ metric: 'FIRST_RESPONSE_TIME', from: FROM, to: TO, zone: 'Europe/Rome' },
    ...{ grain: null, bucket: null, teamId: null, agentId: null, included: true },
  };
  const ids: string[] = [];
  let after: string | null = null;
  do {
    const answer: OperationResult<KpiTicketsQuery> = await urql.query(KpiTicketsDocument, { ...question, after });
    const { data, error } = answer;
    expect(error).toBeUndefined();
    if (!data) break;
    const { nodes, pageInfo } = data.kpiTickets;
    // The cache has joined this page to those before it.
    expect(nodes.slice(0, ids.length).map(({ externalId }) => externalId)).toEqual(ids);
    expect(nodes.length).toBeGreaterThan(ids.length);
    ids.splice(0, ids.length, ...nodes.map(({ externalId }) => externalId));
    after = pageInfo.hasNextPage ? pageInfo.endCursor : null;
  } while (after !== null);

  const truth = answered(server.tickets, FROM, TO).map(({ id }) => id);
  expect(ids.toSorted()).toEqual(truth.toSorted());
  expect(sent).toHaveLength(Math.ceil(truth.length / 25));
  await urql.query(KpiTicketsDocument, { ...question, after: null });
  expect(sent).toHaveLength(Math.ceil(truth.length / 25));
});

test('what a mutation answers is seen at once by every query that tells of it', async ({ server }) => {
  const { urql, sent } = client(server);
  const teamId = server.teams.Technical ?? '';
  const found = await urql.query(RosterDocument, { teamId, on: ON, people: true });
  const person = found.data?.team?.memberships?.nodes.flatMap(({ person }) => person ?? [])[0];
  if (!person) throw new Error('nobody is in the team');
  const [inRoster, inNames] = [new Set<string>(), new Set<string>()];
  const watching = [
    urql.query(RosterDocument, { teamId, on: ON, people: true }).subscribe(({ data }) => {
      for (const { person } of data?.team?.memberships?.nodes ?? []) if (person) inRoster.add(person.name);
    }),
    urql.query(NamesDocument, { ids: [person.id] }).subscribe(({ data }) => {
      for (const node of data?.nodes ?? []) if (node && 'name' in node) inNames.add(node.name);
    }),
  ];
  await expect.poll(() => [...inNames]).toEqual([person.name]);

  const before = sent.length;
  const { error } = await urql.mutation(Rename, { id: person.id, name: 'Renamed Person' });
  expect(error).toBeUndefined();
  await expect.poll(() => inRoster.has('Renamed Person') && inNames.has('Renamed Person')).toBe(true);
  expect(sent.slice(before)).toEqual(['Rename']);

  for (const { unsubscribe } of watching) unsubscribe();
  await urql.mutation(Rename, { id: person.id, name: person.name });
});

test('a list is asked for again after a mutation that adds to it', async ({ server }) => {
  const { urql, sent } = client(server);
  let names: string[] = [];
  const cursors: string[] = [];
  const { unsubscribe } = urql.query(People, {}).subscribe(({ data }) => {
    names = data?.people.edges.map(({ node }: { node: { name: string } }) => node.name) ?? names;
  });
  const everybody = async () => {
    let after: string | null = null;
    do {
      const { data, error }: OperationResult = await urql.query(People, { after });
      expect(error).toBeUndefined();
      cursors.splice(0, cursors.length, ...data.people.edges.map(({ cursor }: { cursor: string }) => cursor));
      after = data.people.pageInfo.hasNextPage ? data.people.pageInfo.endCursor : null;
    } while (after !== null);
  };
  await everybody();
  const known = cursors.length;
  expect(new Set(cursors).size).toBe(known);

  const before = sent.length;
  const { error } = await urql.mutation(Create, { name: 'Newly Hired' });
  expect(error).toBeUndefined();
  // The list that is looked at is fetched again by itself, from its first page on.
  await expect.poll(() => sent.slice(before)).toEqual(['Create', 'People']);
  await everybody();
  expect(cursors).toHaveLength(known + 1);
  await expect.poll(() => names).toContain('Newly Hired');
  unsubscribe();
});
