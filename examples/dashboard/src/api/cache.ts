// What the cache knows of the API. Whatever has an id is kept once, by that id: two queries that tell of it show the same.

import type { CacheExchangeOpts } from '@urql/exchange-graphcache';
import { relayPagination } from '@urql/exchange-graphcache/extras';

/** What has no id of its own is kept inside what it belongs to. */
const embedded = () => null;

export const CACHE: CacheExchangeOpts = {
  keys: {
    AllowedPermission: embedded,
    ExclusionRule: embedded,
    KpiAnswer: embedded,
    KpiRow: embedded,
    KpiTicket: embedded,
    MetricDefinition: ({ metric }) => String(metric),
    TicketEvent: embedded,
  },
  resolvers: {
    Query: { kpiTickets: relayPagination(), teams: relayPagination() },
    Team: { memberships: relayPagination() },
  },
};
