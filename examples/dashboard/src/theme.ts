// Light or dark: as the system has it, or as the switch says. The colours themselves are in tokens.css.

import { useSyncExternalStore } from 'react';

export type Theme = 'system' | 'light' | 'dark';

const KEY = 'plumbline.theme';
const systemDark = matchMedia('(prefers-color-scheme: dark)');
const listeners = new Set<() => void>();

export function applyTheme(): void {
  const theme = currentTheme();
  if (theme === 'system') delete document.documentElement.dataset.theme;
  else document.documentElement.dataset.theme = theme;
  for (const listener of listeners) listener();
}

export function setTheme(theme: Theme): void {
  localStorage.setItem(KEY, theme);
  applyTheme();
}

/** What the switch says. */
export function useTheme(): Theme {
  return useSyncExternalStore(subscribe, currentTheme);
}

/** What is seen: for drawings, which know no style sheet. */
export function useScheme(): 'light' | 'dark' {
  return useSyncExternalStore(subscribe, () => {
    const theme = currentTheme();
    if (theme !== 'system') return theme;
    return systemDark.matches ? 'dark' : 'light';
  });
}

function currentTheme(): Theme {
  const theme = localStorage.getItem(KEY);
  return theme === 'light' || theme === 'dark' ? theme : 'system';
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  systemDark.addEventListener('change', listener);
  return () => {
    listeners.delete(listener);
    systemDark.removeEventListener('change', listener);
  };
}
