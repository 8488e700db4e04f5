"""What differs between two versions reads as an administrator would say it, in both languages."""

import html
from dataclasses import replace

import pytest

from noroshi.core.translation import bilingual
from noroshi.definitions.changes import differences
from noroshi.definitions.document_content import document
from noroshi.web.view.difference import KindNames, difference_text
from noroshi.web.view.setting_names import declared_labels
from tests.service.clients import InProcessClient, apply_definitions
from tests.service.harness import CONTENT
from tests.sweeps import sweep
from tests.web.browser import browsing, with_user

ID = "01JA000000000000000000000A"
NAMES = KindNames(
    kinds={"disk": bilingual(en="Disk space", ja="ディスク容量")},
    readings={"disk": {"used": bilingual(en="used", ja="使用率")}},
)
MONITOR = {"name": "root", "title": "ルート", "kind": "disk", "id": ID}


def web(group=None, **monitor):
    its = {"name": "os"} | (group or {}) | {"monitor": [MONITOR | monitor]}
    return document("instances/web1", {"title": "Web", "group": [its]})


def rule(name="ops", **said):
    return document(f"rules/{name}", {"action": "mail", **said})


@sweep(
    ("old", "new", "en", "ja"),
    [
        pytest.param(
            web(limits={"used": {"warning": 80}}),
            web(limits={"used": {"warning": 85.5}}),
            "Instance “Web” › os › ルート › used › Warning: 80 → 85.5",
            "監視インスタンス「Web」 › os › ルート › 使用率 › 注意: 80 → 85.5",
            id="a limit",
        ),
        pytest.param(
            web(),
            web({"limits": {"disk": {"used": {}}}}),
            "Instance “Web” › os › Disk space › used: none → no limits",
            "監視インスタンス「Web」 › os › ディスク容量 › 使用率: なし → しきい値なし",
            id="a group's",
        ),
        pytest.param(
            web(limits={"used": {"warning": 80}}),
            web(limits={}),
            "Instance “Web” › os › ルート › Limits: none → no limits",
            "監視インスタンス「Web」 › os › ルート › しきい値: なし → しきい値なし",
            id="all limits",
        ),
        pytest.param(
            web(),
            web(options={"include": ["/", "/var"]}, enabled=False),
            "Instance “Web” › os › ルート › Monitored: none → no",
            "監視インスタンス「Web」 › os › ルート › 監視する: なし → いいえ",
            id="off",
        ),
        pytest.param(
            rule(title="夜間", on=["critical"]),
            rule(title="夜間", on=["critical", "warning"]),
            "Rule “夜間” › Levels: Critical → Critical, Warning",
            "実行条件「夜間」 › 対象のレベル: 危険 → 危険、注意",
            id="choices",
        ),
        pytest.param(
            rule(title="all"),
            rule(title="first"),
            "Rule “first” › Display name: all → first",
            "実行条件「first」 › 表示名: all → first",
            id="a person's word that is one of ours",
        ),
        pytest.param(
            rule(),
            rule("night", id="ops"),
            "Rule “night” › Name: ops → night",
            "実行条件「night」 › 名前: ops → night",
            id="another name",
        ),
        pytest.param(
            None,
            document("clouds/lab", {"scope": "x"}),
            "Cloud “lab”: added",
            "クラウド「lab」: 追加",
            id="added",
        ),
        pytest.param(
            document("clouds/lab", {"scope": "x"}),
            document("clouds/lab", {"scope": "y {z} %"}),
            "Cloud “lab” › scope: x → y {z} %",
            "クラウド「lab」 › scope: x → y {z} %",
            id="a setting that nobody named, and braces",
        ),
        pytest.param(
            web(),
            web(
                maintenance=[
                    {
                        "title": "#88",
                        "begins": "22:00",
                        "ends": "23:30",
                        "days": ["sat", "sun"],
                    },
                    {"begins": "2026-12-24 22:00", "ends": "2026-12-25 02:00"},
                ]
            ),
            "Instance “Web” › os › ルート › Maintenance: none → "
            "#88 22:00 to 23:30 (Sat, Sun), 2026-12-24 22:00 to 2026-12-25 02:00",
            "監視インスタンス「Web」 › os › ルート › メンテナンス: なし → "
            "#88 22:00～23:30 (土、日)、2026-12-24 22:00～2026-12-25 02:00",
            id="planned work",
        ),
        pytest.param(
            rule(options={"fancy": [{"a": 1}]}),
            rule(),
            "Rule “ops” › fancy: [{ a = 1 }] → none",
            "実行条件「ops」 › fancy: [{ a = 1 }] → なし",
            id="what has no words stays TOML",
        ),
    ],
)
def test_a_difference_is_a_sentence(old, new, en, ja):
    found = differences((old,) if old else (), (new,) if new else ())
    said = [difference_text(one, NAMES).sentence for one in found]
    assert en in [one.en for one in said] and ja in [one.ja for one in said]


