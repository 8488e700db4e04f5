"""A pickup folder, looked at: whether a mail could be written there."""

from __future__ import annotations

import pytest

from noroshi.ports.examination import Whose
from noroshi.transports.diagnostics.pickup import PickupExamination
from noroshi.transports.pickup import Options
from tests.transports.diagnostics.examination_runner import (
    EXAM,
    outside,
    stages_of,
    states_of,
    stopped,
)


async def looked(folder):
    wanted = Options(folder=str(folder), sender="n@example.com")
    return await stages_of(PickupExamination(wanted, outside(), EXAM))


async def test_a_folder_that_can_be_written_to_is_left_as_it_was(tmp_path):
    stages = await looked(tmp_path)
    assert states_of(stages) == "foldero writeo"
    assert "GiB free" in stages["folder"].found.en and list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("name", "said"), [("nothing", "does not exist"), ("file", "it is not a folder")]
)
async def test_what_is_no_folder_stops_at_once(tmp_path, name, said):
    (tmp_path / "file").write_text("")
    stages = await looked(tmp_path / name)
    assert states_of(stages) == "folderx write."
    remedy = stopped(stages).remedy
    assert said in remedy.meaning.en and remedy.whose is Whose.YOU


async def test_a_folder_that_may_not_be_written_to_stops_at_writing():
    assert states_of(await looked("/sys")) == "foldero writex"  # where root may not, either


async def test_a_link_that_lies_there_leads_the_trial_nowhere(tmp_path):
    (tmp_path / "ours").write_text("untouched")
    (tmp_path / "pickup").mkdir()
    (tmp_path / "pickup" / ".noroshi-doctor.part").symlink_to(tmp_path / "ours")
    assert states_of(await looked(tmp_path / "pickup")) == "foldero writeo"
    assert (tmp_path / "ours").read_text() == "untouched"
