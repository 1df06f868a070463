# shellcheck shell=bash disable=SC2034 # the sourcing script uses what is set here
# Private PostgreSQL and Redis servers in a temporary folder, for scripts/test, scripts/browser and scripts/serve-postgres. To be sourced.
#
#   servers_install          installs what is missing (Debian)
#   install_missing PACKAGE… installs these (Debian); nothing where none is named
#   servers_start            starts both and sets DATABASE_URL_OF_TESTS and REDIS_URL_OF_TESTS
#   folder                   the temporary folder; made here, removed at exit
#   supervise COMMAND…       runs a command that a signal to this script ends too
#
# Whatever ends the script, `finish` stops the servers by their process ids and removes the folder.

folder=$(mktemp -d "${TMPDIR:-/tmp}/plumbline.XXXXXX")
chmod 711 "$folder" # the user that PostgreSQL runs as must pass through
mkdir "$folder/tmp"
redis_pid='' child_pid='' policy=''

say() { printf '%s\n' "$*" >&2; }
fail() { say "scripts/$(basename "$0"): $*"; exit 1; }

finish() {
  local status=$?
  trap '' INT TERM HUP # a second Ctrl-C must not leave a server behind
  if [[ -n $child_pid ]]; then
    kill -TERM -- "-$child_pid" 2>/dev/null || true
    wait "$child_pid" 2>/dev/null || true
  fi
  # Nobody needs the data: PostgreSQL's QUIT is "stop at once". The file knows a server whose start was interrupted, too.
  stop_server "$(head -n 1 "$folder/postgres/postmaster.pid" 2>/dev/null || true)" QUIT
  stop_server "$redis_pid" TERM
  allow_services
  rm -rf "$folder"
  exit "$status"
}
trap finish EXIT
trap 'exit 130' INT
trap 'exit 143' TERM
trap 'exit 129' HUP

stop_server() {
  local pid=$1 signal=$2 tenths=0
  [[ -n $pid ]] || return 0
  kill "-$signal" "$pid" 2>/dev/null || return 0
  while kill -0 "$pid" 2>/dev/null; do
    if ((++tenths > 100)); then
      kill -KILL "$pid" 2>/dev/null || true
      return 0
    fi
    sleep 0.1
  done
}

# In a process group of its own: the terminal's Ctrl-C then reaches this script alone, which ends the whole group.
supervise() {
  local status=0
  set -m
  "$@" &
  child_pid=$!
  set +m
  wait "$child_pid" || status=$?
  child_pid=''
  return "$status"
}

as_root() {
  if ((EUID == 0)); then "$@"; else sudo "$@"; fi
}

# PostgreSQL refuses to run as root; the package's own user is there for it.
as_postgres() {
  if ((EUID == 0)); then
    setpriv --reuid=postgres --regid=postgres --init-groups "$@"
  else
    "$@"
  fi
}

