"""Ports on loopback for servers that are stopped and started again."""

import socket
from contextlib import contextmanager


@contextmanager
def reserved_port():
    """Give a port that nobody else is given, whether or not a server listens there.

    A socket that is bound and does not listen keeps it; those who connect are refused. A server
    that allows its address to be used again may listen beside it.
    """
    with socket.socket() as keeper:
        keeper.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        keeper.bind(("127.0.0.1", 0))
        yield keeper.getsockname()[1]
