"""What the movers talk to: a server that does nothing, a real one, and a relay that counts."""
import os
import signal
import socket
import subprocess
import sys
import threading
import time

import data

sys.path.insert(0, os.path.join(data.ROOT, "Tests", "Stores"))
import servers  # noqa: E402  beside the tests that use it too

SOURCE = os.path.join(os.path.dirname(os.path.abspath(__file__)), "null_server.c")


class NullServer:
    """The null server, on the machine's last core; its clients then run on the first."""

    name = "null"
    pins = os.cpu_count() > 1

    def __init__(self, folder):
        program = os.path.join(folder, "null_server")
        subprocess.run(["cc", "-O2", "-pthread", SOURCE, "-o", program], check=True)
        port, = servers.free_ports(1)
        pinned = ["taskset", "-c", str(os.cpu_count() - 1)] if self.pins else []
        self.process = subprocess.Popen([*pinned, program, str(port)])
        self.url = "http://127.0.0.1:%d" % port
        for _ in range(100):
            try:
                socket.create_connection(("127.0.0.1", port)).close()
                return
            except OSError:
                time.sleep(0.02)
        raise SystemExit("stores: the null server did not come up")

    @property
    def client_prefix(self):
        return ["taskset", "-c", "0"] if self.pins else []

    def close(self):
        self.process.send_signal(signal.SIGTERM)
        self.process.wait()


class SeaweedFS:
    name = "SeaweedFS"
    client_prefix = ()

    def __init__(self, folder):
        home = os.path.join(folder, "weed")
        os.mkdir(home)
        self.server = servers.seaweed(home)
        self.server.wait()
        self.server.make_bucket("bench")
        self.url = self.server.url

    def close(self):
        self.server.stop()


class Relay:
    """Passes bytes on to a server and counts them, both ways."""

    def __init__(self, url):
        host, port = url.removeprefix("http://").split(":")
        self.target = (host, int(port))
        self.listener = socket.create_server(("127.0.0.1", 0), backlog=512)
        self.url = "http://127.0.0.1:%d" % self.listener.getsockname()[1]
        self.lock = threading.Lock()
        self.sent = self.received = 0
        threading.Thread(target=self.listen, daemon=True).start()

    def take(self):
        """Bytes since the last call: sent by the client, received by it."""
        with self.lock:
            counted = self.sent, self.received
            self.sent = self.received = 0
        return counted

    def listen(self):
        while True:
            try:
                near, _ = self.listener.accept()
            except OSError:
                return
            far = socket.create_connection(self.target)
            threading.Thread(target=self.pump, args=(near, far, "sent"), daemon=True).start()
            threading.Thread(target=self.pump, args=(far, near, "received"), daemon=True).start()

    def pump(self, source, target, way):
        try:
            while block := source.recv(1 << 18):
                with self.lock:
                    setattr(self, way, getattr(self, way) + len(block))
                target.sendall(block)
            target.shutdown(socket.SHUT_WR)
        except OSError:
            for end in (source, target):
                end.close()

    def close(self):
        self.listener.close()
