// farmio-smb: one connection to an SMB share, for farmio, which starts it; it is of no use to a
// person. libsmbclient works on one thread of a process only, so each connection is a process.
#include "Confinement.hpp"
#include "Failure.hpp"
#include "Memory.hpp"
#include "Share.hpp"
#include "Wire.hpp"

#include <cerrno>
#include <csignal>
#include <cstdio>
#include <memory>
#include <new>

using namespace farmio;

namespace {

class Service {
public:
  Reply answer(const Request &request) {
    Reply reply = {protocolMark, 0, 0, {}};
    try {
      if (request.mark != protocolMark) throw Failure{EPROTO};
      serve(request, reply);
    } catch (const Failure &failure) {
      reply.error = failure.code;
    } catch (const std::bad_alloc &) {
      reply.error = ENOMEM;
    }
    return reply;
  }

private:
  void serve(const Request &request, Reply &reply) {
    if (request.operation == Operation::connect) return connect(request);
    if (!share_) throw Failure{ENOTCONN};
    Share &share = *share_;
    const std::string name = memory_.name(request, 0);
    char *data = memory_.data();
    switch (request.operation) {
      case Operation::connect: break;
      case Operation::open:
        reply.value = static_cast<uint64_t>(share.open(name, request.flags));
        break;
      case Operation::close: share.close(request.file); break;
      case Operation::read:
        reply.value = share.read(request.file, request.offset, data, bytes(request));
        break;
      case Operation::write:
        share.write(request.file, request.offset, data, bytes(request));
        break;
      case Operation::setSize: share.setSize(request.file, request.offset); break;
      case Operation::status: reply.status = share.status(name); break;
      case Operation::fileStatus: reply.status = share.status(request.file); break;
      case Operation::list: reply.value = share.list(name, data, dataCapacity); break;
      case Operation::listMore: reply.value = share.listMore(data, dataCapacity); break;
      case Operation::makeFolder: share.makeFolder(name); break;
      case Operation::rename: share.rename(name, memory_.name(request, 1)); break;
      case Operation::renameIfAbsent:
        share.renameIfAbsent(name, memory_.name(request, 1));
        break;
      case Operation::removeFile: share.removeFile(name); break;
      case Operation::removeFolder: share.removeFolder(name); break;
      case Operation::setTime: share.setTime(name, request.seconds, request.nanoseconds); break;
      case Operation::setReadOnly: share.setReadOnly(name, request.mode != 0); break;
      case Operation::load: reply.value = share.load(name, data, bytes(request)); break;
      default: throw Failure{EPROTO};
    }
  }

  void connect(const Request &request) {
    Login login = {
        memory_.name(request, 0), memory_.name(request, 1), memory_.name(request, 2),
        memory_.name(request, 3), memory_.name(request, 4), static_cast<uint16_t>(request.mode),
        (request.flags & byTicket) != 0, (request.flags & asGuest) != 0};
    memory_.clearNames();
    share_ = std::make_unique<Share>(std::move(login));
  }

  static uint64_t bytes(const Request &request) {
    if (request.byteCount > dataCapacity || request.offset < 0) throw Failure{EINVAL};
    return request.byteCount;
  }

  Memory memory_;
  std::unique_ptr<Share> share_;
};

}  // namespace

int main(int count, char **) {
  if (count != 1) {
    fputs("farmio-smb is started by farmio, and by nobody else\n", stderr);
    return 2;
  }
  signal(SIGPIPE, SIG_IGN);
  confine();
  endWithParent();
  Service service;
  Request request;
  bool isAlive = send({protocolMark, 0, 0, {}});
  while (isAlive && receive(request)) isAlive = send(service.answer(request));
  return 0;
}
