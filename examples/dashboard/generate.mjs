// Writes src/api/operations.ts: the operations of operations.graphql, with the types that Plumbline's schema gives them.

import { readFile, writeFile } from 'node:fs/promises';
import { codegen } from '@graphql-codegen/core';
import * as documents from '@graphql-codegen/typed-document-node';
import * as operations from '@graphql-codegen/typescript-operations';
import { parse } from 'graphql';

const SCHEMA = new URL('../../openapi/schema.graphql', import.meta.url);
const OPERATIONS = new URL('src/api/operations.graphql', import.meta.url);
const OUTPUT = new URL('src/api/operations.ts', import.meta.url);

const typescript = await codegen({
  filename: OUTPUT.pathname,
  schema: parse(await readFile(SCHEMA, 'utf8')),
  documents: [{ location: OPERATIONS.pathname, document: parse(await readFile(OPERATIONS, 'utf8')) }],
  config: {
    enumsAsTypes: true,
    scalars: { DateTime: 'string', Date: 'string' },
    strictScalars: true,
    skipTypename: true,
    useTypeImports: true,
  },
  pluginMap: { operations, documents },
  plugins: [{ operations: {} }, { documents: {} }],
});
await writeFile(OUTPUT, `// Made by \`npm run generate\`. Not to be edited.\n${typescript}`);
