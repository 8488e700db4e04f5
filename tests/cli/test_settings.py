"""noroshi.toml: read strictly, all that is wrong told at once, in both languages."""

import tomllib

import pytest

from noroshi.cli.environment import home_of
from noroshi.config.config import SETTINGS, read_config, sample
from noroshi.config.settings_file import ConfigError, leaves_out
from tests.sweeps import sweep


def settings(home, text):
    (home / "noroshi.toml").write_text(text, encoding="utf-8")
    return read_config(home)


def test_an_empty_file_is_all_defaults(tmp_path):
    config = settings(tmp_path, "")
    assert (config.name, config.language, config.log_level) == ("node", "", "info")
    assert config.store == tmp_path / "noroshi.db"
    assert config.door == tmp_path / "door.sock"
    assert (config.programs, config.runs_as, config.door_group) == ((), (), "")
    assert config.program_env == ()


def test_the_manager_is_open_to_this_computer_unless_something_else_is_said(tmp_path):
    web = settings(tmp_path, "").web
    assert (web.address, web.port, web.hosts, web.secure) == ("127.0.0.1", 7663, (), False)
    assert settings(tmp_path, "web = false").web is None
    text = '[web]\naddress = "::"\nhosts = ["N.example.com"]\nkey = "k"\ncertificate = "/c"\n'
    web = settings(tmp_path, text).web
    assert (web.hosts, web.secure, web.key) == (("n.example.com",), True, tmp_path / "k")
    assert str(web.certificate) == "/c"


def test_what_is_given_is_taken(tmp_path):
    text = 'door = "/run/noroshi/door.sock"\nprograms = ["/opt/checks"]\nruns_as = ["backup"]'
    text += '\nprogram_env = ["WARN", "_x1"]\nhistory_days = 3'
    config = settings(tmp_path, text)
    assert str(config.door) == "/run/noroshi/door.sock"
    assert [str(folder) for folder in config.programs] == ["/opt/checks"]
    assert config.runs_as == ("backup",)
    assert config.program_env == ("WARN", "_x1")
    assert (config.history_days, config.ledger_days) == (3, 365)


def test_the_hub_may_share_routes_unless_the_file_says_no(tmp_path):
    assert settings(tmp_path, "").hub_routes is True
    assert settings(tmp_path, "hub_routes = false").hub_routes is False


def test_closed_addresses_are_opened_as_addresses_or_networks(tmp_path):
    nets = settings(tmp_path, 'may_reach = ["169.254.169.254", "fd00:ec2::/32"]').may_reach
    assert [str(net) for net in nets] == ["169.254.169.254/32", "fd00:ec2::/32"]


@sweep(
    ("text", "told"),
    [
        pytest.param('nome = "x"', "this setting does not exist", id="unknown"),
        pytest.param("name = 5", "must be a string in quotes", id="no text"),
        pytest.param('name = "a b"', "“a b” is not a valid name", id="no name"),
        pytest.param('name = ""', "“” is not a valid name", id="an empty name"),
        pytest.param('store = ""', "must be a string in quotes", id="no path"),
        pytest.param('programs = "/opt"', "must be a list of strings", id="no list"),
        pytest.param("runs_as = [1]", "must be a list of strings", id="a list of numbers"),
        pytest.param(
            'program_env = ["LC_*"]', "“LC_*” is not a valid name for an", id="a pattern"
        ),
        pytest.param('programs = ["bin"]', "“bin” must begin with /", id="a relative folder"),
        pytest.param(
            'language = "fr"', '“fr” is not valid; use one of "", "en", "ja"', id="a language"
        ),
        pytest.param(
            'log_level = "loud"', '“loud” is not valid; use one of "debug"', id="a log level"
        ),
        pytest.param('beat = "ftp://canary.test/x"', "must be a URL", id="another scheme"),
        pytest.param(
            'beat = "https://u:canary@h.test/"', "must be a URL", id="a user in a URL"
        ),
        pytest.param('beat = "https://h.test:x/canary"', "must be a URL", id="a bad port"),
        pytest.param(f'door = "/{"x" * 107}"', "is too long for a socket", id="a long door"),
        pytest.param('hub_routes = "no"', "must be true or false", id="no flag"),
        pytest.param('may_reach = ["a.b"]', "“a.b” is not an address", id="no address"),
        pytest.param("audit_days = 0", "must be a number of days", id="no days"),
        pytest.param("history_days = 0", "must be a number of days", id="no history"),
        pytest.param("name = ", "is not valid TOML", id="no TOML"),
        pytest.param(
            f"log = 'auto'\nhistory_days = {'9' * 5000}\n",
            "is not valid TOML at line 2, column 16: a number with too many digits",
            id="a number of 5,000 digits",
        ),
        pytest.param(
            f"history_days = 0x{'f' * 5000}", "must be a number of days", id="in hexadecimal"
        ),
        pytest.param(
            f"web = {{ port = 0x{'f' * 5000} }}", "port must be a number", id="such a port"
        ),
        pytest.param("runs_as = " + "[" * 5000, "is not valid TOML", id="nested without end"),
        pytest.param("a." * 500 + "a = 1", "is not valid TOML", id="a name of 500 parts"),
        pytest.param("web = true", "must be false, or a table", id="web neither way"),
        pytest.param("web = { prot = 1 }", "there is no setting “prot”", id="web unknown"),
        pytest.param("web = { port = 70000 }", "port must be a number", id="web port"),
        pytest.param('web = { address = "x" }', "must be an IP address", id="web address"),
        pytest.param(
            'web = { address = "0.0.0.0" }', "hosts is required", id="web hosts wanted"
        ),
        pytest.param(
            'web = { hosts = ["a b"] }', "must be a list of the names", id="web hosts"
        ),
        pytest.param('web = { key = "k" }', "go together", id="web key alone"),
    ],
)
def test_what_cannot_be_used_is_told_with_its_place(tmp_path, text, told):
    with pytest.raises(ConfigError) as error:
        settings(tmp_path, text)
    (problem,) = error.value.problems
    assert told in problem.message.en and problem.message.ja != problem.message.en
    assert problem.location.startswith(str(tmp_path / "noroshi.toml"))


