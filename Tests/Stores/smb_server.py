"""A real Samba on a free port of the loopback, in a folder of its own, ended by its process id; and a
wire to it that can be cut."""

import os
import signal
import socket
import subprocess
import threading
import time

USER, PASSWORD = "root", "secret word"
OPTIONS = """\
[global]
interfaces = lo
bind interfaces only = yes
smb ports = {port}
disable netbios = yes
load printers = no
log file = {folder}/log.smbd
passdb backend = tdbsam:{folder}/passwords.tdb
ncalrpc dir = {folder}/ncalrpc
private dir = {folder}
lock directory = {folder}
state directory = {folder}
cache directory = {folder}
pid directory = {folder}
{more}
[share]
path = {folder}/share
read only = no
[readonly]
path = {folder}/share
read only = yes
[removing]
path = {folder}/share
read only = no
delete readonly = yes
"""


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Samba:
    """A server with the shares `share`, `readonly`, and `removing`, which breaks a promise. The files
    of all three lie in `files`."""

    def __init__(self, folder, more=""):
        self.folder, self.port = folder, free_port()
        self.files = os.path.join(folder, "share")
        for name in ("share", "ncalrpc"):
            os.makedirs(os.path.join(folder, name))
        self.settings = os.path.join(folder, "smb.conf")
        with open(self.settings, "w") as file:
            file.write(OPTIONS.format(port=self.port, folder=folder, more=more))
        subprocess.run(["smbpasswd", "-c", self.settings, "-a", "-s", USER], check=True,
                       input=(PASSWORD + "\n") * 2, text=True, stdout=subprocess.DEVNULL)
        self.credentials = os.path.join(folder, "credentials")
        with open(self.credentials, "w") as file:
            file.write("username=%s\npassword=%s\n" % (USER, PASSWORD))
        os.chmod(self.credentials, 0o600)
        self.log = open(os.path.join(folder, "out"), "wb")
        self.start()

    def start(self):
        self.process = subprocess.Popen(
            ["smbd", "-F", "--no-process-group", "-s", self.settings], stdin=subprocess.DEVNULL,
            stdout=self.log, stderr=self.log, start_new_session=True)
        end = time.monotonic() + 30
        while True:
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", self.port)) == 0:
                    return
            if time.monotonic() > end or self.process.poll() is not None:
                raise RuntimeError("smbd does not start: see %s" % self.folder)
            time.sleep(0.05)

    def stop(self):
        """Ends the server with all of its connections, at once."""
        try:
            os.killpg(self.process.pid, signal.SIGKILL)
        except ProcessLookupError:
            pass
        self.process.wait()

    def url(self, path="", share="share", port=None):
        return "smb://127.0.0.1:%d/%s%s" % (port or self.port, share, path and "/" + path)


class Wire:
    """Passes connections on to a port; cuts all that there are after so many bytes, once."""

    def __init__(self, port, cut_after):
        self.target, self.left, self.cuts = port, cut_after, 0
        self.lock, self.open = threading.Lock(), []
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        threading.Thread(target=self.accept, daemon=True).start()

    def accept(self):
        while True:
            try:
                client = self.listener.accept()[0]
                server = socket.create_connection(("127.0.0.1", self.target))
            except OSError:
                return
            with self.lock:
                self.open += [client, server]
            for pair in ((client, server), (server, client)):
                threading.Thread(target=self.carry, args=pair, daemon=True).start()

    def carry(self, source, target):
        try:
            while data := source.recv(65536):
                with self.lock:
                    self.left -= len(data)
                    is_cut = self.left <= 0 and not self.cuts
                    if is_cut:
                        self.cuts += 1
                        self.hang_up()
                if is_cut:
                    return
                target.sendall(data)
        except OSError:
            pass
        for end in (source, target):
            end.close()

    def hang_up(self):
        for end in self.open:
            try:
                end.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass
        self.open = []

    def stop(self):
        self.listener.close()
        with self.lock:
            self.hang_up()
