"""`noroshi instance` and `noroshi monitor`: stopped, started, copied and moved."""

import re

from tests.cli.command_process import a_node, typed
from tests.service.clients import InProcessClient, apply_definitions
from tests.service.harness import Harness


async def test_an_instance_and_a_monitor_are_stopped_started_copied_and_moved(tmp_path):
    harness = Harness()
    await apply_definitions(InProcessClient(harness))
    async with a_node(tmp_path, harness.service):

        async def done(*argv):
            told = await typed(*argv, home=tmp_path)
            assert told.code == 0, told.err
            return told.out

        out = await done("instance", "stop", "web1", "--note", "moved to another rack")
        assert "enabled none → false" in out and "Version 2 is in effect" in out
        shown = await done("status")
        assert shown.startswith("－ All monitoring is stopped.")
        words = " ".join(shown.split())
        # Not by aki, who made version 1: by the user of this computer who has stopped it.
        assert "－ stopped" in words and re.search(r", by (?!aki)\S+, since version 2", words)
        assert "noroshi instance start web1" in shown
        shown = await done("status", "--home", str(tmp_path))
        assert f"noroshi instance start --home {tmp_path} web1" in " ".join(shown.split())
        shown = await done("--lang", "ja", "status")
        assert "監視停止中 (監視インスタンス web1、" in shown
        assert "noroshi instance start web1" in shown
        await done("instance", "start", "web1")
        out = await done("instance", "copy", "web1", "web2", "--stopped", "--dry-run")
        assert "1 change compared with version 3" in out
        await done("instance", "copy", "web1", "web2", "--address", "192.0.2.2", "--stopped")
        out = await done("monitor", "move", "web1/base/disks", "web1/base/volumes")
        assert "Version 5 is in effect" in out
        await done("monitor", "copy", "volumes", "web2/os", "--title", "Volumes")
        await done("monitor", "disable", "web1/base")
        out = await done("monitor", "enable", "web2/base/disks")
        assert "Monitoring stays stopped because web2 is stopped too." in out
        shown = await done("status")
        assert "noroshi monitor enable web1/base" in shown and "Volumes" in shown
    assert (await harness.store.version(2)).note == "moved to another rack"


async def test_what_a_blueprint_would_add_is_shown(tmp_path):
    harness = Harness()
    shop = {"asks": {"mount": "/srv"}, "group": []}
    shop["group"] = [{"name": "shop", "monitor": [{"name": "till", "kind": "disk"}]}]
    await apply_definitions(InProcessClient(harness), blueprints__shop=shop)
    async with a_node(tmp_path, harness.service):
        told = await typed(
            "blueprint", "add", "shop", "--to", "web1", "--dry-run", home=tmp_path
        )
    assert "+ instances/web1: shop/till" in told.out
    assert (await harness.store.current()).number == 1
