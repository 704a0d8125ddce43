"""Tryton's module `throughline`: entries become posted moves in one transaction, and none becomes two."""

from trytond.model import Unique, fields
from trytond.pool import Pool, PoolMeta
from trytond.rpc import RPC


class Move(metaclass=PoolMeta):
    __name__ = "account.move"
    throughline_entry = fields.Char("Throughline Entry", help="The id of the entry that this move is.")

    @classmethod
    def __setup__(cls):
        super().__setup__()
        table = cls.__table__()
        once = Unique(table, table.throughline_entry)
        cls._sql_constraints.append(("throughline_entry_unique", once, "throughline.msg_entry_twice"))
        cls.__rpc__["post_entries"] = RPC(readonly=False)

    @classmethod
    def post_entries(cls, moves):
        """Create moves and post them: all of them, or none."""
        cls.post(cls.create(moves))

    @classmethod
    def copy(cls, moves, default=None):
        """What is copied, or cancels another move, is no entry of a batch."""
        return super().copy(moves, default={"throughline_entry": None, **(default or {})})


def register():
    """What Tryton calls as it loads the module."""
    Pool.register(Move, module="throughline", type_="model")
