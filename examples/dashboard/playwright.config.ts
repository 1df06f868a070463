import { existsSync } from 'node:fs';
import { defineConfig } from '@playwright/test';
import type { Options } from './tests/page';

// Debian's own browser where it is installed; otherwise the one that `npx playwright install chromium` brings.
const debian = '/usr/bin/chromium';

export default defineConfig<object, Options>({
  testDir: 'tests',
  // One server at a time, and the tests of it one after another.
  workers: 1,
  // A busy machine is no fault of the page.
  timeout: 120_000,
  expect: { timeout: 20_000 },
  forbidOnly: Boolean(process.env.CI),
  reporter: 'list',
  use: {
    launchOptions: existsSync(debian) ? { executablePath: debian } : {},
    locale: 'en-GB',
    timezoneId: 'Europe/Rome',
    trace: 'retain-on-failure',
    viewport: { width: 1280, height: 900 },
  },
  projects: [
    { name: 'unit', testMatch: 'unit.spec.ts' },
    { name: 'page on SQLite', testIgnore: 'unit.spec.ts', use: { database: 'sqlite' } },
    ...(process.env.PLUMBLINE_TEST_DATABASE_URL
      ? [{ name: 'page on PostgreSQL', testIgnore: 'unit.spec.ts', use: { database: 'postgres' as const } }]
      : []),
  ],
});
