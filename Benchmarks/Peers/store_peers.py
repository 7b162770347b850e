"""Movers to and from buckets, with the flags that suit each best."""
import os
import sys

BIN = os.path.dirname(sys.executable)
BUCKET = "bench"
HERE = os.path.dirname(os.path.abspath(__file__))


class Mover:
    """A program that moves a folder. `many` says that files are small and numerous."""

    name = ""

    def __init__(self, program, url):
        self.program, self.url = program, url

    def put(self, folder, prefix, many):
        """Words that upload what is in `folder`."""
        raise NotImplementedError

    def get(self, prefix, folder, many):
        """Words that download it again."""
        raise NotImplementedError

    def list(self, prefix):
        """Words that name every object; None where there are none."""


class Farmio(Mover):
    name = "farmio"

    def put(self, folder, prefix, many):
        return [self.program, "copy", folder, f"s3://{BUCKET}/{prefix}", "--quiet"]

    def get(self, prefix, folder, many):
        return [self.program, "copy", f"s3://{BUCKET}/{prefix}", folder, "--quiet"]

    def list(self, prefix):
        return [self.program, "ls", "--recursive", f"s3://{BUCKET}/{prefix}"]


class S5cmd(Mover):
    name = "s5cmd"

    def words(self, *words):
        return [os.path.join(BIN, "s5cmd"), "--endpoint-url", self.url, *words]

    @staticmethod
    def parts(many):
        # Of parts and connections tried, these took it the least time.
        return [] if many else ["--part-size", "16", "--concurrency", "8"]

    def put(self, folder, prefix, many):
        return self.words("--log", "error", "cp", *self.parts(many), folder + "/", f"s3://{BUCKET}/{prefix}/")

    def get(self, prefix, folder, many):
        return self.words("--log", "error", "cp", *self.parts(many), f"s3://{BUCKET}/{prefix}/*", folder + "/")

    def list(self, prefix):
        return self.words("ls", f"s3://{BUCKET}/{prefix}/*")


class Rclone(Mover):
    """Tuned: no hash of its own, no look at the target, payloads unsigned."""

    name = "rclone"
    flags = ["--ignore-checksum", "--local-no-check-updated", "--no-check-dest",
             "--s3-disable-checksum", "--s3-use-unsigned-payload=true", "--s3-no-head",
             "--s3-upload-concurrency", "8", "--s3-chunk-size", "16Mi", "--use-mmap",
             "--multi-thread-streams", "8", "--multi-thread-cutoff", "64Mi"]

    def words(self, *words):
        return [os.path.join(BIN, "rclone"), "--config", "/dev/null", "-q", *words]

    def remote(self, prefix):
        return (f":s3,provider=Other,env_auth=true,no_check_bucket=true,endpoint='{self.url}'"
                f":{BUCKET}/{prefix}")

    def put(self, folder, prefix, many):
        width = "64" if many else "4"
        return self.words("copy", *self.flags, "--transfers", width, "--checkers", width, folder,
                          self.remote(prefix))

    def get(self, prefix, folder, many):
        width = "64" if many else "4"
        return self.words("copy", *self.flags, "--transfers", width, "--checkers", width,
                          "--fast-list", self.remote(prefix), folder)

    def list(self, prefix):
        return self.words("lsf", "-R", "--fast-list", "--files-only", self.remote(prefix))


class RcloneDefault(Rclone):
    name = "rclone default"
    flags = []

    def put(self, folder, prefix, many):
        return self.words("copy", folder, self.remote(prefix))

    def get(self, prefix, folder, many):
        return self.words("copy", self.remote(prefix), folder)

    def list(self, prefix):
        return None


class RuntimeOfAWS(Mover):
    """Uploads and downloads what a list names: it cannot list."""

    name = "AWS CRT"
    names = ""

    def put(self, folder, prefix, many):
        return [sys.executable, os.path.join(HERE, "crt_copy.py"), "put", folder, BUCKET, prefix,
                self.names]

    def get(self, prefix, folder, many):
        return [sys.executable, os.path.join(HERE, "crt_copy.py"), "get", folder, BUCKET, prefix,
                self.names]


MOVERS = {kind.name: kind for kind in (Farmio, S5cmd, Rclone, RcloneDefault, RuntimeOfAWS)}


def environment(url, key, secret):
    """Variables for all of them; none of the user's own files."""
    return {"AWS_ENDPOINT_URL": url, "AWS_ACCESS_KEY_ID": key, "AWS_SECRET_ACCESS_KEY": secret,
            "AWS_REGION": "us-east-1", "AWS_CONFIG_FILE": "/dev/null",
            "AWS_SHARED_CREDENTIALS_FILE": "/dev/null",
            "AWS_EC2_METADATA_DISABLED": "true"}
