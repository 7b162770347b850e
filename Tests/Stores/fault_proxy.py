"""A proxy between a client and a server of objects that does one wrong thing at chosen requests.

Requests are numbered from 0 as they arrive. `plan` tells, for a request's number, the name of a
fault or None. Each fault is one function of the class `Faults`; everything else passes unchanged.
"""

import email.utils
import http.client
import json
import socket
import socketserver
import struct
import threading
import time

#: Faults that pass: whatever they hit must come out well when it is tried again.
PASSING = ["reset", "lost_reply", "close", "truncate", "empty_success", "status_429", "status_500",
           "status_500_done", "status_503", "slow", "wrong_request_body"]


class Request:
    """One request, read whole."""

    def __init__(self, number, line, headers, body):
        self.number, self.headers, self.body = number, headers, body
        self.method, self.target, _ = line.split(" ", 2)

    def header(self, name):
        for key, value in self.headers:
            if key.lower() == name:
                return value
        return None


class Answer:
    def __init__(self, status, reason, headers, body):
        self.status, self.reason, self.headers, self.body = status, reason, headers, body

    @staticmethod
    def failure(status, reason, code, headers=()):
        body = ("<?xml version='1.0'?><Error><Code>%s</Code><Message>ordered by the test</Message>"
                "<RequestId>fault-1</RequestId></Error>" % code).encode()
        return Answer(status, reason, [("Content-Type", "application/xml"),
                                       ("x-amz-request-id", "fault-1"), *headers], body)

    @staticmethod
    def oracle_failure(status, reason, code, headers=()):
        """The same in the words of Oracle's services."""
        body = json.dumps({"code": code, "message": "ordered by the test"}).encode()
        return Answer(status, reason, [("Content-Type", "application/json"),
                                       ("opc-request-id", "fault-1"), *headers], body)


