"""`noroshi definition`: one shown, replaced and removed, safely."""

import re

from tests.cli.command_process import a_node, typed
from tests.service.clients import InProcessClient, apply_definitions
from tests.service.harness import CONTENT, Harness, documents

NEW = 'addresses = ["chief@example.com"]\n'


async def test_one_is_shown_changed_against_its_etag_and_removed(tmp_path):
    harness = Harness()
    await apply_definitions(InProcessClient(harness))
    file = tmp_path / "boss.toml"
    file.write_text(NEW)
    async with a_node(tmp_path, harness.service):

        async def done(*argv, given=""):
            return await typed("definition", *argv, home=tmp_path, given=given)

        shown = await done("show", "contacts/boss")
        etag = re.search(r"# contacts/boss.toml  version 1  etag ([0-9a-f]{32})", shown.out)[1]
        assert 'addresses = ["boss@example.com"]' in shown.out
        tried = await done("set", "contacts/boss", str(file), "--dry-run")
        assert "1 change compared with version 1" in tried.out
        set_ = await done("set", "contacts/boss", "-", "--etag", etag, given=NEW)
        assert (set_.code, "Version 2 is in effect" in set_.out) == (0, True)
        late = await done("set", "contacts/boss", str(file), "--etag", etag)
        assert (
            late.code == 5
            and "While you were editing" in late.err
            and "(version 2)" in late.err
        )
        assert "chief@example.com" in late.err
        other = await done("rename", "contacts/boss", "chief", "--dry-run")
        assert "Waiting messages keep their addresses" in other.out + other.err
        other = await done("rename", "contacts/boss", "chief")
        assert (other.code, "contacts/boss → contacts/chief" in other.out) == (0, True)
        assert (await done("rename", "contacts/chief", "boss")).code == 0
        gone = await done("remove", "contacts/boss", "--note", "left")
        assert "- contacts/boss" in gone.out
        none = await done("show", "contacts/bos")
        assert none.code != 0 and "There is no definition “contacts/bos”" in none.err
        bad = await done("set", "contacts/x", "-", given="addresses = [\n")
        assert bad.code == 3 and "-: cannot be read as TOML" in bad.err


async def test_errors_are_put_down_to_the_change_or_the_name_and_not_to_the_definitions(
    tmp_path,
):
    harness = Harness()
    await apply_definitions(InProcessClient(harness))
    async with a_node(tmp_path, harness.service):
        shown = await typed("definition", "show", "absent", home=tmp_path)
        assert "The name of a definition is not valid" in shown.err
        removed = await typed("definition", "remove", "contacts/ops", home=tmp_path)
        assert "The change would leave errors in the definitions" in removed.err
        for told in (shown, removed):
            assert told.code == 3 and "definitions have errors" not in told.err


async def test_the_version_in_effect_is_not_called_identical_to_itself(tmp_path):
    harness = Harness()
    await apply_definitions(InProcessClient(harness))
    async with a_node(tmp_path, harness.service):
        told = await typed("versions", "1", home=tmp_path)
        assert "This version is in effect." in told.out and "identical" not in told.out


async def test_an_address_of_the_lab_that_is_in_force_is_no_example_s(tmp_path):
    harness, address = Harness(), 'addresses = ["chief@contoso.example"]\n'
    await apply_definitions(InProcessClient(harness))
    argv = ("definition", "set", "contacts/boss", "-")
    async with a_node(tmp_path, harness.service):
        told = await typed(*argv, home=tmp_path, given=address)
        assert (
            told.code == 0 and "1 value is still a sample value from the examples" in told.out
        )
        lab = CONTENT["accounts/box"] | {"cloud": "lab", "mailbox": "alerts@contoso.example"}
        cloud = {
            "authority": "https://localhost:8443/{tenant}",
            "scope": "mail",
            "smtp_host": "localhost",
        }
        changed = documents(clouds__lab=cloud, accounts__lab=lab)
        await InProcessClient(harness)("apply", documents=changed)
        told = await typed(*argv, home=tmp_path, given=address)
        assert told.code == 0 and "from the examples" not in told.out
