"""A mail server that keeps what it gets: each message as it came over the wire, numbered as it arrived.

    sink.py FOLDER [PORT]

Prints the port it listens on and serves until it is told to stop.
"""

import asyncio
import pathlib
import signal
import sys

from aiosmtpd.smtp import SMTP, Envelope, Session


class Keeper:
    def __init__(self, folder: pathlib.Path) -> None:
        self.folder = folder
        self.arrived = 0

    async def handle_DATA(self, _server: SMTP, _session: Session, envelope: Envelope) -> str:
        self.arrived += 1
        # What the envelope says is not in the message; the reader compares the two.
        head = f"X-Envelope-To: {', '.join(envelope.rcpt_tos)}\r\n".encode()
        draft = self.folder / f".{self.arrived:05}"
        draft.write_bytes(head + envelope.original_content)
        draft.rename(self.folder / f"{self.arrived:05}.eml")
        return "250 kept"


async def main() -> None:
    folder = pathlib.Path(sys.argv[1])
    folder.mkdir(parents=True, exist_ok=True)
    port = int(sys.argv[2]) if len(sys.argv) > 2 else 0
    keeper = Keeper(folder)
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: SMTP(keeper, enable_SMTPUTF8=True), "127.0.0.1", port)
    print(server.sockets[0].getsockname()[1], flush=True)
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    await stop.wait()


asyncio.run(main())
