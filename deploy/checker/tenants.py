"""Tenants: the walls between them, read from the catalogue of each database."""

from __future__ import annotations

from typing import Any

from deploy.checker.invariants import Strength, invariant
from deploy.checker.look import Look

# Every reference between two tables of tenants, and whether it carries the tenant on both sides.
REFERENCES = """
select k.conname as name, child.relname as child, parent.relname as parent,
       (select string_agg(format('c.%I = p.%I', ca.attname, pa.attname), ' and ')
          from unnest(k.conkey, k.confkey) as pair (c, p)
          join pg_attribute ca on ca.attrelid = k.conrelid and ca.attnum = pair.c
          join pg_attribute pa on pa.attrelid = k.confrelid and pa.attnum = pair.p) as joined,
       exists (select from unnest(k.conkey, k.confkey) as pair (c, p)
          join pg_attribute ca on ca.attrelid = k.conrelid and ca.attnum = pair.c and ca.attname = 'tenant_id'
          join pg_attribute pa on pa.attrelid = k.confrelid and pa.attnum = pair.p and pa.attname = 'tenant_id')
       as keeps_tenant
from pg_constraint k
join pg_class child on child.oid = k.conrelid
join pg_class parent on parent.oid = k.confrelid
where k.contype = 'f' and k.connamespace = 'public'::regnamespace
"""
CROSSING = 'select count(*) as number from "{child}" c join "{parent}" p on {joined} where c.tenant_id <> p.tenant_id'
UNWALLED = """
select c.relname || case when not c.relrowsecurity then ' has no row-level security'
                         when not c.relforcerowsecurity then ' lets its owner past row-level security'
                         else ' has no policy that checks the tenant on reading and on writing' end as what
from pg_class c
where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p')
  and exists (select from pg_attribute a where a.attrelid = c.oid and a.attname = 'tenant_id' and not a.attisdropped)
  and (not c.relrowsecurity or not c.relforcerowsecurity or not exists (
        select from pg_policies p
        where p.schemaname = 'public' and p.tablename = c.relname and p.cmd = 'ALL'
          and p.qual like '%tenant_id%app.tenant%' and p.with_check like '%tenant_id%app.tenant%'))
"""
LAX = """
select p.tablename || ' has the policy ' || p.policyname || ', which does not ask for the tenant' as what
from pg_policies p
where p.schemaname = 'public' and p.permissive = 'PERMISSIVE'
  and not (coalesce(p.qual, p.with_check) like '%tenant_id%app.tenant%'
           and coalesce(p.with_check, p.qual) like '%tenant_id%app.tenant%')
union all
select c.relname || ' has no tenant' from pg_class c
where c.relnamespace = 'public'::regnamespace and c.relkind = 'r' and c.relname <> 'alembic_version'
  and not exists (select from pg_attribute a where a.attrelid = c.oid and a.attname = 'tenant_id')
"""
# Whoever may use a table without owning it is the app's role, whatever it is called.
MIGHTY = """
with using_it as (
    select distinct r.oid, r.rolname, r.rolsuper, r.rolbypassrls
    from pg_class c, aclexplode(c.relacl) as granted join pg_roles r on r.oid = granted.grantee
    where c.relnamespace = 'public'::regnamespace and c.relkind = 'r' and granted.grantee <> c.relowner
      and granted.privilege_type = 'INSERT'
)
select rolname || ' may pass row-level security' as what from using_it where rolsuper or rolbypassrls
union all
select u.rolname || ' is a member of ' || o.rolname from using_it u
join pg_roles o on o.oid <> u.oid and pg_has_role(u.oid, o.oid, 'member')
where o.rolsuper or o.rolbypassrls or exists (
    select from pg_class c where c.relowner = o.oid and c.relnamespace = 'public'::regnamespace)
"""
SIDE_DOORS = """
select c.relname || ' is a view with the rights of its owner' as what from pg_class c
where c.relnamespace in ('public'::regnamespace, 'msg'::regnamespace) and c.relkind = 'v'
  and not coalesce('security_invoker=true' = any(c.reloptions) or 'security_invoker=on' = any(c.reloptions), false)
union all
select c.relname || ' is a materialised view' from pg_class c
where c.relnamespace in ('public'::regnamespace, 'msg'::regnamespace) and c.relkind = 'm'
union all
select p.proname || ' runs with the rights of its owner' from pg_proc p
where p.pronamespace in ('public'::regnamespace, 'msg'::regnamespace) and p.prosecdef
  and p.pronamespace <> 'msg'::regnamespace
"""
TELLING = """
select i.relname || ' tells one tenant of the others, because it does not begin with the tenant' as what
from pg_index x
join pg_class i on i.oid = x.indexrelid
join pg_class c on c.oid = x.indrelid
where c.relnamespace = 'public'::regnamespace and x.indisunique and c.relname <> 'alembic_version'
  and coalesce((select a.attname from pg_attribute a where a.attrelid = c.oid and a.attnum = x.indkey[0]), '')
      <> 'tenant_id'
"""


@invariant("T-1", Strength.LOCAL)
async def no_record_refers_to_another_tenants(look: Look) -> list[str]:
    """Every reference carries the tenant, so none can lead to a record of somebody else; and none does."""
    broken = []
    for service in look.services:
        for reference in await look.rows(service, REFERENCES):
            if not reference["keeps_tenant"]:
                broken.append(f"{service}: {reference['name']} does not carry the tenant")
                [found] = await look.rows(service, CROSSING.format(**reference))
                if found["number"]:
                    broken.append(f"{service}: {found['number']} rows of {reference['child']} cross tenants")
    return broken


@invariant("T-2", Strength.LOCAL)
async def every_table_is_walled(look: Look) -> list[str]:
    """Every table has forced row-level security by tenant, and the app's role has no way round it."""
    found: list[Any] = []
    for service in look.services:
        for query in (UNWALLED, LAX, MIGHTY, SIDE_DOORS, TELLING):
            found += [f"{service}: {row['what']}" for row in await look.rows(service, query)]
    return found
