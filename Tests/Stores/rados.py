"""A radosgw on one node, all of it in memory: the strict second opinion on S3.

Ceph's packages are downloaded and unpacked into a folder of their own, once; nothing is installed.
Needs root, as its daemons do.
"""

import glob
import os
import signal
import subprocess
import time
import uuid

import servers

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
CACHE = os.path.join(ROOT, ".build", "ceph")
PACKAGES = ["radosgw", "ceph-mon", "ceph-osd", "ceph-common"]


def unpacked(cache):
    """The folder that holds Ceph's programs, filled if need be."""
    prefix = os.path.join(cache, "prefix")
    if os.path.exists(os.path.join(prefix, "usr/bin/radosgw")):
        return prefix
    debs = os.path.join(cache, "debs")
    os.makedirs(debs, exist_ok=True)
    os.makedirs(prefix, exist_ok=True)
    plan = subprocess.run(["apt-get", "install", "-s", "--no-install-recommends", *PACKAGES],
                          check=True, capture_output=True, text=True).stdout
    names = [line.split()[1] for line in plan.splitlines() if line.startswith("Inst ")]
    subprocess.run(["apt-get", "download", *names], cwd=debs, check=True, capture_output=True)
    for deb in glob.glob(debs + "/*.deb"):
        subprocess.run(["dpkg", "-x", deb, prefix], check=True)
    return prefix


class Cluster:
    """Monitor, storage daemon and gateway; a `Server` as far as tests care."""

    name = "radosgw"

    def __init__(self, folder, prefix):
        self.folder, self.processes = folder, []
        lib = prefix + "/usr/lib/x86_64-linux-gnu"
        self.environment = {
            **os.environ, "LD_LIBRARY_PATH": "%s:%s/ceph" % (lib, lib),
            "PATH": prefix + "/usr/bin:" + os.environ["PATH"],
            "PYTHONPATH": prefix + "/usr/lib/python3/dist-packages"}
        new, old, gateway = servers.free_ports(3)
        self.url = "http://127.0.0.1:%d" % gateway
        address = "[v2:127.0.0.1:%d,v1:127.0.0.1:%d]" % (new, old)
        cluster, disk = str(uuid.uuid4()), str(uuid.uuid4())
        for name in ("osd.0", "rgw"):
            os.mkdir(os.path.join(folder, name))
        with open(folder + "/ceph.conf", "w") as file:
            file.write(self.configuration(cluster, address, lib, gateway))
        self.run("monmaptool", "--create", "--clobber", "--addv", "a", address, "--fsid", cluster,
                 folder + "/monmap", plain=True)
        self.run("ceph-mon", "--mkfs", "-i", "a", "--monmap", folder + "/monmap")
        self.start("ceph-mon", "-i", "a", "-f")
        time.sleep(2)
        self.run("python3", prefix + "/usr/bin/ceph", "osd", "new", disk)
        self.run("ceph-osd", "-i", "0", "--mkfs", "--osd-uuid", disk)
        self.start("ceph-osd", "-i", "0", "-f")
        time.sleep(4)
        self.run("radosgw-admin", "user", "create", "--uid=t", "--display-name=t",
                 "--access-key=" + servers.KEY, "--secret-key=" + servers.SECRET)
        self.start("radosgw", "-n", "client.rgw.a", "-f")

    def configuration(self, cluster, address, lib, gateway):
        folder = self.folder
        lines = ["[global]", "fsid = " + cluster, "mon host = " + address.strip("[]")]
        for kind in ("cluster", "service", "client"):
            # All six, else every daemon is refused by the next.
            lines += ["auth %s required = none" % kind, "ms %s mode = crc" % kind,
                      "ms mon %s mode = crc" % kind]
        return "\n".join(lines + [
            "osd pool default size = 1", "mon allow pool size one = true",
            "osd pool default pg num = 8", "osd objectstore = memstore", "run dir = " + folder,
            "memstore device bytes = 8589934592",
            "log file = %s/$name.log" % folder, "pid file = %s/$name.pid" % folder,
            "plugin dir = %s/ceph" % lib, "osd class dir = %s/rados-classes" % lib,
            "erasure code dir = %s/ceph/erasure-code" % lib, "osd data = %s/osd.$id" % folder,
            "mon data = %s/mon.$id" % folder, "rgw data = %s/rgw" % folder,
            "rgw frontends = beast endpoint=127.0.0.1:%d" % gateway]) + "\n"

    def run(self, *words, plain=False):
        words = list(words) if plain else [*words, "-c", self.folder + "/ceph.conf"]
        done = subprocess.run(words, env=self.environment, cwd=self.folder, capture_output=True,
                              text=True, timeout=120)
        if done.returncode:
            self.stop()
            raise RuntimeError("%s: %s" % (" ".join(words), done.stderr[-500:]))

    def start(self, *words):
        log = open("%s/%s.out" % (self.folder, words[0]), "wb")
        self.processes.append(subprocess.Popen(
            [*words, "-c", self.folder + "/ceph.conf"], env=self.environment, cwd=self.folder,
            stdout=log, stderr=log, start_new_session=True))

    client = servers.Server.client
    make_bucket = servers.Server.make_bucket

    def wait(self, seconds=90):
        end = time.monotonic() + seconds
        while True:
            try:
                self.client().list_buckets()
                return self
            except Exception as error:  # noqa: BLE001  whatever it says before it is up
                if time.monotonic() > end:
                    self.stop()
                    raise RuntimeError("radosgw does not start: %s" % error) from error
                time.sleep(0.5)

    def stop(self):
        for process in reversed(self.processes):
            if process.poll() is None:
                os.kill(process.pid, signal.SIGKILL)
            process.wait()


def radosgw(folder, cache):
    return Cluster(folder, unpacked(cache))
