"""The reading service as a process of its own, to be killed."""

import asyncio
import signal
import sys

from shared.database import connect
from shared.messaging.rabbitmq import RabbitMQ
from shared.messaging.worker import Worker
from tests.shared.messaging.probe import Reader


async def main(database_url: str, broker_url: str) -> None:
    """React until told to stop."""
    database = connect("reader", database_url)
    worker = Worker("reader", [Reader().reactions], database, RabbitMQ(broker_url))
    told = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, told.set)
    running = asyncio.create_task(worker.run())
    await told.wait()
    await worker.stop()
    await running
    await database.engine.dispose()


asyncio.run(main(*sys.argv[1:]))
