"""A RabbitMQ node for tests: own ports, data and port mapper, so that no other server is ever touched."""

import json
import os
import shutil
import signal
import subprocess
import time
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from itertools import count
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import psutil
import pytest

from tests.support.processes import end_group, end_remains, free_ports, spawn
from tests.support.programs import program

START_SECONDS = 90.0
LOOK_AGAIN_SECONDS = 0.05
# RabbitMQ 3.10 writes down where a new queue lives half a second late; one that is killed before never revives it.
REMEMBERED_SECONDS = 2.0
MAKE_VIRTUAL_HOST = """
rabbit_vhost:add(<<"{name}">>, <<"tests">>),
rabbit_auth_backend_internal:set_permissions(
    <<"guest">>, <<"{name}">>, <<".*">>, <<".*">>, <<".*">>, <<"tests">>).
"""


class Broker:
    """One node that tests may stop, kill and start again; its durable queues live on."""

    def __init__(self, directory: Path, port: int, environment: dict[str, str]) -> None:
        self._directory = directory
        self._port = port
        self._environment = environment
        self._node: subprocess.Popen[bytes] | None = None
        self._numbers = count(1)

    @property
    def url(self) -> str:
        """The address of the virtual host that is always there."""
        return f"amqp://guest:guest@127.0.0.1:{self._port}/"

    def fresh_url(self) -> str:
        """Make a virtual host that nobody has used and give its address; takes about a second."""
        name = f"test-{next(self._numbers)}"
        self.rabbitmqctl("eval", MAKE_VIRTUAL_HOST.format(name=name))
        return self.url + name

    def start(self) -> None:
        """Start the node on the data it has and wait until it takes connections."""
        log = self._directory / "node.log"
        (self._directory / "plugins").write_text("[].\n")  # management would open the port that every node has it on
        self._node = spawn([tool("rabbitmq-server")], self._directory, self._environment, log)
        deadline = time.monotonic() + START_SECONDS
        while b"Server startup complete" not in log.read_bytes():
            if self._node.poll() is not None or time.monotonic() > deadline:
                self.kill()
                pytest.fail(f"RabbitMQ did not start:\n{log.read_text(errors='replace')[-3000:]}", pytrace=False)
            time.sleep(LOOK_AGAIN_SECONDS)

    def stop(self) -> None:
        """Stop the node in order."""
        self._end(signal.SIGTERM)

    def kill(self) -> None:
        """End the node as kill -9 does, once it has had the time to write down which queues it has."""
        time.sleep(REMEMBERED_SECONDS)
        self._end(signal.SIGKILL)

    @contextmanager
    def frozen(self) -> Iterator[None]:
        """Have the node hold still inside the block: its connections stay open and say nothing."""
        assert self._node is not None
        os.killpg(self._node.pid, signal.SIGSTOP)
        try:
            yield
        finally:
            os.killpg(self._node.pid, signal.SIGCONT)

    @property
    def found(self) -> str:
        """How the node is found: `running`, `stopped` while it is frozen, `gone`."""
        if self._node is None or self._node.poll() is not None:
            return "gone"
        return "stopped" if psutil.Process(self._node.pid).status() == psutil.STATUS_STOPPED else "running"

    def rabbitmqctl(self, *arguments: str) -> str:
        """Run rabbitmqctl on this node and give what it says."""
        return self._run("rabbitmqctl", *arguments)

    def grant(self, *definitions: Mapping[str, list[Any]]) -> None:
        """Have the node know these users and rights."""
        file = self._directory / "definitions.json"
        kinds = {kind for each in definitions for kind in each}
        file.write_text(json.dumps({kind: [one for each in definitions for one in each[kind]] for kind in kinds}))
        self.rabbitmqctl("import_definitions", str(file))

    def manage(self) -> str:
        """Switch the management interface on and give its address, with the administrator in it."""
        (port,) = free_ports(1)
        setting = f"application:set_env(rabbitmq_management, tcp_config, [{{port, {port}}}], [{{persistent, true}}])."
        self.rabbitmqctl("eval", setting)
        self._run("rabbitmq-plugins", "enable", "rabbitmq_management")
        return f"http://guest:guest@127.0.0.1:{port}"

    def _run(self, name: str, *arguments: str) -> str:
        done = subprocess.run(
            [tool(name), "--quiet", *arguments], env=self._environment, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, f"{name} {' '.join(arguments)}: {done.stdout}{done.stderr}"
        return done.stdout

    def _end(self, last_word: signal.Signals) -> None:
        if self._node is not None:
            end_group(self._node, last_word)
            self._node = None


@contextmanager
def throwaway_broker(directory: Path) -> Iterator[Broker]:
    """Run an empty node over `directory`; whatever a killed run left there ends first."""
    end_remains(directory)
    directory.mkdir(mode=0o700)
    port, distribution, mapper_port = free_ports(3)
    environment = _environment(directory, port, distribution, mapper_port)
    with ExitStack() as cleaning:
        cleaning.callback(shutil.rmtree, directory, ignore_errors=True)
        mapper = spawn([tool("epmd")], directory, environment, directory / "mapper.log")
        cleaning.callback(end_group, mapper, signal.SIGKILL)
        broker = Broker(directory, port, environment)
        cleaning.callback(broker.kill)
        broker.start()
        yield broker


def own_url(broker_url: str, service: str) -> str:
    """The broker at `broker_url` as the user of `service`, who may do no more than the service has to."""
    address = urlsplit(broker_url)
    name = f"{service}-{address.path.removeprefix('/')}"  # one per virtual host
    return address._replace(netloc=f"{name}:secret-of-{service}@{address.hostname}:{address.port}").geturl()


def tool(name: str) -> str:
    """Find a tool of RabbitMQ, past Debian's wrapper, which insists on one account and its directories."""
    wrapped = program(name, "rabbitmq-server")
    unwrapped = Path("/usr/lib/rabbitmq/bin") / name
    return str(unwrapped if unwrapped.exists() else wrapped)


def _environment(directory: Path, port: int, distribution: int, mapper: int) -> dict[str, str]:
    (directory / "node.conf").write_text(
        f"listeners.tcp.1 = 127.0.0.1:{port}\n"
        "log.console = true\nlog.console.level = info\nlog.file = false\n"
        "disk_free_limit.absolute = 100MB\n"
    )
    (directory / "environment.conf").write_text("")
    inherited = {name: value for name, value in os.environ.items() if not name.startswith(("RABBITMQ_", "ERL_"))}
    return inherited | {
        "HOME": str(directory),  # where Erlang keeps its cookie
        "RUNNING_UNDER_SYSTEMD": "true",  # no shell between us and the node
        "ERL_EPMD_PORT": str(mapper),
        "ERL_EPMD_ADDRESS": "127.0.0.1",
        "RABBITMQ_NODENAME": f"throughline-{port}@localhost",
        "RABBITMQ_DIST_PORT": str(distribution),
        "RABBITMQ_MNESIA_BASE": str(directory / "data"),
        "RABBITMQ_LOG_BASE": str(directory / "log"),
        "RABBITMQ_CONFIG_FILE": str(directory / "node.conf"),
        "RABBITMQ_CONF_ENV_FILE": str(directory / "environment.conf"),
        "RABBITMQ_ENABLED_PLUGINS_FILE": str(directory / "plugins"),
        "RABBITMQ_PID_FILE": str(directory / "node.pid"),
    }
