"""Starts sagemaker-sim on free ports, tells where it listens, and ends it by its process id."""

import json
import os
import pathlib
import subprocess
import urllib.error
import urllib.request

HERE = pathlib.Path(__file__).parent
ACCESS_KEY_ID = "AKIAIOSFODNN7EXAMPLE"
SECRET_ACCESS_KEY = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"


def scrubbed_environment():
    """What a child may inherit: nothing of the machine's AWS settings, proxies or trust."""
    kept = {"PATH", "HOME", "TMPDIR", "LANG", "ASAN_OPTIONS", "UBSAN_OPTIONS", "LSAN_OPTIONS"}
    return {name: value for name, value in os.environ.items() if name in kept}


class Simulator:
    """`with Simulator(binary) as sim:`; http_url, https_url, control_url, ca_file, pid are its
    ready file's."""

    def __init__(self, binary, *arguments, scenario=HERE / "scenarios/sdk.yaml"):
        command = [str(binary), "--scenario", str(scenario), "--speed", "1", *arguments]
        self.process = subprocess.Popen(
            command, stdout=subprocess.PIPE, text=True, env=scrubbed_environment())
        # The line comes when all ports listen; an end of the stream says that it died.
        line = self.process.stdout.readline()
        if not line.startswith("ready "):
            raise RuntimeError(f"{command} ended with {self.process.wait()} before it was ready")
        self.__dict__.update(json.loads(line[len("ready "):]))

    def control(self, method, path, body=None):
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(self.control_url + path, data=data, method=method)
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        with opener.open(request, timeout=20) as answer:
            return json.load(answer)

    def stop(self):
        self.process.terminate()
        code = self.process.wait(20)
        self.process.stdout.close()
        return code

    def __enter__(self):
        return self

    def __exit__(self, *_):
        if self.process.poll() is None:
            self.stop()
