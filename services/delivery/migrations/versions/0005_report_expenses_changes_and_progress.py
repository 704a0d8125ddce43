"""report expenses, changes and progress"""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    """report expenses, changes and progress"""
    op.create_table(
        "expense_locks",
        sa.Column(
            "tenant_id",
            sa.Uuid(),
            server_default=sa.text("nullif(current_setting('app.tenant', true), '')::uuid"),
            nullable=False,
        ),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("locked_before", sa.Date(), nullable=False),
        sa.PrimaryKeyConstraint("tenant_id", "name", name=op.f("pk_expense_locks")),
        info={"append_only": False, "audited": True, "counter": None},
    )
    op.create_table(
        "change_orders",
        sa.Column(
            "tenant_id",
            sa.Uuid(),
            server_default=sa.text("nullif(current_setting('app.tenant', true), '')::uuid"),
            nullable=False,
        ),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("project_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.String(), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("effective_on", sa.Date(), nullable=False),
        sa.Column("new_ends_before", sa.Date(), nullable=True),
        sa.Column(
            "state",
            sa.Enum(
                "draft",
                "submitted",
                "approved",
                "rejected",
                name="state",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("submitted_by", sa.String(), nullable=True),
        sa.Column("submitted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("client_approver", sa.String(), nullable=True),
        sa.Column("answered_on", sa.Date(), nullable=True),
        sa.Column("rejection_reason", sa.String(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["tenant_id", "project_id"],
            ["projects.tenant_id", "projects.id"],
            name=op.f("fk_change_orders_tenant_id_project_id"),
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_change_orders")),
        sa.UniqueConstraint("tenant_id", "number", name=op.f("uq_change_orders_tenant_id_number")),
        info={"append_only": False, "audited": True, "counter": None},
    )
    op.create_index(
        op.f("ix_change_orders_tenant_id_project_id_id"),
        "change_orders",
        ["tenant_id", "project_id", "id"],
        unique=False,
    )
    op.create_table(
        "expense_reports",
        sa.Column(
            "tenant_id",
            sa.Uuid(),
            server_default=sa.text("nullif(current_setting('app.tenant', true), '')::uuid"),
            nullable=False,
        ),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("project_id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "draft",
                "submitted",
                "approved",
                "rejected",
                name="state",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("submitted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("decided_by", sa.String(), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("rejection_reason", sa.String(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["tenant_id", "project_id"],
            ["projects.tenant_id", "projects.id"],
            name=op.f("fk_expense_reports_tenant_id_project_id"),
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_expense_reports")),
        info={"append_only": False, "audited": True, "counter": None},
    )
    op.create_index(
        op.f("ix_expense_reports_tenant_id_person_id_id"),
        "expense_reports",
        ["tenant_id", "person_id", "id"],
        unique=False,
    )
    op.create_index(
        op.f("ix_expense_reports_tenant_id_project_id_id"),
        "expense_reports",
        ["tenant_id", "project_id", "id"],
        unique=False,
    )
    op.create_table(
        "progress_measurements",
        sa.Column(
            "tenant_id",
            sa.Uuid(),
            server_default=sa.text("nullif(current_setting('app.tenant', true), '')::uuid"),
            nullable=False,
        ),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("project_id", sa.Uuid(), nullable=False),
        sa.Column("billing_line_id", sa.Uuid(), nullable=True),
        sa.Column(
            "method",
            sa.Enum(
                "hours",
                "cost",
                "task",
                "milestone",
                "manual",
                name="method",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("measured_on", sa.Date(), nullable=False),
        sa.Column("fraction_numerator", sa.Numeric(precision=20, scale=6), nullable=False),
        sa.Column("fraction_denominator", sa.Numeric(precision=20, scale=6), nullable=False),
        sa.Column("cost_to_date", sa.Numeric(precision=20, scale=6), nullable=True),
        sa.Column("cost_at_completion", sa.Numeric(precision=20, scale=6), nullable=True),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("measured_by", sa.String(), nullable=False),
        sa.Column("measured_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["tenant_id", "project_id"],
            ["projects.tenant_id", "projects.id"],
            name=op.f("fk_progress_measurements_tenant_id_project_id"),
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_progress_measurements")),
        info={"append_only": True, "audited": False, "counter": None},
    )
    op.create_index(
        op.f("ix_progress_measurements_tenant_id_project_id_measured_on_id"),
        "progress_measurements",
        ["tenant_id", "project_id", "measured_on", "id"],
        unique=False,
    )
    op.create_table(
        "approved_changes",
        sa.Column(
            "tenant_id",
            sa.Uuid(),
            server_default=sa.text("nullif(current_setting('app.tenant', true), '')::uuid"),
            nullable=False,
        ),
        sa.Column("change_order_id", sa.Uuid(), nullable=False),
        sa.Column("line_id", sa.Uuid(), nullable=False),
        sa.Column("project_id", sa.Uuid(), nullable=False),
        sa.Column("description", sa.String(), nullable=False),
        sa.Column(
            "method",
            sa.Enum(
                "time_and_materials",
                "time_and_materials_capped",
                "fixed_fee_milestone",
                "fixed_fee_percent",
                "retainer",
                "expense",
                name="method",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("amount_delta", sa.Numeric(precision=20, scale=6), nullable=False),
        sa.Column("minutes_delta", sa.Integer(), nullable=True),
        sa.Column("cap_delta", sa.Numeric(precision=20, scale=6), nullable=True),
        sa.Column("product", sa.String(), nullable=False),
        sa.Column("staffing_role", sa.String(), nullable=True),
        sa.Column("hourly_rate", sa.Numeric(precision=20, scale=6), nullable=True),
        sa.Column("cost_delta", sa.Numeric(precision=20, scale=6), nullable=False),
        sa.ForeignKeyConstraint(
            ["tenant_id", "change_order_id"],
            ["change_orders.tenant_id", "change_orders.id"],
            name=op.f("fk_approved_changes_tenant_id_change_order_id"),
        ),
        sa.PrimaryKeyConstraint("tenant_id", "change_order_id", "line_id", name=op.f("pk_approved_changes")),
        info={"append_only": True, "audited": False, "counter": None},
    )
    op.create_index(
        op.f("ix_approved_changes_tenant_id_project_id"), "approved_changes", ["tenant_id", "project_id"], unique=False
    )
    op.create_table(
        "approved_expenses",
        sa.Column(
            "tenant_id",
            sa.Uuid(),
            server_default=sa.text("nullif(current_setting('app.tenant', true), '')::uuid"),
            nullable=False,
        ),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("report_id", sa.Uuid(), nullable=False),
        sa.Column("project_id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column(
            "category",
            sa.Enum(
                "travel",
                "lodging",
                "meals",
                "mileage",
                "subcontractor",
                "materials",
                "software",
                "other",
                name="category",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("description", sa.String(), nullable=False),
        sa.Column("receipt", sa.String(), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("amount", sa.Numeric(precision=20, scale=6), nullable=False),
        sa.Column("tax", sa.Numeric(precision=20, scale=6), nullable=False),
        sa.Column("billable", sa.Boolean(), nullable=False),
        sa.Column("reimbursable", sa.Boolean(), nullable=False),
        sa.Column("billing_line_id", sa.Uuid(), nullable=True),
        sa.Column("corrects_expense_id", sa.Uuid(), nullable=True),
        sa.Column("reason", sa.String(), nullable=True),
        sa.ForeignKeyConstraint(
            ["tenant_id", "corrects_expense_id"],
            ["approved_expenses.tenant_id", "approved_expenses.id"],
            name=op.f("fk_approved_expenses_tenant_id_corrects_expense_id"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "report_id"],
            ["expense_reports.tenant_id", "expense_reports.id"],
            name=op.f("fk_approved_expenses_tenant_id_report_id"),
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_approved_expenses")),
        info={"append_only": True, "audited": False, "counter": None},
    )
    op.create_index(
        op.f("ix_approved_expenses_tenant_id_corrects_expense_id"),
        "approved_expenses",
        ["tenant_id", "corrects_expense_id"],
        unique=True,
        postgresql_where=sa.text("corrects_expense_id is not null"),
    )
    op.create_index(
        op.f("ix_approved_expenses_tenant_id_project_id_day"),
        "approved_expenses",
        ["tenant_id", "project_id", "day"],
        unique=False,
    )
    op.create_index(
        op.f("ix_approved_expenses_tenant_id_report_id"), "approved_expenses", ["tenant_id", "report_id"], unique=False
    )
    op.create_table(
        "change_order_lines",
        sa.Column(
            "tenant_id",
            sa.Uuid(),
            server_default=sa.text("nullif(current_setting('app.tenant', true), '')::uuid"),
            nullable=False,
        ),
        sa.Column("change_order_id", sa.Uuid(), nullable=False),
        sa.Column("line_id", sa.Uuid(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("description", sa.String(), nullable=False),
        sa.Column(
            "method",
            sa.Enum(
                "time_and_materials",
                "time_and_materials_capped",
                "fixed_fee_milestone",
                "fixed_fee_percent",
                "retainer",
                "expense",
                name="method",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("amount_delta", sa.Numeric(precision=20, scale=6), nullable=False),
        sa.Column("minutes_delta", sa.Integer(), nullable=True),
        sa.Column("cap_delta", sa.Numeric(precision=20, scale=6), nullable=True),
        sa.Column("product", sa.String(), nullable=False),
        sa.Column("staffing_role", sa.String(), nullable=True),
        sa.Column("hourly_rate", sa.Numeric(precision=20, scale=6), nullable=True),
        sa.Column("hourly_cost", sa.Numeric(precision=20, scale=6), nullable=True),
        sa.Column("is_new", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["tenant_id", "change_order_id"],
            ["change_orders.tenant_id", "change_orders.id"],
            name=op.f("fk_change_order_lines_tenant_id_change_order_id"),
        ),
        sa.PrimaryKeyConstraint("tenant_id", "change_order_id", "line_id", name=op.f("pk_change_order_lines")),
        info={"append_only": False, "audited": True, "counter": None},
    )
    op.create_table(
        "expenses",
        sa.Column(
            "tenant_id",
            sa.Uuid(),
            server_default=sa.text("nullif(current_setting('app.tenant', true), '')::uuid"),
            nullable=False,
        ),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("report_id", sa.Uuid(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column(
            "category",
            sa.Enum(
                "travel",
                "lodging",
                "meals",
                "mileage",
                "subcontractor",
                "materials",
                "software",
                "other",
                name="category",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("description", sa.String(), nullable=False),
        sa.Column("receipt", sa.String(), nullable=False),
        sa.Column("receipt_currency", sa.String(length=3), nullable=False),
        sa.Column("receipt_net", sa.Numeric(precision=20, scale=6), nullable=False),
        sa.Column("receipt_tax", sa.Numeric(precision=20, scale=6), nullable=False),
        sa.Column("exchange_rate", sa.Numeric(precision=20, scale=6), nullable=True),
        sa.Column("billable", sa.Boolean(), nullable=False),
        sa.Column("reimbursable", sa.Boolean(), nullable=False),
        sa.Column("billing_line_id", sa.Uuid(), nullable=True),
        sa.Column("amount", sa.Numeric(precision=20, scale=6), nullable=False),
        sa.Column("tax", sa.Numeric(precision=20, scale=6), nullable=False),
        sa.ForeignKeyConstraint(
            ["tenant_id", "report_id"],
            ["expense_reports.tenant_id", "expense_reports.id"],
            name=op.f("fk_expenses_tenant_id_report_id"),
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_expenses")),
        info={"append_only": False, "audited": True, "counter": None},
    )
    op.create_index(op.f("ix_expenses_tenant_id_report_id"), "expenses", ["tenant_id", "report_id"], unique=False)
    op.add_column("handoff_lines", sa.Column("cap", sa.Numeric(precision=20, scale=6), nullable=True))


def downgrade() -> None:
    """Undo: report expenses, changes and progress"""
    op.drop_column("handoff_lines", "cap")
    op.drop_index(op.f("ix_expenses_tenant_id_report_id"), table_name="expenses")
    op.drop_table("expenses")
    op.drop_table("change_order_lines")
    op.drop_index(op.f("ix_approved_expenses_tenant_id_report_id"), table_name="approved_expenses")
    op.drop_index(op.f("ix_approved_expenses_tenant_id_project_id_day"), table_name="approved_expenses")
    op.drop_index(
        op.f("ix_approved_expenses_tenant_id_corrects_expense_id"),
        table_name="approved_expenses",
        postgresql_where=sa.text("corrects_expense_id is not null"),
    )
    op.drop_table("approved_expenses")
    op.drop_index(op.f("ix_approved_changes_tenant_id_project_id"), table_name="approved_changes")
    op.drop_table("approved_changes")
    op.drop_index(
        op.f("ix_progress_measurements_tenant_id_project_id_measured_on_id"), table_name="progress_measurements"
    )
    op.drop_table("progress_measurements")
    op.drop_index(op.f("ix_expense_reports_tenant_id_project_id_id"), table_name="expense_reports")
    op.drop_index(op.f("ix_expense_reports_tenant_id_person_id_id"), table_name="expense_reports")
    op.drop_table("expense_reports")
    op.drop_index(op.f("ix_change_orders_tenant_id_project_id_id"), table_name="change_orders")
    op.drop_table("change_orders")
    op.drop_table("expense_locks")