def test_all_that_is_wrong_is_told_at_once(tmp_path):
    with pytest.raises(ConfigError) as error:
        settings(tmp_path, 'name = 5\nlanguage = "fr"\nnome = 1\n')
    wheres = [problem.location.rpartition(" ")[2] for problem in error.value.problems]
    assert wheres == ["language", "name", "nome"]


def test_a_file_that_anybody_can_write_is_not_believed(tmp_path):
    settings(tmp_path, "")
    (tmp_path / "noroshi.toml").chmod(0o646)
    with pytest.raises(ConfigError, match="is writable by everybody"):
        read_config(tmp_path)


def test_a_file_that_is_not_there_is_told_with_what_makes_it(tmp_path):
    with pytest.raises(ConfigError, match="noroshi init"):
        read_config(tmp_path)


@pytest.mark.parametrize(
    ("text", "left_out"),
    [
        ("", True),
        ("# language = 'ja'\nname = 'x'\n", True),
        ("language = 'ja'\n", False),
        ("'language' = 'ja'\n", False),
        (r'"l\u0061nguage" = "ja"', False),
        (r'"\U0000006canguage" = "ja"', False),
    ],
)
def test_a_setting_is_found_however_its_name_is_written(tmp_path, text, left_out):
    """The language is read, and found in the text alone before the file is read."""
    assert settings(tmp_path, text).language == ("" if left_out else "ja")
    assert leaves_out(str(tmp_path), "language") is left_out


def test_the_file_that_init_writes_is_read_back_with_every_setting_in_it(tmp_path):
    text = sample(name="web-node")
    assert settings(tmp_path, text).name == "web-node"
    unfolded = "\n".join(
        line.removeprefix("# ")
        for line in text.splitlines()
        if line.removeprefix("# ").split(" = ")[0] in SETTINGS
    )
    given = tomllib.loads(unfolded)
    assert given == {key: one.default for key, one in SETTINGS.items()} | {"name": "web-node"}


@pytest.mark.parametrize(
    ("given", "environment", "root", "home"),
    [
        pytest.param("/a", {"NOROSHI_HOME": "/b"}, True, "/a", id="as given"),
        pytest.param("", {"NOROSHI_HOME": "/b"}, True, "/b", id="as the environment says"),
        pytest.param("", {}, True, "/var/lib/noroshi", id="root's"),
        pytest.param("", {"XDG_DATA_HOME": "/d"}, False, "/d/noroshi", id="a user's"),
    ],
)
def test_the_home_folder_is_found(given, environment, root, home):
    assert home_of(given, environment, is_administrator=root) == home


def test_a_home_folder_is_found_from_a_folder_that_is_gone(tmp_path, monkeypatch):
    (tmp_path / "gone").mkdir()
    monkeypatch.chdir(tmp_path / "gone")
    (tmp_path / "gone").rmdir()
    assert home_of("/a", {}, is_administrator=False) == "/a"


def test_the_url_of_the_beat_is_shown_by_nothing(tmp_path):
    url = "https://hc.test/ping/canary"
    (tmp_path / "noroshi.toml").write_text(f'beat = "{url}"\n', encoding="utf-8")
    config = read_config(tmp_path)
    assert config.beat == url and "canary" not in f"{config!r}{config}"
