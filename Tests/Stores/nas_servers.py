"""Servers of files on free ports of the loopback, each in a folder of its own, ended by their process
ids; and a proxy that cuts connections."""

import os
import random
import shutil
import signal
import socket
import subprocess
import threading
import time


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def listens(port):
    with socket.socket() as probe:
        probe.settimeout(1)
        return probe.connect_ex(("127.0.0.1", port)) == 0


class PortMapper:
    """NFS-Ganesha registers its version 3 with the port mapper, and ends without one. One that runs
    already is used as it is."""

    def __init__(self):
        self.process = None
        if not listens(111):
            os.makedirs("/run/rpcbind", exist_ok=True)
            self.process = subprocess.Popen(
                ["rpcbind", "-f"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
            end = time.monotonic() + 20
            while not listens(111):
                if time.monotonic() > end:
                    raise RuntimeError("the port mapper does not start")
                time.sleep(0.1)

    def stop(self):
        if self.process:
            self.process.terminate()
            self.process.wait()


class Ganesha:
    """An NFS server, version 3, with one export a folder. Needs root and a port mapper."""

    EXPORT = """EXPORT { Export_Id = %d; Path = "%s"; Pseudo = /e%d; Access_Type = %s; Squash = %s;
  SecType = sys; Protocols = 3; Transports = TCP; FSAL { Name = VFS; } }
"""

    def __init__(self, folder, exports):
        self.folder, self.port, self.mount_port = folder, free_port(), free_port()
        self.configuration = os.path.join(folder, "ganesha.conf")
        with open(self.configuration, "w") as file:
            file.write(
                "NFS_CORE_PARAM { Protocols = 3; NFS_Port = %d; MNT_Port = %d;"
                " Bind_addr = 127.0.0.1; Enable_NLM = false; Enable_RQUOTA = false; }\n"
                % (self.port, self.mount_port))
            for number, (path, access, squash) in enumerate(exports, 1):
                file.write(self.EXPORT % (number, path, number, access, squash))
        self.process = None
        self.start()

    def start(self):
        """Starts it, again if it ends at once: one that was killed may still have its ports."""
        end = time.monotonic() + 60
        self.process = None
        while not (self.process and listens(self.port) and listens(self.mount_port)):
            if time.monotonic() > end:
                raise RuntimeError("NFS-Ganesha does not start: see " + self.folder)
            if self.process is None or self.process.poll() is not None:
                self.process = subprocess.Popen(
                    ["ganesha.nfsd", "-F", "-f", self.configuration, "-L",
                     os.path.join(self.folder, "ganesha.log"), "-p",
                     os.path.join(self.folder, "ganesha.pid")],
                    stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
            time.sleep(0.1)

    def kill(self):
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()

    def address(self, path, port=None):
        return "nfs://127.0.0.1%s?nfsport=%d&mountport=%d" % (
            path, port or self.port, self.mount_port)

    def stop(self):
        if self.process.poll() is None:
            self.process.terminate()
            try:
                self.process.wait(20)
            except subprocess.TimeoutExpired:
                self.kill()


class CuttingProxy:
    """Passes bytes on to `port`, and cuts each connection after a random number of answers: half of
    the time the last answer is thrown away, so that the server has done what the client must take as
    unanswered."""

    def __init__(self, port, rng, answers=(20, 200)):
        self.target, self.rng, self.answers = port, random.Random(rng.random()), answers
        self.cuts = self.losses = 0
        self.isOver = False
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        threading.Thread(target=self.accept, daemon=True).start()

    def accept(self):
        while True:
            try:
                client, _ = self.listener.accept()
                server = socket.create_connection(("127.0.0.1", self.target))
            except OSError:
                if self.isOver:
                    return
                client.close()
                continue
            left = [self.rng.randint(*self.answers)]
            threading.Thread(
                target=self.requests, args=(client, server), daemon=True).start()
            threading.Thread(
                target=self.replies, args=(server, client, left), daemon=True).start()

    @staticmethod
    def end(*sockets):
        for each in sockets:
            try:
                each.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass
            each.close()

    def requests(self, client, server):
        try:
            while data := client.recv(1 << 16):
                server.sendall(data)
        except OSError:
            pass
        self.end(client, server)

    def replies(self, server, client, left):
        try:
            while data := server.recv(1 << 16):
                left[0] -= 1
                if left[0] <= 0:
                    self.cuts += 1
                    if self.rng.random() < 0.5:
                        self.losses += 1
                    else:
                        client.sendall(data)
                    break
                client.sendall(data)
        except OSError:
            pass
        self.end(client, server)

    def stop(self):
        self.isOver = True
        self.listener.close()


class SmallDisk:
    """A file system in memory of a few MiB, for what happens when a disk is full."""

    def __init__(self, folder, megabytes):
        self.folder = folder
        os.makedirs(folder)
        subprocess.run(
            ["mount", "-t", "tmpfs", "-o", "size=%dm" % megabytes, "farmio-test", folder],
            check=True)

    def stop(self):
        subprocess.run(["umount", self.folder], check=False)
        shutil.rmtree(self.folder, ignore_errors=True)
