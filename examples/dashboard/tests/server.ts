// A Plumbline server of our own, in a temporary folder or in a database of its own, and the built page in front of it.

import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { preview } from 'vite';
import { AGENTS, desk, FIRST_DAY, TEAMS, type Ticket } from './desk';

const HERE = fileURLToPath(new URL('..', import.meta.url));
export const PASSWORD = 'correct horse battery staple';

export type Database = 'sqlite' | 'postgres';

/** Who may sign in, by role. */
export const USERS = {
  owner: 'owner@acme.test',
  manager: 'manager@acme.test',
  agent: 'agent@acme.test',
  viewer: 'viewer@acme.test',
  hr: 'hr@acme.test',
};

export interface Server {
  /** Where the page is, with the API behind it. */
  url: string;
  tickets: Ticket[];
  /** Ids by name. */
  teams: Record<string, string>;
  users: Record<keyof typeof USERS, string>;
  /** What the owner's requests carry. */
  authorization: string;
  /** Asks the API as the owner. */
  ask: <T>(query: string, variables?: object) => Promise<T>;
  /** Brings further events in over the API. */
  bring: (csv: string) => Promise<void>;
  /** Without a worker, what is brought in stays uncounted. */
  stopWorker: () => Promise<void>;
  startWorker: () => Promise<void>;
  stop: () => Promise<void>;
}

export async function startServer(database: Database): Promise<Server> {
  const folder = mkdtempSync(join(tmpdir(), 'plumbline-dashboard-'));
  const binary = built();
  const store = database === 'postgres' ? onPostgres(binary, folder) : inFolder(binary, folder);
  const running: ChildProcess[] = [];
  const stop = async () => {
    await Promise.all(running.map(end));
    store.drop();
    rmSync(folder, { recursive: true, force: true });
  };
  try {
    const { tickets, csv } = desk();
    const file = (name: string, text: string) => {
      writeFileSync(join(folder, name), text);
      return join(folder, name);
    };
    store.run('migrate');
    const password = ['--admin-email', USERS.owner, '--admin-password-file', file('password', PASSWORD)];
    store.run('tenant', 'create', 'acme', '--name', 'Acme', '--time-zone', 'Europe/Rome', ...password);
    store.run('import', 'tickets', '--tenant', 'acme', file('tickets.csv', csv));

    const [api, page] = await Promise.all([freePort(), freePort()]);
    // Every test signs in, and few people do so as often.
    const often = ['--account-sign-ins', '1000', '--address-sign-ins', '1000'];
    running.push(await store.start('api', '--listen', `127.0.0.1:${api}`, ...often));
    let worker = await store.start('worker');
    running.push(worker);
    const web = await preview({
      root: HERE,
      logLevel: 'warn',
      preview: { port: page, strictPort: true, host: '127.0.0.1', proxy: proxyTo(`http://127.0.0.1:${api}`) },
    });
    const owner = await asOwner(`http://127.0.0.1:${api}`);
    return {
      url: `http://127.0.0.1:${page}/`,
      tickets,
      ...(await furnish(owner.ask)),
      ...owner,
      async stopWorker() {
        await end(worker);
      },
      async startWorker() {
        worker = await store.start('worker');
        running.push(worker);
      },
      async stop() {
        await web.close();
        await stop();
      },
    };
  } catch (error) {
    await stop();
    throw error;
  }
}

function proxyTo(api: string) {
  return { '/graphql': api, '/t': api };
}

interface Store {
  run: (...command: string[]) => void;
  start: (...command: string[]) => Promise<ChildProcess>;
  drop: () => void;
}

function inFolder(binary: string, folder: string): Store {
  return { ...program(binary, ['--data-dir', join(folder, 'data')], {}), drop: () => {} };
}

function onPostgres(binary: string, folder: string): Store {
  const server = process.env.PLUMBLINE_TEST_DATABASE_URL;
  if (!server) throw new Error('PLUMBLINE_TEST_DATABASE_URL names no server');
  const name = `dashboard_${process.pid}_${Date.now()}`;
  const sql = (text: string) => execFileSync('psql', ['--no-psqlrc', '--quiet', '--command', text, server]);
  const key = join(folder, 'master.key');
  writeFileSync(key, Buffer.alloc(32, 7).toString('base64'), { mode: 0o600 });
  sql(`CREATE DATABASE ${name}`);
  const url = new URL(server);
  url.pathname = name;
  return {
    ...program(binary, ['--database-url', url.href], { PLUMBLINE_MASTER_KEY_FILE: key }),
    drop: () => sql(`DROP DATABASE ${name} WITH (FORCE)`),
  };
}

/** The program to test: the one that is named, or what `cargo build` has left wherever cargo builds. */
function built(): string {
  let binary = process.env.PLUMBLINE_BIN;
  if (!binary) {
    const told = execFileSync('cargo', ['metadata', '--format-version', '1', '--no-deps'], {
      cwd: HERE,
      maxBuffer: 2 ** 26,
    });
    binary = join(JSON.parse(told.toString()).target_directory, 'debug/plumbline');
  }
  if (!existsSync(binary)) throw new Error(`there is no ${binary}: run \`cargo build\`, or name one in PLUMBLINE_BIN`);
  return binary;
}

