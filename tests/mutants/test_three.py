"""The hunt itself works: four planted bugs are caught, and tests that are green without a bug are told as such."""

import pytest

from tests.mutants import hunt
from tests.mutants.catalogue import MUTANTS
from tests.mutants.money import MONEY
from tests.mutants.receiving import RECEIVING
from tests.mutants.sending import SENDING
from tests.mutants.tenancy import TENANCY


@pytest.mark.long
def test_a_bug_of_each_kind_is_caught_and_its_tests_are_green_without_it() -> None:
    four = (SENDING[0], RECEIVING[5], TENANCY[2], MONEY[0])
    with hunt.copied_tree() as tree:
        alive = [mutant.bug for mutant in four if not hunt.hunted(mutant, tree).red]
        sound = hunt.tested([test for mutant in four for test in mutant.caught_by], tree)

    assert not alive
    assert hunt.is_green(sound), sound.said


def test_there_are_more_than_twenty_bugs_and_each_has_its_own_sentence() -> None:
    assert len({mutant.bug for mutant in MUTANTS}) == len(MUTANTS) > 20
