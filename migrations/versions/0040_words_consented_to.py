"""The words of a teaser that a founder consented to, which the partner reads before a mutual yes and no others."""

import sqlalchemy as sa
from alembic import op

revision = "0040"
down_revision = "0039"
branch_labels = None
depends_on = None

TABLES = ("introduction", "project_grant")
COLUMNS = ("teaser", "teaser_sv")
WORDS = "(SELECT project.{column} FROM project WHERE project.id = {table}.project_id)"
CONSENTED = {
    "introduction": "consented_at IS NOT NULL",
    "project_grant": "reason = 'introduction' AND field_group = 'teaser'",
}


def upgrade() -> None:
    """Keep the words with the consent and with the grant; what was consented to before is what stands today."""
    for table in TABLES:
        with op.batch_alter_table(table) as batch_op:
            for column in COLUMNS:
                batch_op.add_column(sa.Column(column, sa.Text(), nullable=True))
        for column in COLUMNS:
            words = WORDS.format(column=column, table=table)
            op.execute(f"UPDATE {table} SET {column} = {words} WHERE {CONSENTED[table]}")  # noqa: S608  (fixed names)


def downgrade() -> None:
    """Forget the words that were consented to."""
    for table in TABLES:
        with op.batch_alter_table(table) as batch_op:
            for column in COLUMNS:
                batch_op.drop_column(column)
