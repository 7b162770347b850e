"""Proves repositories in buckets of Oracle's cloud against our own server, which Oracle's own clients
and broken signers prove first; see `run`."""

import os
import subprocess
import sys
import tempfile

import fault_proxy
import oci_identity
import oci_proof
import oci_server
import suite
import trees

HERE = os.path.dirname(os.path.abspath(__file__))
#: Faults that pass, and faults that no second try heals, with a word that the error must have.
PASSING = ["reset", "lost_reply", "close", "truncate", "empty_success", "status_429", "status_500",
           "status_500_done", "status_503", "slow", "wrong_request_body", "conflict", "overtaken"]
LASTING = {"unauthorized": "NotAuthenticated", "clock_off": "clock", "not_allowed": "NotAllowed"}


class OCISuite(suite.Suite):
    SCHEME, CONFORMANCE = "oci", "FARMIO_TEST_OCI"
    REFUSAL = staticmethod(fault_proxy.Answer.oracle_failure)
    PASSING, LASTING = PASSING, LASTING
    PARTS = ["signer", "server", "conformance", "end-to-end", "refusals", "identities", "services",
             "trees", "kills", "faults"]

    def __init__(self, options, scratch):
        super().__init__(options, scratch)
        self.key = oci_identity.new_key()
        self.server = None

    @staticmethod
    def place(prefix, bucket=suite.BUCKET):
        return "oci://%s@testspace/%s" % (bucket, prefix)

    @staticmethod
    def prefix_of(place):
        return place.removeprefix("oci://%s@testspace/" % suite.BUCKET)

    def bare_environment(self, url):
        kept = {k: v for k, v in os.environ.items()
                if not k.startswith(("FARMIO_", "AWS_", "OCI_")) and "proxy" not in k.lower()}
        return {**kept, "OCI_CLI_ENDPOINT": url, "HOME": self.scratch}

    def environment(self, url):
        tenancy, user, print_ = self.server.authority.add_user(self.key).split("/")
        return {**self.bare_environment(url), "OCI_CLI_USER": user, "OCI_CLI_TENANCY": tenancy,
                "OCI_CLI_FINGERPRINT": print_, "OCI_CLI_REGION": self.server.operations.region,
                "OCI_CLI_KEY_CONTENT": oci_identity.pem(self.key)}

    @staticmethod
    def uploads(server, bucket):
        return [upload.name for upload in server.make_bucket(bucket).uploads.values()]

    @staticmethod
    def keys(server, bucket, prefix=""):
        return [name for name in server.make_bucket(bucket).objects if name.startswith(prefix)]

    # Parts

    def signer(self):
        done = subprocess.run(
            [sys.executable, os.path.join(HERE, "oci_sign_oracle.py"), self.benchmarks],
            capture_output=True, text=True)
        self.expect("signatures equal those of Oracle's SDK", done.returncode and done.stderr)

    def proof(self):
        """The server is what Oracle's clients take it for, and refuses what the service refuses."""
        with tempfile.TemporaryDirectory(dir=self.scratch) as folder:
            oci_proof.prove(self.expect, folder)

    def refusals(self, server):
        """What cannot work is said before anything is written."""
        place = self.place("show")
        for what, change, words in (
                ("a key that is not known", {"OCI_CLI_FINGERPRINT": ":".join(["00"] * 16)},
                 ["NotAuthenticated", "fingerprint"]),
                ("a key that is none", {"OCI_CLI_KEY_CONTENT": "nothing"}, ["private key"]),
                ("a missing user", {"OCI_CLI_USER": ""}, ["'user'", "OCI_CLI_USER"]),
                ("a missing region", {"OCI_CLI_REGION": "", "OCI_CLI_ENDPOINT": ""},
                 ["region", "OCI_CLI_REGION"]),
                ("an endpoint that is none", {"OCI_CLI_ENDPOINT": "127.0.0.1:1"},
                 ["OCI_CLI_ENDPOINT"]),
                ("a server that is not there", {"OCI_CLI_ENDPOINT": "http://127.0.0.1:9"},
                 ["Check the network"]),
                ("another way to ask", {"OCI_CLI_AUTH": "magic"}, ["magic"])):
            done = subprocess.run(
                [self.farmio, "snapshots", place], capture_output=True, text=True,
                env={**self.environment(server.url), **change}, timeout=120)
            missing = [word for word in words if word not in done.stderr]
            self.expect(what + " is named",
                        (done.returncode != 3 or missing) and (done.returncode, done.stderr))
        for what, address, word in (
                ("a bucket that is not there", self.place("show", "no-such-bucket"),
                 "BucketNotFound"),
                ("a namespace that is not there", "oci://farm@nowhere/show", "NamespaceNotFound")):
            status, said = self.call(server.url, "init", address)
            self.expect(what + " is named", (status, word in said) != (3, True) and said)
            self.expect(what + ": rights are spoken of", "policy" not in said and said)
        status, said = self.call(server.url, "init", "oci://farm/show")
        self.expect("an address without namespace is refused", status != 2 and said)

    def archived(self, server):
        """A repository whose data is archived: named, asked for, and readable again."""
        tree, place = self.small_tree(), self.place(self.fresh("archived"))
        server.operations.restore_seconds = 3600
        self.must("archive: init", server.url, "init", place)
        self.must("archive: backup", server.url, "backup", place, tree, "--storage-class",
                  "Archive")
        stored = server.make_bucket(suite.BUCKET).objects
        prefix = self.prefix_of(place) + "/"
        cold = [name for name, thing in stored.items()
                if name.startswith(prefix) and thing.tier == "Archive"]
        self.expect("archive: data is archived, and nothing else", (not cold or [
            name for name in cold if not name.startswith(prefix + "packs/")]) and str(cold))
        target = os.path.join(self.scratch, self.fresh("target"))
        status, said = self.call(server.url, "restore", place, "latest", "--target", target)
        self.expect("archive: a restore names the object and the way out",
                    not (status in (1, 3) and "NotRestored" in said and "packs/" in said
                         and "farmio thaw" in said) and (status, said))
        status, said = self.call(server.url, "thaw", place, "--days", "11")
        self.expect("archive: longer than the service allows is refused",
                    not (status == 1 and "10 days" in said) and (status, said))
        status, told, said = self.answer(server.url, "thaw", place, "--days", "2")
        self.expect("archive: what was asked for is underway",
                    not (status == 1 and cold[0] in told) and (status, told, said))
        for name in cold:
            begin, end = stored[name].readable
            stored[name].readable = (begin - 3700, end - 3700)
        status, told, said = self.answer(server.url, "thaw", place)
        self.expect("archive: an hour later all can be read", status and (status, told, said))
        self.restored("archive: after thawing", server.url, place, tree)

    def trees(self, server):
        """Trees go up, across and down, by two runs at once as well."""
        found = trees.Trees(self)
        found.round_trip(server)
        found.at_once(server)

    def services(self, server):
        """What a bucket offers beside objects, through the unit tests of those calls."""
        environment = {**self.environment(server.url), "HOME": os.environ.get("HOME", "/"),
                       self.CONFORMANCE: server.url, "FARMIO_TEST_OCI_BUCKET": "services"}
        server.make_bucket("services")
        server.operations.restore_seconds = 0
        done = subprocess.run(
            ["swift", "test", "--skip-build", "--filter", "OCIBucketTests"],
            capture_output=True, text=True, env=environment)
        tail = "\n".join(line for line in done.stdout.splitlines()
                         if "recorded an issue" in line or "failed" in line)
        self.expect("calls beside objects", done.returncode and (tail or done.stderr))
        passed = "OCIBucketTests" in done.stdout and "skipped" not in done.stdout
        self.expect("calls beside objects were made", not passed and done.stdout[-500:])
        self.archived(server)

    def run(self):
        parts = [
            ("signer", lambda server: self.signer()),
            ("server", lambda server: self.proof()),
            ("conformance", self.conformance),
            ("end-to-end", self.end_to_end),
            ("refusals", self.refusals),
            ("identities", self.identities),
            ("services", self.services),
            ("trees", self.trees),
            ("kills", self.kills),
            ("faults", self.faults),
        ]
        self.server = oci_server.Server()
        self.server.make_bucket(suite.BUCKET)
        try:
            for name, part in parts:
                if self.wants(name):
                    self.timed(name, lambda: part(self.server))
        finally:
            self.server.stop()

    # Who asks

    def attempt(self, server, what, environment, *arguments):
        done = subprocess.run([self.farmio, *arguments], capture_output=True, text=True,
                              env={**self.bare_environment(server.url), **environment}, timeout=300)
        self.expect(what, done.returncode and (done.returncode, done.stderr))
        return done

    def identities(self, server):
        self.key_files(server)
        self.session_tokens(server)
        self.resource(server)
        self.instances()

    def key_files(self, server):
        """Keys in every form, from the configuration file alone."""
        for form, password in (("PKCS8", None), ("PKCS1", None), ("PKCS8", "s3 cret"),
                               ("PKCS1", "s3 cret")):
            what = "a key of %s%s" % (form, ", sealed" if password else "")
            with tempfile.TemporaryDirectory(dir=self.scratch) as folder:
                oci_server.write_configuration(folder, server, oci_identity.new_key(), password,
                                               form)
                self.attempt(server, what, {"OCI_CLI_CONFIG_FILE": folder + "/config"}, "init",
                             self.place(self.fresh("keys")))
                done = subprocess.run(
                    [self.farmio, "init", self.place("x")], capture_output=True, text=True,
                    env={**self.bare_environment(server.url), "OCI_CLI_PASSPHRASE": "wrong",
                         "OCI_CLI_CONFIG_FILE": folder + "/config"})
                if password:
                    self.expect(what + ": a wrong passphrase is named",
                                "passphrase" not in done.stderr and done.stderr)

    def token_files(self, folder, key, token):
        with open(folder + "/token", "w") as file:
            file.write(token + "\n")
        with open(folder + "/key.pem", "w") as file:
            file.write(oci_identity.pem(key))
        with open(folder + "/config", "w") as file:
            file.write("[DEFAULT]\nkey_file=%s/key.pem\nsecurity_token_file=%s/token\n"
                       "region=%s\n" % (folder, folder, self.server.operations.region))

    def session_tokens(self, server):
        """A token that is revoked in mid-run is read again from its file."""
        with tempfile.TemporaryDirectory(dir=self.scratch) as folder:
            key = oci_identity.new_key()
            first = server.authority.add_token(key.public_key())
            self.token_files(folder, key, first)
            environment = {"OCI_CLI_CONFIG_FILE": folder + "/config"}
            place = self.place(self.fresh("tokens"))
            self.attempt(server, "a session token", environment, "init", place)
            fresh_key = oci_identity.new_key()
            count = iter(range(1_000_000))

            def plan(request):
                if next(count) == 6:
                    fresh = server.authority.add_token(fresh_key.public_key())
                    self.token_files(folder, fresh_key, fresh)
                    del server.authority.tokens[first]
            server.plan = plan
            try:
                self.attempt(server, "a token that changes in mid-run", environment, "backup",
                             place, self.small_tree())
            finally:
                server.plan = lambda request: None
            server.authority.tokens.clear()
            done = subprocess.run(
                [self.farmio, "snapshots", place], capture_output=True, text=True,
                env={**self.bare_environment(server.url), **environment})
            self.expect("a token that has ended is named", (
                done.returncode, "oci session authenticate" in done.stderr) != (3, True)
                and done.stderr)

    def resource(self, server):
        """A resource principal: token and key as texts, and as files."""
        key = oci_identity.new_key()
        token = server.authority.add_token(key.public_key())
        texts = {"RPST": token, "PRIVATE_PEM": oci_identity.pem(key, "PKCS8", "word"),
                 "PRIVATE_PEM_PASSPHRASE": "word", "REGION": server.operations.region}
        with tempfile.TemporaryDirectory(dir=self.scratch) as folder:
            for form in ("texts", "files"):
                environment = {"OCI_CLI_AUTH": "resource_principal",
                               "OCI_RESOURCE_PRINCIPAL_VERSION": "2.2"}
                for name, value in texts.items():
                    if form == "files":
                        with open(folder + "/" + name, "w") as file:
                            file.write(value)
                        value = folder + "/" + name
                    environment["OCI_RESOURCE_PRINCIPAL_" + name] = value
                self.attempt(server, "a resource principal by " + form, environment, "init",
                             self.place(self.fresh("resource")))

    def instances(self):
        """An instance asks as itself: Oracle's client first, then ours, by short-lived tokens, with
        certificates that change, and a tenancy that must not."""
        server = oci_server.Server("OCI of an instance")
        server.make_bucket(suite.BUCKET)
        environment = {
            "OCI_CLI_AUTH": "instance_principal", "OCI_METADATA_BASE_URL": server.url + "/opc/v2",
            "OCI_CLI_FEDERATION_ENDPOINT": server.url + "/v1/x509"}
        try:
            # What the tools of Oracle do here is what ours must do.
            said = oci_proof.call_cli(server, {**self.bare_environment(server.url), **environment},
                                      "os", "ns", "get")
            self.expect("Oracle's client asks as an instance", "testspace" not in said and said)
            place = self.place(self.fresh("instance"))
            server.instance.missing = 3
            self.attempt(server, "an instance, before its certificates are there", environment,
                         "init", place)
            # Tokens that live a minute and a second are changed after each second.
            server.authority.token_seconds, server.authority.issued = 61, 0
            tree = self.small_tree()
            count = iter(range(1_000_000))

            def plan(request):
                if request.path.startswith("/n/") and next(count) % 4 == 3:
                    server.instance.rotate()
                    server.clock_offset += 1
                    return "slow_body"
            server.plan = plan
            self.attempt(server, "an instance whose certificates change", environment, "backup",
                         place, tree)
            self.expect("its tokens were changed in mid-run",
                        server.authority.issued < 2 and server.authority.issued)
            count = iter(range(1_000_000))

            def other_tenancy(request):
                if request.path.startswith("/n/") and next(count) == 2:
                    server.instance.rotate("ocid1.tenancy.oc1..other")
                    server.authority.tokens.clear()
            server.plan = other_tenancy
            done = subprocess.run(
                [self.farmio, "check", place], capture_output=True, text=True,
                env={**self.bare_environment(server.url), **environment})
            self.expect("another tenancy is refused", (
                done.returncode, "ocid1.tenancy.oc1..other" in done.stderr) != (3, True)
                and (done.returncode, done.stderr))
        finally:
            server.stop()
        done = subprocess.run(
            [self.farmio, "snapshots", place], capture_output=True, text=True,
            env={**self.bare_environment(server.url), **environment,
                 "OCI_METADATA_BASE_URL": "http://127.0.0.1:9/opc/v2"})
        self.expect("a machine that is no instance is told so", (
            done.returncode, "metadata service" in done.stderr) != (3, True) and done.stderr)


if __name__ == "__main__":
    suite.main(OCISuite)
