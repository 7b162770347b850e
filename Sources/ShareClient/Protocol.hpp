// What farmio and its SMB client say to each other, over a socket and shared memory.
//
// The child greets with a Reply as soon as it has closed itself in. Then every Request is answered
// by one Reply. The shared memory begins with the names of a request, one after the other and
// without zeros; from `dataOffset` on it holds the bytes of a transfer, or the records of a listing.
// Names are relative to the share, parts between slashes, in UTF-8; an empty one is the share itself.
//
// Mover's `SMBRequest` and `SMBReply` are the other half.
#pragma once
#include <cstdint>

namespace farmio {

constexpr int socketDescriptor = 3;
constexpr int memoryDescriptor = 4;
constexpr uint32_t protocolMark = 0x314D5346;  // "FSM1"
constexpr uint64_t dataOffset = 64 << 10;
constexpr uint64_t dataCapacity = 2 << 20;

enum class Operation : uint8_t {
  connect = 1,  // five names: server, share, user, password, domain; `mode` is the port, or 0
  open,
  close,
  read,
  write,
  setSize,
  status,
  fileStatus,
  list,  // starts a listing, and answers its first records
  listMore,
  makeFolder,
  rename,
  renameIfAbsent,
  removeFile,
  removeFolder,
  setTime,
  setReadOnly,  // `mode` 1 or 0
  load,  // opens, reads from the start, closes
};

// Bits of `Request::flags`.
constexpr uint8_t forWriting = 1, asNew = 2;  // open
constexpr uint8_t byTicket = 1, asGuest = 2;  // connect

struct Request {
  uint32_t mark;
  Operation operation;
  uint8_t flags;
  uint16_t reserved;
  int32_t file;  // a number that `open` gave
  uint32_t mode;
  uint32_t nameBytes[5];
  uint32_t nanoseconds;
  int64_t offset;
  uint64_t byteCount;
  int64_t seconds;
};
static_assert(sizeof(Request) == 64, "a request has no padding");

enum class Kind : uint8_t { file = 0, folder = 1 };

struct Status {
  int64_t size;
  int64_t modifiedSeconds;
  int64_t changedSeconds;
  uint64_t inode;
  uint32_t modifiedNanoseconds;
  uint32_t changedNanoseconds;
  Kind kind;
  uint8_t isReadOnly;
  uint8_t reserved[6];
};
static_assert(sizeof(Status) == 48, "a status has no padding");

// One name of a listing; the name follows.
struct ListingRecord {
  Status status;
  uint32_t nameBytes;
  uint32_t reserved;
};
static_assert(sizeof(ListingRecord) == 56, "a record has no padding");

struct Reply {
  uint32_t mark;
  int32_t error;  // as errno has it; 0 when done
  uint64_t value;  // the number of a file, or bytes
  Status status;
};
static_assert(sizeof(Reply) == 64, "a reply has no padding");

}  // namespace farmio
