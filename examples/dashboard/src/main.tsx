import 'uplot/dist/uPlot.min.css';
import './tokens.css';
import './ground.css';
import './frame.css';
import './panels.css';

import { StrictMode, useEffect, useMemo, useRef, useSyncExternalStore } from 'react';
import { createRoot } from 'react-dom/client';
import { Provider } from 'urql';
import { newClient } from './api/client';
import { currentSession, subscribe } from './api/session';
import { Dashboard } from './dashboard';
import { SignIn } from './sign-in';
import { applyTheme } from './theme';

function Page() {
  const session = useSyncExternalStore(subscribe, currentSession);
  const who = session && `${session.tenant} ${session.email}`;
  // Nothing that one user was told is there for the next.
  const client = useMemo(() => (who ? newClient() : null), [who]);
  const arrived = useRef(false);
  useEffect(() => {
    if (!who) arrived.current = true;
  }, [who]);
  if (!session || !client) return <SignIn />;
  return (
    <Provider value={client}>
      <Dashboard email={session.email} justSignedIn={arrived.current} />
    </Provider>
  );
}

applyTheme();
createRoot(document.getElementById('page') as HTMLElement).render(
  <StrictMode>
    <Page />
  </StrictMode>,
);
