"""Every error of a package is one of its base class, by which a caller can take them all."""

import inspect
import pkgutil
from importlib import import_module

import pytest

import noroshi.door
import noroshi.service
from noroshi.door import DoorError
from noroshi.service import ServiceError


def exceptions_of(package):
    """Return the exceptions that a package defines."""
    names = [
        one.name for one in pkgutil.walk_packages(package.__path__, f"{package.__name__}.")
    ]
    for name in (package.__name__, *names):
        for _, found in inspect.getmembers(import_module(name), inspect.isclass):
            if issubclass(found, BaseException) and found.__module__ == name:
                yield found


@pytest.mark.parametrize(
    ("package", "base"), [(noroshi.service, ServiceError), (noroshi.door, DoorError)]
)
def test_every_error_of_a_package_has_its_base(package, base):
    found = list(exceptions_of(package))
    assert base in found
    assert [one for one in found if not issubclass(one, base)] == []
