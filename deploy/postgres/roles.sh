#!/bin/sh
# Runs once, when a service's database is made: its owner (migrations only) and its app role (everything else).
set -eu
psql -v ON_ERROR_STOP=1 -U "$POSTGRES_USER" -d "$POSTGRES_DB" \
     -v owner="${POSTGRES_DB}_owner" -v app="${POSTGRES_DB}_app" \
     -v owner_password="$OWNER_PASSWORD" -v app_password="$APP_PASSWORD" -v database="$POSTGRES_DB" <<'SQL'
create role :"owner" login nosuperuser nobypassrls nocreatedb nocreaterole password :'owner_password';
create role :"app" login nosuperuser nobypassrls nocreatedb nocreaterole password :'app_password';
alter database :"database" owner to :"owner";
alter schema public owner to :"owner";
revoke all on schema public from public;
grant usage on schema public to :"app";
revoke all on database :"database" from public;
grant connect on database :"database" to :"app";
SQL
