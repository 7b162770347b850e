"""S3 servers on free ports of the loopback, each in a folder of its own, ended by their process ids."""

import json
import os
import signal
import socket
import subprocess
import sys
import time

import boto3
import botocore.config
import botocore.exceptions

KEY, SECRET = "AKIDTEST", "SECRETTEST"
BIN = os.path.dirname(sys.executable)


PORTS = iter(range(14000 + os.getpid() * 16 % 6400, 21000))


def free_ports(count):
    """Ports that nobody listens on now, each given once: a server may be slow to take its own.
    SeaweedFS adds 10000 to each, so they are low."""
    found = []
    while len(found) < count:
        port = next(PORTS)
        try:
            for candidate in (port, port + 10000):
                with socket.socket() as probe:
                    probe.bind(("127.0.0.1", candidate))
            found.append(port)
        except OSError:
            continue
    return found


class Server:
    """A running server; `url` is where it is asked."""

    def __init__(self, name, folder, command, url):
        self.name, self.url = name, url
        self.log = open(os.path.join(folder, "log"), "wb")
        self.process = subprocess.Popen(
            command, stdout=self.log, stderr=self.log, cwd=folder, start_new_session=True,
            env={**os.environ, "AWS_ACCESS_KEY_ID": KEY, "AWS_SECRET_ACCESS_KEY": SECRET})

    def client(self):
        return boto3.client(
            "s3", endpoint_url=self.url, region_name="us-east-1", aws_access_key_id=KEY,
            aws_secret_access_key=SECRET,
            config=botocore.config.Config(
                s3={"addressing_style": "path"}, retries={"max_attempts": 1},
                request_checksum_calculation="when_required"))

    def wait(self, seconds=60):
        """Waits until it answers."""
        end = time.monotonic() + seconds
        while True:
            try:
                self.client().list_buckets()
                return self
            except (botocore.exceptions.BotoCoreError, botocore.exceptions.ClientError):
                if self.process.poll() is not None or time.monotonic() > end:
                    raise RuntimeError("%s does not start: see %s" % (self.name, self.log.name))
                time.sleep(0.3)

    def make_bucket(self, name):
        """SeaweedFS may answer before it can store: tried until it can."""
        end = time.monotonic() + 60
        while True:
            try:
                self.client().create_bucket(Bucket=name)
                self.client().put_object(Bucket=name, Key="warm", Body=b"1")
                self.client().delete_object(Bucket=name, Key="warm")
                return
            except (botocore.exceptions.BotoCoreError, botocore.exceptions.ClientError) as error:
                if "BucketAlready" not in str(error) and time.monotonic() > end:
                    raise
                if "BucketAlready" in str(error):
                    return
                time.sleep(0.5)

    def stop(self):
        if self.process.poll() is None:
            os.kill(self.process.pid, signal.SIGKILL)
        self.process.wait()
        self.log.close()


def seaweed(folder, certificate=None):
    """SeaweedFS; with a certificate and its key also over TLS, at `tls_port`."""
    master, volume, filer, s3, tls = free_ports(5)
    with open(os.path.join(folder, "s3.json"), "w") as file:
        json.dump({"identities": [{
            "name": "t", "credentials": [{"accessKey": KEY, "secretKey": SECRET}],
            "actions": ["Admin", "Read", "Write", "List", "Tagging"]}]}, file)
    secured = [] if certificate is None else [
        "-s3.port.https=%d" % tls, "-s3.cert.file=" + certificate[0],
        "-s3.key.file=" + certificate[1]]
    server = Server("SeaweedFS", folder, [
        os.path.join(BIN, "weed"), "server", "-dir=" + folder, "-ip=127.0.0.1",
        "-ip.bind=127.0.0.1", "-master.port=%d" % master, "-volume.port=%d" % volume, "-filer",
        "-filer.port=%d" % filer, "-s3", "-s3.port=%d" % s3, "-s3.port.iceberg=0",
        "-s3.port.lance=0", "-s3.config=" + os.path.join(folder, "s3.json"),
        "-master.volumeSizeLimitMB=64", "-volume.max=100", "-master.telemetry=false", *secured,
    ], "http://127.0.0.1:%d" % s3)
    server.tls_port = tls
    return server


def moto(folder):
    port, = free_ports(1)
    return Server("moto", folder, [
        os.path.join(BIN, "moto_server"), "-H", "127.0.0.1", "-p", str(port),
    ], "http://127.0.0.1:%d" % port)


def rclone(folder):
    port, = free_ports(1)
    data = os.path.join(folder, "data")
    os.mkdir(data)
    return Server("rclone", folder, [
        os.path.join(BIN, "rclone"), "--config", "/dev/null", "serve", "s3", "--addr",
        "127.0.0.1:%d" % port, "--auth-key", "%s,%s" % (KEY, SECRET), data,
    ], "http://127.0.0.1:%d" % port)
