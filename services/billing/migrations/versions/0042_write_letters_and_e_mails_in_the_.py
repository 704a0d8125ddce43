"""write letters and e-mails in the language of the customer"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0042"
down_revision = "0041"

LANGUAGE = sa.Enum("en", "de", "fr", name="language", native_enum=False, create_constraint=True, length=40)
# What a step said until now it said in whatever its legal entity writes in.
SAID = """
update dunning_steps step
   set texts = jsonb_build_object(coalesce(layout.language, 'en'), jsonb_build_object('title', title, 'text', text))
  from dunning_plans plan
  left join invoice_layouts layout
         on layout.tenant_id = plan.tenant_id and layout.legal_entity_id = plan.legal_entity_id
 where plan.tenant_id = step.tenant_id and plan.id = step.plan_id
"""
SAID_ONCE = """
update dunning_steps
   set title = jsonb_path_query_first(texts, '$.*.title') #>> '{}',
       text = jsonb_path_query_first(texts, '$.*.text') #>> '{}'
"""


def upgrade() -> None:
    """write letters and e-mails in the language of the customer"""
    op.add_column("dunning_steps", sa.Column("texts", postgresql.JSONB(), nullable=True))
    op.execute(SAID)
    op.alter_column("dunning_steps", "texts", nullable=False)
    op.drop_column("dunning_steps", "title")
    op.drop_column("dunning_steps", "text")
    # The frame of every letter so far was in English.
    op.add_column("dunning_letters", sa.Column("language", LANGUAGE, server_default="en", nullable=False))
    op.alter_column("dunning_letters", "language", server_default=None)
    op.create_table(
        "mail_texts",
        sa.Column(
            "tenant_id",
            sa.Uuid(),
            server_default=sa.text("nullif(current_setting('app.tenant', true), '')::uuid"),
            nullable=False,
        ),
        sa.Column("legal_entity_id", sa.Uuid(), nullable=False),
        sa.Column("texts", postgresql.JSONB(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["tenant_id", "legal_entity_id"],
            ["legal_entities.tenant_id", "legal_entities.id"],
            name=op.f("fk_mail_texts_tenant_id_legal_entity_id"),
        ),
        sa.PrimaryKeyConstraint("tenant_id", "legal_entity_id", name=op.f("pk_mail_texts")),
        info={"append_only": False, "audited": True, "counter": None},
    )


def downgrade() -> None:
    """Undo: write letters and e-mails in the language of the customer"""
    op.drop_table("mail_texts")
    op.drop_column("dunning_letters", "language")
    op.add_column("dunning_steps", sa.Column("title", sa.String(), nullable=True))
    op.add_column("dunning_steps", sa.Column("text", sa.Text(), nullable=True))
    op.execute(SAID_ONCE)
    op.alter_column("dunning_steps", "title", nullable=False)
    op.alter_column("dunning_steps", "text", nullable=False)
    op.drop_column("dunning_steps", "texts")
