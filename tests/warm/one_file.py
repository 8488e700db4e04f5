"""Start a command of ours where nobody can fork: `python one_file.py MODULES ARG …`.

Under Wine, most of a start is looking for modules and opening them, one after another. Here their
compiled code comes from one file. Each command is a process of its own all the same, and imports
what it always imports.
"""

import marshal
import sys
from _frozen_importlib import (
    ModuleSpec,
)  # importlib.machinery is a file to be found, and imports others
from _frozen_importlib_external import SourceFileLoader


class OneFile:
    """Find modules in the file."""

    def __init__(self, modules):
        self._modules = modules

    def find_spec(self, name, _path, _target=None):
        """Return how a module is loaded; None if the file has it not."""
        if name not in self._modules:
            return None
        origin, folders, code = self._modules[name]
        spec = ModuleSpec(name, Loaded(name, origin, code), origin=origin)
        spec.submodule_search_locations = folders
        spec.has_location = True
        return spec


class Loaded(SourceFileLoader):
    """Load a module whose code is there already."""

    def __init__(self, name, origin, code):
        super().__init__(name, origin)
        self._code = code

    def get_code(self, _name):
        """Return the code to run."""
        return marshal.loads(self._code)


def write(file):
    """Write the code of all modules that this process has loaded from files, and its path."""
    specs = [getattr(module, "__spec__", None) for module in list(sys.modules.values())]
    modules = {
        spec.name: (
            spec.origin,
            spec.submodule_search_locations and list(spec.submodule_search_locations),
            marshal.dumps(spec.loader.get_code(spec.name)),
        )
        for spec in specs
        if spec is not None and type(spec.loader) is SourceFileLoader
    }
    with open(file, "wb") as opened:  # noqa: PTH123
        marshal.dump((sys.path, modules), opened)


if __name__ == "__main__":
    with open(sys.argv[1], "rb") as file:  # noqa: PTH123  pathlib is many files to be found
        sys.path, modules = marshal.load(file)
    sys.meta_path.insert(0, OneFile(modules))
    sys.argv[:2] = ["noroshi"]
    from noroshi.cli import main

    sys.exit(main())
