"""Read by every Python process of the notebooks: functions run as they are written.

Tracing a step of training takes far longer than the one step that a smoke run takes.
"""

import importlib.util
import sys


class EagerTensorFlow:
    """Finds tensorflow as before, and has it run functions eagerly once it is loaded."""

    def find_spec(self, name, path=None, target=None):
        if name != "tensorflow":
            return None
        sys.meta_path.remove(self)
        spec = importlib.util.find_spec(name)
        load = spec.loader.exec_module

        def exec_module(module):
            load(module)
            module.config.run_functions_eagerly(True)

        spec.loader.exec_module = exec_module
        return spec


sys.meta_path.insert(0, EagerTensorFlow())