# Debian keeps the server's programs out of PATH, one folder per version.
postgres_programs() {
  local candidates=(/usr/lib/postgresql/*/bin/initdb)
  if [[ -x ${candidates[0]} ]]; then
    dirname "$(printf '%s\n' "${candidates[@]}" | sort --version-sort | tail -n 1)"
  elif command -v initdb >/dev/null; then
    dirname "$(command -v initdb)"
  fi
}

servers_install() {
  local packages=()
  [[ -n $(postgres_programs) ]] || packages+=(postgresql)
  command -v psql >/dev/null || packages+=(postgresql-client)
  command -v redis-server >/dev/null || packages+=(redis-server)
  install_missing "${packages[@]}"
}

install_missing() {
  (($#)) || return 0
  command -v apt-get >/dev/null || fail "needs $*; install them (only Debian's packages are installed by itself)"
  say "installing $*"
  install_packages "$@" >"$folder/apt.log" 2>&1 || {
    cat "$folder/apt.log" >&2
    fail "could not install $*"
  }
}

# Debian starts a server when it is installed. The tests start their own, so that is forbidden for the moment.
install_packages() {
  if [[ ! -e /usr/sbin/policy-rc.d ]]; then
    policy=/usr/sbin/policy-rc.d
    printf '#!/bin/sh\nexit 101\n' | as_root tee "$policy"
    as_root chmod 755 "$policy"
  fi
  as_root apt-get update --quiet \
    && as_root env DEBIAN_FRONTEND=noninteractive apt-get install --quiet --yes --no-install-recommends "$@" \
    && allow_services
}

allow_services() {
  [[ -z $policy ]] || as_root rm -f "$policy"
  policy=''
}

servers_start() {
  start_database
  start_redis
}

# Below the ports that the system gives to outgoing connections.
random_port() { printf '%s' $((10000 + (RANDOM * 32768 + RANDOM) % 20000)); }

# A server that cannot bind its port ends, so that starting it is the check; another server is never talked to by mistake.
start_database() {
  local programs port attempt started=''
  programs=$(postgres_programs)
  mkdir -m 700 "$folder/postgres" "$folder/socket"
  ((EUID != 0)) || chown postgres "$folder/postgres" "$folder/socket"
  as_postgres "$programs/initdb" --pgdata="$folder/postgres" --username=postgres --auth=trust \
    --encoding=UTF8 --locale=C.UTF-8 --no-sync >"$folder/initdb.log" 2>&1 || {
    cat "$folder/initdb.log" >&2
    fail "could not initialise PostgreSQL in $folder"
  }
  for attempt in {1..10}; do
    port=$(random_port)
    # pg_ctl gives the server a session of its own, out of reach of the terminal's Ctrl-C.
    if as_postgres "$programs/pg_ctl" start --pgdata="$folder/postgres" --log="$folder/postgres/log" --silent --wait --options="\
      -p $port -c listen_addresses=127.0.0.1 -c unix_socket_directories='$folder/socket' -c max_connections=200 \
      -c fsync=off -c synchronous_commit=off -c full_page_writes=off" >/dev/null 2>&1; then
      started=yes
      break
    fi
  done
  [[ -n $started ]] || { cat "$folder/postgres/log" >&2; fail "could not start PostgreSQL"; }
  local administrator=(psql --no-psqlrc --quiet --set=ON_ERROR_STOP=1 "postgres://postgres@127.0.0.1:$port/postgres")
  [[ $("${administrator[@]}" --tuples-only --no-align --command='SHOW data_directory') == "$folder/postgres" ]] \
    || fail "the PostgreSQL server on port $port is not ours"
  "${administrator[@]}" --file=deploy/sql/roles.sql
  "${administrator[@]}" --command='CREATE ROLE plumbline_owner LOGIN CREATEDB CREATEROLE IN ROLE plumbline_runtime'
  "${administrator[@]}" --command='CREATE DATABASE plumbline OWNER plumbline_owner'
  DATABASE_URL_OF_TESTS="postgres://plumbline_owner@127.0.0.1:$port/plumbline"
}

start_redis() {
  local port attempt tenths
  mkdir "$folder/redis"
  for attempt in {1..10}; do
    port=$(random_port)
    setsid redis-server --bind 127.0.0.1 --port "$port" --save '' --appendonly no --dir "$folder/redis" \
      --logfile "$folder/redis/log" >/dev/null 2>&1 </dev/null &
    redis_pid=$!
    for tenths in {1..50}; do
      # The answer must come from our process: its id is in it.
      if [[ $(redis-cli -p "$port" info server 2>/dev/null) == *"process_id:$redis_pid"[^0-9]* ]]; then
        REDIS_URL_OF_TESTS="redis://127.0.0.1:$port/"
        return 0
      fi
      kill -0 "$redis_pid" 2>/dev/null || break
      sleep 0.1
    done
    stop_server "$redis_pid" TERM
    redis_pid=''
  done
  cat "$folder/redis/log" >&2
  fail "could not start Redis"
}
