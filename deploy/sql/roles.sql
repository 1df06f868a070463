-- The two roles that Plumbline's processes use. Safe to run again. Run it with psql, as a role that may create roles,
-- before the first `plumbline migrate`:
--
--   PLUMBLINE_RUNTIME_PASSWORD=… psql --file deploy/sql/roles.sql "$DATABASE_URL_OF_AN_ADMINISTRATOR"
--
-- or `psql --set runtime_password=…`. Without a password the present one is kept, and a new role has none.
-- The tables belong to a third role, the one that migrates; it is neither of these, so that row-level security holds for both.

\set ON_ERROR_STOP on
\set QUIET on

-- Work across tenants takes this role for one transaction; it sees the tables on a committed list and no others.
SELECT 'CREATE ROLE plumbline_system NOLOGIN'
 WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'plumbline_system') \gexec

-- What `serve`, `api` and `worker` log in as. NOINHERIT: it is a member of plumbline_system without having its rights until it asks.
SELECT 'CREATE ROLE plumbline_runtime LOGIN NOINHERIT'
 WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'plumbline_runtime') \gexec

ALTER ROLE plumbline_system NOLOGIN;
ALTER ROLE plumbline_runtime LOGIN NOINHERIT;

SET client_min_messages = warning; -- "already a member" is no news
GRANT plumbline_system TO plumbline_runtime;
RESET client_min_messages;

\if :{?runtime_password}
\else
  \getenv runtime_password PLUMBLINE_RUNTIME_PASSWORD
\endif
\if :{?runtime_password}
  ALTER ROLE plumbline_runtime PASSWORD :'runtime_password';
\endif

-- A role that goes past row-level security would make the second wall between tenants a picture of one.
DO $$
DECLARE
  unsafe text;
BEGIN
  SELECT string_agg(rolname, ', ') INTO unsafe
    FROM pg_roles
   WHERE rolname IN ('plumbline_system', 'plumbline_runtime') AND (rolsuper OR rolbypassrls);
  IF unsafe IS NOT NULL THEN
    RAISE EXCEPTION 'these roles go past row-level security: %', unsafe
      USING HINT = 'ALTER ROLE … NOSUPERUSER NOBYPASSRLS';
  END IF;
END
$$;
