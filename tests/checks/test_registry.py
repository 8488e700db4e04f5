"""The check of Windows' registry, on made-up values."""

from __future__ import annotations

import pytest

from noroshi import schema
from noroshi.checks import registry
from noroshi.ports import RegistryValue
from tests.checks.systems import host

KEY = r"HKLM\SOFTWARE\Contoso"


async def look(text=None, number=None, memory=(), is_32_bit=False, **options):
    value = None if text is None else RegistryValue(text=text, number=number)
    system = host(registry={(KEY, "Level", is_32_bit): value})
    given = registry.Options(key=KEY, value="Level", **options)
    outcome = await registry.run(given, system, dict(memory))
    return {reading.name: reading for reading in outcome.readings}, outcome.memory


async def test_a_number_is_a_reading_too():
    readings, _ = await look("3", 3)
    assert {name: reading.value for name, reading in readings.items()} == {
        "missing": 0,
        "changed": 0,
        "value": 3,
    }


async def test_a_value_that_is_not_there_is_told_and_what_it_was_is_remembered():
    _, memory = await look("a")
    readings, memory = await look(None, memory=memory)
    assert readings["missing"].value == 1
    assert readings["missing"].note.en == rf"there is no value “Level” in {KEY}"
    readings, _ = await look("b", memory=memory)
    assert readings["changed"].value == 1


async def test_a_change_is_told_with_both_values_and_once():
    _, memory = await look("a")
    readings, memory = await look("b", memory=memory)
    assert readings["changed"].value == 1
    assert readings["changed"].note.en == 'the value changed from "a" to "b"'
    readings, _ = await look("b", memory=memory)
    assert readings["changed"].value == 0


async def test_a_long_value_is_remembered_by_its_fingerprint():
    _, memory = await look("x" * 5000)
    assert len(memory["value"]) < 100
    readings, memory = await look("x" * 5000, memory=memory)
    assert readings["changed"].value == 0
    readings, _ = await look("short", memory=memory)
    assert readings["changed"].note.en == 'the value changed; it starts with "short"'


async def test_another_value_than_expected_is_told():
    readings, _ = await look("0", 0, expected="1")
    assert readings["different"].value == 1
    assert readings["different"].note.en == 'the value is "0", but should be 1'
    readings, _ = await look("1", 1, expected="1")
    assert readings["different"].value == 0


async def test_the_registry_of_32_bit_programs_is_another_one():
    readings, _ = await look("a", is_32_bit=True, view="32-bit")
    assert readings["missing"].value == 0


@pytest.mark.parametrize("key", ["SOFTWARE\\Contoso", "HKLM", "HKLM\\", "", "C:\\Windows"])
def test_a_key_is_in_one_of_the_trees(key):
    with pytest.raises(schema.Invalid, match="must be a registry key"):
        schema.read(registry.Options, {"key": key})


def test_a_key_may_have_the_long_name_of_its_tree():
    assert schema.read(registry.Options, {"key": "hkey_local_machine\\SOFTWARE"})
