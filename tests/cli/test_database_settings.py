"""The address of a database in noroshi.toml and in the environment."""

from __future__ import annotations

import pytest

from noroshi.config.config import read_config
from noroshi.config.database import URL_VARIABLE, Database
from noroshi.config.node_places import Cluster, Place
from noroshi.config.settings_file import ConfigError
from tests.sweeps import sweep

URL = "postgresql://noroshi@db1,db2:5433/alarms?sslrootcert=/etc/ca.pem"


def _home(folder, text):
    (folder / "noroshi.toml").write_text(f'name = "one"\n{text}\n')
    return folder


@sweep("text", [f'store = "{URL}"', f'store.url = "{URL}"', f'[store]\nurl = "{URL}"'])
def test_a_database_is_named_by_its_url(text, tmp_path):
    config = read_config(_home(tmp_path, text), {})
    assert config.database == Database(url=URL)
    assert config.database.addresses == (("db1", 5432), ("db2", 5433))
    assert (config.database.name, config.database.user) == ("alarms", "noroshi")
    assert config.store == tmp_path / "noroshi.db"  # beside which its lock lies


def test_the_other_settings_stand_beside_the_url(tmp_path):
    text = f'store.url = "{URL}"\nstore.password_file = "pw"\nstore.pooler = true\nstore.listen_url = "{URL}"'
    database = read_config(_home(tmp_path, text), {}).database
    assert database == Database(
        url=URL, listen_url=URL, password_file=tmp_path / "pw", pooler=True
    )


def test_the_environment_names_another_url_and_leaves_the_rest(tmp_path):
    other = "postgresql://noroshi@db3/alarms"
    home = _home(tmp_path, f'store.url = "{URL}"\nstore.password_file = "pw"')
    database = read_config(home, {URL_VARIABLE: other}).database
    assert database == Database(url=other, password_file=tmp_path / "pw")
    alone = read_config(_home(tmp_path, 'store = "own.db"'), {URL_VARIABLE: other})
    assert alone.database == Database(url=other)


def test_without_a_url_the_store_is_a_file(tmp_path):
    config = read_config(_home(tmp_path, 'store = "own.db"'), {})
    assert config.database is None and config.store == tmp_path / "own.db"


MISTAKES = {
    "postgresql://noroshi:canary@db/alarms": "must not contain the password",
    "postgresql://noroshi@db/alarms?password=canary": "must not contain the password",
    "mysql://noroshi@db/alarms": "must have the format postgresql://",
    "postgresql://noroshi@db:port/alarms": "must have the format postgresql://",
    "postgresql:///alarms": "must have the format postgresql://",
    "postgresql://noroshi@db/alarms?sslmode=off": "sslmode “off” is not valid",
    "postgresql://noroshi@db/alarms?options=-c": "url: “options” is not known",
}


@sweep("url", MISTAKES)
def test_a_mistake_in_the_url_is_told_without_what_is_secret(url, tmp_path):
    with pytest.raises(ConfigError, match=MISTAKES[url]) as caught:
        read_config(_home(tmp_path, f'store.url = "{url}"'), {})
    assert "canary" not in str(caught.value)


@sweep(
    "text",
    {
        'store = { url = "postgresql://u@db/x", pool = 5 }': "there is no setting “pool”",
        'store = { url = "postgresql://u@db/x", password_file = 1 }': "password_file must be",
        'store = { url = "postgresql://u@db/x", pooler = 1 }': "pooler must be true or false",
        'store = { password_file = "pw" }': "url must have the format",
    }.items(),
)
def test_a_mistake_beside_the_url_is_told(text, tmp_path):
    given, told = text
    with pytest.raises(ConfigError, match=told):
        read_config(_home(tmp_path, given), {})


def test_with_a_database_a_node_needs_a_name_of_its_own(tmp_path):
    (tmp_path / "noroshi.toml").write_text(f'store.url = "{URL}"\n')
    with pytest.raises(ConfigError, match="each node that shares it has its own name"):
        read_config(tmp_path, {})


def test_a_node_says_where_others_reach_it(tmp_path):
    text = f'store = "{URL}"\ncluster.listen = "[::]:7664"\ncluster.address = "a.example.com:7"'
    assert read_config(_home(tmp_path, text), {}).cluster == Cluster(
        listen=Place("::", 7664), address=Place("a.example.com", 7)
    )
    text = f'store = "{URL}"\ncluster.listen = "10.0.0.1:7665"'
    cluster = read_config(_home(tmp_path, text), {}).cluster
    assert cluster is not None and str(cluster.address) == "10.0.0.1:7665"
    assert read_config(_home(tmp_path, f'store = "{URL}"'), {}).cluster is None


@sweep(
    ("text", "told"),
    [
        (f'store = "{URL}"\ncluster = "10.0.0.1:7665"', "must be a table"),
        (f'store = "{URL}"\ncluster.port = 7', "there is no setting “port”"),
        (f'store = "{URL}"\ncluster.listen = "node:7664"', "listen must be an IP address"),
        (f'store = "{URL}"\ncluster.listen = "10.0.0.1"', "listen must have the format"),
        (f'store = "{URL}"\ncluster.listen = "10.0.0.1:0"', "listen must have the format"),
        (f'store = "{URL}"\ncluster.listen = "::1:7664"', "listen must have the format"),
        (f'store = "{URL}"\ncluster.listen = "0.0.0.0:7664"', "address is required"),
        (f'store = "{URL}"\ncluster.agents = "a.example.com:7"', "agents needs listen"),
        ('cluster.listen = "10.0.0.1:7665"', "only for nodes that share a database"),
    ],
)
def test_a_place_of_a_node_that_cannot_be_used_is_told(text, told, tmp_path):
    with pytest.raises(ConfigError) as failed:
        read_config(_home(tmp_path, text), {})
    assert any(told in fault.message.en for fault in failed.value.problems)
