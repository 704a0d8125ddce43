"""Bugs of tenancy and of asking twice: rows that others see or write, keys that others use up, things done again."""

from tests.mutants.mutant import one_edit

MIGRATIONS, WORK, IDEMPOTENCY = "shared/migrations.py", "shared/work.py", "shared/web/idempotency.py"
REVISION = "services/billing/migrations/versions/0001_make_the_first_tables.py"
TESTS = "tests/shared/test_tenancy.py"
TWICE = "tests/shared/web/test_idempotency.py"

TENANCY = (
    one_edit(
        "row-level security is not forced on the owner",
        MIGRATIONS,
        "alter table {name} force row level security",
        "alter table {name} no force row level security",
        f"{TESTS}::test_every_table_is_forced_to_show_a_tenant_its_own_rows_only[billing]",
    ),
    one_edit(
        "a tenant may write rows for another one",
        MIGRATIONS,
        "with check (tenant_id = {HERE})",
        "with check (true)",
        f"{TESTS}::test_nobody_writes_a_row_for_another_tenant[billing]",
    ),
    one_edit(
        "the tenant is the connection's, not the transaction's",
        WORK,
        "set_config('app.tenant', $1, true)",
        "set_config('app.tenant', $1, false)",
        f"{TESTS}::test_a_pooled_connection_carries_no_tenant_over[billing]",
    ),
    one_edit(
        "the service may change what must stay",
        MIGRATIONS,
        'rights = "select, insert" if table.info["append_only"] else',
        "rights =",
        f"{TESTS}::test_rows_that_must_stay_cannot_be_changed_by_the_service[billing]",
    ),
    one_edit(
        "a number is unique over all tenants",
        REVISION,
        'sa.UniqueConstraint("tenant_id", "number", name=op.f("uq_contracts_tenant_id_number")),',
        'sa.UniqueConstraint("number", name=op.f("uq_contracts_tenant_id_number")),',
        f"{TESTS}::test_the_tenant_leads_every_key[billing]",
    ),
    one_edit(
        "two subjects of a tenant share their idempotency keys",
        IDEMPOTENCY,
        "key=_digest(subject, request.method, route, named),",
        "key=_digest(request.method, route, named),",
        f"{TWICE}::test_a_key_belongs_to_one_subject_of_one_tenant",
    ),
    one_edit(
        "a key is remembered without what was asked with it",
        IDEMPOTENCY,
        'request=_digest(request.method, request.scope["path"], request.scope["query_string"], body),',
        'request=_digest(request.method, request.scope["path"], request.scope["query_string"]),',
        f"{TWICE}::test_a_key_for_another_body_is_a_conflict",
    ),
    one_edit(
        "whoever asks again has it done again",
        "shared/web/route.py",
        "if tried and not tried.is_first:",
        "if tried and tried.is_first is None:",
        f"{TWICE}::test_creating_again_gives_the_first_answer",
    ),
)