/** Commands of the program on one store. Each listener for operations gets a port of its own. */
function program(binary: string, where: string[], environment: Record<string, string>): Pick<Store, 'run' | 'start'> {
  const env = { ...process.env, PLUMBLINE_LOG: 'warn', ...environment };
  return {
    run: (...command) => {
      execFileSync(binary, [...command, ...where], { env, stdio: ['ignore', 'ignore', 'inherit'] });
    },
    async start(...command) {
      const ops = await freePort();
      const child = spawn(binary, [...command, '--ops-listen', `127.0.0.1:${ops}`, ...where], {
        env,
        stdio: ['ignore', 'ignore', 'inherit'],
      });
      await ready(child, `http://127.0.0.1:${ops}/readyz`);
      return child;
    },
  };
}

async function ready(child: ChildProcess, url: string): Promise<void> {
  while (child.exitCode === null) {
    const answer = await fetch(url).catch(() => null);
    if (answer?.ok) return;
    await new Promise((resume) => setTimeout(resume, 50));
  }
  throw new Error(`${child.spawnfile} ended with ${child.exitCode} before it was ready`);
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = new Promise((resume) => child.once('exit', resume));
  child.kill('SIGTERM');
  await ended;
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const probe = createServer();
    probe.once('error', reject);
    probe.listen(0, '127.0.0.1', () => {
      const address = probe.address();
      probe.close(() => resolve(typeof address === 'object' && address ? address.port : 0));
    });
  });
}

async function asOwner(url: string): Promise<Pick<Server, 'authorization' | 'ask' | 'bring'>> {
  const form = new URLSearchParams({ grant_type: 'password', username: USERS.owner, password: PASSWORD });
  const answer = await fetch(`${url}/t/acme/oauth/token`, { method: 'POST', body: form });
  const authorization = `Bearer ${(await answer.json()).access_token}`;
  return {
    authorization,
    async ask<T>(query: string, variables: object = {}) {
      const response = await fetch(`${url}/graphql`, {
        method: 'POST',
        headers: { Authorization: authorization, 'Content-Type': 'application/json' },
        body: JSON.stringify({ query, variables }),
      });
      const { data, errors } = await response.json();
      if (errors) throw new Error(`${query}: ${JSON.stringify(errors)}`);
      return data as T;
    },
    async bring(csv) {
      const response = await fetch(`${url}/v1/tickets/import`, {
        method: 'POST',
        headers: { Authorization: authorization },
        body: csv,
      });
      if (!response.ok) throw new Error(await response.text());
    },
  };
}

/** Teams with their members, queues and a lead, and a user for each role: all that an import does not know. */
async function furnish(ask: Server['ask']): Promise<Pick<Server, 'teams' | 'users'>> {
  interface Named {
    id: string;
    name: string;
  }
  const { people, queues } = await ask<{ people: { nodes: Named[] }; queues: Named[] }>(
    '{ people(first: 200) { nodes { id name } } queues { id name } }',
  );
  const idOf = (list: Named[], name: string) => list.find((one) => one.name === name)?.id;
  const made = async (field: string, type: string, input: object) => {
    const data = await ask<Record<string, { id: string }>>(
      `mutation ($input: ${type}!) { ${field}(input: $input) { id } }`,
      { input },
    );
    return data[field]?.id ?? '';
  };

  const support = await made('createTeam', 'NewTeam', { name: 'Support' });
  const teams: Record<string, string> = { Support: support };
  for (const name of Object.keys(TEAMS)) {
    const teamId = await made('createTeam', 'NewTeam', { name, parentId: support });
    teams[name] = teamId;
    await ask(
      'mutation ($queueId: ID!, $input: NewQueueTeam!) { linkQueue(queueId: $queueId, input: $input) { id } }',
      {
        queueId: idOf(queues, name),
        input: { teamId, validFrom: FIRST_DAY },
      },
    );
    for (const agent of AGENTS.filter(({ team }) => team === name)) {
      const personId = idOf(people.nodes, agent.name);
      await made('createMembership', 'NewMembership', { personId, teamId, validFrom: FIRST_DAY });
    }
  }
  const newcomer = await made('createPerson', 'NewPerson', { name: 'Mia Novak' });
  await made('createMembership', 'NewMembership', { personId: newcomer, teamId: teams.Billing, validFrom: FIRST_DAY });
  const lead = idOf(people.nodes, 'Ann Vasquez');
  await made('createTeamLead', 'NewTeamLead', { teamId: teams.Billing, personId: lead, validFrom: FIRST_DAY });

  const persons: Record<string, string | undefined> = { manager: lead, agent: idOf(people.nodes, 'Grace Chen') };
  const users: Record<string, string> = {};
  for (const [role, email] of Object.entries(USERS)) {
    if (role === 'owner') continue;
    const personId = persons[role] ?? null;
    const userId = await made('createUser', 'NewUser', { email, personId, password: PASSWORD });
    users[role] = userId;
    await ask('mutation ($userId: ID!, $input: NewRoleGrant!) { grantRole(userId: $userId, input: $input) { id } }', {
      userId,
      input: { role: role.toUpperCase() },
    });
  }
  return { teams, users: users as Server['users'] };
}