class Faults:
    """What can be wrong. Each gets the proxy's connection and the request, and answers it or not."""

    @staticmethod
    def reset(link, request):
        link.reset()

    @staticmethod
    def lost_reply(link, request):
        link.forward(request)
        link.reset()

    @staticmethod
    def close(link, request):
        link.end()

    @staticmethod
    def stall(link, request):
        link.proxy.released.wait(120)
        link.end()

    @staticmethod
    def trickle(link, request):
        data = link.bytes_of(link.forward(request), request)
        for at in range(len(data)):
            if link.proxy.released.wait(1):
                break
            link.write(data[at:at + 1])
        link.end()

    @staticmethod
    def slow(link, request):
        """Slow, and yet fast enough to be waited for."""
        time.sleep(1)
        link.answer(link.forward(request), request)

    @staticmethod
    def truncate(link, request):
        answer = link.forward(request)
        data = link.bytes_of(answer, request)
        link.write(data[:len(data) - max(1, len(answer.body) // 2)])
        link.end()

    @staticmethod
    def wrong_answer_body(link, request):
        answer = link.forward(request)
        answer.body = flipped(answer.body)
        link.answer(answer, request)

    @staticmethod
    def wrong_request_body(link, request):
        request.body = flipped(request.body)
        link.answer(link.forward(request), request)

    @staticmethod
    def empty_success(link, request):
        link.answer(Answer(200, "OK", [("Content-Type", "text/html")], b"<html>hello</html>"),
                    request)

    @staticmethod
    def status_429(link, request):
        link.answer(link.proxy.failure(429, "Too Many Requests", "TooManyRequests"), request)

    @staticmethod
    def status_500(link, request):
        link.answer(link.proxy.failure(500, "Internal Server Error", "InternalError"), request)

    @staticmethod
    def status_500_done(link, request):
        link.forward(request)
        Faults.status_500(link, request)

    @staticmethod
    def status_503(link, request):
        link.answer(link.proxy.failure(
            503, "Slow Down", "SlowDown", [("Retry-After", "1")]), request)

    @staticmethod
    def conflict(link, request):
        link.answer(link.proxy.failure(409, "Conflict", "ConcurrentObjectUpdate"), request)

    @staticmethod
    def overtaken(link, request):
        """Lost for now: it arrives after its second try, before what comes then."""
        link.proxy.hold(request)
        link.reset()

    @staticmethod
    def unauthorized(link, request):
        link.answer(link.proxy.failure(401, "Unauthorized", "NotAuthenticated"), request)

    @staticmethod
    def clock_off(link, request):
        date = email.utils.formatdate(time.time() + 1000, usegmt=True)
        link.answer(link.proxy.failure(
            401, "Unauthorized", "NotAuthenticated", [("Date", date)]), request)

    @staticmethod
    def not_allowed(link, request):
        link.answer(link.proxy.failure(403, "Forbidden", "NotAllowed"), request)

    @staticmethod
    def expired(link, request):
        link.answer(link.proxy.failure(400, "Bad Request", "ExpiredToken"), request)

    @staticmethod
    def skew(link, request):
        link.answer(link.proxy.failure(403, "Forbidden", "RequestTimeTooSkewed"), request)

    @staticmethod
    def denied(link, request):
        link.answer(link.proxy.failure(403, "Forbidden", "AccessDenied"), request)

    # What an archive says while it works, which no server here does.

    @staticmethod
    def thaw_underway(link, request):
        link.answer(Answer.failure(409, "Conflict", "RestoreAlreadyInProgress"), request)

    @staticmethod
    def thawing(link, request):
        answer = link.forward(request)
        answer.headers = [(k, v) for k, v in answer.headers if k.lower() != "x-amz-restore"]
        answer.headers.append(("x-amz-restore", 'ongoing-request="true"'))
        link.answer(answer, request)


def flipped(body):
    """The bytes with one bit changed in the middle."""
    if not body:
        return body
    middle = len(body) // 2
    return body[:middle] + bytes([body[middle] ^ 4]) + body[middle + 1:]


class Link(socketserver.BaseRequestHandler):
    """One connection of a client."""

    @property
    def proxy(self):
        return self.server.proxy

    def handle(self):
        self.request.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.reader = self.request.makefile("rb")
        self.is_open = True
        try:
            while self.is_open:
                request = self.read_request()
                if request is None:
                    return
                for late in self.proxy.overdue():
                    self.forward(late)
                fault = self.proxy.decide(request)
                if fault:
                    getattr(Faults, fault)(self, request)
                else:
                    answer = self.forward(request)
                    self.proxy.done(request, answer)
                    self.answer(answer, request)
        except (OSError, http.client.HTTPException):
            # Either side may go away: that is what the client is tested with.
            return
        finally:
            self.reader.close()

    def read_request(self):
        line = self.reader.readline(65536).decode("latin-1").rstrip("\r\n")
        if not line:
            return None
        headers = []
        while True:
            text = self.reader.readline(65536).decode("latin-1").rstrip("\r\n")
            if not text:
                break
            name, value = text.split(":", 1)
            headers.append((name, value.strip()))
        length = next((int(v) for k, v in headers if k.lower() == "content-length"), 0)
        body = self.reader.read(length) if length else b""
        if len(body) < length:
            return None
        return Request(self.proxy.next_number(), line, headers, body)

    def forward(self, request):
        """The server's own answer. The host stays as it was signed."""
        connection = http.client.HTTPConnection(*self.proxy.upstream, timeout=120)
        try:
            connection.putrequest(
                request.method, request.target, skip_host=True, skip_accept_encoding=True)
            for name, value in request.headers:
                connection.putheader(name, value)
            connection.endheaders(request.body or None)
            answer = connection.getresponse()
            body = answer.read()
            headers = [(k, v) for k, v in answer.getheaders()
                       if k.lower() not in ("transfer-encoding", "connection", "keep-alive")]
            return Answer(answer.status, answer.reason, headers, body)
        finally:
            connection.close()

    def bytes_of(self, answer, request):
        head = ["HTTP/1.1 %d %s" % (answer.status, answer.reason)]
        has_length = any(k.lower() == "content-length" for k, _ in answer.headers)
        head += ["%s: %s" % pair for pair in answer.headers]
        if not has_length and answer.status != 204:
            head.append("Content-Length: %d" % len(answer.body))
        body = b"" if request.method == "HEAD" else answer.body
        return "\r\n".join(head).encode("latin-1") + b"\r\n\r\n" + body

    def answer(self, answer, request):
        if answer.headers and not request.method == "HEAD":
            answer.headers = [(k, v) for k, v in answer.headers if k.lower() != "content-length"]
        self.write(self.bytes_of(answer, request))

    def write(self, data):
        self.request.sendall(data)

    def end(self):
        self.is_open = False
        self.request.shutdown(socket.SHUT_RDWR)

    def reset(self):
        """Closes so that the client sees a reset."""
        self.is_open = False
        self.request.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.request.close()


class Proxy:
    """The proxy, listening; `plan(request)` names the fault of a request, or None."""

    class Listener(socketserver.ThreadingTCPServer):
        allow_reuse_address = True
        daemon_threads = True
        request_queue_size = 256

        def handle_error(self, request, address):
            # Connections that a fault has torn end in errors of many kinds.
            return

    def __init__(self, url, failure=Answer.failure):
        self.failure = failure
        host, port = url.removeprefix("http://").split(":")
        self.upstream = (host, int(port))
        self.plan = lambda request: None
        self.lock = threading.Lock()
        self.released = threading.Event()
        self.count = 0
        self.seen, self.finished = [], []
        #: Requests that arrive late: [how many come before, the request].
        self.held = []
        self.listener = Proxy.Listener(("127.0.0.1", 0), Link)
        self.listener.proxy = self
        self.thread = threading.Thread(target=self.listener.serve_forever, daemon=True)
        self.thread.start()
        self.url = "http://127.0.0.1:%d" % self.listener.server_address[1]

    def next_number(self):
        with self.lock:
            self.count += 1
            return self.count - 1

    def hold(self, request):
        with self.lock:
            self.held.append([2, request])

    def overdue(self):
        """The held requests whose time has come, now that another has arrived."""
        with self.lock:
            for entry in self.held:
                entry[0] -= 1
            due = [request for count, request in self.held if count <= 0]
            self.held = [entry for entry in self.held if entry[0] > 0]
        return due

    def decide(self, request):
        fault = self.plan(request)
        with self.lock:
            self.seen.append((request.method, request.target, len(request.body), fault))
        return fault

    def done(self, request, answer):
        """The server has answered; whether the client hears of it is another matter."""
        with self.lock:
            self.finished.append((request.method, request.target, answer.status,
                                  len(request.body), len(answer.body)))

    def restart(self, plan):
        """Counts from 0 again, under another plan."""
        with self.lock:
            self.count, self.plan, self.seen, self.held = 0, plan, [], []
            self.finished = []

    def stop(self):
        self.released.set()
        self.listener.shutdown()
        self.listener.server_close()
