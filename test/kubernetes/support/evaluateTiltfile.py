"""Evaluates the Tiltfile, whose Starlark keeps to what Python understands too, and prints what it asks Tilt for as JSON."""

import json
import os
import sys
import types

calls = []
names = """version_settings docker_build fall_back_on sync k8s_resource port_forward link local_resource k8s_yaml kustomize""".split()


def recorder(name):
    def record(*args, **kwargs):
        call = {"function": name, "args": list(args), **kwargs}
        calls.append(call)
        return call

    return record


environment = {name: recorder(name) for name in names}
environment["TRIGGER_MODE_MANUAL"] = "manual"
environment["os"] = types.SimpleNamespace(path=types.SimpleNamespace(exists=os.path.exists))
with open(sys.argv[1], encoding="utf-8") as tiltfile:
    exec(compile(tiltfile.read(), sys.argv[1], "exec"), environment)
print(json.dumps(calls))
