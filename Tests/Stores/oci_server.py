"""A strict stand-in for Oracle's Object Storage on the loopback, with an instance's metadata beside it.

No emulator checks signatures, so this one is ours. It takes nothing on trust: the signature over the
raw target, the headers that each operation must sign, date, digest, checksums, conditions. Oracle's
own clients drive it in `oci_proof.py`, which also shows that broken signers are refused.

A fault is set by `plan`: a function from a request to the name of a fault of `Faults`, or None.
"""

import http.server
import re
import socket
import struct
import threading
import time

import oci_identity
import oci_operations
import oci_signature
from oci_buckets import Bucket, Refusal, http_date
from oci_requests import Answer, Request


class Faults:
    """What a service may do wrong. Each gets the server and a request, and gives an answer; None is
    no answer at all."""

    @staticmethod
    def throttled(server, request):
        return Answer.json({"code": "TooManyRequests", "message": "ordered by the test"}, 429)

    @staticmethod
    def unavailable(server, request):
        return Answer.json({"code": "ServiceUnavailable", "message": "ordered by the test"}, 503,
                           [("retry-after", "1")])

    @staticmethod
    def failed_after(server, request):
        server.serve(request)
        return Answer.json({"code": "InternalServerError", "message": "ordered by the test"}, 500)

    @staticmethod
    def concurrent(server, request):
        return Answer.json({"code": "ConcurrentObjectUpdate", "message": "ordered by the test"},
                           409)

    @staticmethod
    def lost_reply(server, request):
        server.serve(request)
        return None

    @staticmethod
    def late_double(server, request):
        """The request is done, and done again a moment later, as when an original overtakes nothing
        and still arrives."""
        answer = server.serve(request)
        server.later.append(request)
        return answer

    @staticmethod
    def unauthorized(server, request):
        return Answer.json({"code": "NotAuthenticated", "message": "ordered by the test"}, 401)

    @staticmethod
    def cut_body(server, request):
        answer = server.serve(request)
        answer.cut = max(len(answer.body) // 2, 1)
        return answer

    @staticmethod
    def slow_body(server, request):
        answer = server.serve(request)
        answer.pause = 0.5
        return answer


class Server:
    """The server, listening. Buckets live until it is stopped."""

    def __init__(self, name="OCI"):
        self.name = name
        #: Seconds by which the server's clock differs from the machine's.
        self.clock_offset = 0
        self.authority = oci_identity.Authority(self.now)
        self.instance = oci_identity.Instance(self.now)
        self.operations = oci_operations.Operations(self.now)
        self.lock = threading.RLock()
        self.plan = lambda request: None
        #: What was held back, and what was answered: method, target, status, fault.
        self.later, self.seen = [], []
        self.listener = Listener(("127.0.0.1", 0), Link)
        self.listener.server = self
        self.thread = threading.Thread(target=self.listener.serve_forever, daemon=True)
        self.thread.start()
        self.url = "http://127.0.0.1:%d" % self.listener.server_address[1]

    def now(self):
        return time.time() + self.clock_offset

    def make_bucket(self, name, tier="Standard"):
        with self.lock:
            self.operations.buckets.setdefault(
                name, Bucket(name, "ocid1.compartment.oc1..test", self.now(), tier))
            return self.operations.buckets[name]

    def handle(self, request):
        """The answer to a request, with the headers that every answer has; None for none."""
        fault = self.plan(request)
        with self.lock:
            # What was held back arrives before anything else is done.
            late, self.later = self.later, []
            for former in late:
                self.serve(former)
            if fault:
                answer = getattr(Faults, fault)(self, request)
            else:
                answer = self.serve(request)
            self.seen.append((request.method, request.target, answer and answer.status, fault))
        return answer

    def serve(self, request):
        try:
            return self.dispatch(request)
        except Refusal as failure:
            return Answer.refusal(failure)
        except oci_signature.Unsigned as failure:
            return Answer.refusal(Refusal(401, "NotAuthenticated", str(failure)))
        except (UnicodeDecodeError, ValueError, TypeError, KeyError) as error:
            return Answer.refusal(Refusal(400, "InvalidParameter", repr(error)))

    def dispatch(self, request):
        answer = self.instance.serve(request) or self.operations.accesses.use(request)
        if answer is not None:
            return answer
        if request.path == "/v1/x509" and request.method == "POST":
            return self.authority.federate(
                request, lambda wanted, key: oci_signature.verify(
                    wanted, "federation", key, self.now()))
        # An unknown path is refused only to who is known.
        try:
            operation, arguments, raw = self.operations.route(request)
        except Refusal:
            oci_signature.verify(request, "usual", self.authority.public_key, self.now())
            raise
        oci_signature.verify(request, "raw" if raw else "usual", self.authority.public_key,
                             self.now())
        return operation(request, **arguments)

    def stop(self):
        self.listener.shutdown()
        self.listener.server_close()


class Listener(http.server.ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 256

    def handle_error(self, request, address):
        # Clients are killed and cut off: what ends a connection is theirs to tell.
        return


class Link(http.server.BaseHTTPRequestHandler):
    """One connection."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    rbufsize = 1 << 20
    #: Bytes of a body.
    BODY_LIMIT = 1 << 30

    def take(self):
        headers = list(self.headers.items())
        if self.headers.get("transfer-encoding"):
            return self.give(Request(self.command, self.path, headers, b""), Answer.refusal(
                Refusal(411, "MissingContentLength", "bodies come with their length")), True)
        length = self.headers.get("content-length", "0")
        if not re.fullmatch("[0-9]{1,10}", length) or int(length) > self.BODY_LIMIT:
            return self.give(Request(self.command, self.path, headers, b""), Answer.refusal(
                Refusal(400, "InvalidParameter", "the length is malformed")), True)
        if self.command in ("PUT", "POST") and "content-length" not in self.headers:
            return self.give(Request(self.command, self.path, headers, b""), Answer.refusal(
                Refusal(411, "MissingContentLength", "the length is missing")), True)
        body = self.rfile.read(int(length))
        if len(body) < int(length):
            self.close_connection = True
            return None
        # The parser folds leading slashes; the line as it came does not.
        target = self.raw_requestline.decode("latin-1").split(" ")[1]
        request = Request(self.command, target, headers, body)
        answer = self.server.server.handle(request)
        if answer is None:
            return self.reset()
        return self.give(request, answer, False)

    do_GET = do_HEAD = do_PUT = do_POST = do_DELETE = take

    def give(self, request, answer, closes):
        lines = ["HTTP/1.1 %d %s" % (answer.status, self.responses.get(answer.status, ("?",))[0])]
        headers = [("date", http_date(self.server.server.now())), ("opc-request-id", request.id)]
        if request.header("opc-client-request-id"):
            headers.append(("opc-client-request-id", request.header("opc-client-request-id")))
        if answer.status != 204:
            headers.append(("content-length", str(len(answer.body))))
        lines += ["%s: %s" % pair for pair in headers + answer.headers]
        head = "\r\n".join(lines).encode("latin-1") + b"\r\n\r\n"
        body = b"" if request.method == "HEAD" or answer.status == 204 else answer.body
        cut = getattr(answer, "cut", None)
        if cut and body:
            self.wfile.write(head + body[:len(body) - cut])
            return self.reset()
        if getattr(answer, "pause", None):
            self.wfile.write(head + body[:1])
            time.sleep(answer.pause)
            head, body = b"", body[1:]
        self.wfile.write(head + body)
        if closes:
            self.close_connection = True
        return None

    def reset(self):
        self.close_connection = True
        self.wfile.flush()
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.connection.close()

    def log_message(self, format, *arguments):
        return


def write_configuration(folder, server, key, password=None, form="PKCS8"):
    """A configuration file as Oracle's tools want it, beside its key; its path."""
    identifier = server.authority.add_user(key)
    with open(folder + "/key.pem", "w") as file:
        file.write(oci_identity.pem(key, form, password) + "OCI_API_KEY\n")
    tenancy, user, print_ = identifier.split("/")
    lines = ["[DEFAULT]", "user=" + user, "tenancy=" + tenancy, "fingerprint=" + print_,
             "key_file=%s/key.pem" % folder, "region=%s" % server.operations.region]
    if password:
        lines.append("pass_phrase=" + password)
    with open(folder + "/config", "w") as file:
        file.write("\n".join(lines) + "\n")
    return folder + "/config"
