import React from 'react';
import { createRoot } from 'react-dom/client';
import { GraphiQL } from 'graphiql';

const headers = JSON.stringify({ Authorization: 'Bearer TOKEN' }, null, 2);
const fetcher = async (body, options) => {
  const response = await fetch('/graphql', {
    method: 'POST',
    headers: { ...options?.headers, 'Content-Type': 'application/json', Accept: 'application/json' },
    body: JSON.stringify(body),
  });
  return response.json();
};
const element = <GraphiQL fetcher={fetcher} defaultHeaders={headers} isHeadersEditorEnabled shouldPersistHeaders={false} />;
createRoot(document.getElementById('graphiql')).render(element);