@sweep(("kind", "label"), [("disk", "Look-back"), ("mail", "Look-back"), ("cpu", "depth")])
def test_an_option_is_called_by_the_label_that_it_declares(kind, label):
    described = {
        "properties": {
            "depth": {"type": "integer", "label": "Look-back / さかのぼる期間"},
            "every": {"type": "string", "label": "Other than the monitor's own / 別のもの"},
        }
    }
    names = replace(NAMES, labels={one: declared_labels(described) for one in ("disk", "mail")})
    if kind == "mail":
        old, new = (rule(options={"depth": n}) for n in (1, 2))
    else:
        old, new = (web(kind=kind, options={"depth": n}, every=f"{n}m") for n in (1, 2))
    said = [difference_text(one, names).sentence for one in differences((old,), (new,))]
    assert any(one.en.endswith(f" › {label}: 1 → 2") for one in said)
    assert label == "depth" or any("さかのぼる期間: 1 → 2" in one.ja for one in said)
    assert not any("Other than" in one.en for one in said)


@pytest.mark.parametrize("listed", [list("abc") * 1000, [200, 404] * 1000])
def test_a_list_may_be_long(listed):
    (one,) = differences((web(),), (web(options={"include": listed}),))
    said, shown = difference_text(one, NAMES).sentence, [str(one) for one in listed]
    assert said.en.endswith(f"→ {', '.join(shown)}")
    assert said.ja.endswith(f"→ {'、'.join(shown)}")


def test_the_path_of_a_file_stays_at_hand():
    (one,) = differences((rule(most=1),), (rule(most=2),))
    assert difference_text(one, NAMES).raw == "rules/ops: most"


@pytest.fixture
async def browser(tmp_path):
    harness = await with_user()
    ask = InProcessClient(harness)
    await apply_definitions(ask)
    limits = {"used": {"warning": 70}}
    (group,) = CONTENT["instances/web1"]["group"]
    known = (await ask("definition_show"))["documents"]["instances/web1"]
    (monitor,) = known["group"][0]["monitor"]
    group = group | {"monitor": [monitor | {"limits": limits}]}
    put = {"instances/web1": known | {"group": [group]}}
    await ask("definition_change", put=put, rename={"rules/all": "night"})
    async with browsing(harness, tmp_path) as found:
        await found.log_in()
        yield found


async def test_the_page_of_a_version_says_so_and_shows_the_path_as_small_print(browser):
    await browser.get("/settings/version?number=2")
    text = html.unescape(browser.text)
    assert "<b>Rule “night”</b> › Name:" in text and "Warning:" in text
    assert 'raw">instances/web1: base/disks limits.used.warning<' in text
    assert "- rules/all" not in text and "+ rules/night" not in text
    await browser.get("/settings/version?number=1")
    assert (
        "Changes when rolling back" in browser.text
        and "<b>Rule “all”</b> › Name:" in browser.text
    )
