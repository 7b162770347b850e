"""A proxy as companies have them: CONNECT for TLS, whole addresses for plain HTTP. Counts both."""

import select
import socket
import socketserver
import threading
import urllib.parse


class Handler(socketserver.StreamRequestHandler):
    def handle(self):
        line = self.rfile.readline(65536).decode("latin-1").split()
        if len(line) != 3:
            return
        method, target, _ = line
        headers = []
        while (header := self.rfile.readline(65536)) not in (b"\r\n", b"\n", b""):
            headers.append(header)
        self.server.asked.append((method, target))
        if self.server.refuses:
            self.wfile.write(b"HTTP/1.1 407 Proxy Authentication Required\r\n"
                             b"Content-Length: 0\r\nConnection: close\r\n\r\n")
        elif method == "CONNECT":
            host, port = target.rsplit(":", 1)
            with socket.create_connection((host, int(port))) as far:
                self.wfile.write(b"HTTP/1.1 200 OK\r\n\r\n")
                self.relay(far)
        else:
            address = urllib.parse.urlsplit(target)
            path = target[len(address.scheme) + 3 + len(address.netloc):] or "/"
            with socket.create_connection((address.hostname, address.port or 80)) as far:
                # One request a connection, so that the next has its own whole address seen.
                kept = [h for h in headers if not h.lower().startswith(
                    (b"connection:", b"proxy-"))] + [b"Connection: close\r\n"]
                far.sendall(f"{method} {path} HTTP/1.1\r\n".encode() + b"".join(kept) + b"\r\n")
                self.relay(far)

    def relay(self, far):
        near = self.connection
        # What came with the request's head lies in the buffer already.
        near.setblocking(False)
        early = self.rfile.peek() if hasattr(self.rfile, "peek") else b""
        near.setblocking(True)
        if early:
            far.sendall(self.rfile.read(len(early)))
        while True:
            ready, _, _ = select.select([near, far], [], [], 60)
            if not ready:
                return
            for source in ready:
                try:
                    data = source.recv(1 << 16)
                except OSError:
                    return
                if not data:
                    return
                (far if source is near else near).sendall(data)


class Proxy(socketserver.ThreadingTCPServer):
    """Listens on a free port; `asked` has the method and target of each request."""

    daemon_threads = True
    allow_reuse_address = True

    def __init__(self):
        super().__init__(("127.0.0.1", 0), Handler)
        self.asked, self.refuses = [], False
        self.url = "http://127.0.0.1:%d" % self.server_address[1]
        threading.Thread(target=self.serve_forever, daemon=True).start()

    def stop(self):
        self.shutdown()
        self.server_close()
