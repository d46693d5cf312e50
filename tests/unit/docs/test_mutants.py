"""`make mutants`: every module that it breaks has tests, and what is called equivalent still stands in the code."""

import tomllib

from tests.conftest import ROOT
from tests.mutants import EQUIVALENT, modules, stages_of


def test_every_module_that_is_broken_has_tests_to_judge_by() -> None:
    found = modules(ROOT)
    assert {path.parts[0] for path in found} == {"models", "tasks"}
    for path in found:
        for file in (file for stage in stages_of(ROOT, path.as_posix()) for file in stage):
            assert (ROOT / file).exists()
        assert stages_of(ROOT, path.as_posix()), path


def test_what_is_called_equivalent_still_stands_in_the_code() -> None:
    for one in tomllib.loads(EQUIVALENT.read_text(encoding="utf-8")).get("mutant", []):
        lines = (ROOT / one["file"]).read_text(encoding="utf-8").splitlines()
        assert one["line"] in [line.strip() for line in lines], one
        assert one["reason"].endswith("."), one
