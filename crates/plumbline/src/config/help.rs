//! The longer words of `--help`.

pub(super) const EXIT_CODES: &str = "\
Exit codes:
  0  done
  1  failed; the error on stderr says why and what to do
  2  the command line or the configuration was not understood

Where the data is:
  --data-dir      a folder with everything in it: an embedded SQLite database and the master key
  --database-url  a PostgreSQL database
  Without either: PLUMBLINE_DATABASE_URL, then PLUMBLINE_DATA_DIR, then the configuration file, then the folder `data`.

Every option of `serve` is also a key of the configuration file and an environment variable: --ops-listen is `ops_listen` and
PLUMBLINE_OPS_LISTEN. A flag goes before the environment, and that before the file. `plumbline config` shows what holds.";

pub(super) const DEMO: &str = "\
Examples:
  plumbline demo
  plumbline demo --fresh --listen 127.0.0.1:8000

It prints tokens and commands to paste. A second start goes on with the same tenant; the password of everybody in it is known to all,
so it is best kept on this machine. Of the configuration it takes the log's filter and nothing else.";

pub(super) const SIMULATE: &str = "\
Examples:
  plumbline simulate zendesk --listen 127.0.0.1:8085 --json
  plumbline simulate zendesk --tickets 100000 --live-per-second 2 --rate-limit off --faults 5xx=0.02,cut=0.01

It behaves as the vendor's documentation says, and knows nothing of Plumbline. The same seed is the same desk. Once it serves, it prints the
address and what to sign in with; SIGTERM or Ctrl-C stops it. docs/simulators.md describes the faults.";

pub(super) const SERVE: &str = "\
Examples:
  plumbline serve --data-dir data
  plumbline serve --database-url postgres://plumbline_runtime@db/plumbline \\
    --redis-url redis://cache --public-url https://kpi.example.com

SIGTERM or Ctrl-C stops it: requests and jobs under way are finished, or handed back.";

pub(super) const MIGRATE: &str = "\
Examples:
  plumbline migrate --data-dir data
  plumbline migrate --database-url postgres://plumbline_owner@db/plumbline

On PostgreSQL it logs in as the owner of the tables; deploy/sql/roles.sql makes the other roles.";

pub(super) const CREATE_TENANT: &str = "\
Example:
  plumbline tenant create acme --name Acme --data-dir data \\
    --admin-email a@acme.test --admin-password-file password";

pub(super) const IMPORT_TICKETS: &str = "\
Examples:
  plumbline import tickets --tenant acme --mapping map.toml --data-dir data tickets.csv
  zcat tickets.ndjson.gz | plumbline import tickets --tenant acme --data-dir data -

docs/import.md describes the mapping. Temporary files go to TMPDIR.
The same file again changes nothing: an import that was cut off is simply run again.
Lines that cannot be read are left out and reported, and the exit code is 0; it is 1 if there was no other line.";

pub(super) const CONFIG: &str = "\
Examples:
  plumbline config
  plumbline config --config /etc/plumbline.toml --json

It takes the options of `serve`, so that a command line can be tried. Secrets are masked. docs/operate.md describes every key.";

pub(super) const DOCTOR: &str = "\
Examples:
  plumbline doctor --data-dir data
  plumbline doctor --config /etc/plumbline.toml --json
  plumbline doctor --audit --data-dir data

It takes the options of `serve`, and changes nothing. The exit code is 1 if a check failed; warnings do not count.
SQLite reads its whole file to check it, which takes a while where that is large.";

pub(super) const BACKUP: &str = "\
Examples:
  plumbline backup backups/2026-11-22.plumbline --data-dir data
  plumbline backup offsite.plumbline --without-key --data-dir data

It is consistent, also while a server serves and imports beside it. The master key is in the file, unless it is given by --master-key-file
or PLUMBLINE_MASTER_KEY: keep the file like a password. On PostgreSQL use pg_dump; docs/operate.md says how.";

pub(super) const RESTORE: &str = "\
Example:
  plumbline restore backups/2026-11-22.plumbline --data-dir restored
  plumbline serve --data-dir restored

The folder must be new or empty. On PostgreSQL use pg_restore; docs/operate.md says how.";

pub(super) const SUSPEND: &str = "\
Example:
  plumbline tenant suspend acme --data-dir data

Every process refuses tokens already given out within two seconds. Imports on the command line and jobs go on.
`plumbline tenant resume acme` takes it back.";

pub(super) const ROTATE_KEY: &str = "\
Examples:
  plumbline key rotate --data-dir data
  plumbline key rotate --database-url postgres://plumbline_runtime@db/plumbline --master-key-file master.key

In a data folder it makes a new key and takes the old one away when nothing is sealed with it any more. Where the key is given by a file
or by PLUMBLINE_MASTER_KEY, put the new one on a line before the old one first: docs/operate.md says in which order.
Servers go on meanwhile. Killed, it is simply run again.";

pub(super) const EXPORT: &str = "\
Examples:
  plumbline tenant export acme --to acme-2026-11-22 --data-dir data
  plumbline person export acme ada@acme.test --to ada --data-dir data

A file of JSON lines for each table, and manifest.json, which says what is in them; docs/privacy.md describes them. It is of one moment, and
servers go on meanwhile. The folder has its name only when it is whole. Keep it like a backup.";

pub(super) const ERASE_TENANT: &str = "\
Example:
  plumbline tenant erase acme --confirm acme --data-dir data

From the first moment on nobody of it gets in, and there is no way back. Killed, it is run again and goes on. Backups from before still
have the tenant.";

pub(super) const ERASE_PERSON: &str = "\
Example:
  plumbline person erase acme ada@acme.test --confirm ada@acme.test --data-dir data

Their users are ended too. Sources that go on naming the person do not bring them back. Killed, it is run again, with the person's id,
and goes on. docs/privacy.md says what goes and what stays.";
